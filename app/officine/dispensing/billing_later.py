"""What does a sale bill today, where the titulaire bills the boxes owed when they are handed over? Pure.

« Facturer le délivré »: the boxes that leave are billed, those owed are promised beside them, and billed by a delivery
of their own on the day when they leave: prices and rights of that day, an entry of the ordonnancier, a franchise of its
own. The fees of the ordonnance are billed once for all its invoices; that of a complex one waits for the last.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.money import ZERO, Rate
from app.officine.billing.model import InvoiceLine, Reason
from app.officine.dispensing import saved
from app.officine.dispensing.model import Author, SaleKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.kernel.actor import Actor
    from app.officine.billing.model import Invoice, InvoiceCase
    from app.officine.dispensing.model import Box, CounterSession, Delivery, DraftLine
    from app.officine.dispensing.rules import Situation
    from app.officine.owed.model import Promise

_LATER = Reason("promis", "Promis : facturé à la remise.", "Choix du titulaire, réglage « Promis »", None)
_MEDICINE = "PH"


def may_bill_later(session: CounterSession) -> bool:
    """Return True for a sale of which the boxes owed may be billed later: an ordinary one, that owes some."""
    return session.sale is SaleKind.ORDINARY and any(line.owed for line in session.lines)


def billed_boxes(line: DraftLine, situation: Situation) -> int:
    """Return how many boxes of a line are billed today."""
    return line.quantity - line.owed if situation.bill_later else line.quantity


def billed_lines(situation: Situation) -> tuple[DraftLine, ...]:
    """Return the lines to price, with the boxes billed today; a line that is owed whole has none."""
    if not situation.bill_later:
        return situation.session.lines
    return tuple(
        replace(line, quantity=line.quantity - line.owed)
        for line in situation.session.lines
        if line.quantity > line.owed
    )


def with_promised(invoice: Invoice, situation: Situation) -> Invoice:
    """Return the invoice with a line for nothing for each line that is owed whole: it says when that one is billed."""
    if not situation.bill_later:
        return invoice
    parts: dict[str, list[InvoiceLine]] = {}
    for one in invoice.lines:
        parts.setdefault(one.line_id, []).append(one)
    lines: list[InvoiceLine] = []
    for line in situation.session.lines:
        product = situation.products.get(line.code)
        if product is not None:
            lines += parts.pop(line.line_id, [_nothing(line, product.vat)])
    return replace(invoice, lines=(*lines, *(one for left in parts.values() for one in left)))


def kept(session: CounterSession, line: DraftLine) -> str:
    """Return what is kept of a line to bill later: itself, with the patient and what the ordonnance says of it."""
    prescription = session.prescription
    if prescription is not None:
        asked = tuple(one for one in prescription.lines if one.line_id == line.prescribed_line)
        prescription = replace(prescription, lines=asked)
    return saved.dumps(
        replace(session, lines=(line,), prescription=prescription, bearer="", guard=None, acknowledged=())
    )


def handed_session(
    promise: Promise, text: str, actor: Actor, *, quantity: int, boxes: Sequence[Box], bearer: str
) -> CounterSession:
    """Return the sale of boxes that were promised, from what was ``kept`` (``text``) of their line.

    Raises InputDefect where that can't be read.
    """
    author = Author(actor.staff_id, actor.name)
    session = saved.loads(
        text, session_id=uuid.uuid4().hex, holder=uuid.uuid4().hex, station=actor.station, revision=0, owner=author
    )
    (line,) = session.lines
    left = replace(
        line, quantity=quantity, owed=0, boxes=tuple(boxes), forced_stock=False, days=None, author=author,
        promise=promise.number,
    )  # fmt: skip
    return replace(session, lines=(left,), bearer=bearer)


def completing(case: InvoiceCase, line_id: str, before: Iterable[Delivery], *, still_owed: bool) -> InvoiceCase:
    """Return the case of boxes handed over, with what the invoices ``before`` of the same ordonnance billed already.

    Their fees of the ordonnance are not billed again; their medicines count for the fee of a complex ordonnance,
    which waits as long as something is ``still_owed``.
    """
    billed = [one for delivery in before for one in delivery.invoice_lines if one.claimed]
    medicines = {one.line_id for one in billed if one.line_id and one.code.startswith(_MEDICINE)}
    return replace(
        case,
        partial=still_owed,
        fees_billed=frozenset(one.code for one in billed if not one.line_id),
        medicines_billed=len(medicines - {line_id}),
    )


def _nothing(line: DraftLine, vat: Rate) -> InvoiceLine:
    return InvoiceLine(
        code="",
        label=line.label,
        quantity=0,
        amount=ZERO,
        base=ZERO,
        rate=Rate(0),
        amo=ZERO,
        tm=ZERO,
        excess=ZERO,
        vat=vat,
        claimed=False,
        line_id=line.line_id,
        because=(_LATER,),
        complemented=False,
    )
