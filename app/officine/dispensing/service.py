"""How does a customer's visit go: session, checks, price, delivery, register, history?"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import one_line
from app.officine.accounts.service import Accounts
from app.officine.advances.service import Advances
from app.officine.billing.model import Zone
from app.officine.billing.pricing import price_invoice
from app.officine.billing.products import generic_base
from app.officine.billing.service import Tfr
from app.officine.billing.tariffs import installed_tariffs
from app.officine.cash import rules as cash_rules
from app.officine.cash.service import Cash
from app.officine.dispensing import (
    acknowledging,
    advancing,
    applying,
    build,
    on_account,
    rules,
    situating,
    store,
)
from app.officine.dispensing.looking import Examined, advice, offered
from app.officine.dispensing.model import Author, CounterSession, SaleKind, SessionState
from app.officine.dispensing.neighbours import Neighbours
from app.officine.dispensing.session import LABEL_LIMIT
from app.officine.dispensing.substitution import decided
from app.officine.dispensing.tables import OrdonnancierRow
from app.officine.interventions.service import Interventions
from app.officine.owed.service import Owed
from app.officine.recalls.service import Recalls
from app.officine.staff.model import Right
from app.officine.stock.open_boxes import OpenBoxes
from app.officine.stock.quarantine import Quarantine
from app.store.audit import Actor
from app.store.integrity import verify_chain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Table

    from app.kernel.money import Money
    from app.kernel.outcome import Outcome
    from app.officine.billing.model import Invoice, InvoiceCase
    from app.officine.billing.tariffs import Tariffs
    from app.officine.catalog.service import Catalog
    from app.officine.copies.service import Copies
    from app.officine.dispensing.exceptional import Offer
    from app.officine.dispensing.model import (
        Delivery,
        DeliverySummary,
        HistoryLine,
        Payment,
        RegisterEntry,
        SessionSummary,
    )
    from app.officine.dispensing.rules import Situation
    from app.officine.patients.service import Patients
    from app.officine.prescriptions.service import Prescriptions
    from app.officine.safety.service import Safety
    from app.officine.staff.service import Staff
    from app.officine.stock.service import Stock
    from app.store.database import Database
    from app.store.register import ChainReport


class Counter:
    """The counter: sessions that outlive a crash, and deliveries that are wholly there or not at all."""

    def __init__(
        self,
        db: Database,
        *,
        catalog: Catalog,
        patients: Patients,
        prescriptions: Prescriptions,
        stock: Stock,
        staff: Staff,
        cash: Cash | None = None,
        owed: Owed | None = None,
        tariffs: Tariffs | None = None,
        zone: Zone = Zone.METROPOLE,
        tfr: Tfr | None = None,
        open_boxes: OpenBoxes | None = None,
        safety: Safety | None = None,
        interventions: Interventions | None = None,
        advances: Advances | None = None,
        accounts: Accounts | None = None,
        recalls: Recalls | None = None,
        quarantine: Quarantine | None = None,
        copies: Copies | None = None,
    ) -> None:
        """Work on ``db`` with the services below; price with ``tariffs`` (those installed) in ``zone``.

        ``cash`` None: the till of ``db``. ``safety`` None: interactions, doubles and allergies are not checked.
        Recalls are always checked: None stands for those of ``db``. ``copies`` None: no copy is joined.
        """
        till, called_back = cash or Cash(db, staff), recalls or Recalls(db, catalog, staff)
        self._near = Neighbours(
            db=db,
            catalog=catalog,
            patients=patients,
            prescriptions=prescriptions,
            stock=stock,
            staff=staff,
            tfr=tfr or Tfr(db, staff),
            open_boxes=open_boxes or OpenBoxes(db, staff),
            cash=till,
            owed=owed or Owed(db, stock, staff),
            advances=advances or Advances(db, staff),
            accounts=accounts or Accounts(db, till, staff),
            interventions=interventions or Interventions(db, staff),
            recalls=called_back,
            quarantine=quarantine or Quarantine(db, stock=stock, recalls=called_back, staff=staff),
            safety=safety,
            copies=copies,
        )
        self._tariffs = tariffs
        self._zone = zone

    # --- Sessions -----------------------------------------------------------------------------------------------

    def new_session(self, actor: Actor, label: str = "") -> CounterSession:
        """Begin a session, held by the caller. Its first save writes it: the counter opens without waiting to write."""
        return CounterSession(
            id=uuid.uuid4().hex,
            holder=uuid.uuid4().hex,
            station=actor.station,
            owner=Author(actor.staff_id, actor.name),
            label=one_line(label, LABEL_LIMIT),
        )

    def save(self, session: CounterSession) -> Outcome[CounterSession]:
        """Write the session as it is; refused where another window has taken it over, or it is done.

        Cheap enough for every change. Saves that arrive late, older than what is written, change nothing.
        """
        with self._near.db.write(Actor(None, "", session.station)) as work:
            written = store.write_session(work.session, session, work.now)
        return Done(session) if written else Refused((applying.taken_over(),))

    def suspend(self, session: CounterSession, actor: Actor, label: str = "") -> Outcome[CounterSession]:
        """Put the session in waiting, for any workstation to resume."""
        kept = replace(session, label=one_line(label, LABEL_LIMIT) or session.label, revision=session.revision + 1)
        return self._close(kept, actor, SessionState.SUSPENDED)

    def abandon(self, session: CounterSession, actor: Actor) -> Outcome[CounterSession]:
        """Give the session up; nothing was delivered."""
        return self._close(replace(session, revision=session.revision + 1), actor, SessionState.ABANDONED)

    def load(self, session_id: str) -> CounterSession | None:
        """Return a session as it was last saved, held as it is; None where it is over."""
        with self._near.db.read() as session:
            return store.read_session(session, session_id)

    def resume(self, session_id: str, actor: Actor) -> Outcome[CounterSession]:
        """Take a session over, in waiting or not, and return it as it was last saved; the former window loses it."""
        findings = self._near.staff.refusal(actor, Right.DELIVER)
        if findings:
            return Refused(tuple(findings))
        with self._near.db.write(actor) as work:
            if not store.take_session(work.session, session_id, uuid.uuid4().hex, actor, work.now):
                return Refused((_over(),))
            resumed = store.read_session(work.session, session_id)
            work.changed(f"session:{session_id}")
        assert resumed is not None
        return Done(resumed)

    def reopen(self, session_id: str, actor: Actor) -> Outcome[CounterSession]:
        """Take up, when a client starts, a session that its workstation left open.

        On the embedded database, which one client opens at a time, nobody else holds it: nothing is written, and
        the sale is back on the screen while the base is still being checked. Elsewhere it is taken over.
        """
        if self._near.db.is_postgresql:
            return self.resume(session_id, actor)
        findings = self._near.staff.refusal(actor, Right.DELIVER)
        if findings:
            return Refused(tuple(findings))
        found = self.load(session_id)
        return Refused((_over(),)) if found is None else Done(found)

    def open_sessions(self) -> list[SessionSummary]:
        """Return the sessions that are not over, in waiting or at a counter, the oldest change first."""
        with self._near.db.read() as session:
            return store.live_sessions(session)

    def _close(self, session: CounterSession, actor: Actor, state: SessionState) -> Outcome[CounterSession]:
        findings = self._near.staff.refusal(actor, Right.DELIVER)
        if findings:
            return Refused(tuple(findings))
        with self._near.db.write(actor) as work:
            if not store.write_session(work.session, session, work.now, state):
                return Refused((applying.taken_over(),))
            if state is SessionState.ABANDONED:
                work.audit("session.abandon", "session", session.id, patient_id=session.patient_id)
                if self._near.copies is not None:
                    self._near.copies.leave(work, session.id)
            work.changed(f"session:{session.id}")
        return Done(session)

    # --- Before the delivery ------------------------------------------------------------------------------------

    def check(self, session: CounterSession, actor: Actor | None = None) -> list[Finding]:
        """Return what there is to say before the delivery, the most serious first; subjects are line ids.

        ``actor`` is who would deliver, None where nobody is known: a recalled lot stops who may not pass over it.
        """
        return situating.findings(self._near, situating.situation(self._near, session, actor=actor))

    def examine(self, session: CounterSession, actor: Actor | None = None) -> Examined:
        """Return what ``check`` and ``quote`` do, and what is advised of each line, from one reading of the sale."""
        with self._near.db.read():
            situation = situating.situation(self._near, session, actor=actor)
            return Examined(
                situation=situation,
                findings=situating.findings(self._near, situation),
                advice=advice(situation, self._near.catalog),
                invoice=self._priced(self._case(situation), session),
            )

    def beyond(self, patient_id: int) -> tuple[Offer, ...]:
        """Return the ordonnances of a patient from which more may leave by an exceptional rule, the newest first."""
        return offered(self._near.db, self._near.catalog, self._near.prescriptions, patient_id)

    def quote(self, session: CounterSession) -> Invoice:
        """Return what the session comes to at this moment, complete or not."""
        return self._priced(self._case(situating.situation(self._near, session, with_details=False)), session)

    # --- The delivery -------------------------------------------------------------------------------------------

    def validate(self, session: CounterSession, actor: Actor, payments: Sequence[Payment] = ()) -> Outcome[Delivery]:
        """Deliver: number, lines, invoice, payments, stock, ordonnancier and audit in one transaction.

        The same session validated again returns the delivery that it became. Refused, and nothing written, where
        a check forbids it, one that asks for a reason has none, the payments are not the patient's share, or a box is
        missing and was not confirmed.
        """
        with self._near.db.read():
            done = self.of_session(session.id)
            if done is not None:
                return Done(done)
            situation = situating.situation(self._near, session, actor=actor)
            findings = [*self._near.staff.refusal(actor, Right.DELIVER), *situating.findings(self._near, situation)]
        findings += acknowledging.check(session, findings)
        if session.sale is SaleKind.ADVANCE or advancing.asked(session, charged=True):
            findings += self._near.staff.refusal(actor, Right.ADVANCE)
        if session.sale is SaleKind.RETROCESSION:
            findings += self._near.staff.refusal(actor, Right.CEDE)
        if is_refused(findings):
            return Refused(tuple(findings))
        case = self._case(situation)
        invoice = self._priced(case, session)
        findings += invoice.findings
        findings += self._check_payments(situation, invoice, payments)
        if is_refused(findings):
            return Refused(tuple(findings))
        try:
            delivery = self._near.db.perform(
                actor,
                lambda work: applying.apply(
                    self._near, work, situation, case, invoice, payments=payments, findings=findings
                ),
            )
        except applying.Undone as undone:
            done = self.of_session(session.id)
            return Done(done) if done is not None else Refused((undone.finding,))
        return Done(delivery, tuple(findings))

    # --- After the delivery -------------------------------------------------------------------------------------

    def delivery(self, number: int, actor: Actor | None = None) -> Delivery | None:
        """Return a delivery; None for an unknown number. Raises as ``history``."""
        self._near.staff.require(actor, Right.READ_PATIENT)
        with self._near.db.read() as session:
            return store.read_delivery(session, number)

    def of_session(self, session_id: str) -> Delivery | None:
        """Return the delivery that a session became; None where it became none."""
        with self._near.db.read() as session:
            number = store.number_of_session(session, session_id)
            return None if number is None else store.read_delivery(session, number)

    def deliveries(
        self, day: dt.date | None = None, limit: int = 500, actor: Actor | None = None
    ) -> list[DeliverySummary]:
        """Return the deliveries of a day (today's), newest first. Raises as ``history``."""
        self._near.staff.require(actor, Right.READ_PATIENT)
        with self._near.db.read() as session:
            return store.day_deliveries(session, day or today(self._near.db.clock), limit)

    def history(
        self, patient_id: int, limit: int = 60, *, with_cancelled: bool = False, actor: Actor | None = None
    ) -> list[HistoryLine]:
        """Return the last products that a patient received, newest first; also those taken back where asked.

        Raises InputDefect where ``actor`` may not read patients' files; None is Galien itself.
        """
        self._near.staff.require(actor, Right.READ_PATIENT)
        with self._near.db.read() as session:
            return store.patient_history(session, patient_id, limit, with_cancelled=with_cancelled)

    # --- The ordonnancier ---------------------------------------------------------------------------------------

    def ordonnancier(
        self,
        *,
        first: dt.date | None = None,
        last: dt.date | None = None,
        patient_id: int | None = None,
        code: str | None = None,
        after: int = 0,
        limit: int = 500,
        actor: Actor | None = None,
    ) -> list[RegisterEntry]:
        """Return a page of the register in order of number: by dates, by patient, by medicine (CSP R.5132-10).

        Raises as ``history``.
        """
        self._near.staff.require(actor, Right.READ_PATIENT)
        with self._near.db.read() as session:
            return store.register_entries(
                session, first=first, last=last, patient_id=patient_id, code=code, after=after, limit=limit
            )

    def verify_ordonnancier(self) -> ChainReport:
        """Verify that no entry of the register was changed, removed or added."""
        with self._near.db.read() as session:
            return verify_chain(session, store.CHAIN, cast("Table", OrdonnancierRow.__table__))

    # --- The price ----------------------------------------------------------------------------------------------

    def _case(self, situation: Situation) -> InvoiceCase:
        bases: dict[str, Money] = {}
        tariffs = self._all_tariffs().on(situation.today)
        for line in situation.session.lines:
            product = situation.products.get(line.code)
            if product is None or not decided(situation.session, line).is_unjustified:
                continue
            base = generic_base(product, self._near.catalog, self._zone, tariffs)
            if base is not None:
                bases[line.code] = base
        return build.invoice_case(situation, tariffs, self._zone, bases)

    def _priced(self, case: InvoiceCase, session: CounterSession) -> Invoice:
        invoice = price_invoice(case, self._all_tariffs())
        return advancing.unbilled(invoice) if session.sale is SaleKind.ADVANCE else invoice

    def _check_payments(self, situation: Situation, invoice: Invoice, payments: Sequence[Payment]) -> Sequence[Finding]:
        """Return what is wrong with the payments; nothing is due of an avance: what is paid is an acompte."""
        if situation.session.sale is SaleKind.ADVANCE:
            return cash_rules.check_acompte(payments) if payments else ()
        due = invoice.totals.patient
        wrong = rules.check_payments(due, payments, patient_known=situation.patient is not None)
        return [*wrong, *on_account.check_payments(situation.session, due, payments)]

    def _all_tariffs(self) -> Tariffs:
        return installed_tariffs() if self._tariffs is None else self._tariffs


def _over() -> Finding:
    return Finding("GAL-CPT-61", Severity.ERROR, "Cette vente n’est plus en attente.", "Choisissez-en une autre.")
