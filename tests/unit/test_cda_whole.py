"""Is a document held against everything that is asked of it: the rules, our own checks, the archive that it carries?"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from app.cli import main
from app.docs import safe_xml
from app.docs.clinical import Kind
from app.docs.pdfa.faces import face
from app.docs.validation import whole
from app.docs.xdm.model import Sender
from app.docs.xdm.write import write_xdm
from app.kernel.outcome import Severity
from tests.clinical_people import cda, document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.docs.validation.process import Validator
    from app.kernel.outcome import Finding

pytestmark = [pytest.mark.req("SC.DOC.02"), pytest.mark.req("SC.DOC.06.LGO")]

NOTE = cda(document(0, Kind.VACCINATION))


def said(found: list[Finding]) -> list[str]:
    return [f"{finding.code} {finding.text}" for finding in found]


@pytest.fixture(scope="module")
def entretien() -> bytes:
    """An entretien of ours, around its real PDF/A."""
    written = document(1, Kind.ENTRETIEN, "provisoire")
    return cda(written, face(written))


def test_a_whole_document_of_ours_has_nothing_wrong(cda_validator: Validator, entretien: bytes) -> None:
    assert whole.check(NOTE, cda_validator) == []
    assert whole.check(entretien, cda_validator) == []


def test_a_template_left_out_is_found_also_where_the_official_rules_are_silent(cda_validator: Validator) -> None:
    """A rule fires on the template that a part declares: leaving it out is what the rules of the ANS can't see."""
    silent = 0
    for template in re.finditer(rb"<templateId[^>]*></templateId>", NOTE):
        without = NOTE[: template.start()] + NOTE[template.end() :]
        silent += not cda_validator.check(without)
        found = whole.check(without, cda_validator)
        assert any(one.code == "GAL-DOC-33" and one.severity is Severity.ERROR for one in found), template[0]
    assert silent == 6


def test_the_pdf_of_a_document_of_ours_must_be_an_archive(cda_validator: Validator) -> None:
    found = whole.check(cda(document(1, Kind.ENTRETIEN)), cda_validator)
    assert found
    assert {finding.severity for finding in found} == {Severity.ERROR}
    assert all("GAL-DOC-40" <= finding.code <= "GAL-DOC-49" for finding in found), said(found)


def test_the_pdf_of_somebody_else_is_only_remarked_on(cda_validator: Validator, cda_samples: dict[str, bytes]) -> None:
    pdf = base64.b64encode(b"%PDF-1.7\nno archive at all")
    octets = re.sub(
        rb'(<text[^>]*representation="B64"[^>]*>)[^<]*', lambda found: found[1] + pdf,
        cda_samples["CR-BIO_2021.01_CDA-R2-Niveau-1"], count=1,
    )  # fmt: skip
    (finding,) = whole.check(octets, cda_validator)
    assert (finding.code, finding.severity) == (whole.NOT_AN_ARCHIVE, Severity.WARNING)
    assert "PDF/A-1" in finding.text


def test_the_samples_of_the_ans_are_nobody_s_of_ours(cda_validator: Validator, cda_samples: dict[str, bytes]) -> None:
    """Our own checks are of our three documents: they say nothing of what others write otherwise."""
    for name, sample in cda_samples.items():
        assert not whole.is_ours(safe_xml.clinical_document(safe_xml.parse(sample))), name
        errors = [one for one in whole.check(sample, cda_validator) if one.severity is Severity.ERROR]
        assert errors == [], name


@pytest.mark.parametrize("gone", [b'<id root="2.25.', b'<setId root="2.25.'])
def test_a_document_of_ours_is_known_by_either_of_its_names(gone: bytes) -> None:
    octets = NOTE.replace(gone, gone.replace(b"2.25.", b"1.2.3."), 1)
    assert octets != NOTE
    assert whole.is_ours(safe_xml.parse(octets))


@pytest.fixture
def archive(entretien: bytes) -> Callable[..., bytes]:
    def made(*documents: bytes) -> bytes:
        return write_xdm(
            documents, sender=Sender("PHARMACIE"), unique_id="2.25.1", source_id="2.25.2",
            at=dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC),
        )  # fmt: skip

    return made


def test_each_document_of_an_archive_is_judged_and_named(
    cda_validator: Validator, archive: Callable[..., bytes]
) -> None:
    assert whole.check_file(archive(NOTE), cda_validator) == []
    broken = NOTE.replace(b'code="N"', b'code="XX"', 1)
    assert broken != NOTE
    found = whole.check_file(archive(broken), cda_validator)
    assert found
    assert all(finding.text.startswith("DOC00001.XML") for finding in found), said(found)


def test_an_archive_that_is_none_is_refused(cda_validator: Validator, archive: Callable[..., bytes]) -> None:
    found = whole.check_file(archive(NOTE)[:-30], cda_validator)
    assert [finding.severity for finding in found] == [Severity.ERROR]


def test_the_command_reads_a_file_or_standard_input(
    cda_kit: Path,
    entretien: bytes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Standard:
        buffer: Any = None

    def run(octets: bytes) -> tuple[int, Any]:
        file = tmp_path / "entree"
        file.write_bytes(octets)
        with file.open("rb") as stream:
            Standard.buffer = stream
            monkeypatch.setattr(sys, "stdin", Standard)
            code = main(["docs", "--data", str(tmp_path), "--json", "check", "-", "--kit", str(cda_kit)])
        return code, json.loads(capsys.readouterr().out)

    assert run(entretien) == (0, {"ok": True, "findings": []})
    code, told = run(b"<not-a-document/>")
    assert (code, told["ok"], [one["code"] for one in told["findings"]]) == (3, False, ["GAL-DOC-56"])
