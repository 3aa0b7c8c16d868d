"""Which fonts do printed pages carry, and can they write this text?"""

from __future__ import annotations

from functools import cache

from app.kernel.text import NBSP, NNBSP

REGULAR = "GalienText"
BOLD = "GalienText-Bold"

_FILES = {REGULAR: "Vera.ttf", BOLD: "VeraBd.ttf"}
_UNKNOWN = "?"


@cache
def load_fonts() -> None:
    """Register the fonts, once; they come with the PDF library, so that pages are the same on every machine."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 -- heavy: at the first page printed
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, file))


@cache
def font_bytes(font: str = REGULAR) -> bytes:
    """Return the file of a font, for what is drawn and not printed."""
    from reportlab.pdfbase.ttfonts import TTFOpenFile  # noqa: PLC0415 -- heavy: at first use

    with TTFOpenFile(_FILES[font])[1] as opened:
        content: bytes = opened.read()
    return content


def printable(text: str, font: str = REGULAR) -> str:
    """Return the text without what the font has no glyph for: a wide space for a narrow one, « ? » for the rest."""
    glyphs = _glyphs(font)
    narrow = text.replace(NNBSP, NBSP)
    return "".join(char if ord(char) in glyphs else _UNKNOWN for char in narrow)


def width(text: str, font: str, size: float) -> float:
    """Return the width of a printable text, in points."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 -- heavy: at the first page printed

    load_fonts()
    found: float = stringWidth(text, font, size)
    return found


def wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    """Return the printable text as lines no wider than ``room`` points; a word that is wider is cut."""
    lines = [""]
    for word in printable(text, font).split(" "):
        for piece in _pieces(word, font, size, room):
            longer = f"{lines[-1]} {piece}".strip()
            if width(longer, font, size) <= room:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line for line in lines if line] or [""]


def _pieces(word: str, font: str, size: float, room: float) -> list[str]:
    pieces = [word]
    while width(pieces[-1], font, size) > room and len(pieces[-1]) > 1:
        long = pieces.pop()
        # Growing from the start, so that a word of any length costs no more than its letters.
        fitting = (end for end in range(2, len(long)) if width(long[:end], font, size) > room)
        cut = next(fitting, len(long)) - 1
        pieces += [long[:cut], long[cut:]]
    return pieces


@cache
def _glyphs(font: str) -> frozenset[int]:
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 -- heavy: at the first page printed

    load_fonts()
    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)
