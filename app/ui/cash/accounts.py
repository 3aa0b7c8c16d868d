"""Which customers are invoiced later, what do they owe and since when, and how are they invoiced and paid?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox

from app.kernel.clock import today
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Finding, Refused, Severity
from app.kernel.text import NBSP, fold
from app.officine.accounts.model import AccountDraft, AccountKind, CustomerAccount
from app.officine.accounts.papers import ages, said
from app.officine.accounts.rules import MOST_DAYS
from app.officine.cash.model import Means, Payment
from app.ui import formats
from app.ui.cash.page import CashForm, CashPage
from app.ui.printing import print_desk
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.fields import AmountField, DateField, Field, NumberField, TextField
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.actor import Actor
    from app.kernel.outcome import Outcome
    from app.officine.accounts.model import AccountEntry, AccountInvoice, AccountSummary
    from app.ui.context import Services, Ui

_ENTRIES = 12
_WORDS = Wording(
    name="Chercher un compte",
    placeholder="Nom, ville, SIRET\u00a0; vide\u00a0: tous",
    icon="user",
    before=("Aucun compte", "Ctrl+I ouvre le compte d’un client qui est facturé plus tard."),
    nothing=("Aucun compte ne répond à «\u00a0{}\u00a0»", "Ctrl+I l’ouvre."),
    noun="compte",
)
_SHORT = {
    "cash.account_pay": "Encaisser",
    "cash.account_invoice": "Facturer",
    "cash.account_print": "Duplicata",
    "cash.account_statement": "Relevé",
    "cash.account_new": "Nouveau",
    "cash.account_edit": "Modifier",
}
_RECEIVED = (Means.TRANSFER, Means.CHEQUE, Means.CARD, Means.CASH)


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """All that the sheet shows of an account."""

    summary: AccountSummary
    entries: tuple[AccountEntry, ...]
    invoices: tuple[AccountInvoice, ...]


def find_accounts(services: Services, text: str, actor: Actor) -> list[AccountSummary]:
    """Return the accounts that answer ``text``, by name; run in the background."""
    words = fold(text).split()
    return [
        one
        for one in services.accounts.summaries(actor)
        if all(word in fold(f"{one.account.name} {one.account.city} {one.account.siret}") for word in words)
    ]


def read_account(services: Services, summary: AccountSummary, actor: Actor) -> AccountRecord:
    """Return an account with its entries and invoices; run in the background."""
    account_id = summary.account.id
    entries = services.accounts.entries(account_id, actor)
    invoices = services.accounts.invoices(account_id, actor)
    return AccountRecord(summary, tuple(entries), tuple(invoices))


class AccountsPage(CashPage):
    """The accounts on the left; the one pointed at, what it owes by age and its last operations, on the right."""

    def __init__(self, ui: Ui) -> None:
        """List the accounts."""
        acts = ("pay", "invoice", "print", "statement", "new", "edit")
        super().__init__(ui, "Compte", tuple(f"cash.account_{act}" for act in acts), _SHORT)
        columns: list[Column[AccountSummary]] = [
            Column("Compte", lambda one: one.account.name, strong=True, second=_second),
            Column("À facturer", lambda one: _or_none(one.to_invoice), 10, True, spare=True),
            Column("Doit", lambda one: _or_none(one.balance.total), 10, True, tone=_tone),
        ]
        self.pane: SearchPane[AccountSummary] = SearchPane(
            ui, _WORDS, columns, lambda text: find_accounts(ui.services, text, ui.actor())
        )
        self.left.addWidget(self.pane, 1)
        self.facts = Sheet("Compte choisi")
        self.content.addWidget(self.facts, 1)
        self.paying, self.invoicing, self.account_form = ReceiveForm(ui), InvoiceForm(ui), AccountForm(ui)
        for form in (self.paying, self.invoicing, self.account_form):
            self.add_form(form)
        self.invoicing.made.connect(self._invoiced)
        self.forms_changed.connect(lambda: self.facts.setVisible(self.form is not self.account_form))
        self.record: AccountRecord | None = None
        self.pane.pointed.connect(self._point)
        self.pane.chosen.connect(lambda _one: self.receive())
        self._show(None)

    def shown(self) -> None:
        """Read the accounts anew."""
        self.pane.again()

    def focus_list(self) -> None:
        """Put the focus on the search."""
        self.pane.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def receive(self) -> None:
        """Receive a payment."""
        if self.record is not None:
            self.paying.summary = self.record.summary
            self.open_form(self.paying)

    def invoice(self) -> None:
        """Invoice what no invoice holds."""
        if self.record is not None:
            self.invoicing.summary = self.record.summary
            self.open_form(self.invoicing)

    def print_invoice(self) -> None:
        """Print the last invoice, a duplicata from the second time on."""
        if self.record is None or not self.record.invoices:
            self.ui.say("Ce compte n’a pas encore de facture.", "warning")
            return
        self._print(self.record.invoices[0].number)

    def print_statement(self) -> None:
        """Print the statement as it stands."""
        if self.record is not None:
            papers, account_id = self.ui.services.account_papers, self.record.summary.account.id
            print_desk(self.ui).print_pages(lambda: papers.write_statement(account_id), "a4", "Relevé de compte")

    def new(self) -> None:
        """Open an account."""
        self.account_form.edited = None
        self.open_form(self.account_form)

    def edit(self) -> None:
        """Change the account pointed at."""
        if self.record is not None:
            self.account_form.edited = self.record.summary.account
            self.open_form(self.account_form)

    def _print(self, number: int) -> None:
        papers, actor = self.ui.services.account_papers, self.ui.actor()
        title = f"Facture n°{NBSP}{number}"
        print_desk(self.ui).print_pages(lambda: papers.write_invoice(number, actor), "a4", title)

    def _invoiced(self, invoice: AccountInvoice) -> None:
        self._print(invoice.number)

    def _point(self, summary: AccountSummary | None) -> None:
        if summary is None:
            self._show(None)
            return
        services, actor = self.ui.services, self.ui.actor()
        self.ui.tasks.run(
            lambda _progress: read_account(services, summary, actor), done=self._show, owner=self, key="account"
        )

    def _show(self, record: AccountRecord | None) -> None:
        other = _id(record) != _id(self.record)
        self.record = record
        if other and self.form is not None and self.form is not self.account_form:
            self.close_form()
        self.facts.begin()
        if record is None:
            self.facts.text("Le compte pointé dans la liste s’affiche ici.", "muted")
        else:
            self._write(record)
        self.facts.end()

    def _write(self, record: AccountRecord) -> None:
        account, balance = record.summary.account, record.summary.balance
        closed = "" if account.active else " — fermé"
        self.facts.text(f"{account.name}{closed}", "heading")
        self.facts.text(formats.amount(balance.total), "display-danger" if balance.total > ZERO else "display")
        ceiling = formats.amount(account.ceiling) if account.ceiling is not None else "aucun"
        pairs = [(words, formats.amount(amount)) for words, amount in ages(balance)]
        pairs += [
            ("À facturer", _or_none(record.summary.to_invoice)),
            ("Adresse", ", ".join(account.address)),
            ("SIRET", account.siret),
            ("Délai · plafond", f"{account.terms_days}{NBSP}jours · {ceiling}"),
        ]
        self.facts.column.addWidget(Facts(pairs))
        if record.invoices:
            self.facts.section("Dernières factures")
            for invoice in record.invoices[:3]:
                due = f"à payer le {formats.date(invoice.due_on)}"
                self.facts.text(f"n°{NBSP}{invoice.number} · {formats.amount(invoice.amount)} · {due}")
        if record.entries:
            self.facts.section("Dernières opérations")
            for entry in reversed(record.entries[-_ENTRIES:]):
                words = f"{formats.date(entry.day)} · {said(entry, names=False)} · {formats.amount(entry.amount)}"
                self.facts.text(words)


class ReceiveForm(CashForm):
    """A payment received on an account."""

    def __init__(self, ui: Ui) -> None:
        """Begin without an account."""
        super().__init__(ui, "Règlement reçu")
        self.summary: AccountSummary | None = None
        self.amount = AmountField()
        self.means = QComboBox()
        for means in _RECEIVED:
            self.means.addItem(means.label, means)
        self.fields.addWidget(Field("Mon&tant", self.amount), 0, 0, Qt.AlignmentFlag.AlignBottom)
        self.fields.addWidget(Field("Mo&yen", self.means), 0, 1, Qt.AlignmentFlag.AlignBottom)
        self.chain(self.amount, self.means)

    def begin(self) -> None:
        """Begin with all that is owed."""
        super().begin()
        self.amount.clear()
        if self.summary is not None and self.summary.balance.total > ZERO:
            self.amount.set_money(self.summary.balance.total)
        self.focus(self.amount)

    def save(self) -> None:
        """Receive the payment."""
        amount, summary = self.amount.money, self.summary
        if summary is None or amount is None or amount <= ZERO:
            text = "Un montant est supérieur à zéro."
            self.refuse([Finding("GAL-CAI-02", Severity.ERROR, text, "Saisissez le montant reçu.")])
            return
        accounts, actor, account_id = self.ui.services.accounts, self.ui.actor(), summary.account.id
        paid = [Payment(Means(self.means.currentData()), amount)]
        said_ = f"{summary.account.name}{NBSP}: {formats.amount(amount)} reçus"
        self.perform(lambda: accounts.receive(actor, account_id, paid), said_)


class InvoiceForm(CashForm):
    """Up to which day an account is invoiced."""

    made = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Begin without an account."""
        super().__init__(ui, "Facture récapitulative\u00a0: tout ce qu’aucune facture ne porte encore")
        self.summary: AccountSummary | None = None
        clock = ui.services.clock
        self.day = DateField(lambda: today(clock))
        self.fields.addWidget(Field("&Jusqu’au", self.day), 0, 0)
        self.chain(self.day)

    def begin(self) -> None:
        """Begin with today."""
        super().begin()
        self.day.set_date(today(self.ui.services.clock))
        self.focus(self.day)

    def save(self) -> None:
        """Make the invoice; it is then printed."""
        day, summary = self.day.date, self.summary
        if day is None or summary is None:
            text = "Cette date ne se lit pas."
            self.refuse([Finding("GAL-CTE-07", Severity.ERROR, text, "Tapez-la ainsi\u00a0: 30/11/2026.", "day")])
            return
        accounts, actor, account_id = self.ui.services.accounts, self.ui.actor(), summary.account.id
        self.ui.tasks.run(
            lambda _progress: accounts.make_invoice(actor, account_id, day), done=self._made, owner=self, key="write"
        )

    def _made(self, outcome: Outcome[AccountInvoice]) -> None:
        if isinstance(outcome, Refused):
            self.refuse(outcome.findings)
            return
        invoice = outcome.value
        self.written.emit(f"Facture n°{NBSP}{invoice.number}{NBSP}: {formats.amount(invoice.amount)}")
        self.made.emit(invoice)


