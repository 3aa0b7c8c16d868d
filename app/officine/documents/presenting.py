"""How do the octets of a document become what the screen shows, text, tables and pages?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs import safe_pdf
from app.docs.reading.pdfs import checked, pdf_of
from app.docs.reading.read import read
from app.docs.showing import data, facts
from app.docs.showing.page import body_html
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity
from app.officine.documents.shown import DataCell, DataTable, Shown

if TYPE_CHECKING:
    from app.docs.pdf_view import PageImage
    from app.docs.reading.model import ReadDocument
    from app.docs.showing.data import Grid
    from app.officine.documents.shown import ComparedTrait

CUT: Final = "GAL-DOC-87"


@dataclass(frozen=True, slots=True)
class PdfPages:
    """The pages of a received PDF, each drawn in a process of its own when it is asked for."""

    content: bytes
    count: int

    def page(self, number: int, dpi: float) -> PageImage:
        """Return a page (from 0). Raises InputDefect for one that can't be drawn in its time and memory."""
        return safe_pdf.page(self.content, number, dpi=dpi)


def shown_of(
    document: ReadDocument,
    *,
    identity: tuple[ComparedTrait, ...] = (),
    said: str = "",
    tone: str = "",
    subtitle: str = "",
    banner: str = "",
) -> Shown:
    """Return what the screen shows of a document; made off the screen's thread, a PDF takes a tenth of a second.

    ``identity`` compares its patient with a file, ``said`` and ``tone`` judge the comparison; ``subtitle`` is said
    under the title. What can't be shown is among the findings. Requirement: SC.DOC.07.
    """
    fragment = body_html(document, header=False, read=False, links=True)
    pages, findings = _pages(document)
    if fragment.is_cut:
        text = "Ce document est trop long : seul son début est montré."
        advice = "Ouvrez le fichier d’origine pour le lire en entier."
        findings = (*findings, Finding(CUT, Severity.WARNING, text, advice))
    return Shown(
        title=document.title or facts.UNTITLED,
        subtitle=subtitle,
        summary=facts.summary(document),
        facts=facts.about(document),
        patient=facts.patient(document.patient),
        html=fragment.html,
        tables=tuple(_table(grid) for grid in data.grids(document)),
        pages=pages,
        has_text=document.body != "pdf",
        findings=findings,
        identity=identity,
        identity_said=said,
        identity_tone=tone,
        links=fragment.links,
        banner=banner,
        paper=None if document.body == "pdf" else lambda: body_html(document).html,
    )


def shown_file(content: bytes) -> Shown:
    """Return what the screen shows of a file that is no one's yet. Raises InputDefect for what can't be read."""
    return shown_of(read(content))


def pages_of(content: bytes) -> PdfPages | None:
    """Return the pages of a PDF that goes with a document; None for one that can't be opened."""
    try:
        with safe_pdf.PdfReader(content) as reader:
            return PdfPages(content, reader.page_count)
    except InputDefect:
        return None


def _table(grid: Grid) -> DataTable:
    rows = tuple(tuple(DataCell(cell.text, cell.tone) for cell in row) for row in grid.rows)
    return DataTable(grid.title, grid.columns, rows, grid.aside)


def _pages(document: ReadDocument) -> tuple[PdfPages | None, tuple[Finding, ...]]:
    """Return the pages of a PDF body, or of the PDF copy of a structured one, and all that is to be said."""
    content = pdf_of(document)
    if not content:
        return None, document.findings
    # That it can't be opened, the check says.
    return pages_of(content), checked(document).findings
