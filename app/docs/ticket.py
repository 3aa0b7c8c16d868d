"""What does the customer's ticket look like? An 80 mm roll, as a PDF."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.docs import fonts
from app.docs.fonts import BOLD, REGULAR
from app.kernel import french
from app.kernel.money import ZERO, Money, Rate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

_MM = 72 / 25.4
_WIDTH = 80 * _MM
_MARGIN = 5 * _MM
_ROOM = _WIDTH - 2 * _MARGIN
_AMOUNT_ROOM = 17 * _MM
_WATERMARK_STEP = 62 * _MM

_SMALL, _TEXT, _LARGE = 6.4, 7.6, 11.0
_INK, _SOFT, _FAINT = 0.08, 0.38, 0.72


@dataclass(frozen=True, slots=True)
class Pharmacy:
    """Who sells: what every printed page carries."""

    name: str
    address: tuple[str, ...] = ()
    phone: str = ""
    finess: str = ""


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One product: its price with its fee, and what is said below it (lot, fee, register number)."""

    label: str
    quantity: int
    unit_price: Money
    amount: Money
    rate: Rate | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketPayment:
    """How a part was paid; ``change`` is what was given back."""

    label: str
    amount: Money
    tendered: Money | None = None
    change: Money = ZERO


@dataclass(frozen=True, slots=True)
class TicketVat:
    """The VAT of one rate."""

    rate: Rate
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Ticket:
    """All that a ticket says; ``banner`` (SIMULATION, FORMATION) marks what has no value, empty in production.

    ``duplicate``: it was printed before, and this one says so.
    """

    pharmacy: Pharmacy
    number: int
    at: dt.datetime
    operator: str
    lines: tuple[TicketLine, ...]
    amount: Money
    amo: Money
    amc: Money
    patient_share: Money
    fees: tuple[tuple[str, Money], ...] = ()
    reimbursed: Money = ZERO
    franchise: Money = ZERO
    patient: str = ""
    prescription: str = ""
    payments: tuple[TicketPayment, ...] = ()
    vat: tuple[TicketVat, ...] = ()
    banner: str = ""
    duplicate: bool = False


