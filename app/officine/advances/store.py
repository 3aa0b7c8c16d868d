"""How are the avances written, closed and read?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from app.officine.advances.model import Advance, AdvanceClosing, ClosingKind
from app.officine.advances.tables import AdvanceClosingRow, AdvanceRow
from app.store import merged

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session


def insert_advances(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new avances."""
    session.execute(insert(AdvanceRow), rows)


def lock(session: Session, numbers: Collection[int]) -> dict[int, Advance]:
    """Hold avances until the act ends, in ascending order, and return them as they then stand."""
    held = select(AdvanceRow.number).where(AdvanceRow.number.in_(sorted(numbers))).order_by(AdvanceRow.number)
    session.execute(held.with_for_update())
    return {one.number: one for one in read(session, numbers)}


def read(session: Session, numbers: Collection[int]) -> list[Advance]:
    """Return avances by number, whatever became of them."""
    return _advances(session, _standing().where(AdvanceRow.number.in_(sorted(numbers))))


def of_delivery(session: Session, delivery: int) -> list[Advance]:
    """Return the avances that a delivery made, whatever became of them."""
    return _advances(session, _standing().where(AdvanceRow.delivery_number == delivery))


def waiting(session: Session, patient_id: int | None = None) -> list[Advance]:
    """Return the avances that still wait, the oldest first: of a patient, or of all."""
    query = _standing().having(AdvanceRow.quantity > func.coalesce(func.sum(AdvanceClosingRow.quantity), 0))
    if patient_id is not None:
        query = query.where(AdvanceRow.patient_id.in_(merged.everyone(session, patient_id)))
    return _advances(session, query)


def closings(session: Session, number: int) -> list[AdvanceClosing]:
    """Return what became of an avance, in order."""
    row = AdvanceClosingRow
    return [
        AdvanceClosing(
            advance=one.advance_number,
            rank=one.rank,
            at=one.at,
            kind=ClosingKind(one.kind),
            quantity=one.quantity,
            document=one.document,
            operator_name=one.operator_name,
        )
        for one in session.scalars(select(row).where(row.advance_number == number).order_by(row.rank))
    ]


def insert_closing(session: Session, advance: int, values: Mapping[str, Any]) -> None:
    """Write what became of boxes of an avance that this transaction holds."""
    row = AdvanceClosingRow
    rank = (session.scalar(select(func.max(row.rank)).where(row.advance_number == advance)) or 0) + 1
    session.execute(insert(row), [{"advance_number": advance, "rank": rank, **values}])


def _standing() -> Select[Any]:
    closed = func.coalesce(func.sum(AdvanceClosingRow.quantity), 0).label("closed")
    table = AdvanceRow.__table__
    return (
        select(*table.c, closed)
        .select_from(AdvanceRow)
        .outerjoin(AdvanceClosingRow, AdvanceClosingRow.advance_number == AdvanceRow.number)
        .group_by(*table.c)
        .order_by(AdvanceRow.number)
    )


def _advances(session: Session, query: Select[Any]) -> list[Advance]:
    heads = merged.heads(session)
    return [_advance(row, heads) for row in session.execute(query)]


def _advance(row: Row[Any], heads: Mapping[int, int]) -> Advance:
    """Return an avance, of the file in which its patient’s lives on."""
    return Advance(
        number=row.number,
        at=row.at,
        delivery=row.delivery_number,
        rank=row.line_rank,
        code=row.code,
        label=row.label,
        quantity=row.quantity,
        patient_id=heads.get(row.patient_id, row.patient_id),
        patient_name=row.patient_name,
        price=row.price,
        unit_price=row.unit_price,
        reason=row.reason,
        ordonnancier=row.ordonnancier,
        operator_name=row.operator_name,
        closed=int(row.closed),
    )
