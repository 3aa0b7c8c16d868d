"""What do the printed pages of the registers say? Pure: entries in, sheets out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.docs.register import Sheet, SheetColumn, SheetRow
from app.kernel import french
from app.kernel.text import fold, plural, typographic
from app.officine.registers import rules as register_rules
from app.officine.registers.data import derived_table, retention_of
from app.officine.registers.model import DerivedKind, EntryKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from app.docs.identity_sheet import IdentityBlock
    from app.docs.ticket import Pharmacy
    from app.officine.dispensing.book import BookEntry
    from app.officine.registers.model import BalanceLine, DerivedEntry, Entry, Holding, MonthBalance

SORTS = {
    "number": "par numéro",
    "patient": "par patient",
    "medicine": "par médicament",
    "date": "par date",
}
"""In which orders the ordonnancier must be printable (CSP R.5132-10)."""


def ordered(entries: Iterable[BookEntry], sort: str) -> list[BookEntry]:
    """Return the entries of the ordonnancier in one of the orders of ``SORTS``, by number within each."""
    keys = {
        "number": lambda one: (one.entry.number,),
        "patient": lambda one: (fold(one.entry.patient_name), one.entry.patient_id or 0, one.entry.number),
        "medicine": lambda one: (fold(one.entry.label), one.entry.code, one.entry.number),
        "date": lambda one: (one.entry.day, one.entry.number),
    }
    return sorted(entries, key=keys[sort])


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the pages of one register have in common, whatever they list.

    A column is its title, its share of the width, and whether it holds numbers. ``register`` names the row of the
    table of retentions, empty where the page is no register of its own; ``notes`` stand below.
    """

    title: str
    columns: tuple[tuple[str, float, bool], ...]
    register: str = ""
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    empty: str = "Aucune écriture sur cette période."

    def sheet(
        self,
        rows: Iterable[SheetRow],
        pharmacy: Pharmacy,
        at: dt.datetime,
        *,
        subtitle: str,
        banner: str,
        title: str = "",
        first: str = "",
    ) -> Sheet:
        """Return the pages; ``first`` is a note that stands before the others."""
        kept = ""
        if self.register:
            rule = retention_of(self.register)
            kept = f"Conservé {rule.years} ans ({rule.source}). "
        head, *others = (first, *self.notes) if first else self.notes
        return Sheet(
            title=typographic(title or self.title),
            subtitle=typographic(subtitle),
            pharmacy=pharmacy,
            printed_at=at,
            columns=tuple(SheetColumn(*column) for column in self.columns),
            rows=tuple(rows),
            notes=tuple(typographic(note) for note in (f"{kept}{head}", *others)),
            signatures=self.signatures,
            banner=banner,
            empty=self.empty,
        )


_ORDONNANCIER = _Layout(
    title="Ordonnancier",
    register="ordonnancier",
    columns=(
        ("N°", 5, True),
        ("Date", 8.5, False),
        ("Médicament", 24, False),
        ("Liste", 7, False),
        ("Qté", 4, True),
        ("Patient, adresse", 21, False),
        ("Prescripteur, adresse", 21, False),
        ("Ordonnance du", 8.5, False),
        ("Porteur, mentions", 12, False),
        ("Délivré par", 8, False),
    ),
    notes=("Une délivrance annulée garde son numéro.",),
)
_NARCOTICS = _Layout(
    title="Registre des stupéfiants",
    register="stupefiants",
    columns=(
        ("N°", 4, True),
        ("Date", 8.5, False),
        ("Opération", 10, False),
        ("Médicament", 24, False),
        ("Entrée", 5, True),
        ("Sortie", 5, True),
        ("Solde", 6, True),
        ("Référence, lot", 12, False),
        ("Patient, prescripteur, porteur", 26, False),
        ("Motif, personnes, auteur", 18, False),
    ),
    notes=("Aucune écriture ne se modifie.",),
)
_BALANCE = _Layout(
    title="Balance des stupéfiants",
    columns=(
        ("Médicament", 42, False),
        ("À l’ouverture", 8, True),
        ("Entrées", 7, True),
        ("Sorties", 7, True),
        ("Destructions", 8, True),
        ("Pertes et vols", 7, True),
        ("Écarts d’inventaire", 8, True),
        ("À la clôture", 8, True),
        ("Registre à ce jour", 8, True),
        ("Stock à ce jour", 8, True),
        ("Écart", 6, True),
    ),
    notes=(
        "Clôture = ouverture + entrées − sorties − destructions − pertes et vols ± écarts d’inventaire.",
        "L’ouverture d’un mois est la clôture du mois précédent.",
    ),
    signatures=("Le pharmacien titulaire", "Cachet de l’officine"),
    empty="Aucun stupéfiant au registre.",
)
_DESTRUCTION = _Layout(
    title="Attestation de destruction de stupéfiants",
    columns=(
        ("N° d’écriture", 8, True),
        ("Date", 10, False),
        ("Médicament", 40, False),
        ("Boîtes", 7, True),
        ("Unités de prise", 9, True),
        ("Document", 16, False),
        ("Motif", 24, False),
    ),
    notes=("Porté au registre des stupéfiants, à conserver avec lui.",),
    signatures=("Le pharmacien titulaire", "Le pharmacien témoin"),
    empty="Aucune écriture.",
)
_DERIVED = _Layout(
    title="Registre des médicaments dérivés du sang",
    register="derives",
    columns=(
        ("N°", 4, True),
        ("Date", 8.5, False),
        ("Opération", 8, False),
        ("Médicament", 26, False),
        ("Lot", 12, False),
        ("Qté", 4, True),
        ("Patient, naissance, adresse", 24, False),
        ("Prescripteur, adresse", 22, False),
        ("Délivrance ou bon, auteur", 12, False),
    ),
)


