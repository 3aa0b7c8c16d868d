"""What did the till record, event by event?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.kernel.text import NBSP, grouped
from app.officine.cash.model import Means
from app.ui import formats
from app.ui.cash.page import CashPage
from app.ui.widgets.basics import EmptyState
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.officine.cash.model import Record
    from app.ui.context import Ui


class JournalPage(CashPage):
    """The last entries of the journal; nothing here changes any of them."""

    def __init__(self, ui: Ui) -> None:
        """List the last entries."""
        super().__init__(ui, "Écriture", ())
        empty = EmptyState("database", "Journal vide", "Chaque événement de caisse s’écrit ici, sans retour possible.")
        columns: list[Column[Record]] = [
            Column("N°", lambda one: grouped(one.seq), 7, True),
            Column("Quand", lambda one: formats.moment(one.at), 15, spare=True),
            Column("Événement", lambda one: one.kind.label, strong=True, second=_second),
            Column("Montant", lambda one: formats.amount(one.amount) if one.amount else "", 10, True),
            Column("Perpétuel", lambda one: formats.amount(one.gross), 12, True, spare=True),
        ]
        self.list: ListTable[Record] = ListTable("Journal de caisse", columns, empty)
        self.left.addWidget(self.list, 1)
        self.facts = Sheet("Écriture choisie")
        self.content.addWidget(self.facts, 1)
        self.list.pointed.connect(self._show)

    def shown(self) -> None:
        """Read the last entries anew."""
        cash = self.ui.services.cash
        self.ui.tasks.run(lambda _progress: cash.journal(), done=self._read, owner=self, key="journal")

    def focus_list(self) -> None:
        """Put the focus on the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _read(self, records: list[Record]) -> None:
        self.list.set_records(records, keep=True)
        self._show(self.list.current_record)

    def _show(self, record: Record | None) -> None:
        self.facts.begin()
        if record is not None:
            self.facts.text(f"{record.kind.label} — n°{NBSP}{grouped(record.seq)}", "heading")
            mode = "" if record.mode == "production" else "Simulation, sans valeur"
            pairs = [
                ("Le", formats.moment(record.at)),
                ("Par", f"{record.operator_name}, {record.station}"),
                ("Ticket", "" if record.delivery is None else str(record.delivery)),
                ("Moyen", Means(record.means).label if record.means else ""),
                ("Montant", formats.amount(record.amount)),
                ("Motif", record.reason),
                ("Mode", mode),
                ("Perpétuel", formats.amount(record.gross)),
                ("Net perpétuel", formats.amount(record.net)),
            ]
            self.facts.column.addWidget(Facts([pair for pair in pairs if pair[1]]))
            self.facts.section("Empreinte chaînée")
            self.facts.text(record.hash[:32] + " " + record.hash[32:], "caption")
        self.facts.end()


def _second(record: Record) -> str:
    parts = [Means(record.means).label if record.means else "", f"ticket {record.delivery}" if record.delivery else ""]
    return " · ".join([part for part in parts if part] or [record.operator_name])
