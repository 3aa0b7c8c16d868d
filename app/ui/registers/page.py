"""What do the pages of the registers have in common: a reading, a print, an export?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.ui.context import Ui


class RegisterPage(QWidget):
    """One page; what it can't do, it says."""

    register = ""
    can_print = True

    def __init__(self, ui: Ui) -> None:
        """Show the registers of the services of ``ui``."""
        super().__init__()
        self.ui = ui
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.S)

    def read(self) -> None:
        """Read what is shown anew."""

    def search(self) -> None:
        """Go to what is looked for."""

    def print_pages(self) -> None:
        """Write the pages and open them."""

    def export(self) -> None:
        """Write the register into a file that a spreadsheet opens, in the folder of prints."""
        services, register, actor = self.ui.services, self.register, self.ui.actor()
        self.ui.tasks.run(
            lambda _progress: services.book.export(register, services.folder.prints, actor=actor),
            done=lambda file: self.ui.say(f"Registre exporté\u00a0: {file}", "success"),
            owner=self,
            key="export",
            title="Export du registre…",
        )

    def write(self, work: Callable[[], Path | None]) -> None:
        """Write pages in the background, then open them in the program that prints PDF files."""
        self.ui.tasks.run(
            lambda _progress: work(), done=self._open, owner=self, key="print", title="Mise en page du registre…"
        )

    def _open(self, file: Path | None) -> None:
        if file is None:
            return
        if QDesktopServices.openUrl(QUrl.fromLocalFile(str(file))):
            self.ui.say(f"Ouvert pour imprimer\u00a0: {file.name}", "success")
        else:
            self.ui.say(f"Aucun programme de ce poste n’ouvre les PDF. La page est ici\u00a0: {file}", "warning")