def ordonnancier_sheet(
    entries: Sequence[BookEntry], period: str, pharmacy: Pharmacy, at: dt.datetime, *, sort: str, banner: str
) -> Sheet:
    """Return the pages of the ordonnancier (CSP R.5132-10)."""
    subtitle = f"{period} — {SORTS[sort]} — {plural(len(entries), 'écriture')}"
    rows = map(_ordonnancier_row, ordered(entries, sort))
    return _ORDONNANCIER.sheet(rows, pharmacy, at, subtitle=subtitle, banner=banner)


def extract_sheet(
    entries: Sequence[BookEntry], period: str, pharmacy: Pharmacy, at: dt.datetime, *, block: IdentityBlock, banner: str
) -> Sheet:
    """Return the pages of the ordonnancier that are of one patient, whose identity stands at their head."""
    subtitle = f"{period} — {plural(len(entries), 'écriture')}"
    title = "Extrait de l’ordonnancier"
    rows = map(_ordonnancier_row, ordered(entries, "number"))
    sheet = _ORDONNANCIER.sheet(rows, pharmacy, at, title=title, subtitle=subtitle, banner=banner)
    return replace(sheet, identity=block)


def narcotics_sheet(entries: Sequence[Entry], period: str, pharmacy: Pharmacy, at: dt.datetime, banner: str) -> Sheet:
    """Return the pages of the register of stupéfiants, in unités de prise."""
    subtitle = f"{period} — en unités de prise — {plural(len(entries), 'écriture')}"
    return _NARCOTICS.sheet(map(_narcotic_row, entries), pharmacy, at, subtitle=subtitle, banner=banner)


def balance_sheet(balance: MonthBalance, pharmacy: Pharmacy, at: dt.datetime, banner: str) -> Sheet:
    """Return the monthly balance of the stupéfiants, compared with what the stock holds now."""
    if balance.closed is not None:
        state = f"arrêtée le {french.short_date(balance.closed)}"
    else:
        state = "non arrêtée" if balance.is_over else "provisoire, mois en cours"
    return _BALANCE.sheet(
        (_balance_row(line, balance.holdings.get(line.code)) for line in balance.lines),
        pharmacy,
        at,
        title=f"{_BALANCE.title} : {register_rules.month_name(balance.month)}",
        subtitle=f"En unités de prise — {state}",
        banner=banner,
    )


def destruction_sheet(entries: Sequence[Entry], pharmacy: Pharmacy, at: dt.datetime, banner: str) -> Sheet:
    """Return the attestation of a destruction: the boxes, the witness, the document."""
    first = entries[0] if entries else None
    who = "" if first is None else f"Détruit par {first.author_name}, en présence de {first.second_person}, pharmacien."
    return _DESTRUCTION.sheet(
        map(_destruction_row, entries),
        pharmacy,
        at,
        subtitle="" if first is None else f"Le {french.long_date(first.day)}",
        first=who,
        banner=banner,
    )


def derived_sheet(
    entries: Sequence[DerivedEntry], period: str, pharmacy: Pharmacy, at: dt.datetime, banner: str
) -> Sheet:
    """Return the pages of the register of medicines derived from blood (CSP R.5121-186)."""
    return _DERIVED.sheet(
        map(_derived_row, entries),
        pharmacy,
        at,
        subtitle=f"{period} — {plural(len(entries), 'écriture')}",
        first=f"Produits reconnus d’après {derived_table().source}. Aide à vérifier par le pharmacien.",
        banner=banner,
    )


