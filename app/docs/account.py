"""What does a customer with an account receive on paper? The facture récapitulative and the statement, on A4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.docs.fonts import BOLD
from app.docs.sheet import A4, DUPLICATE, MM, SOFT, Column, Sheet
from app.kernel import french

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.ticket import Pharmacy, TicketVat
    from app.kernel.money import Money

_LATE = (
    "Pas d’escompte pour paiement anticipé. En cas de retard : pénalités au taux de refinancement de la BCE majoré de "
    "10 points, et indemnité forfaitaire de recouvrement de 40 € (C. com. L.441-10 et D.441-5)."
)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line: its day, what it is, its amount; ``balance`` is what was owed after it, None on an invoice."""

    day: dt.date
    label: str
    amount: Money
    balance: Money | None = None


@dataclass(frozen=True, slots=True)
class AccountPaper:
    """An invoice (``due_on`` and ``vat`` given), or a statement; ``customer`` is the name, then the address.

    ``ages`` pairs the ages of what is owed with their amounts; ``late`` prints what professionals owe for being late.
    """

    pharmacy: Pharmacy
    title: str
    particulars: tuple[str, ...]
    customer: tuple[str, ...]
    siret: str
    lines: tuple[AccountLine, ...]
    total: tuple[str, Money]
    vat: tuple[TicketVat, ...] = ()
    ages: tuple[tuple[str, Money], ...] = ()
    due_on: dt.date | None = None
    late: bool = False
    banner: str = ""
    duplicata: int = 0


def account_pdf(paper: AccountPaper) -> bytes:
    """Return the paper as an A4 PDF, on as many pages as its lines need."""
    sheet = Sheet(A4, paper.title, paper.pharmacy, banner=paper.banner)
    sheet.letterhead(paper.title, paper.particulars)
    copy = f"{DUPLICATE} n° {paper.duplicata}" if paper.duplicata else ""
    for words in (copy, paper.banner and f"{paper.banner} — sans valeur"):
        if words:
            sheet.mark(words)
    _customer(sheet, paper)
    sheet.table(_columns(sheet.room, paper), [_cells(line) for line in paper.lines])
    sheet.space(4)
    _foot(sheet, paper)
    return sheet.pdf()


def _customer(sheet: Sheet, paper: AccountPaper) -> None:
    left, room = sheet.margin + sheet.room / 2, sheet.room / 2
    name, *address = paper.customer
    sheet.paragraph(name, size=11, font=BOLD, x=left, room=room)
    for line in address:
        sheet.paragraph(line, size=9, x=left, room=room)
    if paper.siret:
        sheet.paragraph(f"SIRET {paper.siret}", size=8, grey=SOFT, x=left, room=room)
    sheet.space(6)


def _columns(room: float, paper: AccountPaper) -> tuple[Column, ...]:
    day, amount = 24 * MM, 30 * MM
    with_balance = any(line.balance is not None for line in paper.lines)
    amounts = [Column("Montant TTC", amount, right=True)]
    if with_balance:
        amounts.append(Column("Solde", amount, right=True))
    label = Column("Opération", room - day - amount * len(amounts))
    return (Column("Date", day), label, *amounts)


def _cells(line: AccountLine) -> tuple[str, ...]:
    cells = (french.short_date(line.day), line.label, french.amount(line.amount))
    return cells if line.balance is None else (*cells, french.amount(line.balance))


def _foot(sheet: Sheet, paper: AccountPaper) -> None:
    sheet.need(34 * MM)
    for part in paper.vat:
        words = f"TVA {french.rate(part.rate)} sur {french.amount(part.net)} HT"
        sheet.pair(words, french.amount(part.tax), size=8.6, grey=SOFT)
    title, amount = paper.total
    sheet.pair(title, french.amount(amount), size=12, font=BOLD)
    sheet.space(2)
    for age, owed in paper.ages:
        sheet.pair(age, french.amount(owed), size=8.6, grey=SOFT)
    if paper.due_on is not None:
        sheet.paragraph(f"À payer au plus tard le {french.short_date(paper.due_on)}.", size=9.4, font=BOLD)
    if paper.late:
        sheet.paragraph(_LATE, size=7.6, grey=SOFT)
