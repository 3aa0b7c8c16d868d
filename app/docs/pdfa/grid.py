"""How are facts laid side by side, each value under its label?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs.pdfa import letters
from app.docs.pdfa.board import GAP, MM, MUTED, SMALL, TEXT
from app.docs.pdfa.letters import REGULAR, STRONG

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.docs.pdfa.board import Board, Ink

BETWEEN: Final = 1.6 * MM
_LABEL: Final = SMALL * 1.35
_STEP: Final = 1.25
_MOST_LINES: Final = 20
"""No trait that an authority gives comes near; a row holds on a page, whatever was typed."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: its label, its value, how much of the row it takes beside the others."""

    label: str
    value: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class _Cell:
    label: str
    lines: tuple[str, ...]
    x: float


@dataclass(frozen=True, slots=True)
class Row:
    """Facts set side by side, in the size and the font of their values."""

    cells: tuple[_Cell, ...]
    size: float
    font: str

    @property
    def height(self) -> float:
        """The height of the row, without what stands between two."""
        return _LABEL + max((len(cell.lines) for cell in self.cells), default=0) * self.size * _STEP

    def draw(self, board: Board, y: float, *, ink: Ink = TEXT) -> None:
        """Write the row on the current page, its top at ``y``."""
        for cell in self.cells:
            board.write(cell.label, cell.x, y + SMALL, size=SMALL, ink=MUTED)
            for rank, line in enumerate(cell.lines):
                foot = y + _LABEL + self.size + rank * self.size * _STEP
                board.write(line, cell.x, foot, size=self.size, font=self.font, ink=ink)


def set_row(facts: Iterable[Fact], x: float, room: float, *, size: float, strong: bool = False) -> Row:
    """Return a row of facts over ``room`` points from ``x``; a long value runs over several lines."""
    kept = tuple(facts)
    whole = sum(fact.share for fact in kept)
    font = STRONG if strong else REGULAR
    cells, place = [], x
    for fact in kept:
        width = room * fact.share / whole
        lines = letters.flowed(fact.value, font, size, width - GAP)
        if len(lines) > _MOST_LINES:
            lines[_MOST_LINES - 1 :] = [f"{lines[_MOST_LINES - 1][:-1]}…"]
        cells.append(_Cell(letters.fitted(fact.label, REGULAR, SMALL, width - GAP / 2), tuple(lines), place))
        place += width
    return Row(tuple(cells), size, font)


def height_of(rows: Sequence[Row]) -> float:
    """Return the height of rows below one another."""
    return sum(row.height for row in rows) + BETWEEN * max(0, len(rows) - 1)
