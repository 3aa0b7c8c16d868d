"""What do the checks and the price of a sale look at? Read from every service, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.officine.dispensing import advancing, rights, rules, store
from app.officine.dispensing.billing_later import may_bill_later
from app.officine.dispensing.copies import check_copy
from app.officine.dispensing.looking import beyond
from app.officine.dispensing.model import SaleKind
from app.officine.dispensing.recalled import RecallCase
from app.officine.dispensing.rules import Situation
from app.officine.dispensing.session import serials
from app.officine.dispensing.substitution import check_mentions
from app.officine.dispensing.supplied import courses
from app.officine.dispensing.taken import known_treatments, safety_case
from app.officine.dispensing.units import check_units, choose_boxes
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Finding
    from app.officine.dispensing.model import CounterSession
    from app.officine.dispensing.neighbours import Neighbours
    from app.store.audit import Actor


def situation(
    near: Neighbours, session: CounterSession, *, with_details: bool = True, actor: Actor | None = None
) -> Situation:
    """Return all that is known of a session, read once; without details, what its price needs.

    ``actor`` is who would deliver, None where nobody is known.
    """
    # One reading for all: what the checks compare is of one moment.
    with near.db.read():
        return _read(near, session, actor, with_details=with_details)


def _read(near: Neighbours, session: CounterSession, actor: Actor | None, *, with_details: bool) -> Situation:
    codes = list(dict.fromkeys(line.code for line in session.lines))
    products = near.catalog.by_codes(codes)
    prescriber_id = None if session.prescription is None else session.prescription.prescriber_id
    split = {line.code for line in session.lines if line.units is not None}
    grouped = [code for code, product in products.items() if product.group_id is not None]
    advanced = advancing.asked(session)
    priced = Situation(
        session=session,
        today=today(near.db.clock),
        products=products,
        details={},
        on_hand={},
        patient=None if session.patient_id is None else near.patients.get(session.patient_id),
        prescriber=None if prescriber_id is None else near.prescriptions.get_prescriber(prescriber_id),
        open_boxes=choose_boxes(session, near.open_boxes.of(split)) if split else {},
        tfr=near.tfr.of(grouped) if grouped else {},
        priced_on=near.catalog.source_date,
        advances=near.advances.by_numbers(advanced) if advanced else {},
        account=None if session.account_id is None else near.accounts.account(session.account_id),
        bill_later=may_bill_later(session) and near.owed.settings().bill_later,
    )
    return _with_details(near, priced, codes, actor) if with_details else priced


def _with_details(near: Neighbours, priced: Situation, codes: Sequence[str], actor: Actor | None) -> Situation:
    """Add what the checks look at: stock, registers, treatments, recalls, interactions."""
    session, patient, products = priced.session, priced.patient, priced.products
    found = {code: near.catalog.detail(code) for code, product in products.items() if product.is_medicine}
    details = {code: detail for code, detail in found.items() if detail is not None}
    opened = {(box.code, box.serial) for box in priced.open_boxes.values()}
    is_advance = session.sale is SaleKind.ADVANCE and patient is not None
    checked = replace(
        priced,
        details=details,
        on_hand=near.stock.on_hand(codes),
        owed_boxes=near.owed.owed_boxes(codes),
        # A box that stands open was delivered in part: scanned again, it gives its other units.
        delivered=_delivered(near, session) - opened,
        courses=courses(
            near.db,
            near.catalog,
            near.prescriptions,
            patient_id=session.patient_id,
            products=products,
            today=priced.today,
        ),
        beyond=beyond(near.db, near.catalog, near.prescriptions, session),
        past=known_treatments(near.db, near.catalog, patient.id) if is_advance and patient else frozenset(),
        recalls=_recalls(near, session, codes, actor),
    )
    if near.safety is not None:
        checked = replace(checked, safety=safety_case(near.db, near.catalog, near.safety, session, patient))
    registers = near.stock.registers
    if registers is None:
        return checked
    narcotics = registers.narcotics(codes, products)
    balances = registers.balances(narcotics) if narcotics else {}
    return replace(checked, narcotics=narcotics, balances=balances, derived=registers.derived(details, codes))


def _recalls(near: Neighbours, session: CounterSession, codes: Sequence[str], actor: Actor | None) -> RecallCase:
    """Return the recalls of the sale; a person of the team passes over one by name, Galien itself does not."""
    named = actor is not None and actor.staff_id is not None
    return RecallCase(
        near.recalls.of(codes),
        may_force=named and actor is not None and near.staff.may(actor, Right.ANSWER_FOR_RECALLS),
        aside=near.quarantine.serials(set(serials(session))),
        loaded=not near.recalls.is_empty(),
    )


def findings(near: Neighbours, situation: Situation) -> list[Finding]:
    """Return all that there is to say before the delivery, the most serious first."""
    lists = [product.list_class for product in situation.products.values()]
    copied = check_copy(situation.session, lists, near.copies)
    found = [*rules.check(situation), *check_mentions(situation), *check_units(situation)]
    found += [*rights.check(situation), *copied]
    return sorted(found, key=lambda finding: -finding.severity.rank)


def _delivered(near: Neighbours, session: CounterSession) -> frozenset[tuple[str, str]]:
    scanned = set(serials(session))
    if not scanned:
        return frozenset()
    with near.db.read() as reading:
        return store.delivered_boxes(reading, scanned)
