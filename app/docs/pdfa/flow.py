"""How does a titled text run down the pages, and where may it break?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.docs.pdfa import letters
from app.docs.pdfa.board import ACCENT, AROUND, BODY, GAP, LABEL, LEADING, LEFT, MM, MUTED, ROOM, TEXT
from app.docs.pdfa.letters import REGULAR, STRONG

if TYPE_CHECKING:
    from app.docs.pdfa.board import Board, Ink

UNTOLD: Final = "Non renseigné"
STEP: Final = BODY * LEADING
_BULLETS: Final = ("- ", "– ", "— ", "• ", "* ")
_TITLE_LINES: Final = 8
_HANG: Final = 3.6 * MM
_BETWEEN: Final = 2.6
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
        heads = _heads(self.title)
        self.board.need(2 * AROUND + max(len(heads) * STEP, first))
        self._head(self.title)

    def need(self, height: float) -> None:
        """Go on to the next page where ``height`` no longer fits."""
        if self.board.need(height):
            self._head(f"{self.title} (suite)")

    def line(self, line: str, *, hang: float = 0.0, ink: Ink = TEXT, font: str = REGULAR, size: float = BODY) -> None:
        """Write a prepared line beside the title."""
        self.board.write(line, LEFT + LABEL + hang, self.board.y + BODY, size=size, ink=ink, font=font)
        self.board.y += STEP

    def close(self) -> None:
        """Leave the section, below its title and its text."""
        self.board.y = max(self.board.y, self._margin) + AROUND

    def _head(self, title: str) -> None:
        board = self.board
        board.part()
        y = board.y
        for line in _heads(title):
            board.write(line, LEFT, y + BODY, size=BODY, font=STRONG, ink=ACCENT)
            y += STEP
        self._margin = y


def _heads(title: str) -> list[str]:
    """Return a title as lines of the margin; the end of one that no margin holds gives way to an ellipsis."""
    lines = letters.flowed(title, STRONG, BODY, LABEL - GAP)
    return lines if len(lines) <= _TITLE_LINES else [*lines[: _TITLE_LINES - 1], f"{lines[_TITLE_LINES - 1][:-1]}…"]


def told(board: Board, title: str, text: str) -> None:
    """Write a section that holds a text: one paragraph a line of it, bullets hanging; an empty one says so.

    A title that the margin does not hold whole is written once more above the text.
    """
    if len(letters.flowed(title, STRONG, BODY, LABEL - GAP)) > _TITLE_LINES:
        text = f"{title}\n{text}"
    paragraphs = [_set(part) for part in text.split("\n") if part.strip()]
    section = Section(board, title)
    section.open(min(len(paragraphs[0].lines), _FEW + 1) * STEP if paragraphs else STEP)
    if not paragraphs:
        section.line(letters.flat(UNTOLD), ink=MUTED)
    for rank, paragraph in enumerate(paragraphs):
        board.y += _BETWEEN if rank else 0
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
