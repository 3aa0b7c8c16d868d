"""Which letters can a page hold, how wide are they, and where does a line end?

Any Unicode may stand in a free text. Inter writes what Europe writes; DejaVu the rest it has; what neither draws is
shown as a box and said (``missing``), never dropped. Control characters never reach the page.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.docs.pdfa import bidi
from app.kernel.text import NBSP, unbroken

if TYPE_CHECKING:
    from collections.abc import Iterator

REGULAR: Final = "GalienPage"
STRONG: Final = "GalienPage-Strong"
BOX: Final = "\u25a1"
"""What stands for a character that no font has: it can't be taken for a sign of the text, as « ? » could."""
_REST: Final = "GalienPage-Rest"
_FILES: Final = {REGULAR: "Inter-Regular.ttf", STRONG: "Inter-SemiBold.ttf", _REST: "DejaVuSans.ttf"}
_FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "fonts"
_INVISIBLE: Final = frozenset({"Cc", "Cf"})
_QUANTITY: Final = re.compile(
    r"(?<=[\d<>≤≥±]) (?=[\d%‰°µ]|(?:[kmµn]?g|[mcdµ]?[Ll]|[mµn]?mol|[cmk]?m|mmHg|UI|MUI|h|min)\b)"
)
_LAST: Final = 0xFFFF
"""Beyond it the library writes a table of letters that no reader can search or copy from."""


@cache
def load() -> None:
    """Register the fonts with the PDF library, once."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 -- heavy: at the first page made
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415 -- the same

    for name, file in _FILES.items():
        # The table of letters says what each code is: no need to embed the 95 letters of ASCII in each document.
        pdfmetrics.registerFont(TTFont(name, str(_FOLDER / file), asciiReadable=False))


def prepared(text: str) -> str:
    """Return a text ready to be wrapped: composed, without control characters, its letters joined, boxes for gaps.

    Line feeds stay; a tab becomes a space. The spaces of French typography no longer break, nor that between a number
    and its unit.
    """
    plain = _plain(text)
    if not plain.isascii():
        plain = "".join(char if char in "\n " or _holder(char) else BOX for char in bidi.joined(plain))
    return _QUANTITY.sub(NBSP, unbroken(plain))


def flat(text: str) -> str:
    """Return a text prepared on one line."""
    return prepared(text).replace("\n", " ")


def missing(text: str) -> tuple[str, ...]:
    """Return the characters of a text that the page shows as a box, each once, in their order."""
    plain = _plain(text)
    if plain.isascii():
        return ()
    gone = (char for char in bidi.joined(plain) if char not in "\n " and not _holder(char))
    return tuple(dict.fromkeys(gone))


def width(text: str, font: str, size: float) -> float:
    """Return the width in points of a prepared text."""
    own = _widths(font)
    if not text.isascii():
        rest = _widths(_REST)
        return sum(own.get(char) or rest.get(char, 0) for char in text) * size / 1000
    return sum(map(own.__getitem__, text)) * size / 1000


def runs(line: str, font: str) -> Iterator[tuple[str, str]]:
    """Give the pieces of a prepared line in the order in which they are drawn, each with the font that has it."""
    shown = bidi.visual(line)
    start, current = 0, font
    for place, char in enumerate(shown):
        holder = font if char in _widths(font) else _REST
        if holder != current:
            if place > start:
                yield current, shown[start:place]
            start, current = place, holder
    if shown[start:]:
        yield current, shown[start:]


def lines(text: str, font: str, size: float, room: float) -> list[str]:
    """Return a text as prepared lines no wider than ``room`` points, its own line feeds kept; a wider word is cut."""
    return [line for part in prepared(text).split("\n") for line in _wrapped(part, font, size, room)]


def flowed(text: str, font: str, size: float, room: float) -> list[str]:
    """Return a text that is one thing (a name, a title) as prepared lines; its own line feeds are spaces."""
    return _wrapped(flat(text), font, size, room)


def fitted(text: str, font: str, size: float, room: float) -> str:
    """Return a text on one prepared line, cut behind an ellipsis where it is wider than ``room``."""
    line = flat(text)
    if width(line, font, size) <= room:
        return line
    kept = _fitting(line, font, size, room - width("…", font, size))
    return f"{line[:kept].rstrip()}…"


def _wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    found: list[str] = []
    current, used = "", 0.0
    space = width(" ", font, size)
    for word in text.split(" "):
        if not word:
            continue
        taken = width(word, font, size)
        if current and used + space + taken <= room:
            current, used = f"{current} {word}", used + space + taken
            continue
        if current:
            found.append(current)
        while taken > room and len(word) > 1:
            kept = max(1, _fitting(word, font, size, room))
            found.append(word[:kept])
            # Measured by what goes, not by what stays: a word without end costs no more than its letters.
            taken -= width(word[:kept], font, size)
            word = word[kept:]  # noqa: PLW2901 -- what is left of it
        current, used = word, taken
    return [*found, current] if current or not found else found


def _fitting(text: str, font: str, size: float, room: float) -> int:
    """Return how many characters from the start are no wider than ``room``; a break behind a hyphen is preferred."""
    used = 0.0
    for place, char in enumerate(text):
        used += width(char, font, size)
        if used > room:
            softer = max(text.rfind(sign, 0, place) for sign in "-/_.@") + 1
            return softer if softer > place // 2 else place
    return len(text)


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    even = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    even = even.replace("\u2029", "\n").replace("\t", " ").replace("\v", "\n").replace("\f", "\n")
    return "".join(char for char in even if char == "\n" or unicodedata.category(char) not in _INVISIBLE)


def _holder(char: str) -> bool:
    return ord(char) <= _LAST and (char in _widths(REGULAR) or char in _widths(_REST))


@cache
def _widths(font: str) -> dict[str, int]:
    """Return the width of each character that a font draws, in thousandths of its size."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 -- heavy: at the first page made

    load()
    face: Any = pdfmetrics.getFont(font).face
    return {chr(code): face.charWidths.get(code, face.defaultWidth) for code in face.charToGlyph if code <= _LAST}
