"""How are sessions, deliveries and register entries written and read?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import bindparam, exists, func, insert, select, tuple_, update

from app.officine.billing.model import InvoiceLine, Reason, Totals
from app.officine.catalog.model import ListClass
from app.officine.dispensing import saved
from app.officine.dispensing.model import (
    Author,
    Box,
    CounterSession,
    Delivery,
    DeliveryLine,
    DeliveryState,
    DeliverySummary,
    HistoryLine,
    Payment,
    PaymentMethod,
    RegisterEntry,
    SaleKind,
    SessionState,
    SessionSummary,
)
from app.officine.dispensing.reversal import Fate
from app.officine.dispensing.reversal_tables import ReversalBoxRow, ReversalLineRow, ReversalRow
from app.officine.dispensing.tables import (
    CounterSessionRow,
    DeliveredBoxRow,
    DeliveryLineRow,
    DeliveryRow,
    InvoiceLineRow,
    OrdonnancierRow,
    PaymentRow,
)
from app.store import audit, merged
from app.store.chain import entry_hash
from app.store.upsert import insert_or

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, CursorResult, Exists, Table
    from sqlalchemy.orm import Session

    from app.kernel.money import Money
    from app.store.audit import Actor
    from app.store.database import UnitOfWork

CHAIN = "ordonnancier"

# Statements on the tables, built once: a delivery writes a dozen of them while the customer waits.
_INSERT_DELIVERY, _INSERT_LINE, _INSERT_BOX, _INSERT_INVOICE, _INSERT_PAYMENT, _INSERT_ENTRY = (
    insert(cast("Table", row.__table__))
    for row in (DeliveryRow, DeliveryLineRow, DeliveredBoxRow, InvoiceLineRow, PaymentRow, OrdonnancierRow)
)
_LIVE = (SessionState.OPEN, SessionState.SUSPENDED)
_TITLE = 300

_SESSION = cast("Table", CounterSessionRow.__table__).c
_HELD = (
    _SESSION.id == bindparam("asked_id"),
    _SESSION.holder == bindparam("asked_holder"),
    _SESSION.state.in_(_LIVE),
)
_HOLD_SESSION = select(_SESSION.id).where(*_HELD)
_WRITE_SESSION = (
    update(cast("Table", CounterSessionRow.__table__))
    .where(*_HELD, _SESSION.revision <= bindparam("asked_revision"))
    .values(
        {
            name: bindparam(name)
            for name in ("title", "line_count", "amount", "payload", "revision", "updated_at", "state")
        }
    )
)


# --- Counter sessions -------------------------------------------------------------------------------------------------


def write_session(
    session: Session, held: CounterSession, now: dt.datetime, state: SessionState = SessionState.OPEN
) -> bool:
    """Write a counter session, new or over what was saved; False where another window holds it or it is over.

    A revision older than the one saved changes nothing and counts as written: a late autosave loses nothing.
    """
    asked = {"asked_id": held.id, "asked_holder": held.holder, "asked_revision": held.revision}
    content = asked | _content(held, now) | {"state": str(state)}
    if _count(session.execute(_WRITE_SESSION, content)):
        return True
    if _insert_session(session, held, now, state):
        return True
    # The first save of this very session may have been under way in another transaction: it is there by now.
    if _count(session.execute(_WRITE_SESSION, content)):
        return True
    return state is SessionState.OPEN and session.execute(_HOLD_SESSION, asked).first() is not None


def _insert_session(session: Session, held: CounterSession, now: dt.datetime, state: SessionState) -> bool:
    """Write a session that was never saved; False, and nothing written, where it was."""
    row = {
        "id": held.id,
        "station": held.station,
        "owner_id": held.owner.id,
        "owner_name": held.owner.name,
        "created_at": now,
        "holder": held.holder,
        "state": str(state),
    }
    statement = insert_or(session, CounterSessionRow).values(**row, **_content(held, now))
    made = statement.on_conflict_do_nothing(index_elements=["id"]).returning(CounterSessionRow.id)
    return session.execute(made).first() is not None


def take_session(session: Session, session_id: str, holder: str, actor: Actor, now: dt.datetime) -> bool:
    """Give a session to the window of token ``holder``; False where the session is over."""
    row = CounterSessionRow
    statement = (
        update(row)
        .where(row.id == session_id, row.state.in_(_LIVE))
        .values(
            holder=holder,
            station=actor.station,
            owner_id=actor.staff_id,
            owner_name=actor.name,
            state=SessionState.OPEN,
            updated_at=now,
        )
    )
    return bool(_count(session.execute(statement)))


def read_session(session: Session, session_id: str) -> CounterSession | None:
    """Return a session that is not over; None for another."""
    row = session.get(CounterSessionRow, session_id)
    if row is None or row.state not in _LIVE:
        return None
    return saved.loads(
        row.payload,
        session_id=row.id,
        holder=row.holder,
        station=row.station,
        revision=row.revision,
        owner=Author(row.owner_id, row.owner_name),
    )


def live_sessions(session: Session) -> list[SessionSummary]:
    """Return the sessions that are not over, the oldest change first."""
    row = CounterSessionRow
    rows = session.scalars(select(row).where(row.state.in_(_LIVE)).order_by(row.updated_at, row.id))
    return [
        SessionSummary(
            row.id,
            row.title,
            row.station,
            SessionState(row.state),
            row.owner_name,
            row.line_count,
            row.updated_at,
            row.amount,
        )
        for row in rows
    ]


def _content(held: CounterSession, now: dt.datetime) -> dict[str, Any]:
    return {
        "title": held.title[:_TITLE],
        "line_count": len(held.lines),
        "amount": held.amount,
        "payload": saved.dumps(held),
        "revision": held.revision,
        "updated_at": now,
    }


# --- Writing a delivery -----------------------------------------------------------------------------------------------


def number_of_session(session: Session, session_id: str) -> int | None:
    """Return the number of the delivery that a session became; None where it became none."""
    return session.execute(select(DeliveryRow.number).where(DeliveryRow.session_id == session_id)).scalar_one_or_none()


def delivered_boxes(session: Session, boxes: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return those of the boxes (code, serial number) that a delivery in force holds already, or that never came back.

    A box taken back that went elsewhere than to the stock is not sold again.
    """
    if not boxes:
        return frozenset()
    row = DeliveredBoxRow
    set_aside = _came_back(row, ReversalLineRow.fate != Fate.STOCK)
    back_in_stock = _came_back(row, ReversalLineRow.fate == Fate.STOCK, by_serial=True)
    query = (
        select(row.code, row.serial)
        .join(DeliveryRow, DeliveryRow.number == row.delivery_number)
        .where(
            tuple_(row.code, row.serial).in_(sorted(boxes)),
            ((DeliveryRow.state == DeliveryState.DONE) & ~back_in_stock) | set_aside,
        )
    )
    return frozenset((code, serial) for code, serial in session.execute(query))


