"""What does a delivery say on paper?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.ticket import Ticket, TicketLine, TicketPayment, TicketVat
from app.kernel import french
from app.kernel.money import Money
from app.kernel.text import plural
from app.officine.billing.pricing import vat_shares

if TYPE_CHECKING:
    from app.docs.ticket import Pharmacy
    from app.officine.billing.model import InvoiceLine
    from app.officine.dispensing.model import Delivery, DeliveryLine


APART = "facturé à part, hors tiers payant"
"""What a paper says of a line whose substitution was refused without a mention (CSS L.162-16-7)."""


def ticket_of(delivery: Delivery, pharmacy: Pharmacy, banner: str = "", *, duplicata: int = 0) -> Ticket:
    """Return the ticket of a delivery; ``banner`` (``Mode.banner``) marks what is simulated.

    ``duplicata`` is the number of this reprint, 0 for the ticket itself.

    The fee of each box stands with its product, those of the ordonnance apart (CSS L.161-31: what was paid, and
    the fees in it, are shown to the patient).
    """
    by_line: dict[str, list[InvoiceLine]] = {}
    for line in delivery.invoice_lines:
        by_line.setdefault(line.line_id, []).append(line)
    priced = [lines for line_id, lines in by_line.items() if line_id]
    totals = delivery.totals
    return Ticket(
        pharmacy=pharmacy,
        number=delivery.number,
        at=delivery.at,
        operator=first_name(delivery.operator_name),
        lines=tuple(_line(line, parts) for line, parts in zip(delivery.lines, priced, strict=True)),
        fees=tuple((f"{fee.label} ({fee.code})", fee.amount) for fee in by_line.get("", ())),
        amount=totals.amount,
        amo=totals.amo,
        amc=totals.amc,
        patient_share=totals.patient,
        reimbursed=totals.reimbursed,
        franchise=delivery.franchise_info,
        patient=delivery.patient_name,
        prescription=_prescription(delivery),
        payments=tuple(
            TicketPayment(payment.method.label, payment.amount, payment.tendered, payment.change)
            for payment in delivery.payments
        ),
        vat=tuple(TicketVat(share.rate, share.net, share.tax) for share in vat_shares(delivery.invoice_lines)),
        banner=banner,
        duplicata=duplicata,
    )


def promised_words(line: DeliveryLine) -> str:
    """Return what a paper says of the boxes of a line that are billed when they are handed over."""
    return f"{plural(line.promised, 'boîte promise', 'boîtes promises')}, à facturer à la remise"


def first_name(name: str) -> str:
    """Return the given name of ``DURAND Camille`` or ``Camille Durand``: a ticket gives no more."""
    words = name.split()
    given = [word for word in words if not word.isupper()]
    return (given or words or [""])[0]


def _line(line: DeliveryLine, parts: list[InvoiceLine]) -> TicketLine:
    product, fees = parts[0], parts[1:]
    notes = [f"dont honoraire {fee.code} {french.amount(fee.amount)}" for fee in fees]
    if product.apart:
        notes.append(APART)
    if line.promised:
        notes.append(promised_words(line))
    traced = [] if line.ordonnancier is None else [f"N° d’ordonnancier {line.ordonnancier}"]
    lots = dict.fromkeys(box.lot for box in line.boxes if box.lot)
    if lots:
        traced.append(f"Lot {', '.join(lots)}")
    if traced:
        notes.append(" · ".join(traced))
    return TicketLine(
        label=line.label,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=Money.total(part.amount for part in parts),
        rate=product.rate if product.claimed else None,
        notes=tuple(notes),
    )


def _prescription(delivery: Delivery) -> str:
    if not delivery.prescriber_name or delivery.prescription_date is None:
        return ""
    return f"Ordonnance du {french.short_date(delivery.prescription_date)}, {delivery.prescriber_name}"
