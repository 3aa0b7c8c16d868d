"""How are the supplies made beyond an ordonnance written and counted?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from app.kernel.clock import paris_date
from app.officine.dispensing.exceptional import supplied_days
from app.officine.dispensing.exceptional_tables import ExceptionalSupplyRow
from app.officine.dispensing.model import DeliveryState
from app.officine.dispensing.tables import DeliveryRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from app.officine.dispensing.model import Delivery
    from app.officine.dispensing.rules import Situation
    from app.store.database import UnitOfWork


def record(work: UnitOfWork, situation: Situation, delivery: Delivery, prescription_id: int) -> None:
    """Write, in the act, that a delivery went beyond its ordonnance; nothing for an ordinary one."""
    prescription = situation.session.prescription
    kind = None if prescription is None else prescription.supply
    if kind is None:
        return
    row = {
        "delivery_number": delivery.number,
        "prescription_id": prescription_id,
        "kind": str(kind),
        "day": paris_date(delivery.at),
        "days": supplied_days(situation),
        "mention": kind.mention,
    }
    work.session.execute(insert(ExceptionalSupplyRow), [row])


def made(session: Session, prescription_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return the days of each supply in force made beyond each ordonnance; a delivery taken back counts no more."""
    if not prescription_ids:
        return {}
    row, delivery = ExceptionalSupplyRow, DeliveryRow
    query = (
        select(row.prescription_id, row.days)
        .join(delivery, delivery.number == row.delivery_number)
        .where(row.prescription_id.in_(prescription_ids), delivery.state == DeliveryState.DONE)
        .order_by(row.delivery_number)
    )
    found: dict[int, tuple[int, ...]] = {}
    for prescription_id, days in session.execute(query):
        found[prescription_id] = (*found.get(prescription_id, ()), days)
    return found
