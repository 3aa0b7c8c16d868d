"""How is money taken, given back, counted and followed up, each event chained in the act that makes it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.money import ZERO, Money
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import one_line
from app.officine.cash import rules, store
from app.officine.cash.model import Account, Drawer, Entry, Means, RecordKind
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.cash.model import Count, Payment, Record, Sale
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork


class Cash:
    """The till: its journal can only grow (CGI art. 286, I-3° bis)."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep the journal in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff
        self._mode = ""

    # --- Within the act of another service ----------------------------------------------------------------------

    def record_sale(self, work: UnitOfWork, sale: Sale) -> list[Finding]:
        """Record a sale and its payments in the caller's act; return why it can't be, and nothing is written then.

        Takes the lock of the journal: the caller has taken its other locks, all but the audit's.
        """
        uses_deposit = any(payment.method is Means.DEPOSIT for payment in sale.payments)
        if uses_deposit:
            store.lock(work.session)
            account = _account(work, sale.patient_id)
            findings = rules.check_deposit(account.deposit, sale.payments)
            if findings:
                return findings
        self.append(work, rules.sale_entries(sale))
        return []

    def record_reversal(self, work: UnitOfWork, taken_back: Sale, reversal: int, reason: str) -> list[Finding]:
        """Record what is taken back of a sale and how it is paid back, in the caller's act; as ``record_sale``."""
        store.lock(work.session)
        account = _account(work, taken_back.patient_id)
        findings = rules.check_refund(account, taken_back.patient, taken_back.payments)
        if not findings:
            self.append(work, rules.reversal_entries(taken_back, reversal, reason))
        return findings

    def take_deposit(self, work: UnitOfWork, patient_id: int, payments: Sequence[Payment]) -> None:
        """Record, in the caller's act, an acompte that ``rules.check_acompte`` allows; nothing where there is none."""
        if payments:
            self.append(work, rules.deposit_entries(patient_id, payments))
            self._traced(work, "cash.deposit", patient_id, payments)

    def is_closed(self, work: UnitOfWork, delivery: int) -> bool:
        """Return True where a Z holds the sale, or where it was made before the journal began."""
        store.lock(work.session)
        return store.in_closing(work.session, delivery)

    def append(self, work: UnitOfWork, entries: Sequence[Entry]) -> int:
        """Add entries to the journal in the caller's act; return the number of the last."""
        if not self._mode:
            self._mode = store.mode_of(work.session)
        work.changed("cash")
        return store.append(work, entries, self._mode)

    # --- Accounts of patients -----------------------------------------------------------------------------------

    def account(self, patient_id: int, actor: Actor | None = None) -> Account:
        """Return what a patient owes, and what was received from them in advance. Raises as ``accounts``."""
        self._staff.require(actor, Right.DELIVER)
        with self._db.read() as session:
            return next(iter(store.accounts(session, patient_id)), Account(patient_id))

    def accounts(self, actor: Actor | None = None) -> list[Account]:
        """Return the patients who owe or have paid in advance, the oldest debt first.

        Raises InputDefect where ``actor`` does not work at the counter; None is Galien itself.
        """
        self._staff.require(actor, Right.DELIVER)
        with self._db.read() as session:
            return store.accounts(session)

    def settle(self, actor: Actor, patient_id: int, payments: Sequence[Payment]) -> Outcome[Account]:
        """Take what a patient pays of their debt, whole or in part: a payment of its own, the sale stays as it is."""

        def act(work: UnitOfWork) -> Outcome[Account]:
            store.lock(work.session)
            findings = rules.check_settlement(_account(work, patient_id), payments)
            if findings:
                return Refused(tuple(findings))
            self.append(work, rules.settlement_entries(patient_id, payments))
            return self._traced(work, "cash.settle", patient_id, payments)

        return self._allowed(actor, Right.DELIVER) or self._db.perform(actor, act)

    def receive_deposit(self, actor: Actor, patient_id: int, payments: Sequence[Payment]) -> Outcome[Account]:
        """Take an acompte, to be used for a later sale."""
        findings = rules.check_acompte(payments)
        if findings:
            return Refused(tuple(findings))

        def act(work: UnitOfWork) -> Outcome[Account]:
            self.append(work, rules.deposit_entries(patient_id, payments))
            return self._traced(work, "cash.deposit", patient_id, payments)

        return self._allowed(actor, Right.DELIVER) or self._db.perform(actor, act)

    def return_deposit(self, actor: Actor, patient_id: int, payments: Sequence[Payment]) -> Outcome[Account]:
        """Give back what is left of an acompte, whole or in part: an entry of its own, the acompte stays as it was."""

        def act(work: UnitOfWork) -> Outcome[Account]:
            store.lock(work.session)
            findings = rules.check_returned(_account(work, patient_id), payments)
            if findings:
                return Refused(tuple(findings))
            self.append(work, rules.return_entries(patient_id, payments))
            return self._traced(work, "cash.deposit.return", patient_id, payments)

        return self._allowed(actor, Right.DELIVER) or self._db.perform(actor, act)

    def _traced(self, work: UnitOfWork, action: str, patient_id: int, payments: Sequence[Payment]) -> Outcome[Account]:
        details = {"payments": [[str(payment.method), payment.amount.cents] for payment in payments]}
        work.audit(action, "patient", str(patient_id), patient_id=patient_id, details=details)
        work.changed(f"account:{patient_id}")
        return Done(_account(work, patient_id))

    # --- Drawers ------------------------------------------------------------------------------------------------

    def drawer(self, station: str) -> Drawer:
        """Return the drawer of a workstation since it was last counted, with what it should hold: an X reading."""
        with self._db.read() as session:
            last = store.last_count(session, station)
            after = 0 if last is None else last.seq
            moves = store.moves(session, station, after)
            expected = store.expected(session, station, after)
        floats = [move for move in moves if move.kind is RecordKind.FLOAT]
        kept = None if last is None else Money(last.details["kept"])
        return Drawer(
            station=station,
            opened_at=floats[0].at if floats else None,
            opened_by=floats[0].operator_name if floats else "",
            opening=Money.total(move.amount for move in floats),
            expected=expected,
            moves=tuple(moves),
            kept=kept,
        )

    def threshold(self) -> Money:
        """Return the difference of a count above which a reason is asked."""
        known = facts.read(self._db, "cash") or {}
        cents = known.get("difference_threshold") if isinstance(known, dict) else None
        return Money(cents) if isinstance(cents, int) else rules.DEFAULT_THRESHOLD

    def open_drawer(self, actor: Actor, opening: Money) -> Outcome[Drawer]:
        """Declare the float with which the drawer of the actor's workstation begins; once until it is counted."""

        def act(work: UnitOfWork) -> Outcome[Drawer]:
            store.lock(work.session)
            if actor.station in store.open_stations(work.session):
                return Refused((_already_open(),))
            return self._moved(work, RecordKind.FLOAT, opening, "")

        refused = self._allowed(actor, Right.DELIVER) or _refused(rules.check_move(RecordKind.FLOAT, opening, ""))
        return self._drawer_after(actor, refused or self._db.perform(actor, act))

    def move(self, actor: Actor, kind: RecordKind, amount: Money, reason: str) -> Outcome[Drawer]:
        """Put cash in (``CASH_IN``) or take it out (``CASH_OUT``), with a reason; ``amount`` is above zero."""
        refused = self._allowed(actor, Right.DELIVER) or _refused(rules.check_move(kind, amount, reason))
        signed = amount if kind is RecordKind.CASH_IN else -amount
        done = refused or self._db.perform(actor, lambda work: self._moved(work, kind, signed, reason))
        return self._drawer_after(actor, done)

    def open_without_sale(self, actor: Actor, reason: str) -> Outcome[Drawer]:
        """Record that the drawer was opened without a sale."""
        refused = self._allowed(actor, Right.DELIVER) or _refused(rules.check_reason(reason))
        done = refused or self._db.perform(actor, lambda work: self._moved(work, RecordKind.DRAWER, ZERO, reason))
        return self._drawer_after(actor, done)

    def count(self, actor: Actor, count: Count) -> Outcome[Record]:
        """Count the drawer of the actor's workstation, note the difference, and begin its next session.

        What is counted and does not stay goes to the bank. Refused where the difference is large and has no reason.
        """
        threshold = self.threshold()

        def act(work: UnitOfWork) -> Outcome[Record]:
            store.lock(work.session)
            last = store.last_count(work.session, actor.station)
            expected = store.expected(work.session, actor.station, 0 if last is None else last.seq)
            findings = rules.check_count(expected, count, threshold)
            if findings:
                return Refused(tuple(findings))
            self.append(work, rules.count_entries(expected, count))
            counted = store.last_count(work.session, actor.station)
            assert counted is not None
            work.audit("cash.count", "drawer", actor.station, details={"difference": counted.details["difference"]})
            return Done(counted)

        return self._allowed(actor, Right.DELIVER) or self._db.perform(actor, act)

    def reprint(self, actor: Actor, delivery: int) -> int:
        """Record that the ticket of a delivery is printed again; return the number of this duplicata, from 1.

        Raises InputDefect where the actor may not deliver.
        """
        self._staff.require(actor, Right.DELIVER)
        return self._db.perform(actor, lambda work: self.record_reprint(work, delivery))

    def record_reprint(self, work: UnitOfWork, delivery: int) -> int:
        """Record, in the act, that the ticket of a delivery is printed again; return the number of this duplicata."""
        store.lock(work.session)
        number = store.reprints(work.session, delivery) + 1
        self.append(work, [Entry(kind=RecordKind.REPRINT, delivery=delivery, details={"duplicata": number})])
        return number

    def journal(self, station: str | None = None, limit: int = 200) -> list[Record]:
        """Return the last entries of the journal, newest first, of one workstation or of all."""
        with self._db.read() as session:
            return store.latest(session, station=station, limit=limit)

    def paid(self, delivery: int) -> dict[Means, Money]:
        """Return what is paid of a delivery, by means, less what was refunded."""
        with self._db.read() as session:
            return store.paid(session, delivery)

    def total_of(self, means: Means) -> Money:
        """Return what the whole journal comes to by one means: for a debt, what stands of it."""
        with self._db.read() as session:
            return store.total_of(session, means)

    def _moved(self, work: UnitOfWork, kind: RecordKind, amount: Money, reason: str) -> Outcome[Drawer]:
        said = one_line(reason, rules.REASON_LIMIT).strip()
        means = "" if kind is RecordKind.DRAWER else Means.CASH
        self.append(work, [Entry(kind=kind, means=means, amount=amount, reason=said)])
        work.audit(f"cash.{kind}", "drawer", work.actor.station, details={"amount": amount.cents, "reason": said})
        return Done(Drawer(station=work.actor.station, opened_at=None, opened_by="", opening=ZERO, expected={}))

    def _drawer_after(self, actor: Actor, outcome: Outcome[Drawer]) -> Outcome[Drawer]:
        return outcome if isinstance(outcome, Refused) else Done(self.drawer(actor.station))

    def _allowed(self, actor: Actor, right: Right) -> Refused | None:
        return _refused(self._staff.refusal(actor, right))


def _refused(findings: Sequence[Finding]) -> Refused | None:
    return Refused(tuple(findings)) if is_refused(findings) else None


def _account(work: UnitOfWork, patient_id: int | None) -> Account:
    if patient_id is None:
        return Account(0)
    return next(iter(store.accounts(work.session, patient_id)), Account(patient_id))


def _already_open() -> Finding:
    return Finding(
        "GAL-CAI-15",
        Severity.ERROR,
        "Le fond de caisse de ce poste est déjà déclaré.",
        "Comptez le tiroir pour commencer une autre session, ou enregistrez une entrée d’espèces.",
    )