def period_of(first: dt.date | None, last: dt.date | None) -> str:
    """Return how a period is named on a page."""
    if first is None and last is None:
        return "Depuis l’origine"
    if first is None:
        assert last is not None
        return f"Jusqu’au {french.short_date(last)}"
    if last is None:
        return f"Depuis le {french.short_date(first)}"
    return f"Du {french.short_date(first)} au {french.short_date(last)}"


def _balance_row(line: BalanceLine, holding: Holding | None) -> SheetRow:
    now, stock, gap = "", "", ""
    if holding is not None:
        now = str(holding.balance)
        stock = "inconnu" if holding.stock_units is None else str(holding.stock_units)
        gap = "" if holding.difference is None else register_rules.signed(holding.difference)
    numbers = (line.opening, line.entries, line.exits, line.destroyed, line.lost)
    cells = (line.label, *map(str, numbers), register_rules.signed(line.adjusted), str(line.closing))
    return SheetRow((*cells, now, stock, gap), strong=gap not in {"", "0"})


def _destruction_row(entry: Entry) -> SheetRow:
    day, boxes, units = french.short_date(entry.day), str(-entry.boxes), str(-entry.units)
    return SheetRow((str(entry.seq), day, entry.label, boxes, units, entry.reference, entry.reason))


def _ordonnancier_row(one: BookEntry) -> SheetRow:
    entry = one.entry
    specialty = f", {entry.specialty}" if entry.specialty else ""
    establishment = f"\nÉtablissement {entry.establishment}" if entry.establishment else ""
    mention = f"Annulée : {one.cancelled}" if one.is_cancelled else ""
    return SheetRow(
        (
            str(entry.number),
            french.short_date(entry.day),
            entry.label,
            entry.list_class.label,
            str(entry.quantity),
            f"{entry.patient_name}\n{entry.patient_address or 'Adresse non renseignée'}",
            f"{entry.prescriber_name}{specialty}\n{entry.prescriber_address}{establishment}",
            "à venir" if entry.is_advance else french.short_date(entry.prescription_date),
            typographic("\n".join(part for part in (entry.bearer, mention, one.remark) if part)),
            entry.operator_name,
        ),
        struck=one.is_cancelled,
    )


def _narcotic_row(entry: Entry) -> SheetRow:
    people = [entry.patient_name, entry.patient_address]
    if entry.prescriber_name:
        people.append(f"Dr {entry.prescriber_name}, {entry.prescriber_address}".rstrip(", "))
    if entry.bearer:
        people.append(f"Porteur : {entry.bearer}")
    said = [entry.reason, f"Avec {entry.second_person}" if entry.second_person else "", entry.author_name]
    if entry.kind is EntryKind.INVENTORY and entry.stated is not None:
        said.insert(0, f"Compté : {plural(entry.stated, 'unité')}")
    elif entry.kind is EntryKind.CLOSING and entry.stated is not None:
        said.insert(0, f"À la clôture : {plural(entry.stated, 'unité')}")
    reference = entry.reference
    if entry.kind is EntryKind.DELIVERY:
        reference = f"Délivrance {entry.reference}"
        reference += f"\nOrdonnancier n° {entry.ordonnancier}" if entry.ordonnancier else ""
    return SheetRow(
        (
            str(entry.seq),
            french.short_date(entry.day),
            entry.kind.label,
            entry.label,
            str(entry.units) if entry.units > 0 else "",
            str(-entry.units) if entry.units < 0 else "",
            str(entry.balance),
            "\n".join(part for part in (reference, f"Lot {entry.lot}" if entry.lot else "") if part),
            typographic("\n".join(part for part in people if part)),
            typographic("\n".join(part for part in said if part)),
        )
    )


def _derived_row(entry: DerivedEntry) -> SheetRow:
    born = "" if entry.patient_birth_date is None else f"né(e) le {french.short_date(entry.patient_birth_date)}"
    people = (entry.patient_name, born, entry.patient_address, f"Porteur : {entry.bearer}" if entry.bearer else "")
    return SheetRow(
        (
            str(entry.seq),
            french.short_date(entry.day),
            entry.kind.label,
            entry.label,
            entry.lot,
            str(entry.quantity),
            typographic("\n".join(part for part in people if part)),
            f"{entry.prescriber_name}\n{entry.prescriber_address}".strip(),
            "\n".join(part for part in (_reference(entry), entry.reason, entry.author_name) if part),
        )
    )


def _reference(entry: DerivedEntry) -> str:
    """Return the document of an entry: the delivery note of what came, the number of the delivery of what left."""
    return f"Bon {entry.reference}" if entry.kind is DerivedKind.RECEIPT else f"n° {entry.reference}"
