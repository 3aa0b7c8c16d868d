"""How are the copies of ordonnances written and found in the database?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import column, func, insert, or_, select, table

from app.officine.copies.model import BadCopy, PrescriptionCopy, Source, Target
from app.officine.copies.tables import CopyDeliveryRow, CopyRemovalRow, CopyRow, PrescriptionDeliveryRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

# The deliveries belong to the feature above: only whether one is there, and whose, is asked.
_DELIVERY = table("delivery", column("number"), column("session_id"), column("patient_id"))
_REMOVED = select(CopyRemovalRow.copy_id)


def add(session: Session, copy: PrescriptionCopy, *, session_id: str, station: str, operator_id: int | None) -> int:
    """Write a copy and return its id; ``copy.id`` is not looked at."""
    row = CopyRow(
        at=copy.at,
        session_id=session_id,
        sha256=copy.sha256,
        media_type=copy.media_type,
        size=copy.size,
        pages=copy.pages,
        source=str(copy.source),
        name=copy.name,
        station=station,
        operator_id=operator_id,
        operator_name=copy.operator_name,
    )
    session.add(row)
    session.flush()
    return row.id


def link(session: Session, ids: Iterable[int], delivery: int, at: dt.datetime) -> None:
    """Say of which delivery copies are."""
    rows = [{"copy_id": one, "delivery_number": delivery, "at": at} for one in ids]
    if rows:
        session.execute(insert(CopyDeliveryRow), rows)


def tell_prescription(session: Session, delivery: int, prescription_id: int) -> None:
    """Say from which ordonnance a delivery was made."""
    values = {"delivery_number": delivery, "prescription_id": prescription_id}
    session.execute(insert(PrescriptionDeliveryRow), [values])


def set_aside(session: Session, ids: Iterable[int], reason: str, operator_name: str, at: dt.datetime) -> None:
    """Mark copies as set aside."""
    rows = [{"copy_id": one, "at": at, "reason": reason, "operator_name": operator_name} for one in ids]
    if rows:
        session.execute(insert(CopyRemovalRow), rows)


def of(session: Session, target: Target) -> list[PrescriptionCopy]:
    """Return the copies of a sale or of a delivery, and of the other deliveries of its ordonnance, in order."""
    found = session.execute(_copies().where(_belongs(session, target)).order_by(CopyRow.id))
    return [_copy_of(row, delivery) for row, delivery in found]


def count(session: Session, target: Target) -> int:
    """Return how many copies ``of`` would."""
    query = _copies().where(_belongs(session, target)).with_only_columns(func.count())
    return int(session.execute(query).scalar_one())


def waiting(session: Session, session_id: str) -> list[int]:
    """Return the ids of the copies of a sale that are of no delivery yet."""
    row = CopyRow
    query = select(row.id).where(
        row.session_id == session_id, row.id.not_in(_REMOVED), row.id.not_in(select(CopyDeliveryRow.copy_id))
    )
    return list(session.scalars(query.order_by(row.id)))


def get(session: Session, copy_id: int) -> PrescriptionCopy | None:
    """Return a copy; None for an unknown one and for one set aside."""
    found = session.execute(_copies().where(CopyRow.id == copy_id)).one_or_none()
    return None if found is None else _copy_of(*found)


def delivery_exists(session: Session, number: int) -> bool:
    """Return True where there is such a delivery."""
    return session.execute(select(_DELIVERY.c.number).where(_DELIVERY.c.number == number)).first() is not None


def delivery_of_sale(session: Session, session_id: str) -> int | None:
    """Return the delivery that a sale became; None where it became none yet."""
    query = select(_DELIVERY.c.number).where(_DELIVERY.c.session_id == session_id)
    found: int | None = session.execute(query).scalar_one_or_none()
    return found


def patient_of(session: Session, delivery: int | None) -> int | None:
    """Return the patient of a delivery; None without one."""
    query = select(_DELIVERY.c.patient_id).where(_DELIVERY.c.number == delivery)
    found: int | None = session.execute(query).scalar_one_or_none()
    return found


def every(session: Session) -> list[BadCopy]:
    """Return every copy, set aside or not, as the verification names it, none being bad yet."""
    link_row, made = CopyDeliveryRow, PrescriptionDeliveryRow
    query = (
        select(CopyRow.id, CopyRow.sha256, link_row.delivery_number, made.prescription_id)
        .outerjoin(link_row, link_row.copy_id == CopyRow.id)
        .outerjoin(made, made.delivery_number == link_row.delivery_number)
        .order_by(CopyRow.id)
    )
    return [BadCopy(one, sha, False, delivery, kept) for one, sha, delivery, kept in session.execute(query)]  # noqa: FBT003 -- not bad yet


def _copies() -> Select[CopyRow, int]:
    joined = select(CopyRow, CopyDeliveryRow.delivery_number)
    return joined.outerjoin(CopyDeliveryRow, CopyDeliveryRow.copy_id == CopyRow.id).where(CopyRow.id.not_in(_REMOVED))


def _belongs(session: Session, target: Target) -> ColumnElement[bool]:
    prescription_id = target.prescription_id
    made = PrescriptionDeliveryRow
    ways = []
    if target.delivery is None:
        # Of no sale, none: those joined afterwards bear none either.
        ways.append(CopyRow.session_id == (target.session_id or None))
    else:
        query = select(made.prescription_id).where(made.delivery_number == target.delivery)
        prescription_id = session.execute(query).scalar_one_or_none()
        ways.append(CopyDeliveryRow.delivery_number == target.delivery)
        # Joined on another workstation at the very moment of the delivery, which did not see it.
        of_sale = select(_DELIVERY.c.session_id).where(_DELIVERY.c.number == target.delivery)
        ways.append(CopyRow.session_id.in_(of_sale))
    if prescription_id is not None:
        same = select(made.delivery_number).where(made.prescription_id == prescription_id)
        ways.append(CopyDeliveryRow.delivery_number.in_(same))
    return or_(*ways)


def _copy_of(row: CopyRow, delivery: int | None) -> PrescriptionCopy:
    return PrescriptionCopy(
        id=row.id,
        at=row.at,
        sha256=row.sha256,
        media_type=row.media_type,
        size=row.size,
        pages=row.pages,
        source=Source(row.source),
        name=row.name,
        operator_name=row.operator_name,
        delivery=delivery,
    )
