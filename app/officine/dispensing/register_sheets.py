"""What do the printed pages of the registers say? Pure: entries in, sheets out."""

from __future__ import annotations

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

    from app.docs.ticket import Pharmacy
    from app.officine.dispensing.book import BookEntry
    from app.officine.registers.model import DerivedEntry, Entry, MonthBalance

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


def ordonnancier_sheet(
    entries: Sequence[BookEntry], period: str, pharmacy: Pharmacy, at: dt.datetime, *, sort: str, banner: str
) -> Sheet:
    """Return the pages of the ordonnancier (CSP R.5132-10)."""
    columns = (
        SheetColumn("N°", 5, right=True),
        SheetColumn("Date", 8.5),
        SheetColumn("Médicament", 24),
        SheetColumn("Liste", 7),
        SheetColumn("Qté", 4, right=True),
        SheetColumn("Patient, adresse", 21),
        SheetColumn("Prescripteur, adresse", 21),
        SheetColumn("Ordonnance du", 8.5),
        SheetColumn("Porteur, mentions", 12),
        SheetColumn("Délivré par", 8),
    )
    years = retention_of("ordonnancier")
    return Sheet(
        title="Ordonnancier",
        subtitle=typographic(f"{period} — {SORTS[sort]} — {plural(len(entries), 'écriture')}"),
        pharmacy=pharmacy,
        printed_at=at,
        columns=columns,
        rows=tuple(_ordonnancier_row(one) for one in ordered(entries, sort)),
        notes=(f"Conservé {years.years} ans ({years.source}). Une délivrance annulée garde son numéro.",),
        banner=banner,
        empty="Aucune écriture sur cette période.",
    )


def narcotics_sheet(entries: Sequence[Entry], period: str, pharmacy: Pharmacy, at: dt.datetime, banner: str) -> Sheet:
    """Return the pages of the register of stupéfiants, in unités de prise (CSP R.5132-36)."""
    columns = (
        SheetColumn("N°", 4, right=True),
        SheetColumn("Date", 8.5),
        SheetColumn("Opération", 10),
        SheetColumn("Médicament", 24),
        SheetColumn("Entrée", 5, right=True),
        SheetColumn("Sortie", 5, right=True),
        SheetColumn("Solde", 6, right=True),
        SheetColumn("Référence, lot", 12),
        SheetColumn("Patient, prescripteur, porteur", 26),
        SheetColumn("Motif, personnes, auteur", 18),
    )
    years = retention_of("stupefiants")
    return Sheet(
        title="Registre des stupéfiants",
        subtitle=typographic(f"{period} — en unités de prise — {plural(len(entries), 'écriture')}"),
        pharmacy=pharmacy,
        printed_at=at,
        columns=columns,
        rows=tuple(_narcotic_row(entry) for entry in entries),
        notes=(f"Conservé {years.years} ans ({years.source}). Aucune écriture ne se modifie.",),
        banner=banner,
        empty="Aucune écriture sur cette période.",
    )


