"""What does a demonstration begin with? Fictitious people, stock and history, written through the services.

Everything is the same from one demonstration to the next, but for the dates, which precede the first day.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter as Tally
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypeVar

from app import demo_documents
from app.kernel.clock import PARIS, FixedClock, today
from app.kernel.errors import Bug
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Done
from app.kernel.text import NBSP
from app.officine.cash.closings import Closings
from app.officine.cash.model import Period
from app.officine.cash.service import Cash
from app.officine.catalog.model import ListClass
from app.officine.dispensing import matching
from app.officine.dispensing import session as counter_session
from app.officine.dispensing.model import Payment, PaymentMethod, PrescriptionDraft
from app.officine.dispensing.service import Counter
from app.officine.patients.model import Attribute, Coverage, IdentityStatus, PatientDraft, Scheme, Sex
from app.officine.patients.service import FictitiousFile
from app.officine.prescriptions.model import PrescriberDraft, PrescriptionKind
from app.officine.registers import rules as register_rules
from app.officine.staff.model import MemberDraft, Right, Role
from app.officine.staff.rules import may
from app.officine.staff.service import actor_of
from app.officine.stock.model import ReceiptLine, StockItem
from app.officine.stock.service import Stock
from app.sandbox import dataset
from app.store import facts
from app.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.bootstrap import Services
    from app.kernel.outcome import Outcome
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import CounterSession
    from app.officine.patients.model import Patient
    from app.officine.prescriptions.model import KeptPrescription, Prescriber
    from app.sandbox.dataset import Dataset, PastDelivery, PastLine, Person
    from app.store.audit import Actor

T = TypeVar("T")

_OPENING_STOCK_DAYS = 150
_SUNDAY = 6
_FLOAT = Money(150_00)
_CLOSING_HOUR = dt.time(19, 30)
_DEFERRED = 11
"""Of the sales to a known patient, one in so many is paid later."""
_STATIONS = ("comptoir-1", "comptoir-2")


@dataclass(frozen=True, slots=True)
class _People:
    """Those whom the history speaks of, by their keys, and who served them."""

    patients: Mapping[str, Patient]
    prescribers: Mapping[str, Prescriber]
    team: Sequence[Actor]


def load(services: Services) -> None:
    """Fill a simulation that is still empty. Raises Bug in production, or where a service refuses its data."""
    if not services.mode.is_simulated:
        raise Bug("Aucune donnée fictive n’entre dans une officine réelle.")
    data = dataset.read()
    people = _load_people(services, data)
    first_day = today(services.clock)
    _load_stock(services, data, first_day)
    _History(services, people, first_day).load(data.deliveries)
    _done(services.cash.open_drawer(services.system_actor, _FLOAT))
    _close_last_month(services, first_day)
    demo_documents.load(services, data, first_day)


def _load_people(services: Services, data: Dataset) -> _People:
    actor = services.system_actor
    with services.db.write(actor) as work:
        facts.write(work, "officine", asdict(data.pharmacy))
    members = _done(services.staff.add_all([_member(one) for one in data.staff], actor))
    prescribers = _done(services.prescriptions.add_prescribers([_prescriber(one) for one in data.prescribers], actor))
    patients = _done(services.patients.load_fictitious([_file(one) for one in data.patients], actor))
    deliverers = [member for member in members if may(member.role, Right.DELIVER)]
    return _People(
        patients=dict(zip((one.key for one in data.patients), patients, strict=True)),
        prescribers=dict(zip((one.key for one in data.prescribers), prescribers, strict=True)),
        team=[actor_of(member, _STATIONS[rank % len(_STATIONS)]) for rank, member in enumerate(deliverers)],
    )


def _member(one: dataset.Colleague) -> MemberDraft:
    return MemberDraft(
        family_name=one.family_name, given_name=one.given_name, role=Role(one.role), rpps=one.rpps, badge=one.badge
    )


def _prescriber(one: dataset.Practitioner) -> PrescriberDraft:
    typed = asdict(one)
    del typed["key"]
    return PrescriberDraft(**typed)


def _file(one: Person) -> FictitiousFile:
    coverage = Coverage(**one.coverage | {"scheme": Scheme(one.coverage.get("scheme", "general"))})
    draft = PatientDraft(
        family_name=one.family_name,
        first_name=one.first_name,
        birth_date=one.birth_date,
        sex=Sex(one.sex),
        birth_place=one.birth_place,
        birth_names=one.birth_names,
        birth_date_uncertain=one.birth_date_uncertain,
        used_name=one.used_name,
        used_first_name=one.used_first_name,
        phone=one.phone,
        email=one.email,
        address_line=one.address_line,
        postal_code=one.postal_code,
        city=one.city,
        coverage=coverage,
        allergies=one.allergies,
    )
    return FictitiousFile(
        draft=draft,
        status=IdentityStatus(one.status),
        attributes=frozenset(Attribute(name) for name in one.attributes),
        matricule=one.matricule or None,
        oid=one.oid or None,
    )


# --- Stock ------------------------------------------------------------------------------------------------------------


def _load_stock(services: Services, data: Dataset, first_day: dt.date) -> None:
    """Receive what the history will deliver and what must be left after it; put each product in its place."""
    past = _past(services, _opening(first_day - dt.timedelta(days=_OPENING_STOCK_DAYS)))
    stock, actor = Stock(past, services.staff, services.registers), services.system_actor
    delivered = Tally[str]()
    for delivery in data.deliveries:
        delivered.update({line.code: line.quantity for line in delivery.lines})
    products = services.catalog.by_codes(data.products)
    items = [_item(rank, products[code]) for rank, code in enumerate(data.products) if code in products]
    lines = [
        ReceiptLine(code=item.code, quantity=item.quantity + delivered[item.code], lot=f"DEMO{rank % 40 + 1:02d}")
        for rank, item in enumerate(items)
        if item.quantity + delivered[item.code]
    ]
    _say_units(services, [item.code for item in items])
    _done(stock.receive(actor, lines, "BL-OUVERTURE"))
    _done(stock.relocate(actor, items))


def _say_units(services: Services, codes: Sequence[str]) -> None:
    """Say how many unités de prise a box holds where its presentation does not: a bottle counts for one."""
    for code, narcotic in services.registers.narcotics(codes).items():
        if narcotic.units.count is None:
            _done(services.registers.set_units(services.system_actor, code, 1))


def _close_last_month(services: Services, first_day: dt.date) -> None:
    """Close the balance of the month before: what an officine does on the first days of each."""
    month = register_rules.month_before(register_rules.month_of(first_day))
    _done(services.registers.close(services.system_actor, month))


def _item(rank: int, product: Product) -> StockItem:
    """Return what is left of a product on the first day: none of some, few of others, enough of most."""
    minimum = 2 + rank % 3
    if rank % 19 == 7:
        quantity = 0
    elif rank % 8 == 3:
        quantity = 1
    else:
        quantity = minimum + 1 + rank * 7 % 13
    return StockItem(
        code=product.code, quantity=quantity, place=_place(rank, product), minimum=minimum, maximum=4 * minimum
    )


def _place(rank: int, product: Product) -> str:
    if product.list_class in {ListClass.NARCOTIC, ListClass.ASSIMILATED}:
        return "Coffre"
    if "injectable" in product.name:
        return f"Réfrigérateur {rank % 2 + 1}"
    if product.is_medicine and product.rate is not None:
        return f"Tiroir {'ABCDEF'[rank % 6]}{rank % 9 + 1}"
    return f"Rayon {rank % 5 + 1}"


# --- History ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _History:
    """The deliveries before the first day, made one by one at the counter as it was then."""

    services: Services
    people: _People
    first_day: dt.date

    def load(self, deliveries: Sequence[PastDelivery]) -> None:
        """Deliver all, in order of date."""
        dated = sorted(((self._served_on(one), one) for one in deliveries), key=lambda pair: pair[0])
        last_day: dt.date | None = None
        for rank, (day, delivery) in enumerate(dated):
            if last_day is not None and day > last_day:
                self._close(last_day, day)
            last_day = day
            moment = _opening(day) + dt.timedelta(minutes=11 * (rank % 40))
            self._deliver(self._counter(moment), delivery, rank)
        if last_day is not None and last_day < self.first_day:
            self._close(last_day, self.first_day)

    def _close(self, day: dt.date, following: dt.date) -> None:
        """Close the till of a day in its evening, and its month where the next day of work is in another one."""
        staff, actor = self.services.staff, self.services.system_actor
        evening = _past(self.services, dt.datetime.combine(day, _CLOSING_HOUR, PARIS))
        _done(Closings(evening, Cash(evening, staff), staff).close(actor, Period.DAY, day))
        if following.month != day.month:
            morning = _past(self.services, dt.datetime.combine(following, dt.time(8, 30), PARIS))
            _done(Closings(morning, Cash(morning, staff), staff).close(actor, Period.MONTH, day))

    def _counter(self, moment: dt.datetime) -> Counter:
        services, past = self.services, _past(self.services, moment)
        return Counter(
            past,
            catalog=services.catalog,
            patients=services.patients,
            prescriptions=services.prescriptions,
            stock=Stock(past, services.staff, services.registers),
            staff=services.staff,
        )

    def _deliver(self, counter: Counter, delivery: PastDelivery, rank: int) -> None:
        actor = self.people.team[rank % len(self.people.team)]
        products = self.services.catalog.by_codes(line.code for line in delivery.lines)
        session = self._addressed(counter.new_session(actor), delivery)
        for line in delivery.lines:
            session = _with_line(session, products[line.code], line)
        session = _directed(session, products, delivery)
        due = counter.quote(session).totals.patient
        method = PaymentMethod.CARD if rank % 3 else PaymentMethod.CASH
        if session.patient_id is not None and rank % _DEFERRED == 0:
            method = PaymentMethod.DEFERRED
        _done(counter.validate(session, actor, [Payment(method, due)] if due > ZERO else []))

    def _addressed(self, session: CounterSession, delivery: PastDelivery) -> CounterSession:
        """Return the session with the patient and the ordonnance of the delivery."""
        if delivery.patient:
            patient = self.people.patients[delivery.patient]
            session, _ = counter_session.set_patient(session, patient.id, patient.display_name)
        kept = self._kept(delivery)
        if kept is not None:
            session, _ = matching.take(session, kept, {})
        elif delivery.prescriber:
            session, _ = counter_session.set_prescription(session, self._ordonnance(delivery))
        return session

    def _kept(self, delivery: PastDelivery) -> KeptPrescription | None:
        """Return the ordonnance that a renewal is made on; None for a first delivery."""
        if not delivery.renewal:
            return None
        written_on = self._ordonnance(delivery).written_on
        known = self.services.prescriptions.kept(self.people.patients[delivery.patient].id)
        return next((kept for kept in known if kept.written_on == written_on and kept.to_deliver), None)

    def _ordonnance(self, delivery: PastDelivery) -> PrescriptionDraft:
        prescriber = self.people.prescribers[delivery.prescriber]
        written_on = self.first_day - dt.timedelta(days=delivery.written_days_ago)
        return PrescriptionDraft(
            prescriber_id=prescriber.id,
            prescriber_name=prescriber.display_name,
            written_on=min(written_on, self._served_on(delivery)),
            kind=PrescriptionKind(delivery.kind),
            renewal=delivery.renewal,
        )

    def _served_on(self, delivery: PastDelivery) -> dt.date:
        """Return the day of a delivery, never a Sunday."""
        day = self.first_day - dt.timedelta(days=delivery.days_ago)
        return day - dt.timedelta(days=1) if day.weekday() == _SUNDAY else day


def _directed(session: CounterSession, products: Mapping[str, Product], delivery: PastDelivery) -> CounterSession:
    """Return the session with what the ordonnance says of each line, where the data set gives it."""
    typed = {line.code: line.directions for line in delivery.lines if line.directions}
    if not typed:
        return session
    lines = tuple(
        matching.directed(line, typed[line.code], products[line.code]) if line.code in typed else line
        for line in matching.written_lines(session, products)
    )
    detailed, _ = matching.detail(session, lines, products)
    return detailed


def _with_line(session: CounterSession, product: Product, line: PastLine) -> CounterSession:
    session, _ = matching.add_product(session, product, quantity=line.quantity)
    line_id = session.lines[-1].line_id
    session, _ = counter_session.set_ald(session, line_id, ald=line.ald)
    if line.price_cents is not None:
        session, _ = counter_session.set_price(session, line_id, Money(line.price_cents))
    return session


# --- The past ---------------------------------------------------------------------------------------------------------


def _past(services: Services, moment: dt.datetime) -> Database:
    """Return the same database as it is written at a past moment."""
    return Database(services.db.engine, FixedClock(moment), services.publisher)


def _opening(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9, 0), PARIS)


def _done(outcome: Outcome[T]) -> T:
    if isinstance(outcome, Done):
        return outcome.value
    raise Bug(f"Donnée de démonstration refusée{NBSP}: {outcome.findings[0].text}")
