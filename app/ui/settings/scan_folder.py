"""In which folder does the scanner of documents leave its files?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app.ui.widgets.basics import Button, Panel, Text, row

if TYPE_CHECKING:
    from app.ui.context import Ui


class ScanFolderPanel(Panel):
    """The folder watched at the counter: its newest file is proposed as the copy of the ordonnance."""

    def __init__(self, ui: Ui) -> None:
        """Choose the folder of the workstation of ``ui``, and keep it."""
        super().__init__("Scanner de documents")
        self._ui = ui
        self.state = Text("", wrap=True)
        choose = Button("Choisir le &dossier…", icon="folder")
        choose.clicked.connect(self.choose)
        self.without = Button("&Aucun", kind="ghost", name="Aucun dossier de scanner")
        self.without.clicked.connect(lambda _checked: self.keep(""))
        self.body.addWidget(self.state)
        self.body.addLayout(row(choose, self.without, 0))
        self.body.addWidget(
            Text(
                "Réglez le scanner pour qu’il dépose ses PDF ou ses images dans ce dossier\u00a0: au comptoir, les "
                "copies de l’ordonnance (Ctrl+J) proposent le dernier. Les fichiers du dossier restent où ils sont.",
                "muted",
                wrap=True,
            )
        )

    def shown(self) -> None:
        """Show the folder in force."""
        folder = self._ui.settings.scan_folder
        self.state.setText(folder or "Aucun dossier\u00a0: les copies se joignent par fichier, glisser ou coller.")
        self.without.setEnabled(bool(folder))

    def choose(self) -> None:
        """Ask for the folder."""
        dialog = QFileDialog(self, "Dossier du scanner de documents")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.LookIn, "Chercher dans\u00a0:")
        dialog.setLabelText(QFileDialog.DialogLabel.FileType, "Montrer\u00a0:")
        if dialog.exec():
            self.keep(dialog.selectedFiles()[0])

    def keep(self, folder: str) -> None:
        """Watch another folder from now on; empty for none."""
        self._ui.settings.scan_folder = folder
        self._ui.keep_settings()
        self.shown()