def balance_sheet(balance: MonthBalance, pharmacy: Pharmacy, at: dt.datetime, banner: str) -> Sheet:
    """Return the monthly balance of the stupéfiants, compared with what the stock holds now."""
    columns = (
        SheetColumn("Médicament", 42),
        SheetColumn("À l’ouverture", 8, right=True),
        SheetColumn("Entrées", 7, right=True),
        SheetColumn("Sorties", 7, right=True),
        SheetColumn("Destructions", 8, right=True),
        SheetColumn("Pertes et vols", 7, right=True),
        SheetColumn("Écarts d’inventaire", 8, right=True),
        SheetColumn("À la clôture", 8, right=True),
        SheetColumn("Registre à ce jour", 8, right=True),
        SheetColumn("Stock à ce jour", 8, right=True),
        SheetColumn("Écart", 6, right=True),
    )
    rows = []
    for line in balance.lines:
        holding = balance.holdings.get(line.code)
        now, stock, gap = "", "", ""
        if holding is not None:
            now = str(holding.balance)
            stock = "inconnu" if holding.stock_units is None else str(holding.stock_units)
            gap = "" if holding.difference is None else register_rules.signed(holding.difference)
        numbers = (line.opening, line.entries, line.exits, line.destroyed, line.lost)
        cells = (line.label, *map(str, numbers), register_rules.signed(line.adjusted), str(line.closing))
        rows.append(SheetRow((*cells, now, stock, gap), strong=gap not in {"", "0"}))
    if balance.closed is not None:
        state = f"arrêtée le {french.short_date(balance.closed)}"
    else:
        state = "non arrêtée" if balance.is_over else "provisoire, mois en cours"
    formula = "Clôture = ouverture + entrées − sorties − destructions − pertes et vols ± écarts d’inventaire."
    return Sheet(
        title=typographic(f"Balance des stupéfiants : {register_rules.month_name(balance.month)}"),
        subtitle=typographic(f"En unités de prise — {state}"),
        pharmacy=pharmacy,
        printed_at=at,
        columns=columns,
        rows=tuple(rows),
        notes=(typographic(formula), "L’ouverture d’un mois est la clôture du mois précédent (CSP R.5132-36)."),
        signatures=("Le pharmacien titulaire", "Cachet de l’officine"),
        banner=banner,
        empty="Aucun stupéfiant au registre.",
    )


def destruction_sheet(entries: Sequence[Entry], pharmacy: Pharmacy, at: dt.datetime, banner: str) -> Sheet:
    """Return the attestation of a destruction: the boxes, the witness, the document."""
    columns = (
        SheetColumn("N° d’écriture", 8, right=True),
        SheetColumn("Date", 10),
        SheetColumn("Médicament", 40),
        SheetColumn("Boîtes", 7, right=True),
        SheetColumn("Unités de prise", 9, right=True),
        SheetColumn("Document", 16),
        SheetColumn("Motif", 24),
    )
    rows = tuple(
        SheetRow(
            (
                str(entry.seq),
                french.short_date(entry.day),
                entry.label,
                str(-entry.boxes),
                str(-entry.units),
                entry.reference,
                entry.reason,
            )
        )
        for entry in entries
    )
    first = entries[0] if entries else None
    who = "" if first is None else f"Détruit par {first.author_name}, en présence de {first.second_person}, pharmacien."
    return Sheet(
        title="Attestation de destruction de stupéfiants",
        subtitle="" if first is None else f"Le {french.long_date(first.day)}",
        pharmacy=pharmacy,
        printed_at=at,
        columns=columns,
        rows=rows,
        notes=(who, "Porté au registre des stupéfiants, à conserver avec lui (CSP R.5132-36)."),
        signatures=("Le pharmacien titulaire", "Le pharmacien témoin"),
        banner=banner,
    )


def derived_sheet(
    entries: Sequence[DerivedEntry], period: str, pharmacy: Pharmacy, at: dt.datetime, banner: str
) -> Sheet:
    """Return the pages of the register of medicines derived from blood (CSP R.5121-186)."""
    columns = (
        SheetColumn("N°", 4, right=True),
        SheetColumn("Date", 8.5),
        SheetColumn("Opération", 8),
        SheetColumn("Médicament", 26),
        SheetColumn("Lot", 12),
        SheetColumn("Qté", 4, right=True),
        SheetColumn("Patient, naissance, adresse", 24),
        SheetColumn("Prescripteur, adresse", 22),
        SheetColumn("Délivrance ou bon, auteur", 12),
    )
    years = retention_of("derives")
    return Sheet(
        title="Registre des médicaments dérivés du sang",
        subtitle=typographic(f"{period} — {plural(len(entries), 'écriture')}"),
        pharmacy=pharmacy,
        printed_at=at,
        columns=columns,
        rows=tuple(_derived_row(entry) for entry in entries),
        notes=(
            f"Conservé {years.years} ans ({years.source}).",
            f"Produits reconnus d’après {derived_table().source}. Aide à vérifier par le pharmacien.",
        ),
        banner=banner,
        empty="Aucune écriture sur cette période.",
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
