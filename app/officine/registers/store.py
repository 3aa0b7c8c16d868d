"""How are the registers written, chained and numbered without holes, and read?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import func, insert, select

from app.officine.registers.model import DerivedEntry, DerivedKind, Entry, EntryKind, Note, NoteKind
from app.officine.registers.tables import (
    DerivedEntryRow,
    DerivedFlagRow,
    NarcoticEntryRow,
    NarcoticUnitsRow,
    RegisterNoteRow,
)
from app.store import audit
from app.store.chain import entry_hash

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Select, Table
    from sqlalchemy.orm import Session

    from app.store.base import Base
    from app.store.database import UnitOfWork

NARCOTICS, DERIVED, NOTES = "stupefiants", "derives", "annotations"
"""The chains of the three registers."""

CHAINS: dict[str, type[Base]] = {
    NARCOTICS: NarcoticEntryRow,
    DERIVED: DerivedEntryRow,
    NOTES: RegisterNoteRow,
}

Q = TypeVar("Q", bound="Select[Any]")


def table_of(chain: str) -> Table:
    """Return the table of a chain."""
    return cast("Table", CHAINS[chain].__table__)


# --- Writing ----------------------------------------------------------------------------------------------------------


def append(work: UnitOfWork, chain: str, entries: Sequence[Mapping[str, Any]]) -> int:
    """Add entries to a register, chained to those before; return the number of the last one.

    The caller holds the head of the chain already where the entries depend on those before.
    """
    head = audit.lock_head(work.session, chain)
    seq, digest = head.seq, head.hash
    rows: list[dict[str, Any]] = []
    for entry in entries:
        seq += 1
        row = {**entry, "seq": seq}
        row["prev_hash"], digest = digest, entry_hash(digest, row)
        row["hash"] = digest
        rows.append(row)
    if rows:
        work.session.execute(insert(table_of(chain)), rows)
        audit.advance_head(work.session, chain, seq, digest)
    return seq


def say_units(work: UnitOfWork, code: str, units: int) -> None:
    """Write how many unités de prise a box holds, from now on."""
    work.session.execute(insert(NarcoticUnitsRow).values(code=code, units=units, **_author(work)))


def say_derived(work: UnitOfWork, code: str, *, derived: bool) -> None:
    """Write that a product is derived from blood, or is not, from now on."""
    work.session.execute(insert(DerivedFlagRow).values(code=code, derived=derived, **_author(work)))


def _author(work: UnitOfWork) -> dict[str, Any]:
    return {"author_id": work.actor.staff_id, "author_name": work.actor.name, "at": work.now}


# --- What the register holds ------------------------------------------------------------------------------------------


def balances(session: Session, codes: Iterable[str] | None = None) -> dict[str, int]:
    """Return what the register holds of each product in it: of ``codes``, or of all; absent where never written."""
    row = NarcoticEntryRow
    last = select(func.max(row.seq)).group_by(row.code)
    if codes is not None:
        last = last.where(row.code.in_(sorted(set(codes))))
    found = session.execute(select(row.code, row.balance).where(row.seq.in_(last)))
    return {code: balance for code, balance in found}  # noqa: C416 -- rows of the driver, not pairs


def last_days(session: Session) -> dict[str, dt.date]:
    """Return the day of the last entry of each product."""
    row = NarcoticEntryRow
    return {code: day for code, day in session.execute(select(row.code, func.max(row.day)).group_by(row.code))}  # noqa: C416 -- the same


def known(session: Session, codes: Iterable[str] | None = None) -> dict[str, str]:
    """Return the label of each product that the register knows: of ``codes``, or of all."""
    row = NarcoticEntryRow
    query = select(row.code, func.max(row.label)).group_by(row.code)
    if codes is not None:
        query = query.where(row.code.in_(sorted(set(codes))))
    return {code: label for code, label in session.execute(query)}  # noqa: C416 -- the same


def typed_units(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Return the unités de prise a box that pharmacists gave, by code: their last word."""
    row = NarcoticUnitsRow
    last = select(func.max(row.id)).where(row.code.in_(sorted(set(codes)))).group_by(row.code)
    return {code: units for code, units in session.execute(select(row.code, row.units).where(row.id.in_(last)))}  # noqa: C416 -- the same


def flags(session: Session, codes: Iterable[str]) -> dict[str, bool]:
    """Return what pharmacists said of products: derived from blood or not; their last word."""
    row = DerivedFlagRow
    last = select(func.max(row.id)).where(row.code.in_(sorted(set(codes)))).group_by(row.code)
    return {code: derived for code, derived in session.execute(select(row.code, row.derived).where(row.id.in_(last)))}  # noqa: C416 -- the same


def flagged(session: Session) -> dict[str, bool]:
    """Return every product of which a pharmacist said whether it is derived from blood."""
    row = DerivedFlagRow
    last = select(func.max(row.id)).group_by(row.code)
    return {code: derived for code, derived in session.execute(select(row.code, row.derived).where(row.id.in_(last)))}  # noqa: C416 -- the same


def delivered_units(session: Session, code: str, reference: str) -> tuple[int, int]:
    """Return the boxes and the unités de prise that a delivery or a cession took, both as written (negative)."""
    row = NarcoticEntryRow
    query = select(func.sum(row.boxes), func.sum(row.units)).where(
        row.code == code,
        row.reference == reference,
        row.kind.in_([EntryKind.DELIVERY, EntryKind.CESSION, EntryKind.CANCELLATION]),
    )
    boxes, units = session.execute(query).one()
    return int(boxes or 0), int(units or 0)


# --- Months -----------------------------------------------------------------------------------------------------------


