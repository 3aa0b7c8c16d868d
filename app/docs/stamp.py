"""How does the copy of a paper that no longer stands say so on each of its pages?"""

from __future__ import annotations

import io
import math

from app.docs import fonts
from app.docs.fonts import BOLD

_INK = (0.69, 0.0, 0.13)
_ACROSS = 0.82
"""How much of the diagonal of a page the words take."""
_LARGEST = 96.0
_LINE, _MARGIN = 8.5, 14.0


def stamped(pdf: bytes, word: str, line: str) -> bytes:
    """Return a PDF with ``word`` across each page and ``line`` along its top edge, in red, over what is written.

    Widths are those of the pages, in points. The result is for paper: it is no archive (PDF/A) any more.
    """
    import pikepdf  # noqa: PLC0415 -- heavy: where such a copy is asked for

    fonts.load_fonts()
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            box = [float(value) for value in page.mediabox]
            with pikepdf.open(io.BytesIO(_veil(box[2] - box[0], box[3] - box[1], word, line))) as veil:
                page.add_overlay(veil.pages[0], pikepdf.Rectangle(*box))
        document.save(out)
    return out.getvalue()


def _veil(width: float, height: float, word: str, line: str) -> bytes:
    """Return one page of a size that holds the words alone."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy: the same

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height))
    canvas.setFillColorRGB(*_INK)
    canvas.setFont(BOLD, _LINE)
    canvas.drawString(_MARGIN, height - _MARGIN, _cut(line, width - 2 * _MARGIN))
    shown = fonts.printable(word, BOLD)
    size = min(_LARGEST, _ACROSS * math.hypot(width, height) / fonts.width(shown, BOLD, 1.0))
    canvas.setFillAlpha(0.25)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(math.degrees(math.atan2(height, width)))
    canvas.setFont(BOLD, size)
    canvas.drawCentredString(0, -size / 3, shown)
    canvas.save()
    return out.getvalue()


def _cut(line: str, room: float) -> str:
    return fonts.wrapped(fonts.printable(line, BOLD), BOLD, _LINE, room)[0] if line else ""
