"""Which codes does this picture hold?"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from app.kernel.errors import FileUnusable, InputDefect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image

FORMATS = ("PNG", "JPEG")
MOST_PAGES = 20
_PAGE_DPI = 300
_PDF_HEAD = 1_024
_CODE = "GAL-SCN-60"
_ANGLES = (10, 35)
_MOST_LOOKED_AT = 20_000_000
"""The square on the diagonal of an A4 page at 300 dpi: what is longer, even thin, would be turned into a huge one."""
LARGEST_FILE = 40_000_000
LARGEST_PIXELS = 40_000_000
"""An A4 page at 600 dpi has 35 million pixels; more could only be meant to fill the memory."""

_ADVICE = "Donnez une image PNG ou JPEG, ou un PDF."


def read_image(path: Path) -> list[str]:
    r"""Return the codes of a PNG, JPEG or PDF file, each with its AIM identifier and its exact content, GS as ``\x1d``.

    Raises FileUnusable (missing, folder, empty, unreadable file) and InputDefect (no image, another format, damaged,
    larger than any scanned page). A sound image without any code gives an empty list.
    """
    _check_file(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileUnusable(f"L’image « {path.name} » ne peut pas être lue.", advice=_ADVICE) from error
    return [code for page in read_pages(content, path.name) for code in page]


def read_pages(content: bytes, name: str = "") -> list[list[str]]:
    """Return the codes of a document page by page, as ``read_image``: a picture has one page, a PDF MOST_PAGES at most.

    ``name`` is what a refusal calls it. Raises InputDefect as ``read_image``.
    """
    if b"%PDF-" in content[:_PDF_HEAD]:
        return [_codes(page) for page in _pdf_pages(content, name)]
    return [_codes(_opened(content, name))]


def _codes(picture: Image) -> list[str]:
    """Return the codes of a picture; where there are none, it is looked at sharpened, then turned a little."""
    import zxingcpp  # noqa: PLC0415 -- a heavy library, at first use

    for seen in _looks(picture):
        found = zxingcpp.read_barcodes(seen)
        if found:
            return [_content(one) for one in found]
    return []


def _looks(picture: Image) -> Iterator[Image]:
    """Give a picture in the ways in which a code blurred by its printing, and put down askew, is found."""
    from PIL import Image, ImageFilter  # noqa: PLC0415 -- a heavy library, at first use

    yield picture
    if picture.width**2 + picture.height**2 > _MOST_LOOKED_AT:
        return
    yield picture.filter(ImageFilter.UnsharpMask(2, 200, 0))
    for angle in _ANGLES:
        yield picture.rotate(angle, resample=Image.Resampling.BILINEAR, expand=True, fillcolor=255)


def _pdf_pages(content: bytes, name: str) -> Iterator[Image]:
    from PIL import Image as Pillow  # noqa: PLC0415 -- a heavy library, at first use

    from app.docs import pdf_view  # noqa: PLC0415 -- the same

    try:
        count = pdf_view.page_count(content)
        if not 0 < count <= MOST_PAGES:
            raise _defective(name, f"n’a pas de 1 à {MOST_PAGES} pages")
        for number in range(count):
            page = pdf_view.render_page(content, number, dpi=_PAGE_DPI)
            rows = Pillow.frombytes("RGB", (page.width, page.height), page.rgb, "raw", "RGB", page.stride)
            yield rows.convert("L")
    except InputDefect as error:
        if error.code == _CODE:
            raise
        raise _defective(name, "n’est pas un PDF lisible") from error


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
        raise _defective(path.name, "est trop lourde")


def _opened(content: bytes, name: str) -> Image:
    """Return the picture in grey levels; its size is checked before any pixel is decoded."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 -- a heavy library, at first use

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the limit that counts is ours
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            if picture.width * picture.height > LARGEST_PIXELS:
                raise _defective(name, "est trop grande")
            return picture.convert("L")
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError, EOFError) as error:
        raise _defective(name, "n’est pas une image lisible") from error
    except OSError as error:  # Pillow's own: a truncated or damaged file
        raise _defective(name, "est abîmée") from error


def _defective(name: str, how: str) -> InputDefect:
    called = f"L’image « {name} »" if name else "Ce document"
    return InputDefect(f"{called} {how}.", code=_CODE, advice=_ADVICE)


def _content(found: object) -> str:
    octets: bytes = found.bytes  # type: ignore[attr-defined]
    identifier: str = found.symbology_identifier  # type: ignore[attr-defined]
    try:
        return identifier + octets.decode("utf-8")
    except UnicodeDecodeError:
        return identifier + octets.decode("latin-1")
