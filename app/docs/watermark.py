"""How does a page shown on the screen say, all over itself, what it may be used for?"""

from __future__ import annotations

import io
import math

from app.docs.fonts import BOLD, font_bytes, printable
from app.docs.pdf_view import PageImage

_INK = (176, 0, 32)
_OPACITY = 110
_SLANT_DEGREES = 30
_LETTERS_ALONG = 34
"""How many letters high the longer side of a page is: read on a photo of the screen, and seen through."""


def marked(page: PageImage, *lines: str) -> PageImage:
    """Return a page with ``lines`` written across it, over and over, so that no part of it can be cut out without."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 -- heavy: at the first page shown

    picture = Image.frombuffer("RGB", (page.width, page.height), page.rgb, "raw", "RGB", page.stride, 1)
    size = max(10, max(page.width, page.height) // _LETTERS_ALONG)
    font = ImageFont.truetype(io.BytesIO(font_bytes(BOLD)), size)
    words = "\n".join(printable(line, BOLD) for line in lines)
    # Turned afterwards: a square as wide as the diagonal covers the page whatever the slant.
    side = math.ceil(math.hypot(page.width, page.height))
    veil = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(veil)
    left, top, right, bottom = pen.multiline_textbbox((0, 0), words, font=font)
    across, down = int(right - left) + 3 * size, int(bottom - top) + 2 * size
    for row in range(0, side, down):
        for column in range(-(row // down % 2) * across // 2, side, across):
            pen.multiline_text((column, row), words, font=font, fill=_OPACITY)
    turned = veil.rotate(_SLANT_DEGREES)
    corner = ((side - page.width) // 2, (side - page.height) // 2)
    mask = turned.crop((*corner, corner[0] + page.width, corner[1] + page.height))
    seen = Image.composite(Image.new("RGB", picture.size, _INK), picture, mask)
    return PageImage(seen.width, seen.height, 3 * seen.width, seen.tobytes())
