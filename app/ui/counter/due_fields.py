"""What is due for the boxes of a promis that is billed at its hand-over, and how is it paid?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from app.kernel.outcome import Refused
from app.officine.dispensing.model import Payment, PaymentMethod
from app.ui import formats, theme
from app.ui.widgets.basics import Text, row

if TYPE_CHECKING:
    from app.kernel.money import Money
    from app.kernel.outcome import Outcome
    from app.officine.billing.model import Invoice
    from app.officine.owed.model import Promise
    from app.ui.context import Ui

_MEANS = (PaymentMethod.CARD, PaymentMethod.CASH, PaymentMethod.CHEQUE, PaymentMethod.DEFERRED)


class DueFields(QWidget):
    """The patient's share at the prices and rights of the day, and the means of its payment: the exact sum."""

    def __init__(self, ui: Ui) -> None:
        """Start hidden: nothing is due."""
        super().__init__()
        self._ui = ui
        self._due: Money | None = None
        self.amount = Text("", "strong", wrap=True)
        self.shares = Text("", "caption", wrap=True)
        self.means = QComboBox()
        for means in _MEANS:
            self.means.addItem(means.label, means)
        self.means.setAccessibleName("Règlement")
        self.means_label = QLabel("Règ&lement")
        self.means_label.setBuddy(self.means)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self.amount)
        column.addWidget(self.shares)
        line = row(self.means_label, self.means)
        line.setStretch(1, 1)
        column.addLayout(line)
        self.hide()

    def ask(self, promise: Promise, boxes: int) -> None:
        """Read what so many boxes of a promis come to today."""
        self._due = None
        self.amount.setText("À facturer\u00a0: prix du jour…")
        self.shares.setText("")
        self._show_means(shown=False)
        self.show()
        counter, actor, number = self._ui.services.counter, self._ui.actor(), promise.number
        self._ui.tasks.run(
            lambda _progress: counter.quote_handed(actor, number, boxes),
            done=self._show,
            owner=self,
            key="due",
        )

    def forget(self) -> None:
        """Ask for nothing: the boxes were billed before."""
        self._due = None
        self.hide()

    def payments(self) -> tuple[Payment, ...] | None:
        """Return the payment of the patient's share, none where nothing is due; None while it is not known."""
        if self._due is None:
            return None
        return (Payment(self.means.currentData(), self._due),) if self._due else ()

    def _show(self, outcome: Outcome[Invoice]) -> None:
        if isinstance(outcome, Refused):
            # The hand-over itself says why: nothing is due of what may not leave.
            self.amount.setText(outcome.findings[0].text)
            return
        totals = outcome.value.totals
        self._due = totals.patient
        self.amount.setText(f"À payer à la remise\u00a0: {formats.amount(totals.patient)}")
        told = (("AMO", totals.amo), ("AMC", totals.amc))
        shares = " · ".join(f"{name}\u00a0:\u00a0{formats.amount(share)}" for name, share in told if share)
        self.shares.setText(f"{formats.amount(totals.amount)} au prix du jour{f' · {shares}' if shares else ''}")
        self._show_means(shown=bool(totals.patient))

    def _show_means(self, *, shown: bool) -> None:
        self.means_label.setVisible(shown)
        self.means.setVisible(shown)
