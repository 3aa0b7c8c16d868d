"""How does a customer's visit go: session, checks, price, delivery, register, history?"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import one_line
from app.officine.accounts.service import Accounts
from app.officine.advances.model import ClosingKind
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
    build,
    exceptional_store,
    on_account,
    owing,
    recalled,
    registered,
    rights,
    rules,
    seal,
    store,
    terms,
)
from app.officine.dispensing.courses import Courses
from app.officine.dispensing.exceptional import Beyond
from app.officine.dispensing.looking import advice, beyond, offered
from app.officine.dispensing.model import Author, CounterSession, SaleKind, SessionState
from app.officine.dispensing.rules import Situation
from app.officine.dispensing.session import LABEL_LIMIT, serials
from app.officine.dispensing.substitution import check_mentions, decided
from app.officine.dispensing.supplied import courses
from app.officine.dispensing.tables import OrdonnancierRow
from app.officine.dispensing.taken import known_treatments, safety_case
from app.officine.dispensing.units import check_units, choose_boxes, unit_count
from app.officine.interventions.service import Interventions
from app.officine.owed.service import Owed
from app.officine.recalls.service import Recalls
from app.officine.registers.model import NoteKind
from app.officine.safety.model import SafetyCase
from app.officine.staff.model import Right
from app.officine.stock.model import MovementKind
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
    from app.officine.dispensing.exceptional import Offer
    from app.officine.dispensing.model import (
        Delivery,
        DeliverySummary,
        DraftLine,
        HistoryLine,
        Payment,
        RegisterEntry,
        SessionSummary,
    )
    from app.officine.dispensing.proposals import Advice
    from app.officine.patients.service import Patients
    from app.officine.prescriptions.service import Prescriptions
    from app.officine.registers.model import Narcotic
    from app.officine.safety.service import Safety
    from app.officine.staff.service import Staff
    from app.officine.stock.service import Stock
    from app.store.database import Database, UnitOfWork
    from app.store.register import ChainReport

DELIVERY_SERIES = "delivery"
REGISTER_SERIES = "ordonnancier"


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
    ) -> None:
        """Work on ``db`` with the services below; price with ``tariffs`` (those installed) in ``zone``.

        ``cash`` None: the till of ``db``. ``safety`` None: interactions, doubles and allergies are not checked.
        Recalls are always checked: None stands for those of ``db``.
        """
        self._db = db
        self._catalog = catalog
        self._patients = patients
        self._prescriptions = prescriptions
        self._stock = stock
        self._staff = staff
        self._tfr = tfr if tfr is not None else Tfr(db, staff)
        self._open_boxes = open_boxes if open_boxes is not None else OpenBoxes(db, staff)
        self._cash = Cash(db, staff) if cash is None else cash
        self._owed = owed or Owed(db, stock, staff)
        self._advances = advances or Advances(db, staff)
        self._accounts = accounts or Accounts(db, self._cash, staff)
        self._safety = safety
        self._interventions = interventions or Interventions(db, staff)
        self._recalls = recalls or Recalls(db, catalog, staff)
        self._quarantine = quarantine or Quarantine(db, stock=stock, recalls=self._recalls, staff=staff)
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
        with self._db.write(Actor(None, "", session.station)) as work:
            written = store.write_session(work.session, session, work.now)
        return Done(session) if written else Refused((_taken_over(),))

    def suspend(self, session: CounterSession, actor: Actor, label: str = "") -> Outcome[CounterSession]:
        """Put the session in waiting, for any workstation to resume."""
        kept = replace(session, label=one_line(label, LABEL_LIMIT) or session.label, revision=session.revision + 1)
        return self._close(kept, actor, SessionState.SUSPENDED)

    def abandon(self, session: CounterSession, actor: Actor) -> Outcome[CounterSession]:
        """Give the session up; nothing was delivered."""
        return self._close(replace(session, revision=session.revision + 1), actor, SessionState.ABANDONED)

    def load(self, session_id: str) -> CounterSession | None:
        """Return a session as it was last saved, held as it is; None where it is over."""
        with self._db.read() as session:
            return store.read_session(session, session_id)

    def resume(self, session_id: str, actor: Actor) -> Outcome[CounterSession]:
        """Take a session over, in waiting or not, and return it as it was last saved; the former window loses it."""
        with self._db.write(actor) as work:
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
        if self._db.is_postgresql:
            return self.resume(session_id, actor)
        found = self.load(session_id)
        return Refused((_over(),)) if found is None else Done(found)

    def open_sessions(self) -> list[SessionSummary]:
        """Return the sessions that are not over, in waiting or at a counter, the oldest change first."""
        with self._db.read() as session:
            return store.live_sessions(session)

    def _close(self, session: CounterSession, actor: Actor, state: SessionState) -> Outcome[CounterSession]:
        with self._db.write(actor) as work:
            if not store.write_session(work.session, session, work.now, state):
                return Refused((_taken_over(),))
            if state is SessionState.ABANDONED:
                work.audit("session.abandon", "session", session.id, patient_id=session.patient_id)
            work.changed(f"session:{session.id}")
        return Done(session)

    # --- Before the delivery ------------------------------------------------------------------------------------

    def check(self, session: CounterSession, actor: Actor | None = None) -> list[Finding]:
        """Return what there is to say before the delivery, the most serious first; subjects are line ids.

        ``actor`` is who would deliver, None where nobody is known: a recalled lot stops who may not pass over it.
        """
        return self.examine(session, actor)[0]

    def examine(self, session: CounterSession, actor: Actor | None = None) -> tuple[list[Finding], dict[str, Advice]]:
        """Return what ``check`` does, and what is advised of each line, by its id: quantity proposed, rules."""
        situation = self._situation(session, actor=actor)
        return _check(situation), advice(situation, self._catalog)

    def beyond(self, patient_id: int) -> tuple[Offer, ...]:
        """Return the ordonnances of a patient from which more may leave by an exceptional rule, the newest first."""
        return offered(self._db, self._catalog, self._prescriptions, patient_id)

    def quote(self, session: CounterSession) -> Invoice:
        """Return what the session comes to at this moment, complete or not."""
        return self._priced(self._case(self._situation(session, with_details=False)), session)

    # --- The delivery -------------------------------------------------------------------------------------------

    def validate(self, session: CounterSession, actor: Actor, payments: Sequence[Payment] = ()) -> Outcome[Delivery]:
        """Deliver: number, lines, invoice, payments, stock, ordonnancier and audit in one transaction.

        The same session validated again returns the delivery that it became. Refused, and nothing written, where
        a check forbids it, one that asks for a reason has none, the payments are not the patient's share, or a box is
        missing and was not confirmed.
        """
        done = self.of_session(session.id)
        if done is not None:
            return Done(done)
        situation = self._situation(session, actor=actor)
        findings = [*self._staff.refusal(actor, Right.DELIVER), *_check(situation)]
        findings += acknowledging.check(session, findings)
        if session.sale is SaleKind.ADVANCE or advancing.asked(session, charged=True):
            findings += self._staff.refusal(actor, Right.ADVANCE)
        if session.sale is SaleKind.RETROCESSION:
            findings += self._staff.refusal(actor, Right.CEDE)
        if is_refused(findings):
            return Refused(tuple(findings))
        case = self._case(situation)
        invoice = self._priced(case, session)
        findings += invoice.findings
        findings += self._check_payments(situation, invoice, payments)
        if is_refused(findings):
            return Refused(tuple(findings))
        try:
            delivery = self._db.perform(
                actor, lambda work: self._apply(work, situation, case, invoice, payments, findings=findings)
            )
        except _Undone as undone:
            done = self.of_session(session.id)
            return Done(done) if done is not None else Refused((undone.finding,))
        return Done(delivery, tuple(findings))

    def _apply(
        self,
        work: UnitOfWork,
        situation: Situation,
        case: InvoiceCase,
        invoice: Invoice,
        payments: Sequence[Payment],
        *,
        findings: Sequence[Finding],
    ) -> Delivery:
        """Write the delivery in the act; raises _Undone, which undoes all, where it can't be done after all.

        Locks are taken in one order by all: session, avances, numbers, stock by code, register, account, till, audit.
        """
        session = replace(situation.session, revision=situation.session.revision + 1)
        if not store.write_session(work.session, session, work.now, SessionState.DONE):
            raise _Undone(_taken_over())
        gone = self._advances.hold(work, advancing.asked(session))
        if gone:
            raise _Undone(gone[0])
        listed = build.register_count(situation)
        delivery = build.delivery(
            situation,
            case,
            invoice,
            () if session.sale is SaleKind.ADVANCE else payments,
            number=work.take_numbers(DELIVERY_SERIES),
            first_entry=work.take_numbers(REGISTER_SERIES, listed) if listed else 0,
            at=work.now,
            actor=work.actor,
        )
        taken = self._take_boxes(work, situation, delivery)
        self._open_boxes_of(work, situation, delivery)
        _refuse_boxes_gone(work, situation)
        row, lines, boxes = build.delivery_row(delivery, situation), build.line_rows(delivery), build.box_rows(delivery)
        invoice_rows = build.invoice_rows(delivery)
        store.insert_delivery(
            work.session,
            delivery=row,
            lines=lines,
            boxes=boxes,
            invoice=invoice_rows,
            payments=build.payment_rows(delivery),
        )
        self._owed.make(work, owing.promises(session, delivery, situation.patient))
        self._advances.make(work, advancing.made_by(delivery, case, session.sale_reason))
        for kind, charged in ((ClosingKind.PRESCRIBED, False), (ClosingKind.CHARGED, True)):
            self._advances.close(work, advancing.asked(session, charged=charged), kind, delivery.number)
        self._catalog.count_uses(work, _quantities(delivery), build.free_prices(situation))
        store.append_register(work, build.register_rows(delivery, situation))
        execution = build.execution(situation, delivery)
        if execution is not None:
            kept = self._prescriptions.execute(work, execution)
            exceptional_store.record(work, situation, delivery, kept)
        self._write_registers(work, situation, delivery)
        self._interventions.record(
            work,
            acknowledging.made(session, findings),
            delivery=delivery.number,
            patient_id=delivery.patient_id,
            patient_name=delivery.patient_name,
        )
        if session.sale in on_account.ON_ACCOUNT:
            refused = self._accounts.charge(work, session.account_id, on_account.charge_of(delivery))
            if refused:
                raise _Undone(refused[0])
        unpaid = self._cash.record_sale(work, build.till_sale(delivery))
        if unpaid:
            raise _Undone(unpaid[0])
        if session.sale is SaleKind.ADVANCE and delivery.patient_id is not None:
            self._cash.take_deposit(work, delivery.patient_id, payments)
        work.audit(
            "delivery.validate",
            "delivery",
            str(delivery.number),
            patient_id=delivery.patient_id,
            details=build.audit_details(delivery)
            | taken
            | seal.sealed(row, lines, invoice_rows, boxes)
            | terms.traces(session)
            | {"seen": acknowledging.seen(session, findings)},
        )
        for recall, details in recalled.passed_over(session, situation.recalls, delivery.number):
            work.audit("recall.force", "recall", recall, patient_id=delivery.patient_id, details=details)
        work.changed("delivery", f"delivery:{delivery.number}", f"session:{session.id}", "ordonnancier")
        return delivery

    def _take_boxes(self, work: UnitOfWork, situation: Situation, delivery: Delivery) -> dict[str, Any]:
        """Take the boxes that leave out of the stock; return what the audit entry says of it, by product."""
        gone: dict[str, int] = {}
        for boxes in build.withdrawals(situation.session, situation.open_boxes):
            taken = self._stock.take(
                work,
                code=boxes.code,
                quantity=boxes.quantity,
                reference=str(delivery.number),
                lot=boxes.lot,
                expiry=boxes.expiry,
                serial=boxes.serial,
                forced=boxes.forced,
                kind=MovementKind.CESSION if delivery.sale is SaleKind.RETROCESSION else MovementKind.SALE,
            )
            if not taken:
                raise _Undone(_short_stock(situation, boxes.line_id))
            gone[boxes.code] = gone.get(boxes.code, 0) + boxes.quantity
        return {"stock": sorted(gone.items())}

    def _open_boxes_of(self, work: UnitOfWork, situation: Situation, delivery: Delivery) -> None:
        """Take the units of the lines that leave so, out of a box that stands open or of the one just taken."""
        reference = str(delivery.number)
        for line in situation.session.lines:
            size = unit_count(situation.products[line.code])
            if line.units is None or size is None:
                continue
            box = situation.open_boxes.get(line.line_id)
            if box is None:
                self._open_boxes.open(
                    work,
                    code=line.code,
                    size=size,
                    units=line.units,
                    reference=reference,
                    lot=line.lot,
                    expiry=line.expiry,
                    serial=line.serial,
                    patient_id=situation.session.patient_id,
                )
            elif not self._open_boxes.take(work, box, line.units, reference):
                raise _Undone(_box_emptied(line))

    def _write_registers(self, work: UnitOfWork, situation: Situation, delivery: Delivery) -> None:
        """Write the stupéfiants and the medicines derived from blood that leave into their registers, in the act."""
        registers = self._stock.registers
        if registers is None:
            return
        held = self._stock.held(work, situation.narcotics) if situation.narcotics else {}
        refused = registers.record(work, registered.moves(delivery, situation, held))
        if refused is not None:
            raise _Undone(refused)
        registers.record_derived(work, registered.derived_moves(delivery, situation))
        remark = terms.remark(situation.session)
        if remark:
            registers.note(work, "ordonnancier", delivery.ordonnancier, NoteKind.REMARK, remark)
        billed = advancing.asked(situation.session, charged=False)
        entries = [situation.advances[number].ordonnancier for number in billed]
        numbers = [number for number in entries if number is not None]
        registers.note(work, REGISTER_SERIES, numbers, NoteKind.REMARK, advancing.note_beside(delivery))

    # --- After the delivery -------------------------------------------------------------------------------------

    def delivery(self, number: int) -> Delivery | None:
        """Return a delivery; None for an unknown number."""
        with self._db.read() as session:
            return store.read_delivery(session, number)

    def of_session(self, session_id: str) -> Delivery | None:
        """Return the delivery that a session became; None where it became none."""
        with self._db.read() as session:
            number = store.number_of_session(session, session_id)
            return None if number is None else store.read_delivery(session, number)

    def deliveries(self, day: dt.date | None = None, limit: int = 500) -> list[DeliverySummary]:
        """Return the deliveries of a day (today's), newest first."""
        with self._db.read() as session:
            return store.day_deliveries(session, day or today(self._db.clock), limit)

    def history(self, patient_id: int, limit: int = 60, *, with_cancelled: bool = False) -> list[HistoryLine]:
        """Return the last products that a patient received, newest first; also those taken back where asked."""
        with self._db.read() as session:
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
    ) -> list[RegisterEntry]:
        """Return a page of the register in order of number: by dates, by patient, by medicine (CSP R.5132-10)."""
        with self._db.read() as session:
            return store.register_entries(
                session, first=first, last=last, patient_id=patient_id, code=code, after=after, limit=limit
            )

    def verify_ordonnancier(self) -> ChainReport:
        """Verify that no entry of the register was changed, removed or added."""
        with self._db.read() as session:
            return verify_chain(session, store.CHAIN, cast("Table", OrdonnancierRow.__table__))

    # --- What the checks look at --------------------------------------------------------------------------------

    def _situation(
        self, session: CounterSession, *, with_details: bool = True, actor: Actor | None = None
    ) -> Situation:
        codes = list(dict.fromkeys(line.code for line in session.lines))
        products = self._catalog.by_codes(codes)
        details = {}
        on_hand: dict[str, int] = {}
        owed_boxes: dict[str, int] = {}
        delivered: frozenset[tuple[str, str]] = frozenset()
        narcotics: dict[str, Narcotic] = {}
        balances: dict[str, int] = {}
        derived: frozenset[str] = frozenset()
        registers = self._stock.registers
        if with_details:
            found = {code: self._catalog.detail(code) for code, product in products.items() if product.is_medicine}
            details = {code: detail for code, detail in found.items() if detail is not None}
            on_hand = self._stock.on_hand(codes)
            owed_boxes = self._owed.owed_boxes(codes)
            delivered = self._delivered(session)
        if with_details and registers is not None:
            narcotics, derived = registers.narcotics(codes, products), registers.derived(details, codes)
            balances = registers.balances(narcotics) if narcotics else {}
        patient = None if session.patient_id is None else self._patients.get(session.patient_id)
        safety, counted, on = SafetyCase(), Courses(), today(self._db.clock)
        if with_details:
            counted = courses(
                self._db, self._catalog, self._prescriptions, patient_id=session.patient_id, products=products, today=on
            )
        if with_details and self._safety is not None:
            safety = safety_case(self._db, self._catalog, self._safety, session, patient)
        recalls = recalled.RecallCase()
        if with_details:
            recalls = recalled.RecallCase(
                self._recalls.of(codes),
                # A person of the team answers for it by name: nobody known, or Galien itself, does not.
                may_force=actor is not None
                and actor.staff_id is not None
                and self._staff.may(actor, Right.ANSWER_FOR_RECALLS),
                aside=self._quarantine.serials(set(serials(session))),
            )
        prescription = session.prescription
        prescriber_id = None if prescription is None else prescription.prescriber_id
        split = {line.code for line in session.lines if line.units is not None}
        open_boxes = choose_boxes(session, self._open_boxes.of(split)) if split else {}
        grouped = [code for code, product in products.items() if product.group_id is not None]
        advanced = advancing.asked(session)
        past: frozenset[str] = frozenset()
        if session.sale is SaleKind.ADVANCE and patient is not None and with_details:
            past = known_treatments(self._db, self._catalog, patient.id)
        return Situation(
            session=session,
            today=on,
            products=products,
            details=details,
            on_hand=on_hand,
            patient=patient,
            prescriber=None if prescriber_id is None else self._prescriptions.get_prescriber(prescriber_id),
            # A box that stands open was delivered in part: scanned again, it gives its other units.
            delivered=delivered - {(box.code, box.serial) for box in open_boxes.values()},
            open_boxes=open_boxes,
            tfr=self._tfr.of(grouped) if grouped else {},
            priced_on=self._catalog.source_date,
            narcotics=narcotics,
            balances=balances,
            derived=derived,
            owed_boxes=owed_boxes,
            safety=safety,
            courses=counted,
            beyond=beyond(self._db, self._catalog, self._prescriptions, session) if with_details else Beyond(),
            advances=self._advances.by_numbers(advanced) if advanced else {},
            past=past,
            account=None if session.account_id is None else self._accounts.account(session.account_id),
            recalls=recalls,
        )

    def _delivered(self, session: CounterSession) -> frozenset[tuple[str, str]]:
        scanned = set(serials(session))
        if not scanned:
            return frozenset()
        with self._db.read() as reading:
            return store.delivered_boxes(reading, scanned)

    def _case(self, situation: Situation) -> InvoiceCase:
        bases: dict[str, Money] = {}
        tariffs = self._all_tariffs().on(situation.today)
        for line in situation.session.lines:
            product = situation.products.get(line.code)
            if product is None or not decided(situation.session, line).is_unjustified:
                continue
            base = generic_base(product, self._catalog, self._zone, tariffs)
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


