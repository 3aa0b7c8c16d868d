"""What does the patient take: the products of the sale, and those delivered not long ago?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.kernel.clock import paris_date
from app.officine.dispensing.model import DeliveryState
from app.officine.dispensing.tables import DeliveryLineRow, DeliveryRow
from app.officine.safety.model import PatientFacts, Taken
from app.officine.safety.rules import treatment_days
from app.officine.safety.service import actives
from app.store import merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.officine.catalog.service import Catalog
    from app.officine.dispensing.model import CounterSession
    from app.officine.patients.model import Patient
    from app.officine.safety.model import SafetyCase
    from app.officine.safety.service import Safety
    from app.store.database import Database

_MOST_LINES = 300
_KNOWN_DAYS = 365

_Delivered = tuple[str, str, dt.datetime, int | None]


def safety_case(
    db: Database, catalog: Catalog, safety: Safety, session: CounterSession, patient: Patient | None
) -> SafetyCase:
    """Return what the checks of safety look at: the lines of the sale, and the treatment of the last 90 days."""
    past: Sequence[_Delivered] = ()
    if patient is not None and safety.enabled:
        with db.read() as reading:
            past = recent(reading, patient.id, db.clock.now() - dt.timedelta(days=treatment_days()))
    codes = [line.code for line in session.lines] + [code for code, *_ in past]
    substances = catalog.substances(dict.fromkeys(codes))
    products = catalog.by_codes(codes)
    traits = catalog.traits(codes)

    def taken(code: str, label: str) -> Taken:
        product = products.get(code)
        routes, atc = traits.get(code, ((), None))
        return Taken(
            code,
            label,
            actives(substances.get(code, ())),
            group_id=None if product is None else product.group_id,
            cis=None if product is None else product.cis,
            routes=routes,
            atc=atc,
        )

    lines = [replace(taken(line.code, line.label), line_id=line.line_id) for line in session.lines]
    treatment = [
        replace(
            taken(code, label),
            since=paris_date(at),
            until=None if days is None else paris_date(at) + dt.timedelta(days=days),
        )
        for code, label, at, days in past
    ]
    if patient is None:
        return safety.case(lines, treatment)
    whose = PatientFacts(patient.id, patient.birth_date, patient.birth_date_uncertain)
    return safety.case(lines, treatment, patient.allergies, patient=whose)


def known_treatments(db: Database, catalog: Catalog, patient_id: int) -> frozenset[str]:
    """Return the codes, and the generic groups, of what was delivered to a patient within a year."""
    with db.read() as reading:
        codes = [code for code, *_ in recent(reading, patient_id, db.clock.now() - dt.timedelta(days=_KNOWN_DAYS))]
    groups = (product.group_id for product in catalog.by_codes(codes).values())
    return frozenset(codes) | frozenset(group for group in groups if group is not None)


def recent(session: Session, patient_id: int, since: dt.datetime) -> list[_Delivered]:
    """Return the products delivered to a patient from ``since`` on, each once with its last delivery, newest first.

    With each, how many days that delivery lasts; None where nobody said.
    """
    line, delivery = DeliveryLineRow, DeliveryRow
    query = (
        select(line.code, line.label, delivery.at, line.days)
        .join(delivery, delivery.number == line.delivery_number)
        .where(
            delivery.patient_id.in_(merged.everyone(session, patient_id)),
            delivery.state == DeliveryState.DONE,
            delivery.at >= since,
            line.quantity > 0,
        )
        .order_by(delivery.at.desc(), line.rank)
        .limit(_MOST_LINES)
    )
    found: dict[str, _Delivered] = {}
    for code, label, at, days in session.execute(query):
        found.setdefault(code, (code, label, at, days))
    return list(found.values())
