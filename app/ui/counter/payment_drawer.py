"""How is what remains paid, by one means or several, and what is given back?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QGridLayout

from app.kernel.money import ZERO, Money
from app.officine.cash.model import Account
from app.officine.dispensing.model import Payment, PaymentMethod, SaleKind
from app.ui import formats, theme
from app.ui.counter.drawer import Drawer
from app.ui.counter.totals import Shares
from app.ui.widgets.basics import Button, Divider, Text, row
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import AmountField, Field
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.outcome import Finding
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_METHODS = (
    (PaymentMethod.CASH, "&Espèces"),
    (PaymentMethod.CARD, "&Carte"),
    (PaymentMethod.CHEQUE, "C&hèque"),
    (PaymentMethod.DEFERRED, "&Différé"),
    (PaymentMethod.DEPOSIT, "&Acompte"),
)
_NOTHING = "Rien à payer par le patient\u00a0: Entrée délivre."
_ADVANCE = "Avance\u00a0: rien n’est facturé. Entrée délivre\u202f; une somme et son moyen\u00a0: acompte reçu."
_KEYS = "Une somme puis sa touche\u00a0: paiement partagé. Sans somme\u00a0: tout ce qui reste."


class PaymentDrawer(Drawer):
    """The shares, the means of payment, the change; Entrée delivers.

    A sum, then the key of a means, pays a part; what remains stays in sight. Without a sum, the means pays it all.
    """

    paid = Signal(object)
    name = "payment"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Cash the share of the patient of ``till``."""
        super().__init__(ui, till, "Encaissement")
        self.parts: tuple[Payment, ...] = ()
        self.account = Account(0)
        self.shares = Shares()
        self.due = Text("", "display")
        self.due.setAccessibleName("Reste à payer")
        self.due_label = Text("Reste à payer", "heading")
        self.findings = FindingList()
        self.taken = Facts()
        self.take_back = Button("&Retirer le dernier", kind="ghost", icon="undo")
        self.take_back.clicked.connect(self.drop_last)
        self._at_once(self.take_back, self.drop_last)
        self.owed = Text("", "warning", wrap=True)
        self.given = AmountField()
        self.given.setPlaceholderText("vide\u00a0: compte exact")
        self.given_field = Field("&Somme remise", self.given)
        self.change = Text("", "display")
        self.change_label = Text("À rendre", "heading")
        self.nothing = Text(_NOTHING, "strong", wrap=True)
        self.methods = self._methods()
        self.keys = Text(_KEYS, "caption", wrap=True)
        self.content.addLayout(row(self.due_label, 0, self.due))
        self.content.addWidget(self.nothing)
        self.content.addWidget(self.taken)
        self.content.addWidget(self.take_back)
        self.content.addLayout(self.methods)
        self.content.addWidget(self.given_field)
        self.content.addLayout(row(self.change_label, 0, self.change))
        self.content.addWidget(self.owed)
        self.content.addWidget(self.findings)
        self.content.addWidget(self.keys)
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

    @property
    def left(self) -> Money:
        """What remains once the parts already taken are counted."""
        return self.share - Money.total(part.amount for part in self.parts)

    @property
    def is_advance(self) -> bool:
        """True where nothing is billed yet: what is paid is an acompte, or nothing."""
        return self.till.session.sale is SaleKind.ADVANCE

    def payments(self) -> list[Payment] | None:
        """Return the payments as typed: none where nothing is due, None where what was typed is not enough."""
        left = self.left
        if self.is_advance:
            return self._deposit()
        if self.is_charged:
            return [Payment(PaymentMethod.ACCOUNT, self.share)] if self.share else []
        if not left:
            return list(self.parts)
        if not self.given.text().strip():
            return [*self.parts, Payment(self.method, left)]
        given = self.given.money
        if given is None or given < left or (given > left and self.method is not PaymentMethod.CASH):
            return None
        tendered = given if self.method is PaymentMethod.CASH else None
        return [*self.parts, Payment(self.method, left, tendered)]

    @property
    def is_charged(self) -> bool:
        """True where an account pays: nothing is taken here."""
        return self.till.session.sale in {SaleKind.ACCOUNT, SaleKind.RETROCESSION}

    def _deposit(self) -> list[Payment] | None:
        """Return the acompte as typed: none where nothing is typed, None where it is no sum or no money."""
        if not self.given.text().strip():
            return []
        given = self.given.money
        return None if given is None or given <= ZERO or not self.method.is_money else [Payment(self.method, given)]

    def drop_last(self) -> None:
        """Take the last part back."""
        self.parts = self.parts[:-1]
        self._show()
        self.given.setFocus(Qt.FocusReason.OtherFocusReason)

    def opened(self) -> None:
        """Begin with cash, the exact sum."""
        self.findings.set_findings(())
        self._read_account()
        self._show()
        typed = self.is_advance or (self.share and self.method is PaymentMethod.CASH and not self.is_charged)
        (self.given if typed else self.go).setFocus()

    def show_refusal(self, findings: tuple[Finding, ...]) -> None:
        """Show why the payment was refused."""
        self.findings.set_findings(findings)

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        self.findings.set_findings(())
        self.parts, self.account = (), Account(0)
        self.given.clear()
        self._group.button(0).setChecked(True)

    def confirm(self) -> None:
        """Deliver, where the sum given is enough."""
        payments = self.payments()
        if payments is None and self.is_advance:
            self.given_field.note("Un acompte est une somme, par espèces, carte ou chèque.", "danger")
            self.reveal(self.given)
            return
        if payments is None:
            given = self.given.money
            too_much = given is not None and given > self.left
            said = (
                "Plus que ce qui reste à payer." if too_much else "La somme remise ne couvre pas ce qui reste à payer."
            )
            self.given_field.note(said, "danger")
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
            self._at_once(button, partial(self.choose, place))
            self._group.addButton(button, place)
            grid.addWidget(button, place // 2, place % 2)
        self._group.idClicked.connect(lambda _place: self._method_chosen())
        return grid

    def choose(self, place: int) -> None:
        """Choose a means by its key, where it is offered."""
        button = self._group.button(place)
        if button.isVisible():
            button.setChecked(True)
            self._method_chosen()

    def _at_once(self, button: Button, act: Callable[[], None]) -> None:
        """Make the underlined letter of a button act at once: Qt’s own waits 0.1 s, in which a hand types on."""
        letter = button.text()[button.text().index("&") + 1]
        button.setShortcut(QKeySequence())
        key = QShortcut(QKeySequence(f"Alt+{letter.upper()}"), self)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(act)

    def _method_chosen(self) -> None:
        part, left = self.given.money, self.left
        if part is not None and ZERO < part < left:
            self.parts += (Payment(self.method, part),)
            self.given.clear()
            self._group.button(0).setChecked(True)
        self._show()
        if self.left and (self.method is PaymentMethod.CASH or self.given.text().strip()):
            self.given.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.go.setFocus(Qt.FocusReason.OtherFocusReason)

    def _read_account(self) -> None:
        patient_id, cash, actor = self.till.session.patient_id, self.ui.services.cash, self.ui.actor()
        self.account = Account(0)
        if patient_id is not None:
            self.ui.tasks.run(
                lambda _progress: cash.account(patient_id, actor), done=self._account_read, owner=self, key="account"
            )

    def _account_read(self, account: Account) -> None:
        self.account = account
        self._deduct_deposit()
        self._show()

    def _deduct_deposit(self) -> None:
        """Begin with the acompte of an avance that is billed now."""
        takes_up = any(line.advance is not None for line in self.till.session.lines)
        part = min(self.account.deposit, self.share)
        if takes_up and part > ZERO and not self.parts and not self.given.text().strip():
            self.parts = (Payment(PaymentMethod.DEPOSIT, part),)

    def _show(self) -> None:
        fresh, share = self.till.is_fresh, self.share
        if fresh and self.left < ZERO:
            # A line was taken out of the sale meanwhile: what was shared out no longer holds.
            self.parts = ()
        left = self.left
        self.shares.show_invoice(self.till.picture.invoice, fresh=fresh)
        self.due.setText(formats.amount(left) if fresh else "…")
        charged = f"En compte\u00a0: {self.till.session.account_name}. Rien n’est encaissé, Entrée délivre."
        self.nothing.setText(_ADVANCE if self.is_advance else charged if self.is_charged else _NOTHING)
        self.nothing.setVisible(fresh and (not share or self.is_charged))
        self._show_parts()
        for place, button in enumerate(self._group.buttons()):
            is_deposit = _METHODS[place][0] is PaymentMethod.DEPOSIT
            offered = bool(left) and (bool(self.account.deposit) or not is_deposit)
            shown = offered or (self.is_advance and _METHODS[place][0].is_money)
            button.setVisible(shown and not self.is_charged)
        self.given_field.setVisible((bool(left) or self.is_advance) and not self.is_charged)
        self.keys.setVisible(bool(left) and not self.is_charged)
        cash = bool(left) and not self.is_charged and self.method is PaymentMethod.CASH
        given = self.given.money if left else None
        back = given - left if cash and given is not None and given >= left else None
        for part in (self.change, self.change_label):
            part.setVisible(cash)
        self.change.setText(formats.amount(back if back is not None else ZERO))
        self._note_given(given, left, cash=cash)
        self.due_label.setText("À porter au compte" if self.is_charged else "Reste à payer")
        self.go.setText("Délivrer — Entrée" if fresh and not share else "Délivrer et encaisser — Entrée")
        if self.is_charged:
            self.go.setText("Délivrer en compte — Entrée")
        if self.is_advance and self.given.text().strip():
            self.go.setText("Délivrer, garder l’acompte — Entrée")

    def _note_given(self, given: Money | None, left: Money, *, cash: bool) -> None:
        """Say what the sum typed leaves to pay."""
        if given is None or not self.given.text().strip() or given == left or self.is_advance:
            self.given_field.note("Acompte\u00a0: déduit à la régularisation." if self.is_advance else "")
        elif given < left:
            rest = formats.amount(left - given)
            self.given_field.note(f"Il manque {rest}\u00a0: une touche de paiement enregistre cette part.", "warning")
        else:
            self.given_field.note("" if cash else "Plus que ce qui reste à payer.", "warning")

    def _show_parts(self) -> None:
        self.taken.set_pairs((part.method.label, formats.amount(part.amount)) for part in self.parts)
        self.taken.setVisible(bool(self.parts))
        self.take_back.setVisible(bool(self.parts))
        words = []
        if self.account.debt:
            words.append(f"Ce patient doit déjà {formats.amount(self.account.debt)}.")
        if self.account.deposit:
            words.append(f"Acompte disponible\u00a0: {formats.amount(self.account.deposit)}.")
        self.owed.setText(" ".join(words))
        self.owed.setVisible(bool(words))
