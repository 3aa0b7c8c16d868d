"""What does the customer's ticket look like on an A5 sheet, where the officine has no roll?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.fonts import BOLD
from app.docs.sheet import A5, DUPLICATE, MM, SOFT, Column, Sheet
from app.kernel import french

if TYPE_CHECKING:
    from app.docs.ticket import Ticket, TicketLine


def ticket_a5_pdf(ticket: Ticket) -> bytes:
    """Return the ticket as an A5 PDF: what the roll says, as a table."""
    sheet = Sheet(A5, f"Ticket n° {ticket.number}", ticket.pharmacy, banner=ticket.banner, margin=10 * MM)
    sheet.letterhead(
        f"Ticket n° {ticket.number}",
        [*filter(None, [french.moment(ticket.at), f"Servi par {ticket.operator}", ticket.patient])],
    )
    for words in (ticket.duplicata and DUPLICATE, ticket.banner and f"{ticket.banner} — sans valeur"):
        if words:
            sheet.mark(words)
    if ticket.prescription:
        sheet.paragraph(ticket.prescription, size=8, grey=SOFT)
        sheet.space(1)
    quantity, rate, amount = 9 * MM, 14 * MM, 21 * MM
    columns = (
        Column("Produit", sheet.room - quantity - rate - 2 * amount),
        Column("Qté", quantity, right=True),
        Column("Prix", amount, right=True),
        Column("Taux", rate, right=True),
        Column("Montant", amount, right=True, bold=True),
    )
    sheet.table(columns, [cells for line in ticket.lines for cells in _rows(line)], size=7.6, ruled=False)
    sheet.space(1.5)
    for label, fee in ticket.fees:
        sheet.pair(label, french.amount(fee), size=8, grey=SOFT)
    _shares(sheet, ticket)
    _paid(sheet, ticket)
    if not ticket.banner:
        sheet.space(2)
        sheet.paragraph("Prix TTC, honoraires de dispensation compris.", size=7, grey=SOFT)
    return sheet.pdf()


def _rows(line: TicketLine) -> list[tuple[str | None, ...]]:
    rate = "" if line.rate is None else french.rate(line.rate)
    figures = (str(line.quantity), french.amount(line.unit_price), rate, french.amount(line.amount))
    notes = " · ".join(line.notes)
    return [(line.label, *figures), *([(notes, None, None, None, None)] if notes else [])]


def _shares(sheet: Sheet, ticket: Ticket) -> None:
    sheet.need(40 * MM)
    sheet.pair("Total", french.amount(ticket.amount), size=10.5, font=BOLD)
    if ticket.amo:
        sheet.pair("Part Assurance Maladie (AMO)", french.amount(-ticket.amo), size=8.4, grey=SOFT)
    if ticket.amc:
        sheet.pair("Part complémentaire (AMC)", french.amount(-ticket.amc), size=8.4, grey=SOFT)
    sheet.pair("À votre charge", french.amount(ticket.patient_share), size=10, font=BOLD)
    if ticket.reimbursed:
        sheet.pair("Remboursable par votre caisse", french.amount(ticket.reimbursed), size=7.4, grey=SOFT)
    if ticket.franchise:
        sheet.pair("Franchise retenue ensuite par la caisse", french.amount(ticket.franchise), size=7.4, grey=SOFT)


def _paid(sheet: Sheet, ticket: Ticket) -> None:
    sheet.space(1.5)
    for payment in ticket.payments:
        given = payment.amount if payment.tendered is None else payment.tendered
        sheet.pair(payment.label, french.amount(given), size=8.4)
        if payment.change:
            sheet.pair("Rendu", french.amount(payment.change), size=8.4, grey=SOFT)
    if not ticket.vat:
        return
    sheet.space(1.5)
    columns = tuple(
        Column(title, sheet.room / 4, right=bool(rank)) for rank, title in enumerate(("TVA", "HT", "Taxe", "TTC"))
    )
    rows = [
        (
            french.rate(share.rate) if share.rate.hundredths else "exonéré",
            *(french.amount(money) for money in (share.net, share.tax, share.net + share.tax)),
        )
        for share in ticket.vat
    ]
    sheet.table(columns, rows, size=7.4)
