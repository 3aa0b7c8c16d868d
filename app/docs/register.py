"""What do the printed pages of a register look like? A4 landscape, the officine and the number on every page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.docs import datamatrix, fonts
from app.docs.fonts import BOLD, REGULAR
from app.kernel import french
from app.kernel.text import typographic

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.docs.identity_sheet import IdentityBlock
    from app.docs.ticket import Pharmacy

_MM = 72 / 25.4
_PAGE = (297 * _MM, 210 * _MM)
_MARGIN = 12 * _MM
_ROOM = _PAGE[0] - 2 * _MARGIN
_TOP = _PAGE[1] - 28 * _MM
_BOTTOM = 16 * _MM
_TEXT, _SMALL, _HEAD = 7.2, 6.6, 12.0
_STEP = _TEXT * 1.28
_PAD = 1.3 * _MM
_INK, _SOFT, _LINE, _BAND = 0.08, 0.36, 0.78, 0.93
_TRAIT, _TRAIT_STEP, _TRAIT_COLUMNS = 8.6, 8.6 * 2.5, 3
_CAPTION = 6.4


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column: its title, its share of the width, and whether it holds numbers."""

    title: str
    share: float
    right: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of cells, in the order of the columns; ``struck`` for what was cancelled, ``heading`` for a group."""

    cells: tuple[str, ...]
    struck: bool = False
    strong: bool = False
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A register, or a part of it, to be printed.

    ``notes`` stand after the last row; ``empty`` in place of rows where there are none; ``banner`` marks a simulation;
    ``signatures`` are lines to be signed by hand. ``identity`` is that of the one patient of whom it is an extract: it
    stands at the head of the first page (INS-28, INS-32).
    """

    title: str
    subtitle: str
    pharmacy: Pharmacy
    printed_at: dt.datetime
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    empty: str = "Aucune écriture."
    banner: str = ""
    identity: IdentityBlock | None = None


