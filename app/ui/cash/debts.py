"""Who owes what to the officine, who paid in advance, and how is it settled?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from app.kernel.money import ZERO, Money
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP
from app.officine.cash.model import Account, Means, Payment
from app.ui import formats
from app.ui.cash.page import CashForm, CashPage
from app.ui.widgets.basics import Text
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.fields import AmountField, Field
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from app.kernel.actor import Actor
    from app.ui.context import Services, Ui

_LIMIT = 50
_WORDS = Wording(
    name="Chercher un débiteur",
    placeholder="Nom d’un patient\u00a0; vide\u00a0: ceux qui doivent",
    icon="patients",
    before=("Personne ne doit rien", "Les paiements différés et les acomptes s’affichent ici."),
    nothing=("Aucun patient ne répond à «\u00a0{}\u00a0»", "Essayez moins de lettres."),
    noun="patient",
)


@dataclass(frozen=True, slots=True)
class DebtRow:
    """One line of the list: a patient, and their account."""

    patient_id: int
    name: str
    account: Account


def find_accounts(services: Services, text: str, actor: Actor) -> list[DebtRow]:
    """Return those who owe or paid in advance, or the patients that answer ``text``; run in the background."""
    if text:
        return [
            DebtRow(one.id, one.display_name, services.cash.account(one.id, actor))
            for one in services.patients.search(text, _LIMIT, actor)
        ]
    rows = []
    for account in services.cash.accounts(actor):
        patient = services.patients.get(account.patient_id, actor)
        name = patient.display_name if patient is not None else f"Patient n°{NBSP}{account.patient_id}"
        rows.append(DebtRow(account.patient_id, name, account))
    return rows


class DebtsPage(CashPage):
    """Those who owe on the left; the account of the one pointed at, and how it is settled, on the right."""

    def __init__(self, ui: Ui) -> None:
        """List the accounts."""
        super().__init__(ui, "Compte du patient", ("cash.settle", "cash.deposit", "cash.return"))
        columns: list[Column[DebtRow]] = [
            Column("Patient", lambda row: row.name, strong=True),
            Column("Depuis", lambda row: formats.date(row.account.since) if row.account.since else "", 11, spare=True),
            Column("Doit", lambda row: _or_none(row.account.debt), 10, True, tone=lambda _row: "danger"),
            Column("Acompte", lambda row: _or_none(row.account.deposit), 10, True, tone=lambda _row: "success"),
        ]
        self.pane: SearchPane[DebtRow] = SearchPane(
            ui, _WORDS, columns, lambda text: find_accounts(ui.services, text, ui.actor())
        )
        self.left.addWidget(self.pane, 1)
        self.name = Text("", "heading", wrap=True)
        self.debt = Text("", "display")
        self.facts = Facts()
        body = Sheet("Compte")
        for part in (self.name, self.debt, self.facts):
            body.column.addWidget(part)
        body.end()
        self.content.addWidget(body, 1)
        self.settling = PaymentForm(ui, deposit=False)
        self.depositing = PaymentForm(ui, deposit=True)
        self.returning = PaymentForm(ui, deposit=True, back=True)
        self.add_form(self.settling)
        self.add_form(self.depositing)
        self.add_form(self.returning)
        self.row: DebtRow | None = None
        self.pane.pointed.connect(self._show)
        self.pane.chosen.connect(lambda _row: self.settle())
        self._show(None)

    def shown(self) -> None:
        """Read the accounts anew."""
        self.pane.again()

    def focus_list(self) -> None:
        """Put the focus on the search."""
        self.pane.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def settle(self) -> None:
        """Take a payment of the debt."""
        self._open(self.settling)

    def deposit(self) -> None:
        """Take an acompte."""
        self._open(self.depositing)

    def give_back(self) -> None:
        """Give back what is left of an acompte."""
        self._open(self.returning)

    def _open(self, form: PaymentForm) -> None:
        if self.row is not None:
            form.row = self.row
            self.open_form(form)

    def _show(self, row: DebtRow | None) -> None:
        other = row is None or self.row is None or row.patient_id != self.row.patient_id
        self.row = row
        if other and self.form is not None:
            self.close_form()
        self.acts_line.setEnabled(row is not None)
        self.identity.show_file(None if row is None else row.patient_id)
        if row is None:
            self.name.setText("Aucun patient choisi")
            self.debt.setText("")
            self.facts.set_pairs(())
            return
        self.name.setText(row.name)
        self.debt.setText(formats.amount(row.account.debt))
        self.debt.set_role("display-danger" if row.account.debt else "display")
        since = formats.date(row.account.since) if row.account.since else ""
        pairs = [("Doit depuis le", since if row.account.debt else ""), ("Acompte", _or_none(row.account.deposit))]
        self.facts.set_pairs([pair for pair in pairs if pair[1]])


class PaymentForm(CashForm):
    """A payment of a debt, or an acompte."""

    def __init__(self, ui: Ui, *, deposit: bool, back: bool = False) -> None:
        """Take acomptes where ``deposit``, or give them ``back``; else settle debts."""
        super().__init__(ui, "Acompte rendu" if back else "Acompte" if deposit else "Règlement du différé")
        self.is_deposit, self.is_back = deposit, back
        self.row: DebtRow | None = None
        self.amount = AmountField()
        self.means = QComboBox()
        self.fields.addWidget(Field("Mon&tant", self.amount), 0, 0, Qt.AlignmentFlag.AlignBottom)
        self.fields.addWidget(Field("Mo&yen", self.means), 0, 1, Qt.AlignmentFlag.AlignBottom)
        self.chain(self.amount, self.means)

    def begin(self) -> None:
        """Begin with the whole debt, in cash."""
        super().begin()
        assert self.row is not None
        account = self.row.account
        allowed = [means for means in Means if means.is_money]
        if account.deposit and not self.is_deposit:
            allowed.append(Means.DEPOSIT)
        self.means.clear()
        for means in allowed:
            self.means.addItem(means.label, means)
        self.amount.clear()
        if not self.is_deposit and account.debt:
            self.amount.set_money(account.debt)
        if self.is_back and account.deposit:
            self.amount.set_money(account.deposit)
        self.focus(self.amount)

    def save(self) -> None:
        """Take the payment."""
        amount, row = self.amount.money, self.row
        if row is None or amount is None or amount <= ZERO:
            self.refuse([_no_amount()])
            return
        cash, actor = self.ui.services.cash, self.ui.actor()
        paid = [Payment(Means(self.means.currentData()), amount)]
        act = cash.return_deposit if self.is_back else cash.receive_deposit if self.is_deposit else cash.settle
        said = "Acompte rendu" if self.is_back else "Acompte reçu" if self.is_deposit else "Règlement encaissé"
        self.perform(lambda: act(actor, row.patient_id, paid), f"{said}{NBSP}: {formats.amount(amount)}")


def _or_none(amount: Money) -> str:
    return formats.amount(amount) if amount else ""


def _no_amount() -> Finding:
    return Finding("GAL-CAI-02", Severity.ERROR, "Un montant est supérieur à zéro.", "Saisissez le montant reçu.")
