"""How are the promis written, handed over and read?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import case, func, insert, select, update

from app.officine.owed.model import HandedOver, Promise, PromiseState
from app.officine.owed.tables import HandOverRow, PromiseRow
from app.store import merged

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import CursorResult
    from sqlalchemy.orm import Session


def insert_promises(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new promis."""
    session.execute(insert(PromiseRow), rows)


def hand(session: Session, number: int, quantity: int) -> int | None:
    """Count boxes as handed over; return how many are left, None where the promis does not owe so many any more."""
    row = PromiseRow
    total = row.handed + quantity
    statement = (
        update(row)
        .where(row.number == number, row.state == PromiseState.OPEN, total <= row.quantity)
        .values(
            handed=total,
            state=case((total == row.quantity, str(PromiseState.HANDED)), else_=str(PromiseState.OPEN)),
        )
        .returning(row.quantity - row.handed)
    )
    return session.execute(statement).scalar_one_or_none()


def insert_hand_over(session: Session, promise: int, values: Mapping[str, Any]) -> int:
    """Write a hand-over of a promis that this transaction holds; return its rank."""
    row = HandOverRow
    rank = (session.scalar(select(func.max(row.rank)).where(row.promise_number == promise)) or 0) + 1
    session.execute(insert(row), [{"promise_number": promise, "rank": rank, **values}])
    return rank


def cancel(session: Session, number: int, reason: str) -> bool:
    """Cancel what is left of a promis; False where nothing is."""
    row = PromiseRow
    statement = (
        update(row)
        .where(row.number == number, row.state == PromiseState.OPEN)
        .values(state=str(PromiseState.CANCELLED), reason=reason)
        .returning(row.number)
    )
    return session.execute(statement).first() is not None


def cancel_of_delivery(session: Session, delivery: int, reason: str) -> bool:
    """Cancel what a delivery still owes; return False where it owed nothing."""
    row = PromiseRow
    statement = (
        update(row)
        .where(row.delivery_number == delivery, row.state == PromiseState.OPEN)
        .values(state=str(PromiseState.CANCELLED), reason=reason)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount > 0


def read(session: Session, number: int) -> Promise | None:
    """Return a promis; None for an unknown number."""
    row = session.get(PromiseRow, number)
    return None if row is None else _promise(row, merged.heads(session))


def kept_of(session: Session, number: int) -> str:
    """Return what was kept of the line of a promis that is billed when it is handed over; empty for another."""
    return session.scalar(select(PromiseRow.kept).where(PromiseRow.number == number)) or ""


def billed_since(session: Session, delivery: int) -> list[int]:
    """Return the deliveries that billed boxes which a delivery had promised, in order."""
    row = HandOverRow
    query = (
        select(row.delivery_number)
        .join(PromiseRow, PromiseRow.number == row.promise_number)
        .where(PromiseRow.delivery_number == delivery, row.delivery_number.is_not(None))
        .order_by(row.delivery_number)
    )
    return [number for number in session.scalars(query) if number is not None]


def open_promises(session: Session, codes: Collection[str] | None = None) -> list[Promise]:
    """Return the promis that still owe something, the oldest first: of these products, or of all."""
    query = select(PromiseRow).where(PromiseRow.state == PromiseState.OPEN)
    if codes is not None:
        query = query.where(PromiseRow.code.in_(sorted(codes)))
    heads = merged.heads(session)
    return [_promise(row, heads) for row in session.scalars(query.order_by(PromiseRow.number))]


def of_delivery(session: Session, delivery: int) -> list[Promise]:
    """Return the promis of a delivery, whatever became of them."""
    query = select(PromiseRow).where(PromiseRow.delivery_number == delivery).order_by(PromiseRow.number)
    heads = merged.heads(session)
    return [_promise(row, heads) for row in session.scalars(query)]


def owed_boxes(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Return how many boxes of each product are owed; a product of which none is owed is absent."""
    if not codes:
        return {}
    row = PromiseRow
    query = (
        select(row.code, func.sum(row.quantity - row.handed))
        .where(row.code.in_(sorted(codes)), row.state == PromiseState.OPEN)
        .group_by(row.code)
    )
    return {code: int(count) for code, count in session.execute(query)}


def owed_to(session: Session, patient_id: int) -> tuple[int, dt.datetime] | None:
    """Return how many boxes are owed to a patient, and the moment of the oldest promis; None where none is."""
    row = PromiseRow
    query = select(func.sum(row.quantity - row.handed), func.min(row.at)).where(
        row.patient_id.in_(merged.everyone(session, patient_id)), row.state == PromiseState.OPEN
    )
    boxes, since = session.execute(query).one()
    return None if since is None else (int(boxes), since)


def hand_overs(session: Session, promise: int) -> list[HandedOver]:
    """Return the hand-overs of a promis, in order."""
    row = HandOverRow
    kept = session.get(PromiseRow, promise)
    left = 0 if kept is None else kept.quantity
    found = []
    for one in session.scalars(select(row).where(row.promise_number == promise).order_by(row.rank)):
        left -= one.quantity
        found.append(
            HandedOver(
                promise=promise,
                rank=one.rank,
                at=one.at,
                quantity=one.quantity,
                left=left,
                ordonnancier=one.ordonnancier,
                operator_name=one.operator_name,
                bearer=one.bearer,
                delivery=one.delivery_number,
            )
        )
    return found


def promise_row(number: int, at: dt.datetime, operator: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a new promis."""
    return {
        "number": number,
        "at": at,
        "handed": 0,
        "state": str(PromiseState.OPEN),
        "reason": "",
        "operator_name": operator,
        **values,
    }


def _promise(row: PromiseRow, heads: Mapping[int, int]) -> Promise:
    """Return a promis, owed to the file in which its patient’s lives on."""
    owed_to = row.patient_id
    return Promise(
        number=row.number,
        at=row.at,
        delivery=row.delivery_number,
        rank=row.line_rank,
        code=row.code,
        label=row.label,
        quantity=row.quantity,
        handed=row.handed,
        patient_id=owed_to if owed_to is None else heads.get(owed_to, owed_to),
        customer=row.customer,
        phone=row.phone,
        state=PromiseState(row.state),
        reason=row.reason,
        operator_name=row.operator_name,
        billed=row.billed,
    )
