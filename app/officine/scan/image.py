"""Which codes does this picture hold?"""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING

from app.kernel.errors import FileUnusable, InputDefect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image

FORMATS = ("PNG", "JPEG")
LARGEST_FILE = 40_000_000
LARGEST_PIXELS = 40_000_000
"""An A4 page at 600 dpi has 35 million pixels; more could only be meant to fill the memory."""

_ADVICE = "Donnez une image PNG ou JPEG."


def read_image(path: Path) -> list[str]:
    r"""Return the codes of a PNG or JPEG file, each with its AIM identifier and its exact content (GS as ``\x1d``).

    Raises FileUnusable (missing, folder, empty, unreadable file) and InputDefect (no image, another format, damaged,
    larger than any scanned page). A sound image without any code gives an empty list.
    """
    import zxingcpp  # noqa: PLC0415 -- a heavy library, at first use

    _check_file(path)
    with _opened(path) as picture:
        return [_content(found) for found in zxingcpp.read_barcodes(picture)]


def _check_file(path: Path) -> None:
    try:
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise FileUnusable(f"L’image « {path.name} » est introuvable.", advice="Vérifiez son chemin.") from error
    if path.is_dir():
        raise FileUnusable(f"« {path.name} » est un dossier.", advice=_ADVICE)
    if size == 0:
        raise FileUnusable(f"L’image « {path.name} » est vide.", advice=_ADVICE)
    if size > LARGEST_FILE:
        raise _defective(path, "est trop lourde")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """Open the picture in grey levels; its size is checked before any pixel is decoded."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 -- a heavy library, at first use

    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")  # the limit that counts is ours
            picture = Image.open(stream, formats=FORMATS)
            if picture.width * picture.height > LARGEST_PIXELS:
                raise _defective(path, "est trop grande")
            grey = picture.convert("L")
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError, EOFError) as error:
        raise _defective(path, "n’est pas une image lisible") from error
    except OSError as error:
        if error.errno is None:  # Pillow's own: a truncated or damaged file
            raise _defective(path, "est abîmée") from error
        raise FileUnusable(f"L’image « {path.name} » ne peut pas être lue.", advice=_ADVICE) from error
    yield grey


def _defective(path: Path, how: str) -> InputDefect:
    return InputDefect(f"L’image « {path.name} » {how}.", code="GAL-SCN-60", advice=_ADVICE)


def _content(found: object) -> str:
    octets: bytes = found.bytes  # type: ignore[attr-defined]
    identifier: str = found.symbology_identifier  # type: ignore[attr-defined]
    try:
        return identifier + octets.decode("utf-8")
    except UnicodeDecodeError:
        return identifier + octets.decode("latin-1")
