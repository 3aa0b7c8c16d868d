"""How is a page of a clinical document filled from the top down, and what stands on every page?

All inks are opaque, in RGB or grey: nothing here asks for transparency, which PDF/A-1 forbids.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app.docs.pdfa import letters
from app.docs.pdfa.letters import REGULAR, STRONG

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MM: Final = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
LEFT: Final = 18 * MM
ROOM: Final = WIDTH - 2 * LEFT
GAP: Final = 4 * MM
LABEL: Final = 38 * MM
"""The width of the titles in the margin; the text stands right of them."""
AROUND: Final = 2.9 * MM
"""What stands above and below a part of a document."""
BODY: Final = 9.4
SMALL: Final = 7.2
LEADING: Final = 1.42

Ink = tuple[float, float, float]
TEXT: Final[Ink] = (0.082, 0.129, 0.169)
MUTED: Final[Ink] = (0.29, 0.349, 0.396)
ACCENT: Final[Ink] = (0.039, 0.353, 0.325)
RULE: Final[Ink] = (0.78, 0.83, 0.85)
CARD: Final[Ink] = (0.953, 0.969, 0.969)
ALARM: Final[Ink] = (0.757, 0.071, 0.122)
ALARM_SOFT: Final[Ink] = (0.976, 0.918, 0.922)
WHITE: Final[Ink] = (1.0, 1.0, 1.0)

Draw = "Callable[[Any], None]"


@dataclass(slots=True)
class Board:
    """Pages being filled. ``y`` is how far down the current page the next thing goes; ``top`` where later pages begin.

    ``bottom`` is how far down a page may be written: below it stands the foot.
    """

    bottom: float
    top: float
    y: float = 0.0
    pages: list[list[Callable[[Any], None]]] = field(default_factory=lambda: [[]])

    def need(self, height: float) -> bool:
        """Begin another page where ``height`` no longer fits; True where it did."""
        if self.y + height <= self.bottom + 0.01 or self.y <= self.top:
            return False
        self.turn()
        return True

    def turn(self) -> None:
        """Begin another page."""
        self.pages.append([])
        self.y = self.top

    def part(self) -> None:
        """Part what comes from what is above it by a line; at the head of a page nothing is to be parted."""
        if self.y > self.top + 0.01:
            self.rule(LEFT, self.y, ROOM)
            self.y += AROUND

    @property
    def left(self) -> float:
        """The height that is left on the page."""
        return self.bottom - self.y

    @property
    def whole(self) -> float:
        """The height of a page that only a text fills."""
        return self.bottom - self.top

    def put(self, draw: Callable[[Any], None]) -> None:
        """Draw something on the current page."""
        self.pages[-1].append(draw)

    def write(self, line: str, x: float, y: float, *, size: float, font: str = REGULAR, ink: Ink = TEXT) -> None:
        """Write a prepared line on the current page with its foot at ``y``."""
        self.put(lambda canvas: draw_line(canvas, line, x, y, size=size, font=font, ink=ink))

    def box(self, x: float, y: float, width: float, height: float, ink: Ink) -> None:
        """Fill a rectangle of the current page, its top at ``y``."""

        def draw(canvas: Any) -> None:  # noqa: ANN401 -- the library's canvas
            canvas.setFillColorRGB(*ink)
            canvas.rect(x, HEIGHT - y - height, width, height, stroke=0, fill=1)

        self.put(draw)

    def rule(self, x: float, y: float, width: float, *, ink: Ink = RULE, thick: float = 0.5) -> None:
        """Draw a level line on the current page."""
        self.put(lambda canvas: draw_rule(canvas, x, y, width, ink=ink, thick=thick))

    def pdf(self, title: str, author: str, frame: Callable[[Any, int, int], None], ground: Sequence[str] = ()) -> bytes:
        """Return the pages; ``frame`` draws what stands on each, given its rank and how many there are."""
        from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy: at the first page made

        letters.load()
        out = io.BytesIO()
        # Without a first font of ours the library declares Helvetica, which is not embedded.
        canvas = Canvas(
            out,
            pagesize=(WIDTH, HEIGHT),
            invariant=1,
            pageCompression=1,
            pdfVersion=(1, 4),
            initialFontName=REGULAR,
            lang="fr-FR",
        )
        canvas.setTitle(title)
        canvas.setAuthor(author)
        for rank, drawn in enumerate(self.pages, start=1):
            for words in ground:
                watermark(canvas, words)
            for draw in drawn:
                draw(canvas)
            frame(canvas, rank, len(self.pages))
            canvas.showPage()
        canvas.save()
        return out.getvalue()


def draw_line(
    canvas: Any,  # noqa: ANN401 -- the library's canvas
    line: str,
    x: float,
    y: float,
    *,
    size: float,
    font: str = REGULAR,
    ink: Ink = TEXT,
) -> None:
    """Draw a prepared line, its foot ``y`` points below the top of the page."""
    text = canvas.beginText(x, HEIGHT - y)
    text.setFillColorRGB(*ink)
    for name, piece in letters.runs(line, font):
        text.setFont(name, size)
        text.textOut(piece)
    canvas.drawText(text)


def draw_rule(canvas: Any, x: float, y: float, width: float, *, ink: Ink = RULE, thick: float = 0.5) -> None:  # noqa: ANN401 -- the library's canvas
    """Draw a level line ``y`` points below the top of the page."""
    canvas.setStrokeColorRGB(*ink)
    canvas.setLineWidth(thick)
    canvas.line(x, HEIGHT - y, x + width, HEIGHT - y)


def watermark(canvas: Any, words: str) -> None:  # noqa: ANN401 -- the library's canvas
    """Write words across the page, pale, before anything else is drawn."""
    line = letters.flat(words)
    size = min(58.0, 0.86 * WIDTH / max(0.001, letters.width(line, STRONG, 1)))
    for part in (0.2, 0.5, 0.8):
        canvas.saveState()
        canvas.translate(WIDTH / 2, HEIGHT * part)
        canvas.rotate(28)
        text = canvas.beginText(-letters.width(line, STRONG, size) / 2, -size / 3)
        text.setFillColorRGB(*ALARM_SOFT)
        for name, piece in letters.runs(line, STRONG):
            text.setFont(name, size)
            text.textOut(piece)
        canvas.drawText(text)
        canvas.restoreState()
