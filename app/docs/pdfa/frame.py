"""What stands on every page: the mark of a simulation, the running head, the patient's rights, the number of the page?

The text of the rights is the site's (OFF-DOC-05): whole at the foot of each page. One that would take more than a third
of the page is begun there, and stands whole at the end of the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.docs.pdfa import letters, words
from app.docs.pdfa.board import (
    ACCENT,
    ALARM,
    HEIGHT,
    LEFT,
    MM,
    MUTED,
    ROOM,
    RULE,
    WHITE,
    WIDTH,
    draw_line,
    draw_rule,
)
from app.docs.pdfa.letters import REGULAR, STRONG

if TYPE_CHECKING:
    from app.docs.clinical import Document

FIRST_TOP: Final = 13 * MM
LATER_TOP: Final = 24 * MM
_EDGE: Final = 9 * MM
_SIZE: Final = 6.6
_STEP: Final = _SIZE * 1.34
_HEAD: Final = 8.0
_MOST: Final = HEIGHT / 3
_BAND: Final = 7 * MM


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands on every page of a document; ``rights`` are the lines of its foot, ``is_cut`` where they go on."""

    document: Document
    rights: tuple[str, ...]
    is_cut: bool

    @property
    def bottom(self) -> float:
        """How far down the text of the page may come."""
        return HEIGHT - _EDGE - _STEP * (len(self.rights) + 1) - 6 * MM

    def draw(self, canvas: Any, rank: int, count: int) -> None:  # noqa: ANN401 -- the library's canvas
        """Draw what stands on page ``rank`` of ``count``."""
        if self.document.banner:
            _band(canvas, words.mark(self.document))
        if rank > 1:
            self._head(canvas)
        self._foot(canvas, rank, count)

    def _head(self, canvas: Any) -> None:  # noqa: ANN401 -- the library's canvas
        title = letters.flat(words.title(self.document))
        wide = letters.width(title, REGULAR, _HEAD)
        y = LATER_TOP - 6 * MM
        draw_line(canvas, title, LEFT + ROOM - wide, y, size=_HEAD, ink=MUTED)
        born = letters.flat("".join(f"{words.DOT}{told}" for told in _told(self.document) if told))
        room = ROOM - wide - 8 * MM - letters.width(born, STRONG, _HEAD)
        name = letters.fitted(_named(self.document), STRONG, _HEAD, room)
        draw_line(canvas, f"{name}{born}", LEFT, y, size=_HEAD, font=STRONG)
        draw_rule(canvas, LEFT, y + 2 * MM, ROOM, ink=ACCENT, thick=0.8)

    def _foot(self, canvas: Any, rank: int, count: int) -> None:  # noqa: ANN401 -- the library's canvas
        y = HEIGHT - _EDGE - _STEP * (len(self.rights) + 1) - 1.6 * MM
        draw_rule(canvas, LEFT, y, ROOM, ink=RULE)
        y += 1.6 * MM + _SIZE
        for line in self.rights:
            draw_line(canvas, line, LEFT, y, size=_SIZE, ink=MUTED)
            y += _STEP
        number = letters.flat(f"Page {rank} / {count}".replace(" ", "\u00a0"))
        wide = letters.width(number, STRONG, _HEAD)
        y += 1.2 * MM
        draw_line(canvas, number, LEFT + ROOM - wide, y, size=_HEAD, font=STRONG)
        key = self.document.key
        told = words.DOT.join((self.document.officine.name, f"Document {key.id}", f"Version {key.version}"))
        draw_line(canvas, letters.fitted(told, REGULAR, _SIZE, ROOM - wide - 6 * MM), LEFT, y, size=_SIZE, ink=MUTED)


def frame_of(document: Document) -> Frame:
    """Return what stands on every page of a document."""
    lines = letters.lines(document.footer.strip(), REGULAR, _SIZE, ROOM) if document.footer.strip() else []
    most = int(_MOST / _STEP)
    if len(lines) <= most:
        return Frame(document, tuple(lines), is_cut=False)
    goes_on = letters.flat("… Texte entier en dernière page.")
    return Frame(document, (*lines[: most - 1], goes_on), is_cut=True)


def _named(document: Document) -> str:
    subject = document.subject
    used = f"{subject.used_name} {subject.used_first_name}".strip()
    name = f"{subject.family_name} {subject.first_name}".strip()
    return f"{name} ({used})" if used else name


def _told(document: Document) -> tuple[str, str]:
    return words.born(document.subject), document.subject.sex


def _band(canvas: Any, banner: str) -> None:  # noqa: ANN401 -- the library's canvas
    canvas.setFillColorRGB(*ALARM)
    canvas.rect(0, HEIGHT - _BAND, WIDTH, _BAND, stroke=0, fill=1)
    line = letters.fitted(banner, STRONG, _HEAD, ROOM)
    x = (WIDTH - letters.width(line, STRONG, _HEAD)) / 2
    draw_line(canvas, line, x, _BAND / 2 + _HEAD * 0.36, size=_HEAD, font=STRONG, ink=WHITE)
