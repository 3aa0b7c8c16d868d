"""How long is each register kept?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.registers.data import retentions
from app.ui.registers.page import RegisterPage
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.officine.registers.model import Retention
    from app.ui.context import Ui


class RetentionPage(RegisterPage):
    """The durations, each with its source; nothing is deleted before."""

    can_print = False

    def __init__(self, ui: Ui) -> None:
        """Show the table."""
        super().__init__(ui)
        columns: list[Column[Retention]] = [
            Column("Registre", lambda one: one.title, strong=True),
            Column("Durée", lambda one: one.duration, 18, strong=True),
            Column("Source", lambda one: one.source, tone=lambda _one: "muted"),
            Column("Lecture", lambda one: one.confidence, 20, tone=lambda _one: "muted", spare=True),
            Column("Tenu par", lambda one: one.held_by, 12),
        ]
        empty = EmptyState("clock", "Aucune durée", "La table des durées est vide.")
        self.list: ListTable[Retention] = ListTable("Durées de conservation", columns, empty)
        self.setFocusProxy(self.list)
        self.source = Text("", "body", wrap=True)
        self.list.pointed.connect(self._point)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self.source)
        self.column.addWidget(
            Text(
                "Galien n’efface rien de ses registres, ni avant ni après ces durées. À l’échéance, leur destruction "
                "se décide hors du logiciel. Conservez deux copies sur des supports séparés\u00a0: une sauvegarde en "
                "réserve, hors de l’officine.",
                "muted",
                wrap=True,
            )
        )

    def _point(self, one: Retention | None) -> None:
        self.source.setText("" if one is None else f"{one.title}\u00a0: {one.duration}. {one.source}.")

    def read(self) -> None:
        """Read the table."""
        self.list.set_records(retentions())
