"""Which tickets were written today, and how is one seen or opened again?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel

from app.ui import formats, theme
from app.ui.counter.drawer import Drawer
from app.ui.counter.pictures import Ticket, print_ticket, ticket_pixmap
from app.ui.widgets.basics import Button, EmptyState, Text
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.officine.dispensing.model import DeliverySummary
    from app.ui.context import Services, Ui
    from app.ui.counter.till import Till


class PrintsDrawer(Drawer):
    """The deliveries of the day; the one pointed at shows its ticket, Entrée writes it again and opens it."""

    name = "prints"

    def __init__(self, ui: Ui, till: Till) -> None:
        """List the deliveries of the day."""
        super().__init__(ui, till, "Tickets du jour")
        empty = EmptyState("print", "Aucune délivrance aujourd’hui", "Chaque délivrance écrit son ticket ici.")
        columns: list[Column[DeliverySummary]] = [
            Column("N°", lambda done: str(done.number), width=4, right=True),
            Column("Patient", _whose, strong=True),
            Column("Réglé", lambda done: formats.amount(done.patient_share), width=7, right=True),
        ]
        self.list: ListTable[DeliverySummary] = ListTable("Délivrances du jour", columns, empty)
        self.list.setMinimumHeight(theme.current().pixels(150))
        self.list.setMaximumHeight(theme.current().pixels(220))
        self.list.pointed.connect(self._preview)
        self.picture = QLabel()
        self.picture.setAccessibleName("Aperçu du ticket")
        self.where = Text("", "caption", wrap=True, selectable=True)
        self.content.addWidget(self.list)
        self.content.addWidget(self.where)
        self.content.addWidget(self.picture)
        self.content.addStretch(1)
        self.ticket: Ticket | None = None
        self.open_button = Button("Ouvrir pour imprimer — Entrée", kind="primary", icon="print")
        self.open_button.clicked.connect(self.confirm)
        self.foot.addWidget(self.open_button)
        self.list.chosen.connect(lambda _done: self.confirm())

    def opened(self) -> None:
        """Read the deliveries of the day anew."""
        counter = self.ui.services.counter
        self.list.setFocus()
        self.ui.tasks.run(
            lambda _progress: counter.deliveries(), done=self.list.set_records, owner=self, key="deliveries"
        )

    def confirm(self) -> None:
        """Open the ticket shown in the program that prints PDF files."""
        if self.ticket is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.ticket.file))):
            self.ui.say(
                "Aucun programme de ce poste n’ouvre les PDF. Le ticket est dans le dossier affiché.", "warning"
            )

    def _preview(self, done: DeliverySummary | None) -> None:
        self.open_button.setEnabled(done is not None)
        if done is None:
            return
        services, number = self.ui.services, done.number
        self.ui.tasks.run(lambda _progress: _ticket_of(services, number), done=self._show, owner=self, key="ticket")

    def _show(self, ticket: Ticket | None) -> None:
        self.ticket = ticket
        if ticket is None:
            return
        self.where.setText(str(ticket.file))
        self.picture.setPixmap(ticket_pixmap(ticket.picture, self.area.viewport().width() - theme.XXL))


def _ticket_of(services: Services, number: int) -> Ticket | None:
    delivery = services.counter.delivery(number)
    return None if delivery is None else print_ticket(services, delivery)


def _whose(done: DeliverySummary) -> str:
    """Return for whom it was, and what became of it where it was taken back."""
    name = done.patient_name or "Sans patient"
    return f"{name} ({done.state.label})" if done.state.label else name
