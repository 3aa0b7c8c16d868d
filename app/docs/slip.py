"""What does the patient take away for what is still owed? The promis ticket: what, how many, and a code to find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.docs.fonts import BOLD, width
from app.docs.sheet import DUPLICATE, INK, MM, SOFT, Sheet
from app.kernel import french

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.ticket import Pharmacy

_WIDTH = 80 * MM
_ENDLESS = 14_000.0
_BAR_HEIGHT = 13 * MM


@dataclass(frozen=True, slots=True)
class Slip:
    """What is owed: product and boxes; ``code`` is what the bars hold, ASCII, empty for none; ``note`` comes after."""

    pharmacy: Pharmacy
    number: str
    at: dt.datetime
    patient: str
    lines: tuple[tuple[str, int], ...]
    code: str = ""
    expected: str = ""
    note: str = ""
    banner: str = ""
    duplicate: bool = False


def slip_pdf(slip: Slip) -> bytes:
    """Return the slip as a PDF 80 mm wide, as long as it needs; its bars are a Code 128."""
    sheet = Sheet((_WIDTH, _ENDLESS), f"Promis {slip.number}", slip.pharmacy, slip.banner, margin=5 * MM)
    for words in (slip.duplicate and DUPLICATE, slip.banner and f"{slip.banner} — sans valeur"):
        if words:
            sheet.mark(words)
    sheet.paragraph(slip.pharmacy.name, size=11, font=BOLD)
    for line in filter(None, [*slip.pharmacy.address, slip.pharmacy.phone and f"Tél. {slip.pharmacy.phone}"]):
        sheet.paragraph(line, size=7.6, grey=SOFT)
    sheet.space(2)
    sheet.rule(grey=INK, thick=0.9)
    sheet.space(2)
    sheet.paragraph("À retirer", size=11, font=BOLD)
    sheet.pair(f"Promis {slip.number}", french.moment(slip.at), size=7.6)
    if slip.patient:
        sheet.paragraph(f"Patient : {slip.patient}", size=8)
    sheet.space(1.5)
    for label, count in slip.lines:
        sheet.paragraph(f"{count} × {label}", size=8.6, font=BOLD)
        sheet.space(0.6)
    if slip.expected:
        sheet.paragraph(f"Prévu : {slip.expected}", size=8)
    if slip.note:
        sheet.paragraph(slip.note, size=8)
    if slip.code:
        sheet.space(2)
        _bars(sheet, slip.code)
    sheet.space(1.5)
    sheet.paragraph("Présentez ce ticket au comptoir.", size=7.2, grey=SOFT)
    sheet.size = (_WIDTH, sheet.y + 2 * sheet.margin + 3 * MM)
    return sheet.pdf()


def _bars(sheet: Sheet, code: str) -> None:
    from reportlab.graphics.barcode.code128 import Code128  # noqa: PLC0415 -- heavy: at the first slip printed

    bars = Code128(code, barHeight=_BAR_HEIGHT, barWidth=0.9, quiet=False)
    if bars.width > sheet.room:
        bars = Code128(code, barHeight=_BAR_HEIGHT, barWidth=0.9 * sheet.room / bars.width, quiet=False)
    y = sheet.y

    def draw(canvas: Any, height: float) -> None:  # noqa: ANN401 -- the library's canvas
        canvas.setFillGray(0)
        bars.drawOn(canvas, sheet.margin + (sheet.room - bars.width) / 2, height - y - _BAR_HEIGHT)

    sheet.pages[-1].append(draw)
    sheet.y += _BAR_HEIGHT + 2
    x = sheet.margin + (sheet.room - width(code, BOLD, 8)) / 2
    sheet.write(code, x, sheet.y + 8, size=8, font=BOLD)
    sheet.y += 11
