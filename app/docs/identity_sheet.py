"""Who is the patient, on paper: the identity block of any document, the sheet of the file, the label of a folder?

Sources: RNIV and Guide d’implémentation INS (EXI DIF 02; INS.55 to INS.57 of the conformity list): the four traits in
clear under labels that cannot be taken for others; for an identity qualifiée alone the matricule, its nature, and the
INS datamatrix.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.docs import datamatrix, fonts
from app.docs.fonts import BOLD, REGULAR
from app.docs.labels import FLOOR
from app.docs.sheet import A4, FAINT, LEADING, MM, SOFT, Sheet
from app.kernel import french
from app.kernel.text import typographic

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.datamatrix import Modules
    from app.docs.labels import LabelSize
    from app.docs.ticket import Pharmacy

_LABEL_ROOM = 46 * MM
_PADDING = 4 * MM
_CAPTION = 8.0


@dataclass(frozen=True, slots=True)
class IdentityBlock:
    """The traits of a patient for a paper, each with its long and its short label (INS.02).

    ``modules`` is the symbol of an identity qualifiée; None for any other, whose matricule is not among the traits.
    """

    traits: tuple[tuple[str, str, str], ...]
    status: str
    modules: Modules | None = None
    caption: str = datamatrix.INS_CAPTION


@dataclass(frozen=True, slots=True)
class IdentityPaper:
    """The sheet of one patient: who issues it, the day, the block, who printed it."""

    pharmacy: Pharmacy
    name: str
    day: dt.date
    block: IdentityBlock
    operator: str = ""
    banner: str = ""


def write_block(sheet: Sheet, block: IdentityBlock) -> None:
    """Write an identity across a page: the traits at the left, the symbol at the right, in a frame."""
    module = datamatrix.MODULE_MM * MM
    square = 0.0 if block.modules is None else datamatrix.side(block.modules, module)
    points = min(_CAPTION, _CAPTION * square / max(1.0, fonts.width(block.caption, BOLD, _CAPTION)))
    room = sheet.room - 2 * _PADDING - _LABEL_ROOM - (square + _PADDING if square else 0)
    lines = [(label, fonts.wrapped(value, BOLD, 10, room)) for label, _, value in block.traits]
    text = sum(len(value) * 10 * LEADING + 1.2 * MM for _, value in lines)
    height = max(text, square + points * LEADING) + 2 * _PADDING
    sheet.need(height)
    top = sheet.y
    sheet.box(sheet.margin, top, sheet.room, height, line=FAINT)
    y = top + _PADDING
    for label, value in lines:
        sheet.write(label, sheet.margin + _PADDING, y + 10, size=8.5, grey=SOFT)
        for line in value:
            sheet.write(line, sheet.margin + _PADDING + _LABEL_ROOM, y + 10, size=10, font=BOLD)
            y += 10 * LEADING
        y += 1.2 * MM
    if block.modules is not None:
        left = sheet.size[0] - sheet.margin - _PADDING - square
        _put_symbol(sheet, block.modules, left, top + _PADDING + square, module)
        shift = (square - fonts.width(block.caption, BOLD, points)) / 2
        sheet.write(block.caption, left + shift, top + _PADDING + square + points, size=points, font=BOLD)
    sheet.y = top + height


def identity_pdf(paper: IdentityPaper) -> bytes:
    """Return the sheet of a patient as an A4 PDF."""
    sheet = Sheet(A4, "Fiche d’identité", paper.pharmacy, banner=paper.banner)
    sheet.letterhead("Fiche d’identité", [paper.name, f"Établie le {french.long_date(paper.day)}"])
    if paper.banner:
        sheet.mark(typographic(f"{paper.banner} — sans valeur"))
    sheet.paragraph(paper.block.status, size=11, font=BOLD)
    sheet.space(2)
    write_block(sheet, paper.block)
    sheet.space(5)
    if paper.block.modules is None:
        said = "Cette identité n’est pas qualifiée : ni matricule INS, ni code à scanner."
    else:
        said = (
            "Le code porte l’INS et les traits ci-dessus. Il n’est pas signé : lu par un autre professionnel, il ne "
            "remplace ni une pièce d’identité, ni l’interrogation du téléservice INSi."
        )
    sheet.paragraph(typographic(said), size=8.5, grey=SOFT)
    if paper.operator:
        sheet.space(2)
        sheet.paragraph(f"Imprimée par {paper.operator}", size=8.2, grey=SOFT)
    return sheet.pdf()


def identity_label_pdf(block: IdentityBlock, size: LabelSize, banner: str = "") -> bytes:
    """Return the label of a patient's folder as a PDF: short labels, the symbol at the right; on a sheet, the first.

    The letters shrink until the traits hold; below ``FLOOR`` a trait is written on fewer lines than it needs, and ends
    with an ellipsis: the symbol holds it whole.
    """
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy: at the first page printed

    fonts.load_fonts()
    out = io.BytesIO()
    width, height, top = size.width * MM - 2 * size.inset, size.height * MM - 2 * size.inset, size.page[1] - size.inset
    canvas = Canvas(out, pagesize=size.page, invariant=1, pageCompression=1)
    canvas.setTitle("Étiquette d’identité")
    module = datamatrix.LABEL_MODULE_MM * MM
    square = 0.0 if block.modules is None else datamatrix.side(block.modules, module)
    room = width - (square + 2 * MM if square else 0)
    foot = FLOOR * LEADING if banner else 0.0
    _write_traits(canvas, block, (size.inset, top), (room, height - foot))
    if banner:
        canvas.setFont(BOLD, FLOOR)
        canvas.drawString(size.inset, top - height + 1, fonts.printable(banner, BOLD))
    if block.modules is not None:
        left = size.inset + width - square
        datamatrix.draw(canvas, block.modules, left, top - square, module)
        canvas.setFillGray(0)
        canvas.setFont(BOLD, FLOOR)
        canvas.drawCentredString(left + square / 2, top - square - FLOOR, fonts.printable(block.caption, BOLD))
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _put_symbol(sheet: Sheet, modules: Modules, x: float, y: float, module: float) -> None:
    def paint(canvas: Any, height: float) -> None:  # noqa: ANN401 -- the library's canvas
        datamatrix.draw(canvas, modules, x, height - y, module)

    sheet.pages[-1].append(paint)


def _write_traits(canvas: Any, block: IdentityBlock, start: tuple[float, float], room: tuple[float, float]) -> None:  # noqa: ANN401 -- the library's canvas
    texts = [f"{short} {value}" for _, short, value in block.traits]
    size = 8.4
    while True:
        lines = [line for text in texts for line in fonts.wrapped(text, REGULAR, size, room[0])]
        if len(lines) * size * 1.2 <= room[1] or size <= FLOOR:
            break
        size = max(FLOOR, size - 0.4)
    shown = int(room[1] / (size * 1.2) + 0.001)
    if len(lines) > shown:
        lines = [_elided(text, size, room[0]) for text in texts]
    x, y = start
    canvas.setFillGray(0)
    canvas.setFont(REGULAR, size)
    for line in lines:
        y -= size * 1.2
        canvas.drawString(x, y, line)


def _elided(text: str, size: float, room: float) -> str:
    first, *rest = fonts.wrapped(text, REGULAR, size, room - fonts.width("…", REGULAR, size))
    return f"{first}…" if rest else first
