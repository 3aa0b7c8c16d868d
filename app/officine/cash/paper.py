"""What does a closing say on paper, and where is its file?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.closing import ClosingSheet, Section
from app.kernel import french
from app.kernel.errors import FileUnusable
from app.kernel.files import write_whole
from app.kernel.money import Money
from app.kernel.text import grouped
from app.officine.cash import rules
from app.officine.cash.model import Means, RecordKind
from app.officine.pharmacy.service import head_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.docs.pdf_view import PageImage
    from app.docs.ticket import Pharmacy
    from app.officine.cash.model import Closing, Totals, Witness
    from app.store.database import Database

_BANNERS = {"demo": "SIMULATION", "training": "FORMATION"}
_SHORT = 16
_FINAL = "Clôture définitive, chaînée (CGI art. 286, I-3° bis). Empreinte de l’écriture :"


def sheet_of(closing: Closing, pharmacy: Pharmacy, witness: Witness | None = None) -> ClosingSheet:
    """Return the Z of a closing: totals by VAT rate, payer and means, perpetual totals, the hash of its entry.

    ``witness`` is the seal of the registers: on paper, outside every disk, it betrays even seals that were made anew.
    """
    totals = closing.totals
    name = rules.named(closing.period, closing.start)
    return ClosingSheet(
        pharmacy=pharmacy,
        title=f"{closing.title} — {name}",
        subtitle=(
            f"{closing.period.label} clôturée" if closing.period.value == "day" else f"{closing.period.label} clôturé",
            f"Le {french.moment(closing.at)} par {closing.operator_name}, {closing.station}",
            f"Écritures n° {grouped(closing.first_seq)} à {grouped(closing.last_seq)}",
        ),
        sections=(*sections_of(totals), _perpetual(closing)),
        foot=(_FINAL, closing.hash[:32], closing.hash[32:], *_sealed(witness)),
        banner=_BANNERS.get(closing.mode, ""),
    )


def sections_of(totals: Totals) -> tuple[Section, ...]:
    """Return the totals as parts of a page; those with nothing in them are left out."""
    span = "—" if totals.first_ticket is None else f"{totals.first_ticket} à {totals.last_ticket}"
    sales = (
        ("Tickets", grouped(totals.tickets)),
        ("Du n° au n°", span),
        ("Ventes TTC", french.amount(totals.sales)),
        ("Annulations et avoirs", french.amount(-totals.reversals)),
        ("Net TTC", french.amount(totals.net)),
    )
    payers = (
        ("Assurance maladie", french.amount(totals.amo)),
        ("Complémentaires", french.amount(totals.amc)),
        ("Clients", french.amount(totals.patient)),
    )
    vat = tuple(
        (french.rate(part.rate), french.amount(part.net), french.amount(part.tax), french.amount(part.net + part.tax))
        for part in totals.vat
    )
    means = tuple((Means(name).label, french.amount(amount)) for name, amount in totals.means)
    moves = tuple((RecordKind(name).label, french.amount(amount)) for name, amount in totals.moves)
    counts = tuple(
        (RecordKind(name).label, grouped(number))
        for name, number in totals.counts
        if name in {RecordKind.REVERSAL, RecordKind.REPRINT, RecordKind.DRAWER, RecordKind.COUNT}
    )
    total = ("Total", french.amount(Money.total(amount for _name, amount in totals.means)))
    gap = (("Écart de comptage", french.amount(totals.difference)),) if totals.difference else ()
    found = (
        Section("Ventes", sales, strong_last=True),
        Section("TVA : taux, HT, taxe, TTC", vat),
        Section("Payeurs", payers),
        Section("Règlements", (*means, total), strong_last=True),
        Section("Tiroirs", (*moves, *gap)),
        Section("Événements", counts),
    )
    return tuple(section for section in found if section.rows)


def _perpetual(closing: Closing) -> Section:
    rows = (("Ventes", french.amount(closing.gross)), ("Net des reprises", french.amount(closing.net)))
    return Section("Grand total perpétuel", rows, strong_last=True)


def _sealed(witness: Witness | None) -> tuple[str, ...]:
    if witness is None:
        return ("Les registres n’ont encore aucun scellé.",)
    what = "Scellé" if witness.covers else "Dernier scellé avant ce Z :"
    said = f"{what} n° {witness.number}, le {french.moment(witness.at)}, trace jusqu’au n° {grouped(witness.trace)} :"
    return (said, short_hash(witness.hash))


def short_hash(value: str) -> str:
    """Return the beginning of a hash as it is compared by eye: sixteen digits by four."""
    return " ".join(value[place : place + 4] for place in range(0, _SHORT, 4))


class ClosingPapers:
    """The Z of this workstation, as files."""

    def __init__(self, db: Database, folder: Path, witness: Callable[[Closing], Witness | None]) -> None:
        """Write into ``folder``, with the name of the officine that ``db`` knows; ``witness`` finds the seal of a Z."""
        self._db = db
        self._folder = folder
        self._witness = witness

    def write(self, closing: Closing, *, a4: bool = False) -> Path:
        """Write a Z and return its file: a roll of 80 mm, or A4. Raises DiskFull or DatabaseReadOnly."""
        from app.docs.closing import closing_pdf  # noqa: PLC0415 -- heavy: at the first Z printed

        content = closing_pdf(sheet_of(closing, head_of(self._db), self._witness(closing)), a4=a4)
        size = "a4" if a4 else "80mm"
        file = self._folder / f"z-{closing.period}-{closing.start.isoformat()}-{size}.pdf"
        return write_whole(
            file,
            content,
            full="Le disque est plein : le Z n’a pas pu être écrit.",
            refused="Le dossier des impressions ne peut pas être modifié.",
        )

    def picture(self, file: Path, dpi: float) -> PageImage:
        """Return what a Z that was written looks like. Raises FileUnusable or InputDefect for another file."""
        from app.docs.pdf_view import render_page  # noqa: PLC0415 -- heavy: at the first Z shown

        try:
            content = file.read_bytes()
        except OSError as error:
            raise FileUnusable("Le Z n’est plus dans le dossier des impressions.") from error
        return render_page(content, dpi=dpi)
