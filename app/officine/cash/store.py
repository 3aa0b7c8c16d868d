"""How is the journal of the till written and read?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import bindparam, func, insert, select, update

from app.kernel.clock import paris_date
from app.kernel.money import ZERO, Money
from app.officine.cash.model import Account, Closing, Means, Period, Record, RecordKind
from app.officine.cash.tables import CashClosingRow, CashRecordRow
from app.officine.cash.totals import Tally, from_json
from app.store import merged
from app.store.chain import canonical, entry_hash
from app.store.tables import ChainHeadRow, FactRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Row, Select, Table
    from sqlalchemy.orm import Session

    from app.officine.cash.model import Entry, Totals
    from app.store.database import UnitOfWork

CHAIN = "cash"
BATCH = 5_000

_RECORD = cast("Table", CashRecordRow.__table__)
_CLOSING = cast("Table", CashClosingRow.__table__)
_HEAD = cast("Table", ChainHeadRow.__table__)

# Statements on the tables, built once: a sale writes them while the customer waits.
_INSERT = insert(_RECORD)
_LOCK = select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.name == CHAIN).with_for_update()
_LAST = select(_RECORD.c.gross, _RECORD.c.net).where(_RECORD.c.seq == bindparam("last"))
_ADVANCE = update(_HEAD).where(_HEAD.c.name == CHAIN).values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))


def mode_of(session: Session) -> str:
    """Return the mode of the database; production where none was written."""
    found = session.execute(select(FactRow.value).where(FactRow.name == "mode")).scalar_one_or_none()
    return str(found or "production")


def lock(session: Session) -> int:
    """Wait for the journal, hold it until the act ends, and return the number of its last entry."""
    return int(session.execute(_LOCK).one().seq)


def append(work: UnitOfWork, entries: Sequence[Entry], mode: str) -> int:
    """Add entries to the journal, chained to those before; return the number of the last."""
    seq, digest = work.session.execute(_LOCK).one()
    last = work.session.execute(_LAST, {"last": seq}).first()
    gross, net = (last.gross, last.net) if last is not None else (ZERO, ZERO)
    common = {
        "at": work.now,
        "day": paris_date(work.now),
        "station": work.actor.station,
        "operator_id": work.actor.staff_id,
        "operator_name": work.actor.name,
        "mode": mode,
    }
    rows: list[dict[str, Any]] = []
    for entry in entries:
        seq += 1
        if entry.kind is RecordKind.SALE:
            gross += entry.amount
        if entry.kind in {RecordKind.SALE, RecordKind.REVERSAL}:
            net += entry.amount
        row = {
            **common,
            "seq": seq,
            "kind": str(entry.kind),
            "delivery_number": entry.delivery,
            "patient_id": entry.patient_id,
            "means": str(entry.means),
            "amount": entry.amount,
            "reason": entry.reason,
            "details": canonical(entry.details),
            "gross": gross,
            "net": net,
        }
        row["prev_hash"], digest = digest, entry_hash(digest, row)
        row["hash"] = digest
        rows.append(row)
    work.session.execute(_INSERT, rows)
    work.session.execute(_ADVANCE, {"new_seq": seq, "new_hash": digest})
    return int(seq)


# --- Reading the journal ----------------------------------------------------------------------------------------------


def records(
    session: Session,
    *,
    first: int = 1,
    last: int | None = None,
    kind: RecordKind | None = None,
    limit: int | None = None,
) -> Iterator[Record]:
    """Give the entries from ``first`` to ``last``, in order, streamed."""
    query = select(_RECORD).where(_RECORD.c.seq >= first)
    if last is not None:
        query = query.where(_RECORD.c.seq <= last)
    if kind is not None:
        query = query.where(_RECORD.c.kind == kind)
    return _streamed(session, query.order_by(_RECORD.c.seq).limit(limit))


def rows(session: Session, first: int, last: int) -> Iterator[Row[Any]]:
    """Give the entries from ``first`` to ``last`` with all their columns, in order, streamed."""
    query = select(_RECORD).where(_RECORD.c.seq.between(first, last)).order_by(_RECORD.c.seq)
    return iter(session.execute(query, execution_options={"stream_results": True, "max_row_buffer": BATCH}))


def latest(session: Session, *, station: str | None = None, limit: int = 200) -> list[Record]:
    """Return the last entries, newest first, of one workstation or of all."""
    query = select(_RECORD)
    if station is not None:
        query = query.where(_RECORD.c.station == station)
    return list(_streamed(session, query.order_by(_RECORD.c.seq.desc()).limit(limit)))


def _streamed(session: Session, query: Select[Any]) -> Iterator[Record]:
    found = session.execute(query, execution_options={"stream_results": True, "max_row_buffer": BATCH})
    return (record_of(row) for row in found)


def record_of(row: Row[Any]) -> Record:
    """Return the entry that a row holds."""
    return Record(
        seq=row.seq,
        at=row.at,
        day=row.day,
        station=row.station,
        operator_name=row.operator_name,
        mode=row.mode,
        kind=RecordKind(row.kind),
        delivery=row.delivery_number,
        patient_id=row.patient_id,
        means=row.means,
        amount=row.amount,
        reason=row.reason,
        details=json.loads(row.details),
        gross=row.gross,
        net=row.net,
        hash=row.hash,
    )


def sum_up(session: Session, first: int, last: int) -> Totals:
    """Return what the entries from ``first`` to ``last`` come to."""
    tally = Tally()
    for row in rows(session, first, last):
        tally.add(row.kind, row.means, row.amount.cents, row.delivery_number, json.loads(row.details))
    return tally.totals()


def perpetual(session: Session, seq: int) -> tuple[Money, Money]:
    """Return the perpetual totals, gross and net, once the entry ``seq`` was written; zero before the first."""
    row = session.execute(_LAST, {"last": seq}).first()
    return (row.gross, row.net) if row is not None else (ZERO, ZERO)


def sale_seq(session: Session, delivery: int) -> int | None:
    """Return the number of the entry of a sale; None for one made before the journal began."""
    query = select(_RECORD.c.seq).where(_RECORD.c.delivery_number == delivery, _RECORD.c.kind == RecordKind.SALE)
    return session.execute(query).scalar_one_or_none()


def in_closing(session: Session, delivery: int) -> bool:
    """Return True where a Z holds the sale of a delivery, or where it was made before the journal began."""
    seq = sale_seq(session, delivery)
    closed = session.execute(
        select(func.max(_CLOSING.c.last_seq)).where(_CLOSING.c.period == Period.DAY)
    ).scalar_one_or_none()
    return seq is None or seq <= (closed or 0)


def reprints(session: Session, delivery: int) -> int:
    """Return how many duplicata of a ticket were made."""
    query = select(func.count()).where(_RECORD.c.delivery_number == delivery, _RECORD.c.kind == RecordKind.REPRINT)
    return session.execute(query).scalar_one()


def paid(session: Session, delivery: int) -> dict[Means, Money]:
    """Return what is paid of a delivery, by means, less what was refunded."""
    kinds = (RecordKind.PAYMENT, RecordKind.CHANGE, RecordKind.REFUND)
    query = (
        select(_RECORD.c.means, func.sum(_RECORD.c.amount))
        .where(_RECORD.c.delivery_number == delivery, _RECORD.c.kind.in_(kinds))
        .group_by(_RECORD.c.means)
    )
    found = {Means(means): _money(amount) for means, amount in session.execute(query)}
    return {means: found[means] for means in Means if found.get(means)}


def total_of(session: Session, means: Means) -> Money:
    """Return what all entries come to by one means."""
    return _money(session.execute(select(func.sum(_RECORD.c.amount)).where(_RECORD.c.means == means)).scalar())


# --- Drawers ----------------------------------------------------------------------------------------------------------


def last_count(session: Session, station: str) -> Record | None:
    """Return the last count of a drawer; None where it was never counted."""
    query = select(_RECORD).where(_RECORD.c.station == station, _RECORD.c.kind == RecordKind.COUNT)
    row = session.execute(query.order_by(_RECORD.c.seq.desc()).limit(1)).first()
    return None if row is None else record_of(row)


def expected(session: Session, station: str, after: int) -> dict[Means, Money]:
    """Return what the drawer of a station should hold, by means, from its entries after ``after``."""
    query = (
        select(_RECORD.c.means, func.sum(_RECORD.c.amount))
        .where(_RECORD.c.station == station, _RECORD.c.seq > after, _RECORD.c.means != "")
        .group_by(_RECORD.c.means)
    )
    sums = {means: _money(amount) for means, amount in session.execute(query)}
    return {means: sums.get(means, ZERO) for means in Means if means.is_money}


def moves(session: Session, station: str, after: int) -> list[Record]:
    """Return the float, the cash in and out, the remises and the openings of a drawer after ``after``, in order."""
    kinds = (RecordKind.FLOAT, RecordKind.CASH_IN, RecordKind.CASH_OUT, RecordKind.BANK, RecordKind.DRAWER)
    query = select(_RECORD).where(_RECORD.c.station == station, _RECORD.c.seq > after, _RECORD.c.kind.in_(kinds))
    return [record_of(row) for row in session.execute(query.order_by(_RECORD.c.seq))]


def open_stations(session: Session) -> list[str]:
    """Return the workstations whose drawer was opened and not counted since."""
    last = (
        select(_RECORD.c.station, _RECORD.c.kind, func.max(_RECORD.c.seq).label("seq"))
        .where(_RECORD.c.kind.in_((RecordKind.FLOAT, RecordKind.COUNT)))
        .group_by(_RECORD.c.station, _RECORD.c.kind)
    )
    found: dict[str, dict[str, int]] = {}
    for station, kind, seq in session.execute(last):
        found.setdefault(station, {})[kind] = seq
    return sorted(
        station for station, seqs in found.items() if seqs.get(RecordKind.FLOAT, 0) > seqs.get(RecordKind.COUNT, 0)
    )


# --- Accounts of patients ---------------------------------------------------------------------------------------------


def accounts(session: Session, patient_id: int | None = None) -> list[Account]:
    """Return what patients owe and have paid in advance, the oldest debt first; those square are left out.

    One account for all the files of a person.
    """
    query = select(_RECORD.c.patient_id, _RECORD.c.means, func.sum(_RECORD.c.amount), func.min(_RECORD.c.at)).where(
        _RECORD.c.means.in_((Means.DEFERRED, Means.DEPOSIT)), _RECORD.c.patient_id.is_not(None)
    )
    if patient_id is not None:
        query = query.where(_RECORD.c.patient_id.in_(merged.everyone(session, patient_id)))
    heads = merged.heads(session)
    found: dict[int, Account] = {}
    for file, means, amount, since in session.execute(query.group_by(_RECORD.c.patient_id, _RECORD.c.means)):
        patient = heads.get(file, file)
        known = found.get(patient, Account(patient))
        if means == Means.DEFERRED:
            oldest = since if known.since is None else min(since, known.since)
            found[patient] = Account(patient, known.debt + _money(amount), known.deposit, oldest)
        else:
            found[patient] = Account(patient, known.debt, known.deposit - _money(amount), known.since)
    standing = [one for one in found.values() if one.debt or one.deposit]
    return sorted(standing, key=lambda one: (not one.debt, str(one.since), one.patient_id))


# --- Closings ---------------------------------------------------------------------------------------------------------


def insert_closing(session: Session, row: Mapping[str, Any]) -> None:
    """Write which entries a closing covers."""
    session.execute(insert(_CLOSING), [row])


def closings(
    session: Session,
    period: Period | None = None,
    *,
    first: dt.date | None = None,
    before: dt.date | None = None,
    limit: int | None = None,
) -> list[Closing]:
    """Return the closings, newest first: of one period, begun from ``first`` to before ``before``."""
    query = select(
        _CLOSING.c.period, _CLOSING.c.start, _CLOSING.c.number, _CLOSING.c.first_seq, _CLOSING.c.last_seq, *_RECORD.c
    ).join(_RECORD, _RECORD.c.seq == _CLOSING.c.seq)
    if period is not None:
        query = query.where(_CLOSING.c.period == period)
    if first is not None:
        query = query.where(_CLOSING.c.start >= first)
    if before is not None:
        query = query.where(_CLOSING.c.start < before)
    found = session.execute(query.order_by(_CLOSING.c.seq.desc()).limit(limit))
    return [_closing_of(row) for row in found]


def last_closing(session: Session, period: Period) -> Closing | None:
    """Return the last closing of a period; None before the first."""
    return next(iter(closings(session, period, limit=1)), None)


def open_days(session: Session, after: int) -> list[dt.date]:
    """Return the days on which something was taken, given back or moved after the entry ``after``, in order."""
    query = (
        select(_RECORD.c.day)
        .where(_RECORD.c.seq > after, _RECORD.c.kind.not_in((RecordKind.CLOSING, RecordKind.ARCHIVE)))
        .distinct()
    )
    return sorted(session.scalars(query))


def last_of_day(session: Session, after: int, day: dt.date, head: int) -> int:
    """Return the last entry of the stretch that begins after ``after`` and that no later day interrupts."""
    query = select(func.min(_RECORD.c.seq)).where(_RECORD.c.seq > after, _RECORD.c.day > day)
    following = session.execute(query).scalar_one_or_none()
    return head if following is None else following - 1


def _closing_of(row: Row[Any]) -> Closing:
    kept = json.loads(row.details)
    return Closing(
        period=Period(row.period),
        start=row.start,
        number=row.number,
        first_seq=row.first_seq,
        last_seq=row.last_seq,
        totals=from_json(kept["totals"]),
        gross=Money(kept["gross"]),
        net=Money(kept["net"]),
        seq=row.seq,
        hash=row.hash,
        at=row.at,
        operator_name=row.operator_name,
        station=row.station,
        mode=row.mode,
    )


def closing_rows(session: Session) -> Iterable[Row[Any]]:
    """Return which entries each closing covers, in the order in which they were made."""
    return session.execute(select(_CLOSING).order_by(_CLOSING.c.seq)).all()


def _money(amount: object) -> Money:
    return amount if isinstance(amount, Money) else Money(int(cast("int", amount)))
