"""How does a document that is read reach the printer?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.files import write_whole
from app.ui.documents.pages import PaperDocument, pages_pdf
from app.ui.printing import print_desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.officine.documents.shown import Shown
    from app.ui.context import Ui

    Put = Callable[[Ui, Callable[[], bytes], str], None]
    """What prints the PDF that a function makes, under a title."""

_USE = "a4"


def print_shown(ui: Ui, shown: Shown, *, put: Put | None = None, traced: Callable[[], object] = lambda: None) -> None:
    """Print a document on the printer of A4 papers, in the background; its PDF is opened where none is chosen.

    ``traced`` is called there first: what it refuses, by raising a GalienError, is not printed.
    """

    def make() -> bytes:
        traced()
        return pdf_of(shown)

    (put or _put)(ui, make, shown.title)


def pdf_of(shown: Shown) -> bytes:
    """Return a document as pages: laid out by us, or those of its PDF. Raises InputDefect for pages not to be drawn."""
    if shown.paper is None and shown.pages is not None:
        return pages_pdf(shown.pages.count, shown.pages.page)
    fragment = shown.html if shown.paper is None else shown.paper()
    return PaperDocument(fragment, shown.title, banner=shown.banner).pdf()


def _put(ui: Ui, make: Callable[[], bytes], title: str) -> None:
    services = ui.services

    def write() -> Path:
        # Named by its moment alone: a name of a file is seen by whoever looks into the folder.
        file = services.folder.prints / f"document-{services.clock.now():%Y%m%d-%H%M%S}.pdf"
        return write_whole(file, make(), full="Le disque est plein.", refused="Le PDF n’a pas pu être écrit.")

    print_desk(ui).print_pages(write, _USE, title)
