"""What does the patient take: the products of the sale, and those delivered not long ago?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.kernel.clock import paris_date
from app.officine.dispensing.model import DeliveryState
from app.officine.dispensing.tables import DeliveryLineRow, DeliveryRow
from app.officine.safety.model import Taken
from app.officine.safety.rules import TREATMENT_DAYS
from app.officine.safety.service import actives

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.officine.catalog.service import Catalog
    from app.officine.dispensing.model import CounterSession
    from app.officine.patients.model import Patient
    from app.officine.safety.model import SafetyCase
    from app.officine.safety.service import Safety
    from app.store.database import Database

_MOST_PRODUCTS = 100
_KNOWN_DAYS = 365

_Delivered = tuple[str, str, dt.datetime]


def safety_case(
    db: Database, catalog: Catalog, safety: Safety, session: CounterSession, patient: Patient | None
) -> SafetyCase:
    """Return what the checks of safety look at: the lines of the sale, and the treatment of the last 90 days."""
    past: Sequence[_Delivered] = ()
    if patient is not None and safety.enabled:
        with db.read() as reading:
            past = recent(reading, patient.id, db.clock.now() - dt.timedelta(days=TREATMENT_DAYS))
    codes = [line.code for line in session.lines] + [code for code, _, _ in past]
    substances = catalog.substances(dict.fromkeys(codes))
    products = catalog.by_codes(codes)
    groups = {code: product.group_id for code, product in products.items()}
    lines = [
        Taken(
            line.code,
            line.label,
            actives(substances.get(line.code, ())),
            line_id=line.line_id,
            group_id=groups.get(line.code),
        )
        for line in session.lines
    ]
    treatment = [
        Taken(code, label, actives(substances.get(code, ())), since=paris_date(at), group_id=groups.get(code))
        for code, label, at in past
    ]
    return safety.case(lines, treatment, "" if patient is None else patient.allergies)


def known_treatments(db: Database, catalog: Catalog, patient_id: int) -> frozenset[str]:
    """Return the codes, and the generic groups, of what was delivered to a patient within a year."""
    with db.read() as reading:
        codes = [code for code, _, _ in recent(reading, patient_id, db.clock.now() - dt.timedelta(days=_KNOWN_DAYS))]
    groups = (product.group_id for product in catalog.by_codes(codes).values())
    return frozenset(codes) | frozenset(group for group in groups if group is not None)


def recent(session: Session, patient_id: int, since: dt.datetime) -> list[_Delivered]:
    """Return the products delivered to a patient from ``since`` on, each once with its last delivery, newest first."""
    line, delivery = DeliveryLineRow, DeliveryRow
    last = func.max(delivery.at).label("last")
    query = (
        select(line.code, func.max(line.label), last)
        .join(delivery, delivery.number == line.delivery_number)
        .where(delivery.patient_id == patient_id, delivery.state == DeliveryState.DONE, delivery.at >= since)
        .group_by(line.code)
        .order_by(last.desc())
        .limit(_MOST_PRODUCTS)
    )
    return [(code, label, at) for code, label, at in session.execute(query)]