def _came_back(row: type[DeliveredBoxRow], fate: ColumnElement[bool], *, by_serial: bool = False) -> Exists:
    """Return the condition that a delivered box came back: as one of its line, or by its own serial number.

    Where a box of its line was named, a box that was not is still with the patient.
    """
    named = ReversalBoxRow
    of_line = (named.reversal_number == ReversalRow.number) & (named.line_rank == row.line_rank)
    itself = exists().where(of_line, named.serial == row.serial).correlate(ReversalRow, row)
    return exists().where(
        ReversalRow.delivery_number == row.delivery_number,
        ReversalLineRow.reversal_number == ReversalRow.number,
        ReversalLineRow.line_rank == row.line_rank,
        fate,
        itself if by_serial else itself | ~exists().where(of_line).correlate(ReversalRow, row),
    )


def insert_delivery(
    session: Session,
    *,
    delivery: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    boxes: Sequence[Mapping[str, Any]],
    invoice: Sequence[Mapping[str, Any]],
    payments: Sequence[Mapping[str, Any]],
) -> None:
    """Write a delivery with all that belongs to it."""
    session.execute(_INSERT_DELIVERY, [delivery])
    for statement, rows in (
        (_INSERT_LINE, lines),
        (_INSERT_BOX, boxes),
        (_INSERT_INVOICE, invoice),
        (_INSERT_PAYMENT, payments),
    ):
        if rows:
            session.execute(statement, rows)


def add_boxes(session: Session, number: int, line_rank: int, code: str, boxes: Sequence[Box]) -> None:
    """Add scanned boxes to a line of a delivery: those of a promis, handed over later."""
    if not boxes:
        return
    row = DeliveredBoxRow
    last = select(func.max(row.rank)).where(row.delivery_number == number, row.line_rank == line_rank)
    first = (session.scalar(last) or 0) + 1
    key = {"delivery_number": number, "line_rank": line_rank, "code": code}
    rows = [
        {**key, "rank": rank, "lot": box.lot, "expiry": box.expiry, "serial": box.serial}
        for rank, box in enumerate(boxes, start=first)
    ]
    session.execute(_INSERT_BOX, rows)


