"""How are the boxes in quarantine written and read?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, tuple_

from app.officine.stock.quarantine_tables import QuarantineEntryRow, QuarantineExitRow
from app.officine.stock.quarantined import Cause, Exit, Left, Quarantined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from app.officine.stock.quarantined import Aside
    from app.store.database import UnitOfWork


def enter(work: UnitOfWork, asked: Aside) -> int:
    """Write boxes set aside; return the number of their entry."""
    number: int = work.session.execute(
        insert(QuarantineEntryRow)
        .values(
            code=asked.code,
            quantity=asked.quantity,
            lot=asked.lot,
            expiry=asked.expiry,
            serial=asked.serial,
            cause=str(asked.cause),
            reason=asked.reason.strip(),
            reference=asked.reference,
            recall_id=asked.recall_id,
            **_author(work),
        )
        .returning(QuarantineEntryRow.id)
    ).scalar_one()
    return number


def leave(
    work: UnitOfWork, entry_id: int, quantity: int, leaving: Exit, *, reason: str, document: str, second_person: str
) -> None:
    """Write boxes of an entry that leave."""
    work.session.execute(
        insert(QuarantineExitRow).values(
            entry_id=entry_id,
            quantity=quantity,
            kind=str(leaving),
            reason=reason,
            document=document,
            second_person=second_person,
            **_author(work),
        )
    )


def read(session: Session, entry_id: int) -> Quarantined | None:
    """Return an entry with what is left of it; None for an unknown one."""
    return next(iter(_entries(session, _query().where(QuarantineEntryRow.id == entry_id))), None)


def present(session: Session, limit: int, code: str | None = None) -> list[Quarantined]:
    """Return the entries of which boxes are left, the newest first."""
    query = _query().where(QuarantineEntryRow.quantity > _gone()).order_by(QuarantineEntryRow.id.desc()).limit(limit)
    return _entries(session, query if code is None else query.where(QuarantineEntryRow.code == code))


def exits(session: Session, entry_id: int) -> list[Left]:
    """Return what left of an entry, in order."""
    row = QuarantineExitRow
    found = session.scalars(select(row).where(row.entry_id == entry_id).order_by(row.id))
    return [
        Left(
            quantity=one.quantity,
            exit=Exit(one.kind),
            reason=one.reason,
            document=one.document,
            second_person=one.second_person,
            author_name=one.author_name,
            at=one.at,
        )
        for one in found
    ]


def serials(session: Session, boxes: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return those of the boxes (code, serial number) that are in quarantine."""
    row = QuarantineEntryRow
    wanted = sorted((code, serial) for code, serial in boxes if serial)
    if not wanted:
        return frozenset()
    query = select(row.code, row.serial).where(tuple_(row.code, row.serial).in_(wanted), row.quantity > _gone())
    return frozenset((code, serial) for code, serial in session.execute(query))


def of_recalls(session: Session) -> dict[int, int]:
    """Return how many boxes are in quarantine by recall."""
    row = QuarantineEntryRow
    query = (
        select(row.recall_id, func.sum(row.quantity - _gone()))
        .where(row.recall_id.is_not(None))
        .group_by(row.recall_id)
    )
    return {recall_id: int(left) for recall_id, left in session.execute(query) if recall_id is not None}


def totals(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Return how many boxes the entries of each product have left: what its stock item must say too."""
    row = QuarantineEntryRow
    query = select(row.code, func.sum(row.quantity - _gone())).where(row.code.in_(sorted(set(codes))))
    return {code: int(left) for code, left in session.execute(query.group_by(row.code))}


def _gone() -> ColumnElement[int]:
    row = QuarantineExitRow
    left = select(func.sum(row.quantity)).where(row.entry_id == QuarantineEntryRow.id)
    return func.coalesce(left.correlate(QuarantineEntryRow).scalar_subquery(), 0)


def _query() -> Select[QuarantineEntryRow, int]:
    return select(QuarantineEntryRow, _gone())


def _entries(session: Session, query: Select[QuarantineEntryRow, int]) -> list[Quarantined]:
    return [
        Quarantined(
            id=row.id,
            code=row.code,
            quantity=row.quantity,
            left=row.quantity - int(gone),
            lot=row.lot,
            expiry=row.expiry,
            serial=row.serial,
            cause=Cause(row.cause),
            reason=row.reason,
            reference=row.reference,
            recall_id=row.recall_id,
            author_name=row.author_name,
            at=row.at,
        )
        for row, gone in session.execute(query)
    ]


def _author(work: UnitOfWork) -> dict[str, Any]:
    return {"author_id": work.actor.staff_id, "author_name": work.actor.name, "at": work.now}
