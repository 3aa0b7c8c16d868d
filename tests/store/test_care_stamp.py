"""Does the paper of a document that no longer stands say so on each page, and that of one that stands say nothing?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from care_desk import ENTRETIEN, CareDesk, done, pdf_text

from app.docs.stamp import stamped
from app.officine.care.model import DocumentKind, SectionPart

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.database import Database

LONG = replace(ENTRETIEN, sections=tuple(SectionPart(f"Partie {one}", "Un mot du patient. " * 400) for one in range(3)))


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> CareDesk:
    """An officine with a qualified patient, a titulaire and a doctor."""
    return CareDesk(database, tmp_path)


def words_of_pages(content: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(content)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]
    finally:
        pdf.close()


@pytest.mark.req("SC.DOC.04")
def test_a_deleted_document_is_printed_as_deleted_with_its_reason_on_each_page(desk: CareDesk) -> None:
    written = done(desk.care.record(desk.draft(DocumentKind.ENTRETIEN, part=LONG), desk.holder))
    before = desk.care.write_pdf(written.id, desk.holder).read_bytes()
    assert "SUPPRIMÉ" not in pdf_text(before)
    done(desk.care.delete(written.id, "Dossier d’une homonyme", desk.holder))
    pages = words_of_pages(desk.care.write_pdf(written.id, desk.holder).read_bytes())
    assert len(pages) == len(words_of_pages(before)) > 1
    assert all("SUPPRIMÉ" in one and "homonyme" in one for one in pages)


@pytest.mark.req("SC.DOC.04")
def test_a_replaced_document_is_printed_as_replaced_and_its_follower_is_not(desk: CareDesk) -> None:
    first = done(desk.care.record(desk.draft(), desk.holder))
    again = replace(desk.care.again(first.id, desk.holder), reason="Erreur de lot")
    second = done(desk.care.record(again, desk.holder))
    assert "REMPLACÉ" in desk.pdf_text(desk.care.get(first.id, desk.holder))
    assert "REMPLACÉ" not in desk.pdf_text(second)


def test_a_stamp_needs_no_more_than_a_page(desk: CareDesk) -> None:
    written = done(desk.care.record(desk.draft(), desk.holder))
    pdf = desk.care.write_pdf(written.id, desk.holder).read_bytes()
    marked = stamped(pdf, "SUPPRIMÉ", "motif " * 200)
    assert len(words_of_pages(marked)) == len(words_of_pages(pdf))