def append_register(work: UnitOfWork, entries: Sequence[Mapping[str, Any]]) -> None:
    """Add entries to the ordonnancier, chained to those before."""
    if not entries:
        return
    head = audit.lock_head(work.session, CHAIN)
    seq, digest = head.seq, head.hash
    rows: list[dict[str, Any]] = []
    for entry in entries:
        seq += 1
        row = {**entry, "seq": seq}
        row["prev_hash"], digest = digest, entry_hash(digest, row)
        row["hash"] = digest
        rows.append(row)
    work.session.execute(_INSERT_ENTRY, rows)
    audit.advance_head(work.session, CHAIN, seq, digest)


# --- Reading deliveries -----------------------------------------------------------------------------------------------


def read_delivery(session: Session, number: int) -> Delivery | None:
    """Return a delivery with all that belongs to it; None for an unknown number."""
    row = session.get(DeliveryRow, number)
    if row is None:
        return None
    return Delivery(
        number=row.number,
        session_id=row.session_id,
        at=row.at,
        station=row.station,
        operator_id=row.operator_id,
        operator_name=row.operator_name,
        patient_id=row.patient_id,
        patient_name=row.patient_name,
        prescriber_id=row.prescriber_id,
        prescriber_name=row.prescriber_name,
        prescription_date=row.prescription_date,
        lines=_lines(session, number),
        invoice_lines=_invoice_lines(session, number),
        totals=Totals(row.amount, row.amo, row.amc, row.patient_share, row.excess, row.reimbursed),
        third_party=row.third_party,
        franchise_info=row.franchise,
        payments=_payments(session, number),
        state=DeliveryState(row.state),
        sale=SaleKind(row.sale),
    )


def day_deliveries(session: Session, day: dt.date, limit: int) -> list[DeliverySummary]:
    """Return the deliveries of a day, newest first."""
    row = DeliveryRow
    query = select(
        row.number, row.at, row.operator_name, row.patient_name, row.amount, row.patient_share, row.state
    ).where(row.day == day)
    found = session.execute(query.order_by(row.number.desc()).limit(limit))
    return [DeliverySummary(*values[:6], DeliveryState(values[6])) for values in found]


def unit_prices(session: Session, lines: Collection[tuple[int, int]]) -> dict[tuple[int, int], Money]:
    """Return the price of a box of lines, each named by its delivery and its rank; unknown ones are absent."""
    row = DeliveryLineRow
    numbers = sorted({delivery for delivery, _ in lines})
    if not numbers:
        return {}
    query = select(row.delivery_number, row.rank, row.unit_price).where(row.delivery_number.in_(numbers))
    found = {(delivery, rank): price for delivery, rank, price in session.execute(query)}
    return {line: found[line] for line in lines if line in found}


def list_classes(session: Session, lines: Collection[tuple[int, int]]) -> dict[tuple[int, int], ListClass]:
    """Return the list of the medicine of lines, each named by its delivery and its rank; those on none are absent."""
    row = DeliveryLineRow
    numbers = sorted({delivery for delivery, _ in lines})
    if not numbers:
        return {}
    query = select(row.delivery_number, row.rank, row.list_class).where(
        row.delivery_number.in_(numbers), row.list_class.is_not(None)
    )
    found = {(delivery, rank): ListClass(name) for delivery, rank, name in session.execute(query) if name}
    return {line: found[line] for line in lines if line in found}


def cancelled_deliveries(session: Session, numbers: Collection[int]) -> set[int]:
    """Return those of the deliveries, between the least and the greatest of ``numbers``, that were cancelled."""
    row = DeliveryRow
    query = select(row.number).where(
        row.number.between(min(numbers), max(numbers)), row.state == DeliveryState.CANCELLED
    )
    return set(session.scalars(query))


def patient_history(
    session: Session, patient_id: int, limit: int, *, with_cancelled: bool = False
) -> list[HistoryLine]:
    """Return the last products that a patient received, newest first; also those taken back where asked."""
    states = list(DeliveryState) if with_cancelled else [DeliveryState.DONE]
    line, delivery = DeliveryLineRow, DeliveryRow
    query = (
        select(
            delivery.number,
            delivery.at,
            line.code,
            line.label,
            line.quantity,
            delivery.prescriber_name,
            line.note,
            delivery.state,
            line.posology,
            line.days,
        )
        .join(delivery, delivery.number == line.delivery_number)
        # A line of which nothing left yet is no product received.
        .where(
            delivery.patient_id.in_(merged.everyone(session, patient_id)), delivery.state.in_(states), line.quantity > 0
        )
        .order_by(delivery.number.desc(), line.rank)
        .limit(limit)
    )
    found = session.execute(query)
    return [
        HistoryLine(*values[:7], state=DeliveryState(values[7]), posology=values[8], days=values[9]) for values in found
    ]


