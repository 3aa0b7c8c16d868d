"""What does the paper say, seen large?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui import formats
from app.ui.counter.copy_desk import finding_of
from app.ui.counter.copy_list import UNTITLED
from app.ui.widgets.page_viewer import PageViewer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.kernel.errors import GalienError
    from app.officine.copies.model import PrescriptionCopy
    from app.ui.context import Ui
    from app.ui.counter.pictures import Pixels


class CopyViewer(PageViewer):
    """One copy of an ordonnance; its other pages are drawn when they are turned to."""

    def __init__(self, ui: Ui, copy: PrescriptionCopy, first: Pixels, parent: QWidget | None = None) -> None:
        """Show the first page of ``copy``."""
        said = " · ".join(part for part in (formats.moment(copy.at), copy.operator_name, copy.source.label) if part)
        under = f"Jointe le {said}. Cette lecture est tracée."
        name = copy.name or UNTITLED
        super().__init__(
            ui, "Copie de l’ordonnance", name=name, said=under, first=first, pages=copy.pages, parent=parent
        )
        self.copy = copy
        self.page.setAccessibleName("Page de l’ordonnance")

    def fetch(self, number: int) -> None:
        """Draw another page."""
        copies, copy, actor = self._ui.services.copies, self.copy, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: copies.page(copy, number, actor),
            done=lambda pixels: self.show_pixels(number, pixels),
            failed=self._failed,
            owner=self,
            key="page",
        )

    def _failed(self, error: GalienError) -> None:
        self.notice.set_findings((finding_of(error),))