class AccountForm(CashForm):
    """An account, new or changed."""

    def __init__(self, ui: Ui) -> None:
        """Begin with a new one."""
        super().__init__(ui, "Compte", scrolls=True)
        self.edited: CustomerAccount | None = None
        self.kind = QComboBox()
        for kind in AccountKind:
            self.kind.addItem(kind.label, kind)
        self.name, self.address, self.city = (TextField(limit=120) for _ in range(3))
        self.postal, self.siret = TextField(limit=5), TextField(limit=20, placeholder="facultatif")
        self.terms = NumberField(0, MOST_DAYS, suffix=f"{NBSP}jours")
        self.ceiling = AmountField()
        self.ceiling.setPlaceholderText("vide\u00a0: aucun")
        placed: tuple[tuple[Field, int, int, int], ...] = (
            (Field("&Nom", self.name), 0, 0, 2),
            (Field("&Genre", self.kind), 0, 2, 1),
            (Field("A&dresse", self.address), 1, 0, 3),
            (Field("&Code postal", self.postal), 2, 0, 1),
            (Field("&Ville", self.city), 2, 1, 2),
            (Field("&SIRET", self.siret), 3, 0, 1),
            (Field("Dé&lai de paiement", self.terms), 3, 1, 1),
            (Field("&Plafond", self.ceiling), 3, 2, 1),
        )
        for field, line, column, span in placed:
            self.fields.addWidget(field, line, column, 1, span, Qt.AlignmentFlag.AlignBottom)
        for column in range(3):
            self.fields.setColumnStretch(column, 1)
        self.chain(self.name, self.kind, self.address, self.postal, self.city, self.siret, self.terms, self.ceiling)

    def begin(self) -> None:
        """Begin with the account as it is, or with nothing."""
        super().begin()
        one = self.edited
        self.title.setText("Nouveau compte" if one is None else f"Compte de {one.name}")
        self.kind.setCurrentIndex(1 if one is None else list(AccountKind).index(one.kind))
        for field, value in (
            (self.name, "" if one is None else one.name),
            (self.address, "" if one is None else one.address_line),
            (self.postal, "" if one is None else one.postal_code),
            (self.city, "" if one is None else one.city),
            (self.siret, "" if one is None else one.siret),
        ):
            field.setText(value)
        self.terms.setValue(30 if one is None else one.terms_days)
        self.ceiling.clear()
        if one is not None and one.ceiling is not None:
            self.ceiling.set_money(one.ceiling)
        self.focus(self.name)

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Show the first thing to mend: the fields keep their room."""
        super().refuse(list(findings)[:1])

    def save(self) -> None:
        """Write the account."""
        ceiling = self.ceiling.money
        if self.ceiling.text().strip() and ceiling is None:
            text = "Le plafond est un montant."
            self.refuse([Finding("GAL-CTE-15", Severity.ERROR, text, "Corrigez-le, ou laissez le champ vide.")])
            return
        draft = AccountDraft(
            kind=AccountKind(self.kind.currentData()),
            name=self.name.text().strip(),
            address_line=self.address.text().strip(),
            postal_code=self.postal.text().strip(),
            city=self.city.text().strip(),
            siret="".join(self.siret.text().split()),
            terms_days=self.terms.value(),
            ceiling=ceiling,
        )
        accounts, actor, one = self.ui.services.accounts, self.ui.actor(), self.edited
        if one is None:
            self.perform(lambda: accounts.add(actor, draft), f"Compte ouvert{NBSP}: {draft.name}")
            return
        typed = {name: getattr(draft, name) for name in _TYPED}
        self.perform(lambda: accounts.edit(actor, replace(one, **typed)), f"Compte enregistré{NBSP}: {draft.name}")


_TYPED = ("kind", "name", "address_line", "postal_code", "city", "siret", "terms_days", "ceiling")


def _id(record: AccountRecord | None) -> int:
    return 0 if record is None else record.summary.account.id


def _second(one: AccountSummary) -> str:
    closed = "" if one.account.active else " · fermé"
    return f"{one.account.kind.label}{closed}"


def _tone(one: AccountSummary) -> str:
    late = one.balance.over_30 + one.balance.over_60 + one.balance.over_90
    return "danger" if late > ZERO else ""


def _or_none(amount: Money) -> str:
    return formats.amount(amount) if amount else ""
