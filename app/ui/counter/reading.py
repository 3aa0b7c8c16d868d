"""What does the counter ask of the services? Each function runs in the background."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.errors import GalienError
from app.kernel.money import Money
from app.kernel.outcome import Refused, Severity
from app.officine.dispensing import advancing, treatments
from app.officine.dispensing.model import SessionState

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.kernel.actor import Actor
    from app.kernel.outcome import Finding, Outcome
    from app.officine.billing.model import Invoice, Reason
    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.dispensing.model import CounterSession, Delivery, DraftLine, Payment, SessionSummary
    from app.officine.dispensing.proposals import Advice
    from app.officine.dispensing.treatments import Taken
    from app.officine.interventions.model import Intervention
    from app.officine.owed.model import Promised
    from app.officine.patients.model import Patient
    from app.officine.prescriptions.model import Prescriber
    from app.officine.safety.model import Recorded
    from app.officine.stock.model import StockItem
    from app.ui.context import Services

PATIENTS = 8
PRODUCTS = 40
HISTORY = 2_000
INTERVENTIONS = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A product that answers a search, with the boxes on hand (None: never held)."""

    product: Product
    quantity: int | None


@dataclass(frozen=True, slots=True)
class Answers:
    """What answers ``text``: patients and products."""

    text: str
    patients: tuple[Patient, ...] = ()
    products: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a session at one of its revisions: products, stock, patient, findings, price.

    ``session_id`` says of which session: each counts its revisions from the same number. ``advances`` counts those of
    the patient that wait for their ordonnance, and are not in the session; ``promised`` is what is owed to the patient,
    None for nothing; ``unloaded`` what no sale is checked against, for want of data.
    """

    session_id: str = ""
    revision: int = -1
    products: dict[str, Product] = field(default_factory=dict)
    details: dict[str, ProductDetail] = field(default_factory=dict)
    items: dict[str, StockItem] = field(default_factory=dict)
    patient: Patient | None = None
    recorded: Recorded | None = None
    prescriber: Prescriber | None = None
    findings: tuple[Finding, ...] = ()
    invoice: Invoice | None = None
    advice: dict[str, Advice] = field(default_factory=dict)
    advances: int = 0
    promised: Promised | None = None
    unloaded: tuple[Finding, ...] = ()

    def about(self, line: DraftLine) -> tuple[Finding, ...]:
        """Return what was found about a line, the most serious first."""
        return tuple(finding for finding in self.findings if finding.subject == line.line_id)

    def worst(self, line: DraftLine) -> Severity | None:
        """Return how serious the worst finding about a line is; None for none."""
        found = self.about(line)
        return max((finding.severity for finding in found), key=lambda severity: severity.rank) if found else None

    def amount_of(self, line: DraftLine) -> Money | None:
        """Return what a line comes to, fee included; None while no price is known."""
        lines = () if self.invoice is None else self.invoice.lines
        amounts = [one.amount for one in lines if one.line_id == line.line_id]
        return Money.total(amounts) if amounts else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the amounts are what they are, each reason once."""
        lines = () if self.invoice is None else self.invoice.lines
        return tuple(dict.fromkeys(reason for line in lines for reason in line.because))


@dataclass(frozen=True, slots=True)
class LastOrdonnance:
    """The ordonnance of a patient's last delivery that had one."""

    prescriber_id: int
    prescriber_name: str
    written_on: dt.date | None
    delivery: int
    products: tuple[str, ...]


def find(services: Services, text: str, actor: Actor | None = None) -> Answers:
    """Return the patients and the products that answer ``text``, asked by ``actor``."""
    wanted = text.strip()
    if not wanted:
        return Answers(text)
    products = services.catalog.search(wanted, PRODUCTS)
    held = services.stock.on_hand([product.code for product in products]) if products else {}
    patients = services.patients.search(wanted, PATIENTS, actor) if len(wanted) > 1 else []
    return Answers(text, tuple(patients), tuple(Hit(product, held.get(product.code)) for product in products))


