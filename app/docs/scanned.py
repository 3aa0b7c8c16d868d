"""Is this file a picture or a PDF that may be kept, and how is a picture made upright, light and discreet?

Told by its content, never by its name. A picture is turned as its EXIF data ask, then written anew as a JPEG without
them (they name the place and the device). A PDF is kept as it is, once it is known to run nothing.
"""

from __future__ import annotations

import io
import re
import warnings
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs import pdf_view
from app.docs.pdf_view import PageImage
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image

JPEG: Final = "image/jpeg"
PDF: Final = "application/pdf"

LARGEST_FILE: Final = 20_000_000
LARGEST_PIXELS: Final = 64_000_000
"""The photo of a telephone has 50 million pixels at most, an A4 page at 600 dpi 35; more would fill the memory."""
MOST_PAGES: Final = 20
LARGEST_KEPT: Final = 2_000_000
LONGEST_SIDE: Final = 2_600
"""Pixels kept along a page: an A4 page at 220 dpi, where a handwritten posology is still read."""

EMPTY: Final = "GAL-COP-01"
TOO_LARGE: Final = "GAL-COP-02"
OTHER_KIND: Final = "GAL-COP-03"
DAMAGED: Final = "GAL-COP-04"
TOO_MANY_PIXELS: Final = "GAL-COP-05"
LOCKED: Final = "GAL-COP-06"
ACTIVE: Final = "GAL-COP-07"
TOO_MANY_PAGES: Final = "GAL-COP-08"
UNREADABLE: Final = "GAL-COP-09"

_CHOOSE = "Choisissez une image JPEG ou PNG, ou un PDF."
_QUALITIES = (85, 75, 65, 55)
_PDF_HEAD = 1_024
_POINTS_PER_INCH = 72
_INFLATED = 32_000_000
# What makes a PDF do something by itself, or carry another file (ISO 32000-1, 7.11.4, 12.6.4).
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)\b")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,1000}?>>\s*stream\r?\n", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_KINDS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}


@dataclass(frozen=True, slots=True)
class Scanned:
    """What is to be kept of a file: its bytes, their kind, how many pages."""

    content: bytes
    media_type: str
    pages: int


def prepare(content: bytes) -> Scanned:
    """Return what is to be kept of a file of at most LARGEST_FILE octets.

    Raises InputDefect for what is empty, too large, of another kind, damaged, locked by a password, or active.
    """
    if not content:
        raise _defect(EMPTY, "Ce fichier est vide.", "Numérisez de nouveau.")
    if len(content) > LARGEST_FILE:
        raise too_large()
    if b"%PDF-" in content[:_PDF_HEAD]:
        return _prepared_pdf(content)
    kind = next((kind for head, kind in _KINDS.items() if content.startswith(head)), None)
    if kind is None:
        raise _defect(
            OTHER_KIND,
            "Ce fichier n’est ni une image JPEG ou PNG, ni un PDF.",
            "Réglez le scanner sur PDF ou JPEG, ou prenez une photo.",
        )
    return _prepared_picture(content, kind)


def read(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """Return the content of a file. Raises InputDefect for a folder, what is too large, or can't be read."""
    try:
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except IsADirectoryError as error:
        raise _defect(UNREADABLE, f"« {path.name} » est un dossier.", _CHOOSE) from error
    except (OSError, ValueError) as error:
        text = f"« {path.name} » est un dossier." if path.is_dir() else f"« {path.name} » ne peut pas être lu."
        raise _defect(UNREADABLE, text, _CHOOSE) from error
    if len(content) > largest:
        raise too_large(largest)
    return content


def too_large(largest: int = LARGEST_FILE) -> InputDefect:
    """Return the failure of a file that is too heavy to be read."""
    return _defect(
        TOO_LARGE,
        f"Ce fichier dépasse {largest // 1_000_000} Mo.",
        "Numérisez en 200 ou 300 points par pouce, en PDF ou JPEG.",
    )


def render(content: bytes, media_type: str, page: int = 0, *, longest: int = LONGEST_SIDE) -> PageImage:
    """Return a page (from 0) of what was kept, its longer side of at most ``longest`` pixels.

    Raises InputDefect where it can't be drawn or has no such page.
    """
    if media_type == PDF:
        dpi = _POINTS_PER_INCH * longest / max(1.0, *pdf_view.page_size(content, page))
        return pdf_view.render_page(content, page, dpi=dpi)
    picture = _decoded(content, "JPEG", longest)
    picture.thumbnail((longest, longest))
    rows = picture.convert("RGB")
    return PageImage(rows.width, rows.height, 3 * rows.width, rows.tobytes())


# --- Pictures ---------------------------------------------------------------------------------------------------------


def _prepared_picture(content: bytes, kind: str) -> Scanned:
    from PIL import ImageOps  # noqa: PLC0415 -- heavy: at the first picture

    picture = ImageOps.exif_transpose(_decoded(content, kind, LONGEST_SIDE))
    flat = _on_white(picture)
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return Scanned(_lightest(flat), JPEG, 1)


def _decoded(content: bytes, kind: str, longest: int) -> Image:
    """Return the picture, its pixels read; the size is looked at before any of them is."""
    from PIL import Image as Pillow  # noqa: PLC0415 -- heavy: at the first picture
    from PIL import UnidentifiedImageError  # noqa: PLC0415 -- the same

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the limit that counts is ours
            picture = Pillow.open(io.BytesIO(content), formats=(kind,))
        if picture.width * picture.height > LARGEST_PIXELS:
            raise _too_many_pixels()
        # A JPEG is read at half or a quarter of its size where that is enough.
        picture.draft("RGB", (longest, longest))
        picture.load()
    except Pillow.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, zlib.error) as error:
        raise _defect(
            DAMAGED, "Cette image est abîmée ou incomplète.", "Attendez la fin de la numérisation, puis recommencez."
        ) from error
    return picture


