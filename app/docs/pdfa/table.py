"""How does a table run over several pages and stay readable?

The headings are repeated on each page; a row is not cut as long as a page can hold it; a column that holds nothing
gives its room to the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs.pdfa import letters
from app.docs.pdfa.board import ACCENT, AROUND, CARD, GAP, LEADING, LEFT, MM, MUTED, ROOM, RULE, TEXT
from app.docs.pdfa.letters import REGULAR, STRONG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.docs.pdfa.board import Board

_SIZE: Final = 8.6
_STEP: Final = _SIZE * 1.36
_HEAD: Final = 7.4
_PAD: Final = 1.9 * MM
_ABOVE: Final = 1.7 * MM
_TITLE: Final = 9.4


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, how much of the width it takes beside the others, whether it names the row."""

    title: str
    share: float
    strong: bool = False


@dataclass(frozen=True, slots=True)
class _Cell:
    lines: tuple[str, ...]
    x: float
    font: str


def table(board: Board, title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Write a table across the page, under its title."""
    kept = [rank for rank, column in enumerate(columns) if column.strong or any(row[rank].strip() for row in rows)]
    shown = [columns[rank] for rank in kept]
    places = _places(shown)
    set_rows = [_cells(shown, places, [row[rank] for rank in kept]) for row in rows]
    first = _height(set_rows[0]) if set_rows else 0.0
    board.need(_TITLE * LEADING + GAP + _heading_height() + min(first, board.whole / 2))
    board.part()
    board.write(letters.flat(title), LEFT, board.y + _TITLE, size=_TITLE, font=STRONG, ink=ACCENT)
    board.y += _TITLE * LEADING + 1.2 * MM
    _headings(board, shown, places)
    for rank, cells in enumerate(set_rows):
        if rank:
            board.rule(LEFT, board.y, ROOM, ink=RULE, thick=0.4)
        _row(board, shown, places, cells)
    board.y += AROUND - _ABOVE


def _places(columns: Sequence[Column]) -> list[tuple[float, float]]:
    """Return where each column begins and how wide it is."""
    whole = sum(column.share for column in columns)
    found, x = [], LEFT
    for column in columns:
        width = ROOM * column.share / whole
        found.append((x, width))
        x += width
    return found


def _cells(columns: Sequence[Column], places: Sequence[tuple[float, float]], row: Sequence[str]) -> list[_Cell]:
    found = []
    for column, (x, width), words in zip(columns, places, row, strict=True):
        font = STRONG if column.strong else REGULAR
        found.append(_Cell(tuple(letters.lines(words.strip(), font, _SIZE, width - 2 * _PAD)), x + _PAD, font))
    return found


def _height(cells: Sequence[_Cell]) -> float:
    return max(len(cell.lines) for cell in cells) * _STEP + 2 * _ABOVE


def _heading_height() -> float:
    return _HEAD * LEADING + 2 * MM


def _headings(board: Board, columns: Sequence[Column], places: Sequence[tuple[float, float]]) -> None:
    height = _heading_height()
    board.box(LEFT, board.y, ROOM, height, CARD)
    for column, (x, width) in zip(columns, places, strict=True):
        words = letters.fitted(column.title, STRONG, _HEAD, width - _PAD)
        board.write(words, x + _PAD, board.y + 1.1 * MM + _HEAD, size=_HEAD, font=STRONG, ink=MUTED)
    board.y += height
    board.rule(LEFT, board.y, ROOM, ink=ACCENT, thick=0.8)


def _row(board: Board, columns: Sequence[Column], places: Sequence[tuple[float, float]], cells: list[_Cell]) -> None:
    """Write a row: whole on this page or the next; over several only where no page can hold it."""
    if _height(cells) <= board.whole - _heading_height() and board.need(_height(cells)):
        _headings(board, columns, places)
    while any(cell.lines for cell in cells):
        room = max(1, int((board.left - 2 * _ABOVE) / _STEP))
        taken = [_Cell(cell.lines[:room], cell.x, cell.font) for cell in cells]
        for cell in taken:
            for rank, line in enumerate(cell.lines):
                y = board.y + _ABOVE + rank * _STEP + _SIZE
                board.write(line, cell.x, y, size=_SIZE, font=cell.font, ink=TEXT)
        board.y += _height(taken)
        cells = [_Cell(cell.lines[room:], cell.x, cell.font) for cell in cells]
        if any(cell.lines for cell in cells):
            board.turn()
            _headings(board, columns, places)
