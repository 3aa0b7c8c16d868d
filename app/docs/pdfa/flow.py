"""How does a titled text run down the pages, and where may it break?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.docs.pdfa import letters
from app.docs.pdfa.board import ACCENT, BODY, GAP, LABEL, LEADING, LEFT, MM, MUTED, ROOM, TEXT
from app.docs.pdfa.letters import REGULAR, STRONG

if TYPE_CHECKING:
    from app.docs.pdfa.board import Board, Ink

UNTOLD: Final = "Non renseigné"
STEP: Final = BODY * LEADING
_BULLETS: Final = ("- ", "– ", "— ", "• ", "* ")
_HANG: Final = 3.6 * MM
_BETWEEN: Final = 2.4
"""What stands between two paragraphs, in points."""
_FEW: Final = 2
"""No page begins or ends with fewer lines of a longer paragraph."""


@dataclass(slots=True)
class Section:
    """A part of a document: its title in the margin, under a line; what it says is written beside the title.

    On each page that the section goes on to, the title is repeated.
    """

    board: Board
    title: str
    _margin: float = field(init=False, default=0.0)

    def open(self, first: float) -> None:
        """Begin on this page where the title and ``first`` points of what follows hold, on the next otherwise."""
        heads = letters.lines(self.title, STRONG, BODY, LABEL - GAP)
        self.board.need(GAP + max(len(heads) * STEP, first))
        self._head(self.title)

    def need(self, height: float) -> None:
        """Go on to the next page where ``height`` no longer fits."""
        if self.board.need(height):
            self._head(f"{self.title} (suite)")

    def line(self, line: str, *, hang: float = 0.0, ink: Ink = TEXT, font: str = REGULAR) -> None:
        """Write a prepared line beside the title."""
        self.board.write(line, LEFT + LABEL + hang, self.board.y + BODY, size=BODY, ink=ink, font=font)
        self.board.y += STEP

    def close(self) -> None:
        """Leave the section, below its title and its text."""
        self.board.y = max(self.board.y, self._margin) + GAP

    def _head(self, title: str) -> None:
        board = self.board
        board.rule(LEFT, board.y, ROOM)
        board.y += GAP * 0.8
        y = board.y
        for line in letters.lines(title, STRONG, BODY, LABEL - GAP):
            board.write(line, LEFT, y + BODY, size=BODY, font=STRONG, ink=ACCENT)
            y += STEP
        self._margin = y


def told(board: Board, title: str, text: str) -> None:
    """Write a section that holds a text: one paragraph a line of it, bullets hanging; an empty one says so."""
    paragraphs = [_set(part) for part in text.split("\n") if part.strip()]
    section = Section(board, title)
    section.open(min(len(paragraphs[0].lines), _FEW + 1) * STEP if paragraphs else STEP)
    if not paragraphs:
        section.line(letters.prepared(UNTOLD), ink=MUTED)
    for paragraph in paragraphs:
        _run(section, paragraph)
    section.close()


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A paragraph set in lines; behind a bullet they hang."""

    lines: tuple[str, ...]
    hang: float


def _set(text: str) -> _Paragraph:
    words = text.strip()
    sign = next((sign for sign in _BULLETS if words.startswith(sign)), "")
    hang = _HANG if sign else 0.0
    found = letters.lines(words.removeprefix(sign), REGULAR, BODY, ROOM - LABEL - hang)
    return _Paragraph(tuple(found), hang)


def _run(section: Section, paragraph: _Paragraph) -> None:
    count = len(paragraph.lines)
    for rank, line in enumerate(paragraph.lines):
        # A line is not left alone at the foot of a page, nor carried alone to the next.
        together = min(_FEW, count) if rank == 0 else _FEW if count - rank == _FEW else 1
        section.need(together * STEP)
        if rank == 0 and paragraph.hang:
            section.board.write("•", LEFT + LABEL, section.board.y + BODY, size=BODY, ink=ACCENT)
        section.line(line, hang=paragraph.hang)
    section.board.y += _BETWEEN