def look(services: Services, session: CounterSession, actor: Actor | None = None) -> Picture:
    """Return all that the screen shows of a session besides the session itself; ``actor`` is who would deliver."""
    codes = list(dict.fromkeys(line.code for line in session.lines))
    seen = services.counter.examine(session, actor)
    return Picture(
        session_id=session.id,
        revision=session.revision,
        products=dict(seen.situation.products),
        details=dict(seen.situation.details),
        items=services.stock.items_of(codes),
        patient=seen.situation.patient,
        recorded=None if session.patient_id is None else services.safety.allergies.of(session.patient_id),
        prescriber=seen.situation.prescriber,
        findings=_ranked(seen.findings, seen.invoice.findings) if session.lines else (),
        invoice=seen.invoice,
        advice=seen.advice,
        advances=_waiting_advances(services, session, actor),
        promised=None if session.patient_id is None else services.owed.promised_to(session.patient_id, actor),
        unloaded=seen.unloaded,
    )


def _waiting_advances(services: Services, session: CounterSession, actor: Actor | None) -> int:
    if session.patient_id is None:
        return 0
    there = advancing.asked(session)
    return sum(1 for one in services.advances.waiting(session.patient_id, actor) if one.number not in there)


def _ranked(checks: Sequence[Finding], price: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return what the checks and the price have to say, the most serious first."""
    return tuple(sorted((*checks, *price), key=lambda finding: -finding.severity.rank))


def sessions_to_show(services: Services, actor: Actor) -> list[CounterSession]:
    """Take up the sessions that were open at this workstation, the oldest first; a new one where there is none."""
    found: list[CounterSession] = []
    for summary in services.counter.open_sessions():
        if summary.state is SessionState.OPEN and summary.station == actor.station:
            resumed = services.counter.reopen(summary.id, actor)
            if not isinstance(resumed, Refused):
                found.append(resumed.value)
    return found or [services.counter.new_session(actor)]


def deliver(
    services: Services, session: CounterSession, actor: Actor, payments: Sequence[Payment]
) -> tuple[Outcome[Delivery], CounterSession | None]:
    """Deliver a session, and begin the one that follows; None where that could not be written."""
    outcome = services.counter.validate(session, actor, payments)
    if isinstance(outcome, Refused):
        return outcome, None
    try:
        return outcome, services.counter.new_session(actor)
    except GalienError:
        # The delivery is done and must be told, whatever became of the next session.
        return outcome, None


def waiting(services: Services) -> list[SessionSummary]:
    """Return the sessions in waiting, the last one first."""
    return [item for item in reversed(services.counter.open_sessions()) if item.state is SessionState.SUSPENDED]


def treatments_of(services: Services, patient_id: int, actor: Actor | None = None) -> list[Taken]:
    """Return what a patient takes, then what they received before, each product once."""
    return treatments.taken(services.counter.history(patient_id, HISTORY, actor=actor), today(services.clock))


def interventions_of(services: Services, patient_id: int, actor: Actor | None = None) -> list[Intervention]:
    """Return the last interventions pharmaceutiques of a patient, the newest first."""
    return services.interventions.interventions(patient_id=patient_id, limit=INTERVENTIONS, actor=actor)


def last_ordonnance(services: Services, patient_id: int) -> LastOrdonnance | None:
    """Return the ordonnance of the last delivery of a patient that had one."""
    lines = services.counter.history(patient_id)
    for number in dict.fromkeys(line.delivery for line in lines if line.prescriber_name):
        delivery = services.counter.delivery(number)
        if delivery is not None and delivery.prescriber_id is not None:
            return LastOrdonnance(
                prescriber_id=delivery.prescriber_id,
                prescriber_name=delivery.prescriber_name,
                written_on=delivery.prescription_date,
                delivery=number,
                products=tuple(line.label for line in delivery.lines),
            )
    return None
