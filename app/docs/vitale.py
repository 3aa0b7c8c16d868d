"""What is printed on the back of the ordonnance? The « ticket Vitale »: what was delivered and at which price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.docs.fonts import BOLD
from app.docs.sheet import DUPLICATE, INK, MM, SOFT, Column, Sheet
from app.kernel import french
from app.kernel.money import ZERO, Money, Rate

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.ticket import Pharmacy

_WIDTH = 80 * MM
_ENDLESS = 14_000.0
"""Longer than any ticket: the page is cut to what was written."""


@dataclass(frozen=True, slots=True)
class VitaleLine:
    """One product: its number in the ordonnancier, its prices, and what is said of it (name substituted, mention)."""

    label: str
    quantity: int
    unit_price: Money
    base: Money
    rate: Rate | None
    amo: Money
    rest: Money
    ordonnancier: int | None = None
    fees: tuple[tuple[str, Money], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VitaleBlock:
    """The block of one delivery (CSS L.161-31, L.162-36, D.161-13-1): each product with its fee, totals, AMO."""

    pharmacy: Pharmacy
    number: int
    at: dt.datetime
    lines: tuple[VitaleLine, ...]
    amount: Money
    amo: Money
    amc: Money
    patient_share: Money
    fees: tuple[tuple[str, Money], ...] = ()
    mentions: tuple[str, ...] = ()
    franchise: Money = ZERO
    banner: str = ""
    duplicate: bool = False


def vitale_pdf(block: VitaleBlock) -> bytes:
    """Return the block as a PDF 80 mm wide, as long as it needs."""
    sheet = Sheet((_WIDTH, _ENDLESS), f"Délivrance n° {block.number}", block.pharmacy, block.banner, margin=4 * MM)
    for words in (block.duplicate and DUPLICATE, block.banner):
        if words:
            sheet.mark(words)
    _stamp(sheet, block)
    sheet.table(_columns(), [cells for line in block.lines for cells in _rows(line)], size=5.8, ruled=False)
    sheet.space(1)
    for label, amount in block.fees:
        sheet.pair(label, french.amount(amount), size=6.4, grey=SOFT)
    sheet.pair("Total délivré, honoraires compris", french.amount(block.amount), size=7.8, font=BOLD)
    sheet.pair("Part Assurance Maladie (AMO)", french.amount(block.amo), size=6.8)
    if block.amc:
        sheet.pair("Part complémentaire (AMC)", french.amount(block.amc), size=6.8)
    sheet.pair("Part du patient", french.amount(block.patient_share), size=6.8)
    if block.franchise:
        said = "Franchise prévisionnelle (retenue par votre caisse)"
        sheet.pair(said, french.amount(block.franchise), size=6.2, grey=SOFT)
    for mention in block.mentions:
        sheet.space(0.6)
        sheet.paragraph(mention, size=6.8, font=BOLD)
    sheet.size = (_WIDTH, sheet.y + 2 * sheet.margin + 3 * MM)
    return sheet.pdf()


def _stamp(sheet: Sheet, block: VitaleBlock) -> None:
    pharmacy = block.pharmacy
    sheet.paragraph(pharmacy.name, size=8.4, font=BOLD)
    place = " — ".join(pharmacy.address)
    known = [place, f"FINESS {pharmacy.finess}" if pharmacy.finess else ""]
    for line in filter(None, known):
        sheet.paragraph(line, size=6.2, grey=SOFT)
    sheet.pair(f"Délivré le {french.moment(block.at)}", f"n° {block.number}", size=7.2, font=BOLD)
    sheet.space(0.8)
    sheet.rule(grey=INK)
    sheet.space(0.8)


def _columns() -> tuple[Column, ...]:
    widths = (8, 7, 12.5, 12.5, 8.5, 12, 11.5)
    titles = ("N°", "Qté", "PU", "Base", "Taux", "AMO", "Reste")
    return tuple(Column(title, width * MM, right=rank > 0)
                 for rank, (title, width) in enumerate(zip(titles, widths, strict=True)))  # fmt: skip


def _rows(line: VitaleLine) -> list[tuple[str | None, ...]]:
    """Return the rows of a product: its name across, its figures, its fees, its notes."""
    across: tuple[None, ...] = (None,) * 6
    amounts = [french.amount(money) for money in (line.unit_price, line.base)]
    rate = "NR" if line.rate is None else french.rate(line.rate)
    number = "" if line.ordonnancier is None else str(line.ordonnancier)
    fees = ", ".join(f"dont {code} {french.amount(amount)}" for code, amount in line.fees)
    said = [(note, *across) for note in (fees, *line.notes) if note]
    figures = (number, str(line.quantity), *amounts, rate, french.amount(line.amo), french.amount(line.rest))
    return [(line.label, *across), figures, *said]
