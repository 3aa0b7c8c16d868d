"""What does it come to, and who pays what?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.ui import formats, theme
from app.ui.counter.keybar import KeyBar
from app.ui.counter.lines import count_text
from app.ui.widgets.basics import ActButton, Divider, Panel, Text, row

if TYPE_CHECKING:
    from app.officine.billing.model import Invoice
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_DOTS = "…"


class Shares(QGridLayout):
    """The total, the share of each payer, and what remains: labels at the left, amounts at the right."""

    def __init__(self) -> None:
        """Start at nothing."""
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(theme.L)
        self.setVerticalSpacing(2)
        self.setColumnStretch(0, 1)
        self.amounts: dict[str, Text] = {}
        for place, (name, label) in enumerate(
            (("amount", "Total"), ("amo", "Assurance maladie (AMO)"), ("amc", "Complémentaire (AMC)"))
        ):
            caption, amount = Text(label, "muted"), Text("", "strong" if name == "amount" else "body")
            amount.setAlignment(Qt.AlignmentFlag.AlignRight)
            self.addWidget(caption, place, 0)
            self.addWidget(amount, place, 1)
            self.amounts[name] = amount

    def show_invoice(self, invoice: Invoice | None, *, fresh: bool) -> None:
        """Show the shares; dots while they are being reckoned."""
        for name, text in self.amounts.items():
            known = invoice is not None and fresh
            text.setText(formats.amount(getattr(invoice.totals, name)) if known and invoice else _DOTS)


class TotalsPanel(Panel):
    """The shares, what remains to be paid in large, and the way to the payment."""

    def __init__(self, ui: Ui, till: Till) -> None:
        """Show the totals of ``till``."""
        super().__init__(margin=theme.M)
        self._till = till
        self._small, self._tall = False, True
        self.setAccessibleName("Totaux")
        self.outer.removeItem(self.head)
        self.title.hide()
        self.shares = Shares()
        self.due_label = Text("Reste à payer", "heading")
        self.due = Text("", "display")
        self.due.setAccessibleName("Reste à payer")
        self.note = Text("", "caption", wrap=True)
        self.pay = ActButton(ui.acts, "counter.pay", kind="primary")
        self._details = QWidget()
        self._details.setLayout(self.shares)
        self._line = Divider()
        self._foot = QWidget()
        self.body.addWidget(self._details)
        self.body.addWidget(self._line)
        self.body.addLayout(row(self.due_label, 0, self.due))
        self.body.addWidget(self.note)
        foot = row(KeyBar(ui.acts, (("counter.why", "Détail"), ("", ""))), self.pay)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(theme.XS)
        foot.setStretch(0, 1)
        self._foot.setLayout(foot)
        self.body.addWidget(self._foot)
        till.changed.connect(self.show_till)
        till.seen.connect(self.show_till)
        self.show_till()

    def set_room(self, *, small: bool, tall: bool) -> None:
        """Leave the room to a side panel (``small``), or say the shares in one line where there is little height."""
        self._small, self._tall = small, tall
        self._details.setVisible(tall and not small)
        self._line.setVisible(tall and not small)
        self._foot.setVisible(not small)
        self.due.set_role("heading" if small else "display")
        self.show_till()

    def show_till(self) -> None:
        """Show the totals as they are now."""
        till, invoice = self._till, self._till.picture.invoice
        fresh = till.is_fresh
        self.shares.show_invoice(invoice, fresh=fresh)
        self.due.setText(formats.amount(invoice.totals.patient) if invoice is not None and fresh else _DOTS)
        if self._tall or invoice is None or not till.session.lines or till.failure is not None:
            self.note.setText(_note(till, invoice))
        else:
            self.note.setText(_shares_words(invoice))
        self.note.setVisible(bool(self.note.text()) and not self._small)


def _shares_words(invoice: Invoice) -> str:
    totals = invoice.totals
    parts = (("Total", totals.amount), ("AMO", totals.amo), ("AMC", totals.amc))
    return " · ".join(f"{label} {formats.amount(amount)}" for label, amount in parts)


def _note(till: Till, invoice: Invoice | None) -> str:
    if till.failure is not None:
        return f"{till.failure.text} Le prix n’a pas pu être calculé."
    if invoice is None or not till.session.lines:
        return ""
    words = [count_text(till.session.lines)]
    if invoice.totals.reimbursed:
        words.append(f"{formats.amount(invoice.totals.reimbursed)} seront remboursés par la caisse")
    if invoice.franchise_info:
        words.append(f"franchise retenue plus tard par la caisse\u00a0: {formats.amount(invoice.franchise_info)}")
    return " · ".join(words)
