"""Does the month of the stupéfiants balance, and is it closed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from app.kernel.outcome import Refused
from app.officine.registers import rules
from app.ui import formats
from app.ui.registers.page import RegisterPage
from app.ui.widgets.basics import ActButton, Chip, EmptyState, Text, row
from app.ui.widgets.fields import Field
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.registers.model import BalanceLine, Holding, MonthBalance
    from app.ui.context import Ui


class BalancePage(RegisterPage):
    """The balance of one month, compared with the stock of this day."""

    register = "stupefiants"

    def __init__(self, ui: Ui) -> None:
        """Show the present month at first."""
        super().__init__(ui)
        self._holdings: dict[str, Holding] = {}
        self.month = QComboBox()
        self.month.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.month.setMinimumContentsLength(16)
        self.state = Chip("", "neutral")
        self.findings = FindingList()
        columns: list[Column[BalanceLine]] = [
            Column("Médicament", lambda line: line.label),
            Column("Ouverture", lambda line: str(line.opening), 9, True),
            Column("Entrées", lambda line: str(line.entries or ""), 7, True),
            Column("Sorties", lambda line: str(line.exits or ""), 7, True),
            Column("Détruit", lambda line: str(line.destroyed or ""), 7, True, spare=True),
            Column("Perdu", lambda line: str(line.lost or ""), 6, True, spare=True),
            Column("Écarts", lambda line: rules.signed(line.adjusted) if line.adjusted else "", 7, True, spare=True),
            Column("Clôture", lambda line: str(line.closing), 8, True, strong=True),
            Column("Stock ce jour", self._stock, 11, True, tone=self._tone),
        ]
        empty = EmptyState("list", "Aucun stupéfiant au registre", "Enregistrez une réception\u00a0: Stock, F6.")
        self.list: ListTable[BalanceLine] = ListTable("Balance du mois", columns, empty)
        self.setFocusProxy(self.month)
        note = "En unités de prise. Clôture = ouverture + entrées − sorties − détruit − perdu ± écarts d’inventaire."
        head = row(Field("&Mois", self.month), 0)
        head.insertWidget(1, self.state, alignment=Qt.AlignmentFlag.AlignBottom)
        self.column.addLayout(head)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(Text(note, "caption", wrap=True))
        self.column.addWidget(self.findings)
        self.column.addLayout(
            row(0, ActButton(ui.acts, "registers.print"), ActButton(ui.acts, "registers.close", kind="primary"))
        )
        self.month.currentIndexChanged.connect(lambda _place: self._read_month())

    def read(self) -> None:
        """Read which months there are, then the one shown."""
        narcotics = self.ui.services.narcotics
        self.ui.tasks.run(lambda _progress: narcotics.months(), done=self._show_months, owner=self, key="months")

    def print_pages(self) -> None:
        """Write the pages of the month."""
        book, month = self.ui.services.book, str(self.month.currentData())
        self.write(lambda: book.print_balance(month))

    def close_month(self) -> None:
        """Close the month shown."""
        registers, actor, month = self.ui.services.registers, self.ui.actor(), str(self.month.currentData())
        self.ui.tasks.run(lambda _progress: registers.close(actor, month), done=self._closed, owner=self, key="write")

    def _show_months(self, months: Sequence[str]) -> None:
        shown = self.month.currentData()
        self.month.blockSignals(True)
        self.month.clear()
        for month in months:
            self.month.addItem(rules.month_name(month).capitalize(), month)
        self.month.setCurrentIndex(max(0, self.month.findData(shown)))
        self.month.blockSignals(False)
        self._read_month()

    def _read_month(self) -> None:
        month = self.month.currentData()
        if month is None:
            return
        narcotics = self.ui.services.narcotics
        self.findings.set_findings(())
        self.ui.tasks.run(lambda _progress: narcotics.balance(str(month)), done=self._show, owner=self, key="balance")

    def _show(self, balance: MonthBalance | None) -> None:
        if balance is None:
            return
        self._holdings = balance.holdings
        self.list.set_records(balance.lines, keep=True)
        if balance.closed is not None:
            self.state.say(f"Arrêtée le {formats.date(balance.closed)}", "success")
        elif balance.is_over:
            self.state.say("À arrêter", "warning")
        else:
            self.state.say("Mois en cours", "neutral")

    def _closed(self, outcome: Outcome[tuple[BalanceLine, ...]]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self.ui.say("Balance arrêtée\u00a0: elle ne changera plus", "success")
        self._read_month()

    def _stock(self, line: BalanceLine) -> str:
        holding = self._holdings.get(line.code)
        if holding is None or holding.stock_units is None:
            return "—"
        gap = holding.difference or 0
        return f"{holding.stock_units} ({rules.signed(gap)})" if gap else f"{holding.stock_units}"

    def _tone(self, line: BalanceLine) -> str:
        holding = self._holdings.get(line.code)
        return "danger" if holding is not None and holding.difference else ""
