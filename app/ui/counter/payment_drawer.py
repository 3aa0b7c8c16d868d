"""How is what remains paid, and what is given back?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout

from app.kernel.money import ZERO, Money
from app.officine.dispensing.model import Payment, PaymentMethod
from app.ui import formats, theme
from app.ui.counter.drawer import Drawer
from app.ui.counter.totals import Shares
from app.ui.widgets.basics import Button, Divider, Text, row
from app.ui.widgets.fields import AmountField, Field
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from app.kernel.outcome import Finding
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_METHODS = (
    (PaymentMethod.CASH, "&Espèces"),
    (PaymentMethod.CARD, "&Carte"),
    (PaymentMethod.CHEQUE, "C&hèque"),
    (PaymentMethod.DEFERRED, "&Différé"),
)


class PaymentDrawer(Drawer):
    """The shares, the means of payment, the change; Entrée delivers."""

    paid = Signal(object)
    name = "payment"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Cash the share of the patient of ``till``."""
        super().__init__(ui, till, "Encaissement")
        self.shares = Shares()
        self.due = Text("", "display")
        self.due.setAccessibleName("Reste à payer")
        self.findings = FindingList()
        self.given = AmountField()
        self.given.setPlaceholderText("vide\u00a0: compte exact")
        self.given_field = Field("&Somme remise", self.given)
        self.change = Text("", "title")
        self.change_label = Text("À rendre", "heading")
        self.nothing = Text("Rien à payer par le patient\u00a0: Entrée délivre.", "strong", wrap=True)
        self.methods = self._methods()
        self.content.addLayout(row(Text("Reste à payer", "heading"), 0, self.due))
        self.content.addWidget(self.nothing)
        self.content.addLayout(self.methods)
        self.content.addWidget(self.given_field)
        self.content.addLayout(row(self.change_label, 0, self.change))
        self.content.addWidget(self.findings)
        self.content.addWidget(Divider())
        self.content.addLayout(self.shares)
        self.content.addStretch(1)
        self.go = Button("Délivrer et encaisser — Entrée", kind="primary", icon="check")
        self.go.clicked.connect(self.confirm)
        self.foot.addWidget(self.go)
        self.given.textChanged.connect(lambda _text: self._show())
        self.given.returnPressed.connect(self.confirm)
        till.seen.connect(self._show)
        till.changed.connect(self._show)

    @property
    def method(self) -> PaymentMethod:
        """The means of payment chosen."""
        return _METHODS[max(self._group.checkedId(), 0)][0]

    @property
    def share(self) -> Money:
        """What the patient has to pay."""
        invoice = self.till.picture.invoice
        return ZERO if invoice is None else invoice.totals.patient

    def payments(self) -> list[Payment] | None:
        """Return the payment as typed: none where nothing is due, None where what was typed is not enough."""
        if not self.share:
            return []
        if self.method is not PaymentMethod.CASH or not self.given.text().strip():
            return [Payment(self.method, self.share)]
        given = self.given.money
        if given is None or given < self.share:
            return None
        return [Payment(self.method, self.share, given)]

    def opened(self) -> None:
        """Begin with cash, the exact sum."""
        self.findings.set_findings(())
        self._show()
        (self.given if self.share and self.method is PaymentMethod.CASH else self.go).setFocus()

    def show_refusal(self, findings: tuple[Finding, ...]) -> None:
        """Show why the payment was refused."""
        self.findings.set_findings(findings)

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        self.findings.set_findings(())
        self.given.clear()
        self._group.button(0).setChecked(True)

    def confirm(self) -> None:
        """Deliver, where the sum given is enough."""
        payments = self.payments()
        if payments is None:
            self.given_field.note("La somme remise ne couvre pas ce qui reste à payer.", "danger")
            self.given.setFocus()
            self.given.selectAll()
            return
        self.paid.emit(payments)

    def _methods(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(theme.S)
        self._group = QButtonGroup(self)
        for place, (method, label) in enumerate(_METHODS):
            button = Button(label, kind="tab")
            button.setCheckable(True)
            button.setChecked(place == 0)
            button.setAccessibleName(method.label)
            self._group.addButton(button, place)
            grid.addWidget(button, place // 2, place % 2)
        self._group.idClicked.connect(lambda _place: self._method_chosen())
        return grid

    def _method_chosen(self) -> None:
        self._show()
        if self.method is PaymentMethod.CASH:
            self.given.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.go.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        fresh, share = self.till.is_fresh, self.share
        self.shares.show_invoice(self.till.picture.invoice, fresh=fresh)
        self.due.setText(formats.amount(share) if fresh else "…")
        self.nothing.setVisible(fresh and not share)
        for button in self._group.buttons():
            button.setVisible(bool(share))
        cash = bool(share) and self.method is PaymentMethod.CASH
        self.given_field.setVisible(cash)
        given = self.given.money if cash else None
        back = given - share if given is not None and given >= share else None
        for part in (self.change, self.change_label):
            part.setVisible(cash)
        self.change.setText(formats.amount(back if back is not None else ZERO))
        short = cash and bool(self.given.text().strip()) and back is None
        self.given_field.note("Il manque de quoi payer." if short and given is not None else "", "warning")
        self.go.setText("Délivrer — Entrée" if fresh and not share else "Délivrer et encaisser — Entrée")
