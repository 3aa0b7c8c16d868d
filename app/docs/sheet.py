"""How is a printed page filled from the top down, on as many pages as it needs?"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.docs import fonts
from app.docs.fonts import BOLD, REGULAR

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.docs.ticket import Pharmacy

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
A4_WIDE = (297 * MM, 210 * MM)
A5 = (148 * MM, 210 * MM)
INK, SOFT, FAINT, PALE = 0.08, 0.38, 0.72, 0.94
LEADING = 1.32
DUPLICATE = "DUPLICATA"
_FOOT_ROOM = 9 * MM


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its width in points, whether its cells stand to the right or in the middle."""

    title: str
    width: float
    right: bool = False
    centred: bool = False
    bold: bool = False


@dataclass(slots=True)
class Sheet:
    """A document on pages of one size; ``y`` is how far down the current page the next thing goes."""

    size: tuple[float, float]
    title: str
    pharmacy: Pharmacy
    banner: str = ""
    margin: float = 14 * MM
    y: float = field(init=False)
    pages: list[list[Callable[[Any, float], None]]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin the first page."""
        self.y = self.margin
        self.pages = [[]]

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.size[0] - 2 * self.margin

    @property
    def bottom(self) -> float:
        """How far down a page can be written."""
        return self.size[1] - self.margin - _FOOT_ROOM

    def need(self, height: float) -> bool:
        """Begin another page where ``height`` no longer fits; True where it did."""
        if self.y + height <= self.bottom or not self.pages[-1]:
            return False
        self.pages.append([])
        self.y = self.margin
        return True

    def space(self, mm: float) -> None:
        """Leave room."""
        self.y += mm * MM

    def write(
        self,
        words: str,
        x: float,
        y: float,
        *,
        size: float,
        font: str = REGULAR,
        grey: float = INK,
        right: bool = False,
    ) -> None:
        """Write words on the current page with their foot at ``y``, from ``x`` or up to it."""
        text = fonts.printable(words, font)
        start = x - fonts.width(text, font, size) if right else x

        def draw(canvas: Any, height: float) -> None:  # noqa: ANN401 -- the library's canvas
            canvas.setFillGray(grey)
            canvas.setFont(font, size)
            canvas.drawString(start, height - y, text)

        self.pages[-1].append(draw)

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: float | None = None, line: float | None = None
    ) -> None:
        """Draw a rectangle on the current page, its top at ``y``."""

        def draw(canvas: Any, page: float) -> None:  # noqa: ANN401 -- the library's canvas
            if fill is not None:
                canvas.setFillGray(fill)
            if line is not None:
                canvas.setStrokeGray(line)
                canvas.setLineWidth(0.6)
            canvas.rect(x, page - y - height, width, height, stroke=int(line is not None), fill=int(fill is not None))

        self.pages[-1].append(draw)

    def rule(self, *, grey: float = FAINT, thick: float = 0.5) -> None:
        """Draw a line across."""
        y = self.y

        def draw(canvas: Any, height: float) -> None:  # noqa: ANN401 -- the library's canvas
            canvas.setStrokeGray(grey)
            canvas.setLineWidth(thick)
            canvas.line(self.margin, height - y, self.size[0] - self.margin, height - y)

        self.pages[-1].append(draw)

    def paragraph(
        self,
        words: str,
        *,
        size: float = 9,
        font: str = REGULAR,
        grey: float = INK,
        x: float | None = None,
        room: float | None = None,
    ) -> None:
        """Write a text over ``room`` points (the whole width), on as many lines and pages as it needs."""
        left, width = self.margin if x is None else x, self.room if room is None else room
        for line in fonts.wrapped(words, font, size, width):
            self.need(size * LEADING)
            self.write(line, left, self.y + size, size=size, font=font, grey=grey)
            self.y += size * LEADING

    def pair(self, left: str, right: str, *, size: float = 9, font: str = REGULAR, grey: float = INK) -> None:
        """Write a text, and an amount at the right end."""
        self.need(size * LEADING)
        self.write(left, self.margin, self.y + size, size=size, font=font, grey=grey)
        self.write(right, self.size[0] - self.margin, self.y + size, size=size, font=font, grey=grey, right=True)
        self.y += size * LEADING

    def letterhead(self, heading: str, right: Sequence[str] = ()) -> None:
        """Write who issues the document at the left, what it is and its particulars at the right."""
        top, pharmacy = self.y, self.pharmacy
        half = self.room * 0.5
        self.paragraph(pharmacy.name, size=12, font=BOLD, room=half)
        lines = [
            *pharmacy.address,
            f"Tél. {pharmacy.phone}" if pharmacy.phone else "",
            f"FINESS {pharmacy.finess}" if pharmacy.finess else "",
        ]
        for line in filter(None, lines):
            self.paragraph(line, size=8.5, grey=SOFT, room=half)
        end, self.y = self.y, top
        edge = self.size[0] - self.margin
        for words, size, font, grey in ((heading, 13.0, BOLD, INK), *((one, 8.5, REGULAR, SOFT) for one in right)):
            for line in fonts.wrapped(words, font, size, half):
                self.write(line, edge, self.y + size, size=size, font=font, grey=grey, right=True)
                self.y += size * LEADING
        self.y = max(self.y, end)
        self.space(3)
        self.rule(grey=INK, thick=0.9)
        self.space(4)

    def mark(self, words: str) -> None:
        """Write white words in a dark band across: what the document is not to be taken for."""
        size, height = 9.5, 18.0
        text = fonts.printable(words, BOLD)
        self.box(self.margin, self.y, self.room, height, fill=0.15)
        start = self.margin + (self.room - fonts.width(text, BOLD, size)) / 2
        self.write(words, start, self.y + 12.6, size=size, font=BOLD, grey=1.0)
        self.y += height + 3 * MM

    def table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str | None]], *, size: float = 8.2, ruled: bool = True
    ) -> None:
        """Write rows under their titles; each cell wraps in its column, and titles return on each page.

        A cell that is None belongs to the one at its left, which takes its room; ``ruled`` draws a line below each row.
        """
        self._titles(columns, size)
        for row in rows:
            cells = [
                (column, fonts.wrapped(words, BOLD if column.bold else REGULAR, size, column.width - 2 * MM))
                for column, words in _merged(columns, row)
            ]
            height = max(len(lines) for _, lines in cells) * size * LEADING + (2 * MM if ruled else MM)
            if self.need(height):
                self._titles(columns, size)
            x = self.margin
            for column, lines in cells:
                self._cell(column, lines, x, size, BOLD if column.bold else REGULAR)
                x += column.width
            self.y += height
            if ruled:
                self.rule(grey=0.85, thick=0.4)

    def _titles(self, columns: Sequence[Column], size: float) -> None:
        titles = [fonts.wrapped(column.title, BOLD, size - 0.8, column.width - 2 * MM) for column in columns]
        height = max(len(lines) for lines in titles) * (size - 0.8) * LEADING + 2 * MM
        self.need(height + 3 * size)
        self.box(self.margin, self.y, sum(column.width for column in columns), height, fill=PALE)
        x = self.margin
        for column, lines in zip(columns, titles, strict=True):
            self._cell(column, lines, x, size - 0.8, BOLD)
            x += column.width
        self.y += height

    def _cell(self, column: Column, lines: Sequence[str], x: float, size: float, font: str) -> None:
        y = self.y + 0.8 * MM + size
        for line in lines:
            if column.right:
                self.write(line, x + column.width - MM, y, size=size, font=font, right=True)
            elif column.centred:
                shift = (column.width - fonts.width(line, font, size)) / 2
                self.write(line, x + shift, y, size=size, font=font)
            else:
                self.write(line, x + MM, y, size=size, font=font)
            y += size * LEADING

    def pdf(self) -> bytes:
        """Return the document; every page says who issued it, which page it is, and what simulates."""
        from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy: at the first page printed

        fonts.load_fonts()
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=self.size, invariant=1, pageCompression=1)
        canvas.setTitle(fonts.printable(self.title))
        canvas.setAuthor(fonts.printable(self.pharmacy.name))
        for number, drawn in enumerate(self.pages, start=1):
            if self.banner:
                watermark(canvas, self.banner, self.size)
            for draw in drawn:
                draw(canvas, self.size[1])
            self._foot(canvas, number)
            canvas.showPage()
        canvas.save()
        return out.getvalue()

    def _foot(self, canvas: Any, number: int) -> None:  # noqa: ANN401 -- the library's canvas
        size = 6.8
        left = self.banner or self.pharmacy.name
        right = f"{self.title} · page {number}/{len(self.pages)}"
        y = self.margin * 0.75
        room = self.room - fonts.width(fonts.printable(right), REGULAR, size) - 4 * MM
        canvas.setFillGray(SOFT)
        canvas.setFont(BOLD if self.banner else REGULAR, size)
        font = BOLD if self.banner else REGULAR
        canvas.drawString(self.margin, y, fonts.wrapped(left, font, size, room)[0])
        canvas.setFont(REGULAR, size)
        canvas.drawRightString(self.size[0] - self.margin, y, fonts.printable(right))


def _merged(columns: Sequence[Column], row: Sequence[str | None]) -> list[tuple[Column, str]]:
    found: list[tuple[Column, str]] = []
    for column, words in zip(columns, row, strict=True):
        if words is None:
            wider, said = found.pop()
            found.append((Column(wider.title, wider.width + column.width), said))
        else:
            found.append((column, words))
    return found


def watermark(canvas: Any, banner: str, size: tuple[float, float]) -> None:  # noqa: ANN401 -- the library's canvas
    """Write the banner across the page, pale, as often as the page is long."""
    width, height = size
    points = min(44.0, width / 8)
    step = points * 6
    canvas.saveState()
    canvas.setFillGray(0.91)
    canvas.setFont(BOLD, points)
    for place in range(int(height / step) + 1):
        canvas.saveState()
        canvas.translate(width / 2, min(height, (place + 0.5) * step))
        canvas.rotate(32)
        canvas.drawCentredString(0, 0, fonts.printable(banner, BOLD))
        canvas.restoreState()
    canvas.restoreState()
