"""What does a page of a PDF look like, as pixels?"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from app.kernel.errors import InputDefect

# PDFium is one library without locks of its own: one page at a time in the whole process.
_PDFIUM = threading.Lock()
_POINTS_PER_INCH = 72
_MAX_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as rows of 8-bit red, green and blue; ``stride`` octets a row."""

    width: int
    height: int
    stride: int
    rgb: bytes


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF has. Raises InputDefect for what is no readable PDF."""
    import pypdfium2  # noqa: PLC0415 -- heavy: at the first page shown

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise _unreadable() from error
        try:
            return len(document)
        finally:
            document.close()


def is_encrypted(pdf: bytes) -> bool:
    """Return True for a PDF whose content is enciphered, by a password to open it or one to change it."""
    import pypdfium2  # noqa: PLC0415 -- heavy: at the first page shown
    from pypdfium2 import raw  # noqa: PLC0415 -- the same

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            return bool(getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD)
        try:
            return bool(raw.FPDF_GetSecurityHandlerRevision(document) >= 0)
        finally:
            document.close()


def page_size(pdf: bytes, page: int = 0) -> tuple[float, float]:
    """Return the width and height of a page (from 0), in points. Raises InputDefect as ``render_page``."""
    import pypdfium2  # noqa: PLC0415 -- heavy: at the first page shown

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise _unreadable() from error
        try:
            width, height = document[page].get_size()
        except (pypdfium2.PdfiumError, IndexError) as error:
            raise _unreadable() from error
        finally:
            document.close()
    return float(width), float(height)


def render_page(pdf: bytes, page: int = 0, *, dpi: float = 96) -> PageImage:
    """Return a page (from 0) at a resolution; a page too large for it is rendered smaller.

    Raises InputDefect for what is no readable PDF or has no such page.
    """
    import pypdfium2  # noqa: PLC0415 -- heavy: at the first page shown

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise _unreadable() from error
        try:
            return _rendered(document, page, dpi)
        finally:
            document.close()


def _rendered(document: object, page: int, dpi: float) -> PageImage:
    import pypdfium2  # noqa: PLC0415 -- heavy: at the first page shown

    assert isinstance(document, pypdfium2.PdfDocument)
    try:
        leaf = document[page]
        width, height = leaf.get_size()
        scale = min(dpi / _POINTS_PER_INCH, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        bitmap = leaf.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise _unreadable() from error
    return PageImage(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))


def _unreadable() -> InputDefect:
    return InputDefect("Ce document PDF est illisible.", code="GAL-DOC-01", advice="Demandez-le de nouveau.")