class _Undone(Exception):
    """Undoes the act from within its transaction."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


def _refuse_boxes_gone(work: UnitOfWork, situation: Situation) -> None:
    """Undo the act where another counter has delivered one of the boxes since the check.

    Their products are locked by the stock taken just before: nobody delivers them at this moment.
    """
    opened = {(box.code, box.serial) for box in situation.open_boxes.values()}
    gone = store.delivered_boxes(work.session, set(serials(situation.session)) - opened)
    if gone:
        raise _Undone(rules.boxes_gone(situation.session, gone)[0])


def _check(situation: Situation) -> list[Finding]:
    """Return all that there is to say before the delivery, the most serious first."""
    findings = [*rules.check(situation), *check_mentions(situation), *check_units(situation), *rights.check(situation)]
    return sorted(findings, key=lambda finding: -finding.severity.rank)


def _box_emptied(line: DraftLine) -> Finding:
    text = f"{line.label} : la boîte ouverte a été entamée à un autre comptoir, rien n’a été délivré."
    return Finding(
        "GAL-UNI-04", Severity.ERROR, text, "Encaissez de nouveau : une autre boîte sera prise.", line.line_id
    )


def _quantities(delivery: Delivery) -> dict[str, int]:
    quantities: dict[str, int] = {}
    for line in delivery.lines:
        quantities[line.code] = quantities.get(line.code, 0) + line.quantity
    return quantities


def _taken_over() -> Finding:
    return Finding(
        "GAL-CPT-60",
        Severity.ERROR,
        "Cette vente a été reprise sur un autre poste, ou elle est terminée.",
        "Rouvrez-la depuis les ventes en attente (F7) : rien n’est perdu.",
    )


def _over() -> Finding:
    return Finding("GAL-CPT-61", Severity.ERROR, "Cette vente n’est plus en attente.", "Choisissez-en une autre.")


def _short_stock(situation: Situation, line_id: str) -> Finding:
    line = situation.session.line(line_id)
    label = "" if line is None else line.label
    return Finding(
        rules.SHORT_STOCK,
        Severity.ERROR,
        f"{label} : le stock ne suffit pas, rien n’a été délivré.",
        "Confirmez que la boîte est bien là, ou retirez la ligne.",
        line_id,
    )