def _lines(session: Session, number: int) -> tuple[DeliveryLine, ...]:
    boxes: dict[int, list[Box]] = {}
    box = DeliveredBoxRow
    scanned = select(box).where(box.delivery_number == number).order_by(box.line_rank, box.rank)
    for row in session.scalars(scanned):
        boxes.setdefault(row.line_rank, []).append(Box(row.lot, row.expiry, row.serial))
    query = select(DeliveryLineRow).where(DeliveryLineRow.delivery_number == number).order_by(DeliveryLineRow.rank)
    return tuple(
        DeliveryLine(
            rank=row.rank,
            code=row.code,
            label=row.label,
            quantity=row.quantity,
            unit_price=row.unit_price,
            list_class=None if row.list_class is None else ListClass(row.list_class),
            boxes=tuple(boxes.get(row.rank, ())),
            forced_stock=row.forced_stock,
            author=Author(row.author_id, row.author_name),
            note=row.note,
            ordonnancier=row.ordonnancier,
            posology=row.posology,
            days=row.days,
            prescribed=row.prescribed,
            units=row.units,
            replaces=row.replaces,
            refused=row.refused,
            mention=row.mention,
            owed=row.owed,
            advance=row.advance,
            promised=row.promised,
        )
        for row in session.scalars(query)
    )


def _invoice_lines(session: Session, number: int) -> tuple[InvoiceLine, ...]:
    query = select(InvoiceLineRow).where(InvoiceLineRow.delivery_number == number).order_by(InvoiceLineRow.rank)
    return tuple(
        InvoiceLine(
            code=row.code,
            label=row.label,
            quantity=row.quantity,
            amount=row.amount,
            base=row.base,
            rate=row.rate,
            amo=row.amo,
            tm=row.tm,
            excess=row.excess,
            vat=row.vat,
            claimed=row.claimed,
            exempted=row.exempted,
            line_id=row.line_id,
            because=tuple(_reason(reason) for reason in row.because),
            units=row.units,
            unit_price=row.unit_price,
            fraction_of=row.fraction_of,
            apart=row.apart,
            complemented=row.complemented,
        )
        for row in session.scalars(query)
    )


def _reason(content: Mapping[str, Any]) -> Reason:
    since = content["since"]
    return Reason(
        content["rule"],
        content["text"],
        content["source"],
        None if since is None else dt.date.fromisoformat(since),
    )


def _payments(session: Session, number: int) -> tuple[Payment, ...]:
    query = select(PaymentRow).where(PaymentRow.delivery_number == number).order_by(PaymentRow.rank)
    return tuple(Payment(PaymentMethod(row.method), row.amount, row.tendered) for row in session.scalars(query))


# --- The ordonnancier -------------------------------------------------------------------------------------------------


def register_entries(
    session: Session,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    patient_id: int | None = None,
    code: str | None = None,
    after: int = 0,
    limit: int = 500,
) -> list[RegisterEntry]:
    """Return the entries of the ordonnancier numbered after ``after``, in order, that fit all that is given."""
    row = OrdonnancierRow
    query = select(row).where(row.number > after)
    if first is not None:
        query = query.where(row.day >= first)
    if last is not None:
        query = query.where(row.day <= last)
    if patient_id is not None:
        query = query.where(row.patient_id.in_(merged.everyone(session, patient_id)))
    if code is not None:
        query = query.where(row.code == code)
    return [_entry(found) for found in session.scalars(query.order_by(row.number).limit(limit))]


def _entry(row: OrdonnancierRow) -> RegisterEntry:
    return RegisterEntry(
        number=row.number,
        day=row.day,
        at=row.at,
        delivery=row.delivery_number,
        code=row.code,
        label=row.label,
        list_class=ListClass(row.list_class),
        quantity=row.quantity,
        patient_id=row.patient_id,
        patient_name=row.patient_name,
        patient_address=row.patient_address,
        prescriber_name=row.prescriber_name,
        prescriber_address=row.prescriber_address,
        prescriber_rpps=row.prescriber_rpps,
        specialty=row.specialty,
        establishment=row.establishment,
        prescription_date=row.prescription_date,
        bearer=row.bearer,
        operator_name=row.operator_name,
    )


def _count(result: object) -> int:
    return cast("CursorResult[Any]", result).rowcount
