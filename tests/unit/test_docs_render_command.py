"""Does « docs render » show a received document, each of an archive, and the pages of a PDF?"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

import clinical_people
import pytest
from cda_samples import cda, header, sample, unstructured
from html_checks import Page
from PIL import Image

from app.cli import main
from app.docs.clinical import Kind
from app.docs.xdm.model import Sender
from app.docs.xdm.write import write_xdm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

pytestmark = pytest.mark.req("SC.DOC.07")

_AT = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Where the document that is rendered lies."""
    return tmp_path / "recu"


def _rendered(source: Path, capsys: pytest.CaptureFixture[str], code: int = 0) -> Mapping[str, Any]:
    assert main(["docs", "render", str(source), "--out", str(source.parent / "out"), "--json"]) == code
    told: Mapping[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_structured_document_is_a_page_of_html_and_pictures_of_a4(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_bytes(sample("VSM_1.4.xml"))
    told = _rendered(source, capsys)
    out = source.parent / "out"
    assert told["html"] == str(out / "document.html")
    assert told["pages"] == [str(out / f"page-{number}.png") for number in range(1, len(told["pages"]) + 1)]
    page = Page((out / "document.html").read_text("utf-8"))
    assert not page.faults
    assert "Pyélonéphrite" in page.words
    with Image.open(out / "page-1.png") as drawn:
        width, height = drawn.size
        assert len(drawn.convert("L").getcolors() or ()) > 10
    assert height / width == pytest.approx(297 / 210, abs=0.01)


def test_a_pdf_body_gives_its_own_pages_and_its_header_in_the_file(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_bytes(sample("CR-BIO_2021.01_CDA-R2-Niveau-1.xml"))
    told = _rendered(source, capsys)
    assert len(told["pages"]) == 2
    written = (source.parent / "out" / "document.html").read_text("utf-8")
    assert not Page(written).faults
    assert written.count("<img ") == 2
    assert "Dr Marcel CAMPARINI" in written


def test_a_damaged_pdf_body_is_refused_and_its_header_shown(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source.write_bytes(cda(header(), unstructured("application/pdf", base64.b64encode(b"%PDF-1.4 rien").decode())))
    told = _rendered(source, capsys, code=3)
    assert told["pages"] == []
    assert [finding["code"] for finding in told["findings"]].count("GAL-DOC-66") == 1
    assert "ESSAI" in (source.parent / "out" / "document.html").read_text("utf-8")


def test_each_document_of_an_archive_has_its_folder(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = clinical_people.document(1, Kind.VACCINATION, "qualifiee")
    other = clinical_people.document(2, Kind.VACCINATION, "qualifiee")
    both = [note, dataclasses.replace(other, subject=note.subject)]
    source.write_bytes(
        write_xdm(
            [clinical_people.cda(one) for one in both],
            sender=Sender("PHARMACIE D’ESSAI"),
            unique_id="2.25.77",
            source_id="2.25.78",
            at=_AT,
        )
    )
    told = _rendered(source, capsys)
    out = source.parent / "out"
    assert [one["html"] for one in told["documents"]] == [
        str(out / "document.html"),
        str(out / "document-2" / "document.html"),
    ]
    for one in told["documents"]:
        assert one["pages"]


def test_what_is_no_document_is_refused_and_nothing_is_written(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_bytes(b"PK\x03\x04 pas une archive")
    assert _rendered(source, capsys, code=3)["findings"]
    assert not (source.parent / "out").exists()
