"""How do the octets of a document become what the screen shows, text, tables and pages?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs import safe_pdf
from app.docs.reading.read import read
from app.docs.showing import data, facts
from app.docs.showing.page import body_html
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity
from app.officine.inbox.shown import DataCell, DataTable, Shown

if TYPE_CHECKING:
    from app.docs.pdf_view import PageImage
    from app.docs.reading.model import ReadDocument
    from app.docs.showing.data import Grid
    from app.officine.inbox.shown import ComparedTrait

_PDF: Final = "application/pdf"
CUT: Final = "GAL-DOC-87"
STRIPPED: Final = "GAL-DOC-88"


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
        findings.append(Finding(CUT, Severity.WARNING, text, advice))
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
        findings=(*document.findings, *findings),
        identity=identity,
        identity_said=said,
        identity_tone=tone,
        links=fragment.links,
        banner=banner,
    )


def shown_file(content: bytes) -> Shown:
    """Return what the screen shows of a file that is no one's yet. Raises InputDefect for what can't be read."""
    return shown_of(read(content))


def _table(grid: Grid) -> DataTable:
    rows = tuple(tuple(DataCell(cell.text, cell.tone) for cell in row) for row in grid.rows)
    return DataTable(grid.title, grid.columns, rows, grid.aside)


def _pages(document: ReadDocument) -> tuple[PdfPages | None, list[Finding]]:
    """Return the pages of a PDF body, or of the PDF copy of a structured one, and what is to be said of it."""
    copies = [content for media, content in document.attachments if media == _PDF]
    content = document.payload if document.body == "pdf" else next(iter(copies), b"")
    if not content:
        return None, []
    try:
        with safe_pdf.PdfReader(content) as reader:
            pages, removed = PdfPages(content, reader.page_count), reader.removed
    except InputDefect as defect:
        return None, [Finding(defect.code, Severity.WARNING, defect.text, defect.advice)]
    if not removed:
        return pages, []
    text = f"Ce PDF portait ce qui ne sert pas à le lire ({', '.join(removed)}) : Galien le montre sans cela."
    return pages, [Finding(STRIPPED, Severity.INFO, text)]
