"""What does a closing of the till look like on paper? An 80 mm roll or an A4 sheet, as a PDF."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.docs import fonts
from app.docs.fonts import BOLD, REGULAR

if TYPE_CHECKING:
    from app.docs.ticket import Pharmacy

_MM = 72 / 25.4
_INK, _SOFT, _FAINT, _GHOST = 0.08, 0.38, 0.72, 0.9


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its title, and rows of cells, the first to the left, the others to the right."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    strong_last: bool = False


@dataclass(frozen=True, slots=True)
class ClosingSheet:
    """All that a closing says; ``banner`` (SIMULATION, FORMATION) marks what has no value, empty in production."""

    pharmacy: Pharmacy
    title: str
    subtitle: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    banner: str = ""


@dataclass(frozen=True, slots=True)
class _Paper:
    """A size of paper: its width and margin in points, its height (None: as long as it needs), its size of text."""

    width: float
    margin: float
    height: float | None
    text: float

    @property
    def room(self) -> float:
        """The width that is written on."""
        return self.width - 2 * self.margin


_ROLL = _Paper(80 * _MM, 5 * _MM, None, 7.6)
_A4 = _Paper(210 * _MM, 22 * _MM, 297 * _MM, 10.4)


def closing_pdf(sheet: ClosingSheet, *, a4: bool = False) -> bytes:
    """Return the closing as a PDF: a roll of 80 mm, or A4; fonts embedded, the same bytes for the same closing."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy: at the first page printed

    fonts.load_fonts()
    paper = _A4 if a4 else _ROLL
    lines = _composed(sheet, paper)
    long = sum(line.height for line in lines) + 2 * paper.margin
    height = paper.height or long
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(paper.width, height), invariant=1, pageCompression=1)
    canvas.setTitle(sheet.title)
    canvas.setAuthor(fonts.printable(sheet.pharmacy.name))
    _ghost(canvas, sheet.banner, paper, height)
    y = height - paper.margin
    for line in lines:
        if y - line.height < paper.margin * 0.6:
            canvas.showPage()
            _ghost(canvas, sheet.banner, paper, height)
            y = height - paper.margin
        line.draw(canvas, paper, y)
        y -= line.height
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: cells, or a rule where there is none."""

    cells: tuple[str, ...]
    size: float
    font: str = REGULAR
    grey: float = _INK
    centred: bool = False

    @property
    def height(self) -> float:
        """The height that it takes."""
        return self.size * (1.38 if self.cells else 1.0)

    def draw(self, canvas: Any, paper: _Paper, top: float) -> None:  # noqa: ANN401 -- the library's canvas
        """Draw it below ``top``."""
        if not self.cells:
            canvas.setStrokeGray(self.grey)
            canvas.setLineWidth(0.5)
            canvas.line(paper.margin, top - self.size / 2, paper.width - paper.margin, top - self.size / 2)
            return
        canvas.setFillGray(self.grey)
        canvas.setFont(self.font, self.size)
        base = top - self.size
        first = fonts.printable(self.cells[0], self.font)
        if self.centred:
            canvas.drawCentredString(paper.width / 2, base, first)
            return
        canvas.drawString(paper.margin, base, first)
        step = paper.room / len(self.cells)
        for rank, cell in enumerate(self.cells[1:], start=2):
            canvas.drawRightString(paper.margin + step * rank, base, fonts.printable(cell, self.font))


def _composed(sheet: ClosingSheet, paper: _Paper) -> list[_Line]:
    text, small, large = paper.text, paper.text * 0.84, paper.text * 1.5
    rule = _Line((), text, grey=_FAINT)
    pharmacy = sheet.pharmacy
    lines = [_Line((f"{sheet.banner} — sans valeur",), text * 1.2, BOLD, centred=True)] if sheet.banner else []
    lines.append(_Line((pharmacy.name,), large, BOLD, centred=True))
    lines += [_Line((part,), text, grey=_SOFT, centred=True) for part in pharmacy.address]
    contact = [
        f"Tél. {pharmacy.phone}" if pharmacy.phone else "",
        f"FINESS {pharmacy.finess}" if pharmacy.finess else "",
    ]
    if any(contact):
        lines.append(_Line((" · ".join(part for part in contact if part),), small, grey=_SOFT, centred=True))
    lines += [rule, _Line((sheet.title,), large, BOLD)]
    lines += [_Line((words,), text, grey=_SOFT) for part in sheet.subtitle for words in _wrapped(part, text, paper)]
    for section in sheet.sections:
        lines += [rule, _Line((section.title,), text, BOLD)]
        for rank, row in enumerate(section.rows, start=1):
            strong = section.strong_last and rank == len(section.rows)
            size = small if len(row) > 2 and paper.height is None else text
            lines.append(_Line(row, size, BOLD if strong else REGULAR, _INK if strong else _SOFT))
    lines.append(rule)
    lines += [_Line((words,), small, grey=_SOFT) for part in sheet.foot for words in _wrapped(part, small, paper)]
    return lines


def _wrapped(words: str, size: float, paper: _Paper) -> list[str]:
    return fonts.wrapped(words, REGULAR, size, paper.room)


def _ghost(canvas: Any, banner: str, paper: _Paper, height: float) -> None:  # noqa: ANN401 -- the library's canvas
    """Write the banner across the page, faint."""
    if not banner:
        return
    size, step = paper.text * 3.6, paper.width * 0.8
    canvas.saveState()
    canvas.setFillGray(_GHOST)
    canvas.setFont(BOLD, size)
    for rank in range(int(height / step) + 1):
        canvas.saveState()
        canvas.translate(paper.width / 2, min(height, (rank + 0.5) * step))
        canvas.rotate(38)
        canvas.drawCentredString(0, 0, banner)
        canvas.restoreState()
    canvas.restoreState()
