"""What was claimed from whom? The facture subrogatoire of a delivery, and its duplicata, on A4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.docs.fonts import BOLD
from app.docs.sheet import A4, DUPLICATE, MM, SOFT, Column, Sheet
from app.kernel import french
from app.kernel.money import ZERO, Money, Rate

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.ticket import Pharmacy

_BOX = 30 * MM
UNREAD = "non lu"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line of the invoice: its code prestation and what each payer bears; ``rate`` None: not reimbursed."""

    code: str
    label: str
    quantity: int
    amount: Money
    base: Money
    rate: Rate | None
    amo: Money
    amc: Money
    patient: Money


@dataclass(frozen=True, slots=True)
class InvoicePaper:
    """The invoice of a delivery. ``nir`` is printed masked; ``degraded``: no Vitale card, the patient signs.

    ``third_party`` False: nothing is claimed in the patient's place, and the paper is a plain invoice.
    """

    pharmacy: Pharmacy
    number: int
    at: dt.datetime
    patient: str
    lines: tuple[PaperLine, ...]
    amount: Money
    amo: Money
    amc: Money
    patient_share: Money
    third_party: bool
    birth_date: dt.date | None = None
    nir: str = ""
    organism: str = ""
    prescriber: str = ""
    rpps: str = ""
    prescription_date: dt.date | None = None
    franchise: Money = ZERO
    degraded: bool = False
    banner: str = ""
    duplicate: bool = False


def masked_nir(nir: str) -> str:
    """Return a NIR as a paper given to the patient shows it: sex and year of birth, the rest hidden (CNIL).

    ``non lu`` where there is none.
    """
    digits = "".join(nir.split())
    if not digits:
        return UNREAD
    return f"{digits[:1]} {digits[1:3]} •• •• ••• ••• ••"


def invoice_pdf(paper: InvoicePaper) -> bytes:
    """Return the invoice as an A4 PDF, on as many pages as its lines need."""
    heading = "Facture subrogatoire" if paper.third_party else "Facture"
    sheet = Sheet(A4, f"{heading} n° {paper.number}", paper.pharmacy, banner=paper.banner)
    sheet.letterhead(f"{heading} n° {paper.number}", [f"Délivrance du {french.moment(paper.at)}"])
    for words in (paper.duplicate and DUPLICATE, paper.banner and f"{paper.banner} — sans valeur"):
        if words:
            sheet.mark(words)
    _parties(sheet, paper)
    sheet.space(3)
    sheet.table(_columns(sheet.room), [_cells(line) for line in paper.lines])
    sheet.space(4)
    _totals(sheet, paper)
    if paper.third_party:
        sheet.space(3)
        sheet.paragraph(
            "Le patient n’a pas fait l’avance de la part AMO ni, le cas échéant, de la part AMC : le pharmacien est "
            "subrogé dans ses droits au remboursement.",
            size=8.4,
            grey=SOFT,
        )
    if paper.degraded:
        _signature(sheet)
    return sheet.pdf()


def _parties(sheet: Sheet, paper: InvoicePaper) -> None:
    born = "" if paper.birth_date is None else french.short_date(paper.birth_date)
    written = "" if paper.prescription_date is None else french.short_date(paper.prescription_date)
    left = [
        ("Patient", paper.patient or "non renseigné"),
        ("Né(e) le", born),
        ("NIR de l’assuré", masked_nir(paper.nir)),
        ("Organisme", paper.organism),
    ]
    right = [("Prescripteur", paper.prescriber), ("RPPS", paper.rpps), ("Ordonnance du", written)]
    top, half = sheet.y, sheet.room / 2
    ends = []
    for x, pairs in ((sheet.margin, left), (sheet.margin + half, right)):
        sheet.y = top
        for title, value in pairs:
            if value:
                sheet.write(title, x, sheet.y + 8.6, size=7.6, grey=SOFT)
                sheet.paragraph(value, size=9, x=x + 27 * MM, room=half - 30 * MM)
        ends.append(sheet.y)
    sheet.y = max(ends)


def _columns(room: float) -> tuple[Column, ...]:
    amounts = ("Montant", "Base", "Taux", "AMO", "AMC", "Patient")
    widths = (20 * MM, 20 * MM, 13 * MM, 20 * MM, 18 * MM, 20 * MM)
    code, quantity = 15 * MM, 9 * MM
    return (
        Column("Code", code, bold=True),
        Column("Désignation", room - sum(widths) - code - quantity),
        Column("Qté", quantity, right=True),
        *(Column(title, width, right=True) for title, width in zip(amounts, widths, strict=True)),
    )


def _cells(line: PaperLine) -> tuple[str, ...]:
    rate = "—" if line.rate is None else french.rate(line.rate)
    first = (line.code, line.label, str(line.quantity), french.amount(line.amount), french.amount(line.base), rate)
    return (*first, *(french.amount(money) for money in (line.amo, line.amc, line.patient)))


def _totals(sheet: Sheet, paper: InvoicePaper) -> None:
    sheet.need(30 * MM)
    sheet.pair("Total", french.amount(paper.amount), size=11, font=BOLD)
    sheet.pair("Part obligatoire (AMO)", french.amount(paper.amo))
    sheet.pair("Part complémentaire (AMC)", french.amount(paper.amc))
    sheet.pair("Part du patient", french.amount(paper.patient_share), font=BOLD)
    if paper.franchise:
        said = "Franchise prévisionnelle, retenue ensuite par la caisse"
        sheet.pair(said, french.amount(paper.franchise), size=8, grey=SOFT)


def _signature(sheet: Sheet) -> None:
    """Draw where the patient signs: without the Vitale card, the paper is the proof of the claim."""
    sheet.need(_BOX + 12 * MM)
    sheet.space(4)
    width = sheet.room / 2 - 3 * MM
    for rank, title in enumerate(("Signature de l’assuré ou du patient", "Cachet et signature du pharmacien")):
        x = sheet.margin + rank * (width + 6 * MM)
        sheet.box(x, sheet.y, width, _BOX, line=0.4)
        sheet.write(title, x + 2 * MM, sheet.y + 9, size=7.6, grey=SOFT)
    sheet.y += _BOX
    sheet.space(1)
    sheet.paragraph("Procédure dégradée : carte Vitale non lue.", size=7.6, grey=SOFT)
