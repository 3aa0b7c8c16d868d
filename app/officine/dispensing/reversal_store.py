"""How is what was taken back of a delivery written and read?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import insert, select, update

from app.kernel.clock import paris_date
from app.officine.billing.model import InvoiceLine, Totals
from app.officine.dispensing.model import Box
from app.officine.dispensing.reversal import Fate, ReturnedLine, Reversal, ReversalKind
from app.officine.dispensing.reversal_tables import ReversalBoxRow, ReversalInvoiceLineRow, ReversalLineRow, ReversalRow
from app.officine.dispensing.tables import DeliveryRow, InvoiceLineRow

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from app.officine.dispensing.model import Delivery, DeliveryState
    from app.store.audit import Actor

_INSERT, _INSERT_LINE, _INSERT_INVOICE, _INSERT_BOX = (
    insert(cast("Table", row.__table__))
    for row in (ReversalRow, ReversalLineRow, ReversalInvoiceLineRow, ReversalBoxRow)
)


def lock_delivery(session: Session, number: int) -> None:
    """Hold a delivery until the act ends: two acts on the same one wait for each other."""
    session.execute(select(DeliveryRow.number).where(DeliveryRow.number == number).with_for_update())


def set_state(session: Session, number: int, state: DeliveryState) -> None:
    """Write what became of a delivery."""
    session.execute(update(DeliveryRow).where(DeliveryRow.number == number).values(state=str(state)))


def write(session: Session, done: Reversal, delivery: Delivery, actor: Actor) -> None:
    """Write an annulation or an avoir with its lines."""
    session.execute(_INSERT, [_row(done, actor)])
    sold = {line.rank: line for line in delivery.lines}
    lines = [
        {
            "reversal_number": done.number,
            "line_rank": line.rank,
            "code": sold[line.rank].code,
            "label": sold[line.rank].label,
            "quantity": line.quantity,
            "fate": str(line.fate),
            "note": line.note,
            "ordonnancier": sold[line.rank].ordonnancier,
            "unleft": line.unleft,
        }
        for line in done.lines
    ]
    session.execute(_INSERT_LINE, lines)
    invoice = [
        {"reversal_number": done.number, "invoice_rank": rank} | {name: getattr(line, name) for name in _INVOICE_FIELDS}
        for rank, line in done.invoice
    ]
    if invoice:
        session.execute(_INSERT_INVOICE, invoice)
    boxes = [
        {
            "reversal_number": done.number,
            "line_rank": line.rank,
            "rank": rank,
            "lot": box.lot,
            "expiry": box.expiry,
            "serial": box.serial,
        }
        for line in done.lines
        for rank, box in enumerate(line.boxes, start=1)
    ]
    if boxes:
        session.execute(_INSERT_BOX, boxes)


_INVOICE_FIELDS = ("code", "label", "quantity", "amount", "base", "amo", "tm", "excess", "vat")


def _row(done: Reversal, actor: Actor) -> dict[str, Any]:
    return {
        "number": done.number,
        "delivery_number": done.delivery,
        "kind": str(done.kind),
        "whole": done.whole,
        "at": done.at,
        "day": paris_date(done.at),
        "station": actor.station,
        "author_id": actor.staff_id,
        "author_name": actor.name,
        "reason": done.reason,
        "amount": done.totals.amount,
        "amo": done.totals.amo,
        "amc": done.totals.amc,
        "patient_share": done.totals.patient,
    }


def of_delivery(session: Session, number: int) -> list[Reversal]:
    """Return what was taken back of a delivery, in order."""
    query = select(ReversalRow).where(ReversalRow.delivery_number == number).order_by(ReversalRow.number)
    return [_reversal(session, row) for row in session.scalars(query)]


def of_day(session: Session, day: dt.date) -> list[Reversal]:
    """Return the annulations and avoirs of a day, newest first."""
    query = select(ReversalRow).where(ReversalRow.day == day).order_by(ReversalRow.number.desc())
    return [_reversal(session, row) for row in session.scalars(query)]


def _reversal(session: Session, row: ReversalRow) -> Reversal:
    line, invoice, original = ReversalLineRow, ReversalInvoiceLineRow, InvoiceLineRow
    lines = session.scalars(select(line).where(line.reversal_number == row.number).order_by(line.line_rank))
    one_box, boxes = ReversalBoxRow, dict[int, list[Box]]()
    named = select(one_box).where(one_box.reversal_number == row.number).order_by(one_box.line_rank, one_box.rank)
    for box in session.scalars(named):
        boxes.setdefault(box.line_rank, []).append(Box(box.lot, box.expiry, box.serial))
    negatives = session.execute(
        select(invoice, original)
        .join(
            original,
            (original.delivery_number == row.delivery_number) & (original.rank == invoice.invoice_rank),
        )
        .where(invoice.reversal_number == row.number)
        .order_by(invoice.invoice_rank)
    )
    return Reversal(
        number=row.number,
        delivery=row.delivery_number,
        kind=ReversalKind(row.kind),
        whole=row.whole,
        at=row.at,
        author_name=row.author_name,
        reason=row.reason,
        totals=Totals(amount=row.amount, amo=row.amo, amc=row.amc, patient=row.patient_share),
        lines=tuple(
            ReturnedLine(
                rank=one.line_rank,
                quantity=one.quantity,
                fate=Fate(one.fate),
                note=one.note,
                boxes=tuple(boxes.get(one.line_rank, ())),
                unleft=one.unleft,
            )
            for one in lines
        ),
        invoice=tuple((negative.invoice_rank, _line(negative, sold)) for negative, sold in negatives),
    )


def _line(negative: ReversalInvoiceLineRow, sold: InvoiceLineRow) -> InvoiceLine:
    return InvoiceLine(
        code=negative.code,
        label=negative.label,
        quantity=negative.quantity,
        amount=negative.amount,
        base=negative.base,
        rate=sold.rate,
        amo=negative.amo,
        tm=negative.tm,
        excess=negative.excess,
        vat=negative.vat,
        claimed=sold.claimed,
        exempted=sold.exempted,
        line_id=sold.line_id,
        complemented=sold.complemented,
    )
