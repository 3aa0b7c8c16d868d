"""How is the copy of an identity paper read, each page marked, and nothing of it kept?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui import formats
from app.ui.widgets.page_viewer import PageViewer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.officine.papers.service import Seen
    from app.officine.patients.model import Patient
    from app.ui.context import Ui


class PaperViewer(PageViewer):
    """One copy, in memory until it closes; it closes with the lock of the workstation too. Nothing prints it."""

    def __init__(self, ui: Ui, seen: Seen, patient: Patient, parent: QWidget | None = None) -> None:
        """Show the pages of a copy that was opened under a PIN, and of whose file it is: the paper may be another’s."""
        paper = seen.paper
        whose = f"{patient.birth_name}, {patient.sex.value}, {formats.date(patient.birth_date)}"
        name = f"{paper.evidence or 'Titre d’identité'} · dossier de {whose}"
        under = f"Copié le {formats.moment(paper.at)} par {paper.author_name}. Cette lecture est tracée."
        super().__init__(
            ui,
            "Copie du titre d’identité",
            name=name,
            said=under,
            first=seen.pages[0],
            pages=len(seen.pages),
            parent=parent,
        )
        self._seen = seen

    def fetch(self, number: int) -> None:
        """Show another page."""
        self.show_pixels(number, self._seen.pages[number])
