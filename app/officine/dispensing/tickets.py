"""Where is the ticket of a delivery? Written as a PDF, as often as it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.errors import FileUnusable
from app.kernel.files import write_whole
from app.officine.pharmacy.service import head_of

if TYPE_CHECKING:
    from pathlib import Path

    from app.docs.pdf_view import PageImage
    from app.kernel.mode import Mode
    from app.officine.dispensing.model import Delivery
    from app.store.database import Database


class Tickets:
    """The tickets of this workstation."""

    def __init__(self, db: Database, folder: Path, mode: Mode) -> None:
        """Write into ``folder``, with the name of the officine that ``db`` knows; marked where ``mode`` simulates."""
        self._db = db
        self._folder = folder
        self._mode = mode

    def write(self, delivery: Delivery, *, duplicata: int = 0) -> Path:
        """Write the ticket of a delivery and return its file; the same delivery gives the same file.

        ``duplicata`` above zero writes that duplicata, marked so, into a file of its own.

        Raises DiskFull, or DatabaseReadOnly where the folder can't be written.
        """
        from app.docs.ticket import ticket_pdf  # noqa: PLC0415 -- heavy: at the first ticket printed
        from app.officine.dispensing.paper import ticket_of  # noqa: PLC0415 -- the same

        content = ticket_pdf(ticket_of(delivery, head_of(self._db), self._mode.banner, duplicata=duplicata))
        copy = f"-duplicata-{duplicata}" if duplicata else ""
        file = self._folder / f"ticket-{delivery.number:07d}{copy}.pdf"
        return write_whole(
            file,
            content,
            full="Le disque est plein : le ticket n’a pas pu être écrit.",
            refused="Le dossier des impressions ne peut pas être modifié.",
        )

    def picture(self, file: Path, dpi: float) -> PageImage:
        """Return what a ticket that was written looks like. Raises FileUnusable or InputDefect for another file."""
        from app.docs.pdf_view import render_page  # noqa: PLC0415 -- heavy: at the first ticket shown

        try:
            content = file.read_bytes()
        except OSError as error:
            raise FileUnusable("Le ticket n’est plus dans le dossier des impressions.") from error
        return render_page(content, dpi=dpi)
