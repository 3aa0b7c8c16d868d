"""Which pictures does a document hold, once decoded within limits and written anew by us?"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from typing import TYPE_CHECKING, Final

from app.docs.reading.blocks import Picture
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
    from PIL.Image import Image

LARGEST: Final = 20_000_000
"""Octets of a picture as received."""
MOST_PIXELS: Final = 40_000_000
"""An A4 page at 600 dpi has 35 million; more would fill the memory."""
LONGEST_SIDE: Final = 2_000
"""Pixels kept along a picture: more than any screen shows of it."""
MOST: Final = 50
"""Pictures decoded of one document."""

UNREADABLE: Final = "GAL-DOC-85"
TOO_LARGE: Final = "GAL-DOC-86"

_FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP")
_ADVICE = "Demandez ce document de nouveau à son auteur, ou l’image par une autre voie."


def picture(content: bytes) -> Picture:
    """Return a picture told by its content (PNG, JPEG, GIF, TIFF or BMP), as a PNG of ours without metadata.

    Raises InputDefect for what is no picture, or a larger one than may be decoded.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 -- a heavy library, at first use

    if len(content) > LARGEST:
        raise _too_large()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _too_large()
                return _anew(image)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        MemoryError,
    ) as error:
        raise InputDefect("L’image est illisible.", code=UNREADABLE, advice=_ADVICE) from error


def _anew(image: Image) -> Picture:
    """Return the pixels alone: no profile, no text, no position of the received file goes on."""
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    pixels = image.convert("RGB") if image.mode in {"RGB", "L", "1"} else _on_white(image)
    pixels.info = {}
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    pixels.save(written, "PNG")
    return Picture(written.getvalue(), pixels.width, pixels.height)


def _on_white(image: Image) -> Image:
    """Return a picture on paper: what is drawn in black on nothing can't be seen on a dark screen."""
    from PIL import Image as Pillow  # noqa: PLC0415 -- the same

    clear = image.convert("RGBA")
    paper = Pillow.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear)
    return paper


def _too_large() -> InputDefect:
    return InputDefect("L’image est trop grande pour être ouverte.", code=TOO_LARGE, advice=_ADVICE)


def media(root: Element) -> tuple[dict[str, Picture], list[Finding]]:
    """Return the pictures of a document by the ID of their ``observationMedia``, and what is to be said of the others.

    A picture that lies elsewhere (``value/reference``) is never fetched.
    """
    found: dict[str, Picture] = {}
    findings: list[Finding] = []
    for element in root.iter("{*}observationMedia"):
        name = str(element.get("ID") or "").strip()
        try:
            found[name] = picture(_content(element, len(found)))
        except InputDefect as defect:
            findings.append(Finding(defect.code, Severity.WARNING, defect.text, defect.advice, subject=name))
    return found, findings


def _content(element: Element, before: int) -> bytes:
    if before >= MOST:
        raise InputDefect(f"Le document a plus de {MOST} images.", code=TOO_LARGE, advice=_ADVICE)
    value = element.find("{*}value")
    text = "" if value is None else "".join(str(part) for part in value.itertext())
    if value is None or value.get("representation") != "B64" or not text.strip():
        raise InputDefect("Une image n’est pas dans le document : elle n’est pas affichée.", code=UNREADABLE)
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputDefect("L’image est illisible.", code=UNREADABLE, advice=_ADVICE) from error
