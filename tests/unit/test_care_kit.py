"""Is a document judged by the official kit where one is installed, and is nothing lost where none can judge?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from clinical_faces import written

from app.docs.cda.write import write
from app.docs.clinical import Kind
from app.docs.pdfa.faces import face
from app.docs.validation import installing
from app.kernel.outcome import Done, is_refused
from app.officine.care.kit import InstalledKit
from tests.clinical_faces import symbol_of
from tests.clinical_people import document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)


def entretien() -> bytes:
    """Return a CR of an entretien, whole."""
    known = written()
    return write(known, face(known, ins_text=symbol_of(known.subject)))


@pytest.fixture(scope="module")
def place(cda_kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the kits of an officine where one is installed."""
    folder = tmp_path_factory.mktemp("cda-kit")
    assert isinstance(installing.install(cda_kit, folder, NOW), Done)
    return folder


@pytest.fixture
def judge(place: Path) -> Iterator[InstalledKit]:
    kit = InstalledKit(place)
    yield kit
    kit.close()


@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("SC.DOC.06.LGO")
def test_the_kit_passes_what_we_write_and_names_itself(judge: InstalledKit, place: Path) -> None:
    installed = installing.in_service(place)
    assert installed is not None
    for cda in (entretien(), write(document(0, Kind.VACCINATION, "qualifiee"))):
        verdict = judge.check(cda)
        assert not is_refused(verdict.findings), verdict.findings
        assert verdict.kit == installed.fingerprint


def test_the_kit_refuses_what_breaks_its_rules(judge: InstalledKit) -> None:
    spoilt = entretien().replace(b"<languageCode", b"<otherCode").replace(b"</languageCode>", b"</otherCode>")
    verdict = judge.check(spoilt)
    assert is_refused(verdict.findings)
    assert any("languageCode" in finding.text for finding in verdict.findings), verdict.findings


def test_a_judge_that_was_warmed_and_closed_judges_again(judge: InstalledKit) -> None:
    judge.warm()
    judge.close()
    assert judge.check(entretien()).kit


def test_without_a_kit_it_is_said_and_nothing_is_refused(tmp_path: Path) -> None:
    kit = InstalledKit(tmp_path)
    kit.warm()
    verdict = kit.check(entretien())
    assert ([one.code for one in verdict.findings], verdict.kit) == (["GAL-SOI-20"], "")
    assert not is_refused(verdict.findings)
    kit.close()


def test_a_kit_whose_record_is_lost_is_said_and_refuses_nothing(tmp_path: Path) -> None:
    (tmp_path / "installed.json").write_text("{", encoding="utf-8")
    verdict = InstalledKit(tmp_path).check(entretien())
    assert ([one.code for one in verdict.findings], verdict.kit) == (["GAL-SOI-21"], "")
    assert not is_refused(verdict.findings)
