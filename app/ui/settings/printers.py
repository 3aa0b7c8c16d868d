"""Which printer for which paper, and what is printed by itself?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox

from app.kernel.text import NBSP
from app.officine.dispensing.papers import PrinterUse
from app.settings import TICKET_ALWAYS, TICKET_NEVER, TICKET_ON_DEMAND
from app.ui.printing import print_desk
from app.ui.settings.page import Page
from app.ui.settings.scan_folder import ScanFolderPanel
from app.ui.widgets.basics import Button, Text, row
from app.ui.widgets.fields import Field

if TYPE_CHECKING:
    from app.ui.context import Ui

PDF_ONLY = "PDF seulement"
_TICKETS = {
    TICKET_ALWAYS: "Après chaque vente",
    TICKET_ON_DEMAND: "À la demande\u00a0: rappeler la touche après la vente",
    TICKET_NEVER: "Jamais, et sans rappel",
}


class PrintersPage(Page):
    """A printer for each use of this workstation, a page to try it, and what comes out by itself."""

    def __init__(self, ui: Ui) -> None:
        """Choose the printers of the workstation of ``ui``, and keep them."""
        super().__init__(
            "Imprimantes",
            "Une imprimante par usage, pour ce poste. Sans imprimante, chaque document est un PDF qui s’ouvre et se "
            "garde. Une imprimante en panne ne bloque jamais une vente.",
        )
        self._ui = ui
        self.desk = print_desk(ui)
        self.choices: dict[PrinterUse, QComboBox] = {}
        panel = self.panel("Imprimantes")
        for use in PrinterUse:
            choice = QComboBox()
            choice.setAccessibleName(use.label)
            choice.activated.connect(partial(self._choose, use))
            self.choices[use] = choice
            trial = Button("Page de test", icon="print", name=f"Page de test{NBSP}: {use.label}")
            trial.clicked.connect(partial(self._try, use))
            line = row(Field(use.label, choice), trial)
            line.setStretch(0, 1)
            line.setAlignment(trial, Qt.AlignmentFlag.AlignBottom)
            panel.body.addLayout(line)
        self.state = Text("", "caption", wrap=True)
        panel.body.addWidget(self.state)
        alone = self.panel("Ce qui s’imprime de soi-même")
        self.ticket = QComboBox()
        for value, title in _TICKETS.items():
            self.ticket.addItem(title, value)
        self.ticket.activated.connect(self._keep_ticket)
        alone.body.addWidget(Field("&Ticket de caisse", self.ticket))
        self.labels = QCheckBox("Imprimer les é&tiquettes de posologie des produits prescrits")
        self.labels.toggled.connect(self._keep_labels)
        alone.body.addWidget(self.labels)
        self.label_size = QComboBox()
        for size_id, title in ui.services.prints.label_sizes():
            self.label_size.addItem(title, size_id)
        self.label_size.activated.connect(self._keep_size)
        alone.body.addWidget(Field("&Format des étiquettes", self.label_size))
        self.scans = ScanFolderPanel(ui)
        self.column.addWidget(self.scans)
        self.end()

    def shown(self) -> None:
        """Show the settings in force, and ask for the printers there are."""
        self.scans.shown()
        settings = self._ui.settings
        self.ticket.setCurrentIndex(max(0, self.ticket.findData(settings.print_ticket)))
        self.labels.setChecked(settings.print_labels)
        self.label_size.setCurrentIndex(max(0, self.label_size.findData(settings.label_size)))
        self._show_names([])
        port = self.desk.printers
        self._ui.tasks.run(lambda _progress: port.names(), done=self._show_names, owner=self, key="printers")

    def _show_names(self, names: list[str]) -> None:
        chosen = self._ui.settings.printers
        for use, choice in self.choices.items():
            wanted = chosen.get(use, "")
            choice.clear()
            choice.addItem(PDF_ONLY, "")
            for name in names:
                choice.addItem(name, name)
            if wanted and wanted not in names:
                # Kept: it may only be switched off.
                choice.addItem(f"{wanted} (absente)", wanted)
            choice.setCurrentIndex(max(0, choice.findData(wanted)))
        self.state.setText("" if names else "Aucune imprimante n’est installée sur ce poste\u00a0: PDF seulement.")

    def _choose(self, use: PrinterUse, *_place: int) -> None:
        name = str(self.choices[use].currentData() or "")
        printers = {key: value for key, value in self._ui.settings.printers.items() if key != use}
        self._ui.settings.printers = {**printers, str(use): name} if name else printers
        self._ui.keep_settings()

    def _try(self, use: PrinterUse, *_checked: bool) -> None:
        self.desk.try_printer(use)

    def _keep_ticket(self, *_place: int) -> None:
        self._ui.settings.print_ticket = str(self.ticket.currentData())
        self._ui.keep_settings()

    def _keep_labels(self, on: bool) -> None:  # noqa: FBT001 -- a signal of Qt
        if on is not self._ui.settings.print_labels:
            self._ui.settings.print_labels = on
            self._ui.keep_settings()

    def _keep_size(self, *_place: int) -> None:
        self._ui.settings.label_size = str(self.label_size.currentData())
        self._ui.keep_settings()