def _on_white(picture: Image) -> Image:
    """Return the picture in colours or greys that a JPEG holds, what is transparent being white."""
    from PIL import Image as Pillow  # noqa: PLC0415 -- loaded by now

    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode in {"1", "L"}:
        return picture.convert("L")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    ground = Pillow.new("RGB", picture.size, "white")
    seen = picture.convert("RGBA")
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground


def _lightest(picture: Image) -> bytes:
    """Return the JPEG of a picture, of the best quality that keeps it light; nothing else is written in it."""
    written = b""
    for quality in _QUALITIES:
        target = io.BytesIO()
        picture.save(target, "JPEG", quality=quality, optimize=True, exif=b"", icc_profile=None)
        written = target.getvalue()
        if len(written) <= LARGEST_KEPT:
            break
    return written


# --- PDF --------------------------------------------------------------------------------------------------------------


def _prepared_pdf(content: bytes) -> Scanned:
    if pdf_view.is_encrypted(content):
        raise _defect(LOCKED, "Ce PDF est protégé par un mot de passe.", "Enregistrez-le sans mot de passe.")
    pages = _page_count(content)
    if not pages:
        raise _defect(DAMAGED, "Ce PDF n’a aucune page.", "Numérisez de nouveau.")
    if pages > MOST_PAGES:
        raise _defect(
            TOO_MANY_PAGES, f"Ce PDF a {pages} pages, au lieu de {MOST_PAGES} au plus.", "Joignez ce document seul."
        )
    if _is_active(content):
        raise _defect(
            ACTIVE,
            "Ce PDF contient un programme ou un autre fichier : il n’est pas gardé.",
            "Imprimez-le en PDF, ou numérisez le papier.",
        )
    try:
        # What can't be drawn today would be missing the day when it is asked for.
        pdf_view.render_page(content, 0, dpi=_POINTS_PER_INCH / 3)
    except InputDefect as error:
        raise _damaged_pdf() from error
    return Scanned(content, PDF, pages)


def _page_count(content: bytes) -> int:
    try:
        return pdf_view.page_count(content)
    except InputDefect as error:
        raise _damaged_pdf() from error


def _is_active(content: bytes) -> bool:
    return any(_ACTIVE.search(_plain(part)) for part in (content, *_object_streams(content)))


def _plain(part: bytes) -> bytes:
    """Return the text of a PDF with its names in plain letters: ``/J#61vaScript`` is ``/JavaScript``."""
    return _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), part)


def _object_streams(content: bytes) -> Iterator[bytes]:
    """Give the objects that a PDF keeps compressed. Raises InputDefect where they swell beyond all measure."""
    left = _INFLATED
    for start in _OBJECT_STREAM.finditer(content):
        try:
            objects = zlib.decompressobj().decompress(content[start.end() :], left)
        except zlib.error:
            continue
        left -= len(objects)
        if left <= 0:
            raise _defect(TOO_LARGE, "Ce PDF enfle à l’ouverture : il n’est pas gardé.", "Numérisez le papier.")
        yield objects


def _damaged_pdf() -> InputDefect:
    return _defect(DAMAGED, "Ce PDF est abîmé ou incomplet.", "Attendez la fin de la numérisation, puis recommencez.")


def _too_many_pixels() -> InputDefect:
    return _defect(
        TOO_MANY_PIXELS, "Cette image a trop de points pour être un document.", "Numérisez en 300 points par pouce."
    )


def _defect(code: str, text: str, advice: str) -> InputDefect:
    return InputDefect(text, code=code, advice=advice)