def register_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF, as many pages as it needs, each numbered ``n/N``; fonts embedded.

    Every page bears the name, the address and the FINESS number of the officine (rules of
    the comptabilité des stupéfiants, as meddispar tells them; R.5132-10 for the ordonnancier).
    """
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy: at the first page printed

    fonts.load_fonts()
    pages = _paged(sheet)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=_PAGE, invariant=1, pageCompression=1)
    canvas.setTitle(fonts.printable(sheet.title))
    canvas.setAuthor(fonts.printable(sheet.pharmacy.name))
    for number, page in enumerate(pages, start=1):
        _frame(canvas, sheet, number, len(pages))
        page.draw(canvas, sheet)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Laid:
    """A row with its cells cut into lines."""

    row: SheetRow
    lines: tuple[tuple[str, ...], ...]
    height: float


@dataclass(slots=True)
class _Leaf:
    """One page: the rows that it takes, and what follows the last of them."""

    rows: list[_Laid]
    identity: IdentityBlock | None = None
    foot: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()

    def draw(self, canvas: Any, sheet: Sheet) -> None:  # noqa: ANN401 -- the library's canvas
        top = _TOP
        if self.identity is not None:
            _identity(canvas, self.identity)
            top -= _identity_height(self.identity)
        y = _titles(canvas, sheet, top)
        for place, laid in enumerate(self.rows):
            y = _row(canvas, sheet, laid, y, shaded=place % 2 == 1)
        if not sheet.rows:
            y = _words(canvas, sheet.empty, y - _PAD, grey=_SOFT)
        y -= _PAD
        for note in self.foot:
            y = _words(canvas, note, y, grey=_SOFT)
        for place, label in enumerate(self.signatures):
            x = _MARGIN + place * (_ROOM / max(1, len(self.signatures)))
            _put(canvas, label, x, y - 4 * _MM, size=_SMALL, grey=_SOFT)
            canvas.setStrokeGray(_LINE)
            canvas.line(x, y - 18 * _MM, x + _ROOM / max(2, len(self.signatures)) * 0.8, y - 18 * _MM)


def _paged(sheet: Sheet) -> list[_Leaf]:
    widths = _widths(sheet.columns)
    leaf = _Leaf([], sheet.identity)
    leaves = [leaf]
    left = _first_room(sheet) - (0.0 if sheet.identity is None else _identity_height(sheet.identity))
    for row in sheet.rows:
        laid = _laid(row, widths)
        if laid.height > left and leaf.rows:
            leaf = _Leaf([])
            leaves.append(leaf)
            left = _first_room(sheet)
        leaf.rows.append(laid)
        left -= laid.height
    lines = [line for note in sheet.notes for line in fonts.wrapped(note, REGULAR, _SMALL, _ROOM)]
    needed = len(lines) * _STEP + (22 * _MM if sheet.signatures else 0) + 2 * _PAD
    if needed > left and leaf.rows:
        leaf = _Leaf([])
        leaves.append(leaf)
    leaf.foot, leaf.signatures = tuple(lines), sheet.signatures
    return leaves


def _first_room(sheet: Sheet) -> float:
    return _TOP - _BOTTOM - _title_height(sheet)


def _title_height(sheet: Sheet) -> float:
    widths = _widths(sheet.columns)
    deepest = max(
        len(fonts.wrapped(column.title, BOLD, _SMALL, width - 2 * _PAD))
        for column, width in zip(sheet.columns, widths, strict=True)
    )
    return deepest * _STEP + 2 * _PAD


def _widths(columns: Sequence[SheetColumn]) -> list[float]:
    whole = sum(column.share for column in columns)
    return [_ROOM * column.share / whole for column in columns]


def _laid(row: SheetRow, widths: Sequence[float]) -> _Laid:
    if row.heading:
        return _Laid(row, (), _STEP + 2 * _PAD)
    font = BOLD if row.strong else REGULAR
    lines = tuple(
        tuple(line for part in cell.split("\n") for line in fonts.wrapped(part, font, _TEXT, width - 2 * _PAD))
        for cell, width in zip(row.cells, widths, strict=True)
    )
    return _Laid(row, lines, max(len(cell) for cell in lines) * _STEP + 1.4 * _PAD)


# --- Drawing ----------------------------------------------------------------------------------------------------------


def _frame(canvas: Any, sheet: Sheet, number: int, count: int) -> None:  # noqa: ANN401 -- the library's canvas
    """Draw what every page bears: the officine, the title, the number of the page."""
    if sheet.banner:
        _watermark(canvas, sheet.banner)
    pharmacy, top = sheet.pharmacy, _PAGE[1] - _MARGIN
    _put(canvas, pharmacy.name or "Officine sans nom", _MARGIN, top - 8, font=BOLD, size=9.4)
    _put(canvas, ", ".join(pharmacy.address) or "Adresse non renseignée", _MARGIN, top - 18, size=_TEXT, grey=_SOFT)
    _put(canvas, f"FINESS {pharmacy.finess or 'non renseigné'}", _MARGIN, top - 27, size=_TEXT, grey=_SOFT)
    _put_right(canvas, sheet.title, top - 10, font=BOLD, size=_HEAD)
    _put_right(canvas, sheet.subtitle, top - 22, size=_TEXT, grey=_SOFT)
    canvas.setStrokeGray(_INK)
    canvas.setLineWidth(0.8)
    canvas.line(_MARGIN, _TOP + 3 * _MM, _PAGE[0] - _MARGIN, _TOP + 3 * _MM)
    foot = f"Imprimé le {french.moment(sheet.printed_at)} par Galien"
    if sheet.banner:
        foot += f" — {sheet.banner}, sans valeur : personnes fictives"
    _put(canvas, typographic(foot), _MARGIN, 8 * _MM, size=_SMALL, grey=_SOFT)
    _put_right(canvas, f"Page {number}/{count}", 8 * _MM, font=BOLD, size=_TEXT)


def _identity_height(block: IdentityBlock) -> float:
    rows = -(-len(block.traits) // _TRAIT_COLUMNS) + 1
    square = 0.0 if block.modules is None else datamatrix.side(block.modules, datamatrix.MODULE_MM * _MM)
    return max(rows * _TRAIT_STEP, square + _CAPTION * 1.6 if square else 0.0) + 4 * _PAD


def _identity(canvas: Any, block: IdentityBlock) -> None:  # noqa: ANN401 -- the library's canvas
    """Draw who the extract is of: the traits under their labels; for an identity qualifiée, the INS and its symbol."""
    height = _identity_height(block) - 2 * _PAD
    canvas.setStrokeGray(_LINE)
    canvas.setLineWidth(0.6)
    canvas.rect(_MARGIN, _TOP - height, _ROOM, height, stroke=1, fill=0)
    module = datamatrix.MODULE_MM * _MM
    square = 0.0 if block.modules is None else datamatrix.side(block.modules, module)
    width = (_ROOM - square - 6 * _PAD) / _TRAIT_COLUMNS
    _put(canvas, block.status, _MARGIN + 2 * _PAD, _TOP - _PAD - _TEXT - 2, font=BOLD, size=_TEXT, grey=_SOFT)
    for place, (label, _, value) in enumerate(block.traits):
        row, column = divmod(place, _TRAIT_COLUMNS)
        x, y = _MARGIN + 2 * _PAD + column * width, _TOP - _PAD - (row + 1) * _TRAIT_STEP - 4
        _put(canvas, label, x, y, size=_SMALL, grey=_SOFT)
        # A name has up to a hundred characters: it is drawn smaller rather than cut.
        size = min(_TRAIT, _TRAIT * (width - 2 * _PAD) / max(1.0, fonts.width(value, BOLD, _TRAIT)))
        _put(canvas, value, x, y - _TRAIT * 1.05, font=BOLD, size=size)
    if block.modules is not None:
        x = _MARGIN + _ROOM - square - 2 * _PAD
        datamatrix.draw(canvas, block.modules, x, _TOP - _PAD - square, module)
        shift = (square - fonts.width(block.caption, BOLD, _CAPTION)) / 2
        _put(canvas, block.caption, x + shift, _TOP - _PAD - square - _CAPTION * 1.2, font=BOLD, size=_CAPTION)


def _titles(canvas: Any, sheet: Sheet, top: float) -> float:  # noqa: ANN401 -- the library's canvas
    height = _title_height(sheet)
    canvas.setFillGray(_BAND - 0.06)
    canvas.rect(_MARGIN, top - height, _ROOM, height, stroke=0, fill=1)
    x = _MARGIN
    for column, width in zip(sheet.columns, _widths(sheet.columns), strict=True):
        for place, line in enumerate(fonts.wrapped(column.title, BOLD, _SMALL, width - 2 * _PAD)):
            _cell(canvas, line, x, top - _PAD - (place + 1) * _STEP + 2, width, right=column.right, font=BOLD)
        x += width
    return top - height


def _row(canvas: Any, sheet: Sheet, laid: _Laid, y: float, *, shaded: bool) -> float:  # noqa: ANN401 -- the library's canvas
    bottom = y - laid.height
    if laid.row.heading:
        _put(canvas, laid.row.heading, _MARGIN, bottom + _PAD + 1, font=BOLD, size=_TEXT)
        return bottom
    if shaded:
        canvas.setFillGray(_BAND + 0.035)
        canvas.rect(_MARGIN, bottom, _ROOM, laid.height, stroke=0, fill=1)
    canvas.setStrokeGray(_LINE)
    canvas.setLineWidth(0.3)
    canvas.line(_MARGIN, bottom, _MARGIN + _ROOM, bottom)
    x = _MARGIN
    font = BOLD if laid.row.strong else REGULAR
    for column, width, lines in zip(sheet.columns, _widths(sheet.columns), laid.lines, strict=True):
        for place, line in enumerate(lines):
            base = y - 0.7 * _PAD - (place + 1) * _STEP + 2
            _cell(canvas, line, x, base, width, right=column.right, font=font, size=_TEXT)
            if laid.row.struck and line:
                canvas.setStrokeGray(_SOFT)
                end = fonts.width(line, font, _TEXT)
                start = x + width - _PAD - end if column.right else x + _PAD
                canvas.line(start, base + _TEXT * 0.32, start + end, base + _TEXT * 0.32)
        x += width
    return bottom


def _cell(
    canvas: Any,  # noqa: ANN401 -- the library's canvas
    words: str,
    x: float,
    y: float,
    width: float,
    *,
    right: bool,
    font: str = REGULAR,
    size: float = _SMALL,
) -> None:
    text = fonts.printable(words, font)
    start = x + width - _PAD - fonts.width(text, font, size) if right else x + _PAD
    _put(canvas, text, start, y, font=font, size=size)


def _words(canvas: Any, words: str, y: float, *, grey: float) -> float:  # noqa: ANN401 -- the library's canvas
    for line in fonts.wrapped(words, REGULAR, _SMALL, _ROOM):
        y -= _STEP
        _put(canvas, line, _MARGIN, y, size=_SMALL, grey=grey)
    return y


def _put(
    canvas: Any,  # noqa: ANN401 -- the library's canvas
    words: str,
    x: float,
    y: float,
    *,
    font: str = REGULAR,
    size: float = _TEXT,
    grey: float = _INK,
) -> None:
    canvas.setFillGray(grey)
    canvas.setFont(font, size)
    canvas.drawString(x, y, fonts.printable(words, font))


def _put_right(
    canvas: Any,  # noqa: ANN401 -- the library's canvas
    words: str,
    y: float,
    *,
    font: str = REGULAR,
    size: float = _TEXT,
    grey: float = _INK,
) -> None:
    text = fonts.printable(words, font)
    _put(canvas, text, _PAGE[0] - _MARGIN - fonts.width(text, font, size), y, font=font, size=size, grey=grey)


def _watermark(canvas: Any, banner: str) -> None:  # noqa: ANN401 -- the library's canvas
    canvas.saveState()
    canvas.setFillGray(0.94)
    canvas.setFont(BOLD, 82)
    canvas.translate(_PAGE[0] / 2, _PAGE[1] / 2 - 20)
    canvas.rotate(28)
    canvas.drawCentredString(0, 0, banner)
    canvas.restoreState()