def ticket_pdf(ticket: Ticket) -> bytes:
    """Return the ticket as a PDF of one page, as long as it needs; fonts embedded."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- heavy: at the first page printed

    fonts.load_fonts()
    roll = _composed(ticket)
    height = roll.y + _MARGIN
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(_WIDTH, height), invariant=1, pageCompression=1)
    canvas.setTitle(f"Ticket n° {ticket.number}")
    canvas.setAuthor(fonts.printable(ticket.pharmacy.name))
    if ticket.banner:
        _watermark(canvas, ticket.banner, height)
    for draw in roll.drawn:
        draw(canvas, height)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@dataclass(slots=True)
class _Roll:
    """What is to be drawn, from the top down; ``y`` is how far down the next thing goes."""

    y: float = _MARGIN
    drawn: list[Callable[[Any, float], None]] = field(default_factory=list)

    def text(
        self, words: str, *, size: float = _TEXT, font: str = REGULAR, grey: float = _INK, centred: bool = False
    ) -> None:
        """Write a paragraph over the whole width."""
        for line in fonts.wrapped(words, font, size, _ROOM):
            shift = (_ROOM - fonts.width(line, font, size)) / 2 if centred else 0.0
            self._put(line, _MARGIN + shift, self.y + size, font=font, size=size, grey=grey)
            self.y += size * 1.32

    def row(
        self, left: str, right: str, *, size: float = _TEXT, font: str = REGULAR, grey: float = _INK, indent: float = 0
    ) -> None:
        """Write a text, and an amount at the right of its last line."""
        lines = fonts.wrapped(left, font, size, _ROOM - _AMOUNT_ROOM - indent)
        amount = fonts.printable(right, font)
        for line in lines:
            self._put(line, _MARGIN + indent, self.y + size, font=font, size=size, grey=grey)
            self.y += size * 1.32
        end = _WIDTH - _MARGIN - fonts.width(amount, font, size)
        self._put(amount, end, self.y - size * 0.32, font=font, size=size, grey=grey)

    def columns(self, cells: tuple[str, ...], *, font: str = REGULAR, grey: float = _SOFT) -> None:
        """Write cells in columns of one width, the first to the left, the others to the right."""
        step = _ROOM / len(cells)
        for rank, cell in enumerate(cells):
            words = fonts.printable(cell, font)
            shift = step - fonts.width(words, font, _SMALL) if rank else 0.0
            self._put(words, _MARGIN + rank * step + shift, self.y + _SMALL, font=font, size=_SMALL, grey=grey)
        self.y += _SMALL * 1.4

    def rule(self, *, grey: float = _FAINT, thick: float = 0.5) -> None:
        """Draw a line across, with room around it."""
        self.space(1.6)
        y = self.y

        def draw(canvas: Any, height: float) -> None:  # noqa: ANN401 -- the library's canvas
            canvas.setStrokeGray(grey)
            canvas.setLineWidth(thick)
            canvas.line(_MARGIN, height - y, _WIDTH - _MARGIN, height - y)

        self.drawn.append(draw)
        self.space(1.4)

    def badge(self, words: str) -> None:
        """Write white words in a dark band across."""
        top, size = self.y, 8.4
        text = fonts.printable(words, BOLD)
        start = (_WIDTH - fonts.width(text, BOLD, size)) / 2

        def draw(canvas: Any, height: float) -> None:  # noqa: ANN401 -- the library's canvas
            canvas.setFillGray(0.15)
            canvas.roundRect(_MARGIN, height - top - 16, _ROOM, 16, 3, stroke=0, fill=1)
            canvas.setFillGray(1)
            canvas.setFont(BOLD, size)
            canvas.drawString(start, height - top - 11, text)

        self.drawn.append(draw)
        self.y += 16
        self.space(2)

    def space(self, mm: float) -> None:
        """Leave room."""
        self.y += mm * _MM

    def _put(self, words: str, x: float, y: float, *, font: str, size: float, grey: float) -> None:
        def draw(canvas: Any, height: float) -> None:  # noqa: ANN401 -- the library's canvas
            canvas.setFillGray(grey)
            canvas.setFont(font, size)
            canvas.drawString(x, height - y, words)

        self.drawn.append(draw)


def _composed(ticket: Ticket) -> _Roll:
    roll = _Roll()
    if ticket.duplicate:
        roll.badge("DUPLICATA")
    if ticket.banner:
        roll.badge(f"{ticket.banner} — sans valeur")
    _head(roll, ticket)
    roll.rule()
    for line in ticket.lines:
        _line(roll, line)
    for label, amount in ticket.fees:
        roll.row(label, french.amount(amount), size=_TEXT, grey=_SOFT)
    roll.rule(grey=_INK, thick=0.9)
    roll.row("Total", french.amount(ticket.amount), size=_LARGE, font=BOLD)
    _shares(roll, ticket)
    _payments(roll, ticket)
    _vat(roll, ticket)
    _foot(roll, ticket)
    return roll


def _head(roll: _Roll, ticket: Ticket) -> None:
    pharmacy = ticket.pharmacy
    roll.text(pharmacy.name, size=_LARGE, font=BOLD, centred=True)
    for line in pharmacy.address:
        roll.text(line, grey=_SOFT, centred=True)
    contact = [
        f"Tél. {pharmacy.phone}" if pharmacy.phone else "",
        f"FINESS {pharmacy.finess}" if pharmacy.finess else "",
    ]
    if any(contact):
        roll.text(" · ".join(part for part in contact if part), size=_SMALL, grey=_SOFT, centred=True)
    roll.rule()
    roll.row(f"Ticket n° {ticket.number}", french.moment(ticket.at), font=BOLD)
    roll.text(f"Servi par {ticket.operator}", grey=_SOFT)
    if ticket.patient:
        roll.text(f"Patient : {ticket.patient}")
    if ticket.prescription:
        roll.text(ticket.prescription, grey=_SOFT)


def _line(roll: _Roll, line: TicketLine) -> None:
    roll.text(line.label, font=BOLD)
    rate = "" if line.rate is None else f"  ({french.rate(line.rate)})"
    roll.row(f"{line.quantity} × {french.amount(line.unit_price)}{rate}", french.amount(line.amount))
    for note in line.notes:
        roll.text(note, size=_SMALL, grey=_SOFT)
    roll.space(1)


def _shares(roll: _Roll, ticket: Ticket) -> None:
    if ticket.amo:
        roll.row("Part Assurance Maladie (AMO)", french.amount(-ticket.amo), grey=_SOFT)
    if ticket.amc:
        roll.row("Part complémentaire (AMC)", french.amount(-ticket.amc), grey=_SOFT)
    roll.space(0.6)
    roll.row("À votre charge", french.amount(ticket.patient_share), size=9.2, font=BOLD)
    if ticket.reimbursed:
        roll.row("Remboursable par votre caisse", french.amount(ticket.reimbursed), size=_SMALL, grey=_SOFT)
    if ticket.franchise:
        roll.row("Franchise retenue ensuite par la caisse", french.amount(ticket.franchise), size=_SMALL, grey=_SOFT)


def _payments(roll: _Roll, ticket: Ticket) -> None:
    if not ticket.payments:
        return
    roll.rule()
    for payment in ticket.payments:
        given = payment.amount if payment.tendered is None else payment.tendered
        roll.row(payment.label, french.amount(given))
        if payment.change:
            roll.row("Rendu", french.amount(payment.change), grey=_SOFT)


def _vat(roll: _Roll, ticket: Ticket) -> None:
    if not ticket.vat:
        return
    roll.rule()
    roll.columns(("TVA", "HT", "Taxe", "TTC"), font=BOLD)
    for share in ticket.vat:
        rate = french.rate(share.rate) if share.rate.hundredths else "exonéré"
        roll.columns((rate, french.amount(share.net), french.amount(share.tax), french.amount(share.net + share.tax)))


def _foot(roll: _Roll, ticket: Ticket) -> None:
    roll.rule()
    if ticket.banner:
        text = f"{ticket.banner} — ce ticket n’a aucune valeur : personnes et paiements sont fictifs."
        roll.text(text, size=_SMALL, font=BOLD, centred=True)
        return
    roll.text("Prix TTC, honoraires de dispensation compris.", size=_SMALL, grey=_SOFT, centred=True)


def _watermark(canvas: Any, banner: str, height: float) -> None:  # noqa: ANN401 -- the library's canvas
    canvas.saveState()
    canvas.setFillGray(0.90)
    canvas.setFont(BOLD, 27)
    steps = int(height / _WATERMARK_STEP) + 1
    for step in range(steps):
        canvas.saveState()
        canvas.translate(_WIDTH / 2, min(height, (step + 0.5) * _WATERMARK_STEP))
        canvas.rotate(38)
        canvas.drawCentredString(0, 0, banner)
        canvas.restoreState()
    canvas.restoreState()
