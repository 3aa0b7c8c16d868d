"""What did the patient receive lately of the medicines that are counted day by day?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.officine.catalog.model import ListClass
from app.officine.dispensing.courses import Courses, Supplied
from app.officine.dispensing.model import DeliveryState
from app.officine.dispensing.tables import DeliveryLineRow, DeliveryRow
from app.officine.prescriptions.rules import prescribed_days
from app.officine.safety.service import actives
from app.store import merged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.officine.catalog.model import Product
    from app.officine.catalog.service import Catalog
    from app.officine.prescriptions.model import KeptPrescription
    from app.officine.prescriptions.service import Prescriptions
    from app.store.database import Database

LOOKED_BACK_DAYS = 90
"""How far back: an ordonnance of 28 days presented late, and its fractions, are over long before."""

COUNTED = frozenset({ListClass.NARCOTIC, ListClass.ASSIMILATED})


def courses(
    db: Database,
    catalog: Catalog,
    prescriptions: Prescriptions,
    *,
    patient_id: int | None,
    products: Mapping[str, Product],
    today: dt.date,
) -> Courses:
    """Return what was supplied of stupéfiants and of those treated as such; nothing where the sale holds none."""
    wanted = [code for code, product in products.items() if product.list_class in COUNTED]
    if patient_id is None or not wanted:
        return Courses()
    with db.read() as session:
        rows = recent(session, patient_id, today - dt.timedelta(days=LOOKED_BACK_DAYS))
    known = catalog.by_codes(row.code for row in rows) if rows else {}
    substances = catalog.substances(dict.fromkeys([*wanted, *(row.code for row in rows)]))
    by_code = {code: frozenset(one.key for one in actives(names)) for code, names in substances.items()}
    kept = prescriptions.kept(patient_id) if rows else []
    supplied = tuple(_completed(row, known.get(row.code), by_code.get(row.code, frozenset()), kept) for row in rows)
    return Courses(supplied, {code: by_code.get(code, frozenset()) for code in wanted})


def recent(session: Session, patient_id: int, since: dt.date) -> list[Supplied]:
    """Return the deliveries in force of such medicines to a patient from ``since`` on, the oldest first."""
    line, delivery = DeliveryLineRow, DeliveryRow
    query = (
        select(
            delivery.number,
            delivery.day,
            line.code,
            line.label,
            line.days,
            delivery.prescriber_id,
            delivery.prescriber_name,
            delivery.prescription_date,
        )
        .join(delivery, delivery.number == line.delivery_number)
        .where(
            delivery.patient_id.in_(merged.everyone(session, patient_id)),
            delivery.state == DeliveryState.DONE,
            delivery.day >= since,
            line.list_class.in_([str(one) for one in COUNTED]),
            line.quantity > 0,
        )
        .order_by(delivery.number, line.rank)
    )
    return [
        Supplied(
            delivery=number,
            day=day,
            code=code,
            label=label,
            days=days,
            prescriber_id=prescriber_id,
            prescriber_name=prescriber_name,
            written_on=written_on,
        )
        for number, day, code, label, days, prescriber_id, prescriber_name, written_on in session.execute(query)
    ]


def _completed(
    row: Supplied, product: Product | None, substances: frozenset[str], kept: Sequence[KeptPrescription]
) -> Supplied:
    cis = "" if product is None or product.cis is None else product.cis
    totals = [
        prescribed_days(one.line)
        for prescription in kept
        if (prescription.prescriber_id, prescription.written_on) == (row.prescriber_id, row.written_on)
        for one in prescription.lines
        if one.line.code == row.code or (cis and one.line.cis == cis)
    ]
    total = max((days for days in totals if days is not None), default=None)
    return replace(row, cis=cis, substances=substances, total_days=total)
