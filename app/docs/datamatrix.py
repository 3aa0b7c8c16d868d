"""How is a text drawn as a DataMatrix: as modules, as pixels, or as squares on a printed page?

ECC 200, square (ISO/IEC 16022). The quiet zone is of two modules on the four sides, where the standard asks for one: a
frame or a fold at its edge costs nothing then. Drawn at a whole number of pixels a module, never stretched.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

Modules = tuple[tuple[bool, ...], ...]
"""Rows of modules from the top, True where they are dark; without the quiet zone."""

QUIET: Final = 2
INS_CAPTION: Final = "INS à scanner"
"""What stands beside the symbol of an INS (ANS, « Datamatrix INS » v2.2)."""
MODULE_MM: Final = 0.42
"""The side of a module on a page: 5 dots at 300 dpi; the office printer keeps it sharp, and so does a photocopier."""
LABEL_MODULE_MM: Final = 0.34
"""The same on a label: 4 dots of a label printer of 300 dpi; below 0.30 readers begin to fail."""


def modules_of(text: str) -> Modules:
    """Return the modules of the symbol that holds a text, separators included."""
    import zxingcpp  # noqa: PLC0415 -- a heavy library, at first use
    from PIL import Image  # noqa: PLC0415 -- the same

    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    # One pixel a module, black 0 and white 255; PIL reads the image that the encoder gives.
    drawn = Image.fromarray(symbol.to_image(scale=1, add_quiet_zones=False)).convert("L")
    pixels = drawn.tobytes()
    return tuple(
        tuple(pixel == 0 for pixel in pixels[start : start + drawn.width])
        for start in range(0, len(pixels), drawn.width)
    )


def png(modules: Modules, scale: int = 6) -> bytes:
    """Return a symbol as a PNG in black and white, ``scale`` pixels a module, quiet zone included."""
    from PIL import Image  # noqa: PLC0415 -- a heavy library, at first use

    side = len(modules) + 2 * QUIET
    image = Image.new("1", (side, side), 1)
    for row, line in enumerate(modules):
        for column, is_dark in enumerate(line):
            if is_dark:
                image.putpixel((column + QUIET, row + QUIET), 0)
    stream = io.BytesIO()
    image.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(stream, "PNG")
    return stream.getvalue()


def side(modules: Modules, module: float) -> float:
    """Return the side of a symbol with its quiet zone, in the unit of ``module``."""
    return (len(modules) + 2 * QUIET) * module


def draw(canvas: Any, modules: Modules, x: float, y: float, module: float) -> None:  # noqa: ANN401 -- the library's
    """Draw a symbol on a page, its quiet zone included, with its foot left at a point; ``module`` in points.

    The ground is painted white first: no watermark runs through the code. The squares are one single path, so that no
    hairline stands between two of them at any zoom.
    """
    whole = side(modules, module)
    canvas.saveState()
    canvas.setFillGray(1)
    canvas.rect(x, y, whole, whole, stroke=0, fill=1)
    canvas.setFillGray(0)
    path = canvas.beginPath()
    for row, line in enumerate(modules):
        foot = y + whole - (QUIET + row + 1) * module
        for start, length in _runs(line):
            path.rect(x + (QUIET + start) * module, foot, length * module, module)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _runs(line: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """Give where each run of dark modules begins, and how long it is."""
    start = None
    for place, is_dark in enumerate((*line, False)):
        if is_dark and start is None:
            start = place
        elif not is_dark and start is not None:
            yield start, place - start
            start = None