def sums_before(session: Session, day: dt.date) -> dict[str, int]:
    """Return what the register held of each product at the beginning of a day."""
    row = NarcoticEntryRow
    query = select(row.code, func.sum(row.units)).where(row.day < day).group_by(row.code)
    return {code: int(total) for code, total in session.execute(query)}


def sums_within(session: Session, first: dt.date, end: dt.date) -> dict[tuple[str, EntryKind], int]:
    """Return the signed sum of each kind of entry of each product, from ``first`` to the eve of ``end``."""
    row = NarcoticEntryRow
    query = (
        select(row.code, row.kind, func.sum(row.units))
        .where(row.day >= first, row.day < end)
        .group_by(row.code, row.kind)
    )
    return {(code, EntryKind(kind)): int(total) for code, kind, total in session.execute(query)}


def closed_on(session: Session, month: str) -> dt.date | None:
    """Return the day on which the balance of a month was closed; None while it is open."""
    row = NarcoticEntryRow
    query = select(func.min(row.day)).where(row.month == month, row.kind == EntryKind.CLOSING)
    return session.execute(query).scalar_one_or_none()


def last_number(session: Session) -> int:
    """Return the number of the last entry of the register of stupéfiants; 0 for an empty one."""
    return int(session.execute(select(func.max(NarcoticEntryRow.seq))).scalar_one_or_none() or 0)


def first_day(session: Session) -> dt.date | None:
    """Return the day of the first entry; None for an empty register."""
    return session.execute(select(func.min(NarcoticEntryRow.day))).scalar_one_or_none()


# --- Entries ----------------------------------------------------------------------------------------------------------


def entries(
    session: Session,
    *,
    code: str | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
    after: int = 0,
    limit: int | None = None,
    newest: bool = False,
) -> list[Entry]:
    """Return entries of the register of stupéfiants, in order of number, or the newest first."""
    row = NarcoticEntryRow
    query = select(row).where(row.seq > after)
    if code is not None:
        query = query.where(row.code == code)
    query = _dated(query, row, first, last).order_by(row.seq.desc() if newest else row.seq)
    return [_entry(found) for found in session.scalars(query.limit(limit))]


def derived_entries(
    session: Session,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    after: int = 0,
    limit: int | None = None,
    newest: bool = False,
) -> list[DerivedEntry]:
    """Return entries of the register of medicines derived from blood, in order of number, or the newest first."""
    row = DerivedEntryRow
    query = _dated(select(row).where(row.seq > after), row, first, last)
    query = query.order_by(row.seq.desc() if newest else row.seq).limit(limit)
    return [_derived_entry(found) for found in session.scalars(query)]


def derived_of(session: Session, reference: str) -> list[DerivedEntryRow]:
    """Return the rows that a delivery wrote into the register of medicines derived from blood."""
    row = DerivedEntryRow
    query = select(row).where(row.reference == reference, row.kind == DerivedKind.DELIVERY).order_by(row.seq)
    return list(session.scalars(query))


def derived_cancelled(session: Session, reference: str) -> Counter[tuple[str, str]]:
    """Return how many boxes of a delivery were cancelled already, by product and lot."""
    row = DerivedEntryRow
    query = (
        select(row.code, row.lot, func.sum(row.quantity))
        .where(row.reference == reference, row.kind == DerivedKind.CANCELLATION)
        .group_by(row.code, row.lot)
    )
    return Counter({(code, lot): -int(quantity) for code, lot, quantity in session.execute(query)})


def notes(session: Session, register: str, numbers: Iterable[int] | None = None) -> dict[int, list[Note]]:
    """Return the notes beside the entries of a register, by number, oldest first."""
    row = RegisterNoteRow
    query = select(row).where(row.register == register).order_by(row.seq)
    if numbers is not None:
        wanted = list(numbers)
        if not wanted:
            return {}
        query = query.where(row.number >= min(wanted), row.number <= max(wanted))
    found: dict[int, list[Note]] = {}
    for one in session.scalars(query):
        note = Note(one.register, one.number, NoteKind(one.kind), one.text, one.author_name, one.at)
        found.setdefault(one.number, []).append(note)
    return found


def _dated(query: Q, row: Any, first: dt.date | None, last: dt.date | None) -> Q:  # noqa: ANN401 -- a mapped class
    if first is not None:
        query = query.where(row.day >= first)
    return query if last is None else query.where(row.day <= last)


def _entry(row: NarcoticEntryRow) -> Entry:
    return Entry(
        seq=row.seq,
        at=row.at,
        day=row.day,
        kind=EntryKind(row.kind),
        code=row.code,
        label=row.label,
        boxes=row.boxes,
        units=row.units,
        balance=row.balance,
        lot=row.lot,
        reference=row.reference,
        ordonnancier=row.ordonnancier,
        patient_name=row.patient_name,
        patient_address=row.patient_address,
        prescriber_name=row.prescriber_name,
        prescriber_address=row.prescriber_address,
        bearer=row.bearer,
        second_person=row.second_person,
        reason=row.reason,
        stated=row.stated,
        month=row.month,
        author_name=row.author_name,
    )


def _derived_entry(row: DerivedEntryRow) -> DerivedEntry:
    return DerivedEntry(
        seq=row.seq,
        at=row.at,
        day=row.day,
        kind=DerivedKind(row.kind),
        reference=row.reference,
        code=row.code,
        label=row.label,
        lot=row.lot,
        quantity=row.quantity,
        patient_name=row.patient_name,
        patient_birth_date=row.patient_birth_date,
        patient_address=row.patient_address,
        prescriber_name=row.prescriber_name,
        prescriber_address=row.prescriber_address,
        prescription_date=row.prescription_date,
        bearer=row.bearer,
        reason=row.reason,
        author_name=row.author_name,
    )
