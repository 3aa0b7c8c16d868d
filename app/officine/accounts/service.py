"""Who is invoiced later, what do they owe, and how are their invoices and payments written?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.clock import paris_date, today
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.officine.accounts import rules, store
from app.officine.accounts.model import AccountInvoice, AccountSummary, EntryKind, NewEntry
from app.officine.cash import rules as cash_rules
from app.officine.cash.model import Means
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.accounts.model import AccountDraft, AccountEntry, CustomerAccount
    from app.officine.cash.model import Payment
    from app.officine.cash.service import Cash
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

INVOICE_SERIES = "account_invoice"


class Accounts:
    """The accounts of customers: rows that only grow. What they owe is what the till has « en compte »."""

    def __init__(self, db: Database, cash: Cash, staff: Staff) -> None:
        """Keep the accounts in ``db``; write payments into ``cash``; ask ``staff`` for the rights."""
        self._db = db
        self._cash = cash
        self._staff = staff

    # --- Reading ------------------------------------------------------------------------------------------------

    def account(self, account_id: int) -> CustomerAccount | None:
        """Return an account; None for an unknown one."""
        with self._db.read() as session:
            return store.read(session, account_id)

    def owed(self, account_id: int) -> Money:
        """Return what an account owes in all."""
        with self._db.read() as session:
            return store.owed(session, account_id)

    def summaries(self, actor: Actor | None = None) -> list[AccountSummary]:
        """Return all accounts by name, each with its balance by age and what no invoice holds yet.

        Raises InputDefect where ``actor`` does not work at the counter; None is Galien itself.
        """
        self._staff.require(actor, Right.DELIVER)
        day = today(self._db.clock)
        with self._db.read() as session:
            known, entries = store.accounts(session), store.entries(session)
        of: dict[int, list[AccountEntry]] = {}
        for entry in entries:
            of.setdefault(entry.account_id, []).append(entry)
        return [
            AccountSummary(
                account,
                rules.balance(of.get(account.id, ()), day),
                rules.owed_by(rules.to_invoice(of.get(account.id, ()), day)),
            )
            for account in known
        ]

    def entries(self, account_id: int, actor: Actor | None = None) -> list[AccountEntry]:
        """Return the entries of an account, in order: its statement. Raises as ``summaries``."""
        self._staff.require(actor, Right.DELIVER)
        with self._db.read() as session:
            return store.entries(session, account_id)

    def invoices(self, account_id: int, actor: Actor | None = None) -> list[AccountInvoice]:
        """Return the invoices of an account, newest first. Raises as ``summaries``."""
        self._staff.require(actor, Right.DELIVER)
        with self._db.read() as session:
            return store.invoices(session, account_id)

    def invoice(self, number: int) -> AccountInvoice | None:
        """Return an invoice; None for an unknown number."""
        with self._db.read() as session:
            return next(iter(store.invoices(session, number=number)), None)

    # --- Keeping the accounts -----------------------------------------------------------------------------------

    def add(self, actor: Actor, draft: AccountDraft) -> Outcome[CustomerAccount]:
        """Open an account."""
        findings = [*self._staff.refusal(actor, Right.KEEP_ACCOUNTS), *rules.check_draft(draft)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            account_id = store.add(work.session, draft)
            work.audit("account.add", "account", str(account_id), details={"kind": str(draft.kind)})
            work.changed("account")
            made = store.read(work.session, account_id)
        assert made is not None
        return Done(made)

    def edit(self, actor: Actor, edited: CustomerAccount) -> Outcome[CustomerAccount]:
        """Write an account, or close it; refused where it was edited meanwhile."""
        findings = [*self._staff.refusal(actor, Right.KEEP_ACCOUNTS), *rules.check_draft(edited)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            if not store.edit(work.session, edited):
                return Refused((_edited_meanwhile(),))
            details = {"terms_days": edited.terms_days, "active": edited.active}
            ceiling = None if edited.ceiling is None else edited.ceiling.cents
            work.audit("account.edit", "account", str(edited.id), details=details | {"ceiling": ceiling})
            work.changed("account")
        return Done(replace(edited, version=edited.version + 1))

    # --- Within a delivery, or what takes one back --------------------------------------------------------------

    def charge(self, work: UnitOfWork, account_id: int | None, entry: NewEntry) -> list[Finding]:
        """Put a sale on an account in the caller's act; return why it can't be, and nothing is written then."""
        account = None if account_id is None else store.lock(work.session, account_id)
        owed = ZERO if account is None else store.owed(work.session, account.id)
        findings = rules.check_charge(account, owed, entry.amount)
        if not findings and account is not None and entry.amount:
            store.insert_entry(work, account.id, entry)
            work.changed("account")
        return findings

    def charged(self, work: UnitOfWork, delivery: int) -> Money | None:
        """Return what is left on an account of a delivery, in the caller's act; None where it is on none."""
        found = store.charged(work.session, delivery)
        return None if found is None else found[1]

    def credit(self, work: UnitOfWork, delivery: int, entry: NewEntry) -> None:
        """Take an avoir off the account that a delivery was put on, in the caller's act."""
        found = store.charged(work.session, delivery)
        if found is not None and entry.amount:
            store.lock(work.session, found[0])
            store.insert_entry(work, found[0], entry)
            work.changed("account")

    # --- Payments -----------------------------------------------------------------------------------------------

    def receive(self, actor: Actor, account_id: int, payments: Sequence[Payment]) -> Outcome[Money]:
        """Receive a payment on an account; the value is what it still owes.

        Account, till and audit in one transaction. Refused for more than is owed.
        """
        findings = [*self._staff.refusal(actor, Right.DELIVER), *cash_rules.check_account_payment(payments)]
        if is_refused(findings):
            return Refused(tuple(findings))
        total = Money.total(payment.amount for payment in payments)

        def act(work: UnitOfWork) -> Outcome[Money]:
            account = store.lock(work.session, account_id)
            owed = ZERO if account is None else store.owed(work.session, account_id)
            wrong = rules.check_payment(account, owed, total)
            if wrong:
                return Refused(tuple(wrong))
            for payment in payments:
                entry = NewEntry(kind=EntryKind.PAYMENT, amount=-payment.amount, reference=str(payment.method))
                store.insert_entry(work, account_id, entry)
            self._cash.append(work, cash_rules.account_entries(account_id, payments))
            said = [[str(payment.method), payment.amount.cents] for payment in payments]
            work.audit("account.receive", "account", str(account_id), details={"payments": said})
            work.changed("account")
            return Done(owed - total)

        return self._db.perform(actor, act)

    # --- Invoices -----------------------------------------------------------------------------------------------

    def make_invoice(self, actor: Actor, account_id: int, last_day: dt.date) -> Outcome[AccountInvoice]:
        """Invoice what an account took up to ``last_day`` and that no invoice holds.

        Each sale is in the till already: the invoice writes nothing there, and no total counts it twice.
        """
        findings = self._staff.refusal(actor, Right.KEEP_ACCOUNTS)
        if is_refused(findings):
            return Refused(tuple(findings))

        def act(work: UnitOfWork) -> Outcome[AccountInvoice]:
            account = store.lock(work.session, account_id)
            if account is None:
                return Refused(tuple(rules.check_payment(None, ZERO, ZERO)))
            held = rules.to_invoice(store.entries(work.session, account_id), last_day)
            wrong = rules.check_invoice(held, last_day, paris_date(work.now))
            if wrong:
                return Refused(tuple(wrong))
            number = work.take_numbers(INVOICE_SERIES)
            values = {
                "number": number,
                "account_id": account_id,
                "kind": str(account.kind),
                "at": work.now,
                "first_day": held[0].day,
                "last_day": last_day,
                "due_on": paris_date(work.now) + dt.timedelta(days=account.terms_days),
                "customer": [account.name, *account.address],
                "siret": account.siret,
                "amount": rules.owed_by(held),
                "vat": rules.summed(held),
                "operator_name": work.actor.name,
            }
            store.insert_invoice(work.session, values, held)
            details = {"account": account_id, "amount": rules.owed_by(held).cents, "entries": len(held)}
            work.audit("account.invoice", "account_invoice", str(number), details=details)
            work.changed("account")
            [made] = store.invoices(work.session, number=number)
            return Done(made)

        return self._db.perform(actor, act)

    def till_agrees(self) -> bool:
        """Return True where the accounts owe, in all, what the till has « en compte »."""
        with self._db.read() as session:
            owed = rules.owed_by(store.entries(session))
        return owed == self._cash.total_of(Means.ACCOUNT)


def _edited_meanwhile() -> Finding:
    text = "Ce compte a été modifié entre-temps à un autre poste."
    return Finding("GAL-CTE-16", Severity.ERROR, text, "Relisez-le, puis recommencez.", "name")
