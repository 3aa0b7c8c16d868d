"""How do the boxes of a promis leave that the delivery did not bill: checked, then handed over and billed in one act?

The hand-over is a delivery of its own, made as any other: number, invoice at the prices and rights of the day, till,
stock, ordonnancier, registers, seal. What the ordonnance allows was checked by the delivery that promised: its boxes
are not checked for it again, nor counted as another execution of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.outcome import Refused, is_refused
from app.kernel.text import one_line
from app.officine.dispensing import applying, billing_later, handing, recalled, registered, situating, store
from app.officine.dispensing.bearer import check_handed
from app.officine.dispensing.model import DeliveryState
from app.officine.owed import rules as owed_rules
from app.officine.owed.model import HandedOver
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Finding
    from app.officine.billing.model import Invoice, InvoiceCase
    from app.officine.dispensing.model import Box, Delivery, Payment
    from app.officine.dispensing.neighbours import Neighbours
    from app.officine.dispensing.rules import Situation
    from app.officine.owed.model import Promise
    from app.store.audit import Actor
    from app.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Wanted:
    """Boxes of a promis to hand over and bill: ``before`` are the deliveries that billed others of the ordonnance.

    ``still_owed``: something of that delivery is still owed afterwards.
    """

    promise: Promise
    quantity: int
    situation: Situation
    before: tuple[Delivery, ...]
    still_owed: bool
    findings: tuple[Finding, ...]

    def completed(self, case: InvoiceCase) -> InvoiceCase:
        """Return the case with what the other invoices of the ordonnance bear already."""
        line_id = self.situation.session.lines[0].line_id
        return billing_later.completing(case, line_id, self.before, still_owed=self.still_owed)


def prepare(
    near: Neighbours, actor: Actor, number: int, quantity: int, *, boxes: Sequence[Box] = (), bearer: str = ""
) -> Wanted | Refused:
    """Return what is to be handed over, with what was found of it; Refused where there is nothing to hand over."""
    promise = near.owed.promise(number)
    findings = [*near.staff.refusal(actor, Right.DELIVER)]
    findings += owed_rules.check_hand_over(promise, quantity, len(boxes))
    if is_refused(findings) or promise is None:
        return Refused(tuple(findings))
    with near.db.read() as reading:
        first = store.read_delivery(reading, promise.delivery)
        later = [store.read_delivery(reading, one) for one in near.owed.billed_since(promise.delivery)]
    if first is None or first.state is not DeliveryState.DONE:
        return Refused((handing.delivery_gone(promise),))
    text = near.owed.kept_of(number)
    if promise.billed or not text:
        return Refused((owed_rules.gone(promise),))
    collects = one_line(bearer, handing.BEARER_LIMIT).strip()
    session = billing_later.handed_session(promise, text, actor, quantity=quantity, boxes=boxes, bearer=collects)
    situation = situating.situation(near, session)
    findings += handing.check_boxes(promise, boxes, today(near.db.clock))
    findings += recalled.check(session, situation.recalls)
    findings += registered.check(situation)
    findings += check_handed(promise.label, session.lines[0].list_class, collects, promise.code)
    others = near.owed.of_delivery(promise.delivery)
    left = sum(one.left for one in others) - quantity
    before = (first, *(one for one in later if one is not None and one.state is DeliveryState.DONE))
    return Wanted(promise, quantity, situation, before, left > 0, tuple(findings))


def apply(
    near: Neighbours,
    work: UnitOfWork,
    wanted: Wanted,
    case: InvoiceCase,
    invoice: Invoice,
    *,
    payments: Sequence[Payment],
) -> HandedOver:
    """Write the hand-over and the delivery that bills it; raises Undone where it can't be done after all.

    The promis is locked first, as by any hand-over, then all that a delivery locks.
    """
    promise = wanted.promise
    left = near.owed.hand(work, promise.number, wanted.quantity)
    if left is None:
        raise applying.Undone(owed_rules.gone(promise))
    delivery = applying.apply(near, work, wanted.situation, case, invoice, payments=payments, findings=())
    entry, bearer = delivery.lines[0].ordonnancier, wanted.situation.session.bearer
    rank = near.owed.write_hand_over(
        work, promise.number, wanted.quantity, entry, bearer=bearer, delivery=delivery.number
    )
    details = {
        "code": promise.code,
        "boxes": wanted.quantity,
        "promised_by": promise.delivery,
        "billed_by": delivery.number,
    }
    work.audit("promise.settle", "promise", str(promise.number), patient_id=promise.patient_id, details=details)
    return HandedOver(
        promise=promise.number,
        rank=rank,
        at=work.now,
        quantity=wanted.quantity,
        left=left,
        ordonnancier=entry,
        operator_name=work.actor.name,
        bearer=bearer,
        delivery=delivery.number,
    )
