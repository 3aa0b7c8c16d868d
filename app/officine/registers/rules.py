"""How many units does a box hold, is an act of the register acceptable, and what does a month come to?"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, one_line, plural, typographic
from app.officine.registers.model import BalanceLine, EntryKind, Units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.officine.registers.model import DerivedSubstance, Narcotic

REASON_LIMIT = 200
NAME_LIMIT = 120
MAX_UNITS_A_BOX = 1_000
MAX_BOXES = 10_000

_NOUNS = "gélule|comprimé|capsule|dispositif|film|suppositoire|pastille"
_EACH = re.compile(rf"(?:(\d+)\s+)?\D.*?\bde\s+(\d+)\s+({_NOUNS})", re.IGNORECASE)
# One container is one dose: an ampoule, or what is said to be of one dose.
_CONTAINER = re.compile(r"(\d+)\s+(ampoule|(?:récipient|flacon|applicateur)\S*(?=.*\bunidose))", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def units_of(presentation: str) -> Units:
    """Return the unités de prise of a box, read in its presentation as the public base writes it.

    ``plaquette(s) de 14 gélule(s)`` holds 14, ``5 sachet(s) de 1 dispositif(s)`` 5, ``10 ampoule(s) en verre de 1 ml``
    10. A bottle of so many ml says no number of doses: ``count`` is None, and a pharmacist gives it.
    """
    if " + " in presentation:
        return Units(None)
    found = _EACH.match(presentation)
    if found is not None:
        return Units(int(found[1] or 1) * int(found[2]), found[3].lower())
    found = _CONTAINER.match(presentation)
    if found is not None:
        return Units(int(found[1]), "ampoule" if found[2].lower() == "ampoule" else "unidose")
    return Units(None)


def is_derived(substances: Iterable[str], table: Sequence[DerivedSubstance]) -> bool:
    """Return True where a substance is one of the table of those derived from human blood."""
    return any(_matches(fold(name), row) for name in substances for row in table)


def _matches(name: str, row: DerivedSubstance) -> bool:
    return all(word in name for word in row.words) and not any(word in name for word in row.but)


# --- Checks -----------------------------------------------------------------------------------------------------------


def unknown_units(narcotic: Narcotic, subject: str = "") -> Finding:
    """Return the finding that refuses an entry in unités de prise while nobody knows how many a box holds."""
    return error(
        "GAL-STU-01",
        f"{narcotic.name} : le nombre d’unités de prise par boîte n’est pas connu, le registre ne peut pas être tenu.",
        "Indiquez-le : Registres (Alt+8), Stupéfiants, Ctrl+U « Unités par boîte ».",
        subject or narcotic.code,
    )


def through_the_register(narcotic: Narcotic) -> Finding:
    """Return the finding that refuses to correct the stock of a stupéfiant beside its register."""
    return error(
        "GAL-STU-02",
        f"{narcotic.name} est un stupéfiant : son stock ne se corrige que par son registre.",
        "Registres (Alt+8), Stupéfiants : F9 inventaire, F8 destruction, perte, vol ou retour.",
        narcotic.code,
    )


def beyond_balance(label: str, balance: int, asked: int, subject: str) -> Finding:
    """Return the finding that refuses to take more out of the register than it holds."""
    return error(
        "GAL-STU-03",
        f"{label} : le registre des stupéfiants tient {plural(balance, 'unité')}, il en sortirait {asked}.",
        "Enregistrez d’abord la réception, ou faites l’inventaire (Registres, Stupéfiants).",
        subject,
    )


def check_reason(reason: str, what: str = "Le motif") -> list[Finding]:
    """Return what is wrong with the reason of an act: it is mandatory, and printable."""
    if not reason.strip():
        return [error("GAL-STU-04", f"{what} manque.", "Il reste au registre : écrivez ce qui s’est passé.", "reason")]
    if len(reason) > REASON_LIMIT or not reason.isprintable():
        text = f"{what} a au plus {REASON_LIMIT} caractères imprimables."
        return [error("GAL-STU-05", text, "Abrégez-le.", "reason")]
    return []


def check_person(name: str, what: str) -> list[Finding]:
    """Return what is wrong with the name of the second person, or of the witness."""
    if not name.strip():
        return [error("GAL-STU-06", f"{what} manque.", "Écrivez son nom et son prénom.", "second_person")]
    if len(name) > NAME_LIMIT or not name.isprintable():
        text = f"{what} : au plus {NAME_LIMIT} caractères imprimables."
        return [error("GAL-STU-07", text, "Abrégez-le.", "second_person")]
    return []


def check_reference(reference: str, what: str) -> list[Finding]:
    """Return what is wrong with the reference of a document: mandatory, at most 64 printable characters."""
    if not reference.strip() or len(reference) > 64 or not reference.isprintable():
        text = f"{what} : de 1 à 64 caractères imprimables."
        return [error("GAL-STU-08", text, "Recopiez la référence du document.", "reference")]
    return []


def check_quantity(boxes: int, subject: str, lowest: int = 1) -> list[Finding]:
    """Return what is wrong with a number of boxes."""
    if lowest <= boxes <= MAX_BOXES:
        return []
    return [error("GAL-STU-09", f"Quantité impossible : {boxes}.", f"Indiquez de {lowest} à 10 000 boîtes.", subject)]


def check_units_a_box(count: int) -> list[Finding]:
    """Return what is wrong with a number of unités de prise a box."""
    if 1 <= count <= MAX_UNITS_A_BOX:
        return []
    text = f"Nombre d’unités par boîte impossible : {count}."
    return [error("GAL-STU-10", text, f"Indiquez de 1 à {MAX_UNITS_A_BOX} unités de prise.", "units")]


def check_counts(
    counts: Mapping[str, int], loose: Mapping[str, int], narcotics: Mapping[str, Narcotic]
) -> list[Finding]:
    """Return what is wrong with what was counted: whole boxes, and loose units of opened ones."""
    findings = [finding for code, boxes in counts.items() for finding in check_quantity(boxes, code, 0)]
    if not counts:
        findings.append(error("GAL-STU-11", "L’inventaire est vide.", "Comptez au moins un produit."))
    for code in counts:
        narcotic = narcotics.get(code)
        if narcotic is None:
            text = f"{one_line(code, 40)} n’est pas un stupéfiant du catalogue."
            findings.append(error("GAL-STU-12", text, "Corrigez son stock dans la salle Stock.", code))
        elif narcotic.units.count is None:
            findings.append(unknown_units(narcotic))
        elif not 0 <= loose.get(code, 0) < max(2, narcotic.units.count):
            text = f"{narcotic.name} : {loose[code]} unités hors boîte, c’est plus qu’une boîte."
            findings.append(error("GAL-STU-13", text, "Comptez les boîtes entières à part.", code))
    return findings


def check_month(month: str, *, today: dt.date, closed: bool) -> list[Finding]:
    """Return why the balance of a month can't be closed."""
    bounds = month_bounds(month)
    if bounds is None:
        return [error("GAL-STU-14", "Ce n’est pas un mois.", "Écrivez-le ainsi : 2026-11.", "month")]
    if bounds[1] > today:
        text = f"Le mois de {month_name(month)} n’est pas terminé."
        return [error("GAL-STU-15", text, "La balance s’arrête une fois le mois fini.", "month")]
    return [already_closed(month)] if closed else []


def already_closed(month: str) -> Finding:
    """Return the finding that refuses to close a month again."""
    text = f"La balance de {month_name(month)} est déjà arrêtée."
    return error("GAL-STU-16", text, "Elle ne change plus : imprimez-la.", "month")


def nothing_to_close(month: str) -> Finding:
    """Return the finding that refuses to close a month at whose end the register knows no product."""
    text = f"Le registre n’a rien à la fin de {month_name(month)}."
    return error("GAL-STU-21", text, "Choisissez un mois où des stupéfiants étaient détenus.", "month")


def not_narcotic(code: str) -> Finding:
    """Return the finding that refuses to write what is no stupéfiant into their register."""
    text = f"{one_line(code, 40)} n’est pas un stupéfiant du catalogue."
    return error("GAL-STU-12", text, "Choisissez le produit dans la liste.", code)


def missing_lot(label: str, subject: str) -> Finding:
    """Return the finding that refuses a medicine derived from blood whose lot nobody read (CSP R.5121-186)."""
    return error(
        "GAL-MDS-01",
        f"{label} est un médicament dérivé du sang : le lot de chaque boîte est obligatoire.",
        "Scannez le Data Matrix de chaque boîte, ou tapez « lot » et le numéro dans le champ unique.",
        subject,
    )


def missing_lot_received(label: str, code: str) -> Finding:
    """Return the finding that refuses the receipt of a medicine derived from blood without its lot.

    Its register follows each lot from the receipt to the patient (CSP R.5121-186 and R.5121-195).
    """
    return error(
        "GAL-MDS-04",
        f"{label} est un médicament dérivé du sang : son lot est obligatoire dès la réception.",
        "Recopiez le lot de la boîte ; un lot par entrée.",
        code,
    )


def missing_patient(label: str, subject: str) -> Finding:
    """Return the finding that refuses a medicine derived from blood without who receives it and who prescribed it."""
    return error(
        "GAL-MDS-02",
        f"{label} est un médicament dérivé du sang : le patient et le prescripteur sont obligatoires.",
        "Choisissez le patient (F2) et l’ordonnance (F4).",
        subject,
    )


def declare_theft() -> Finding:
    """Return what must be done after a theft or a diversion (CSP R.5132-80)."""
    return Finding(
        "GAL-STU-20",
        Severity.WARNING,
        typographic("Tout vol ou détournement de stupéfiants est à déclarer sans délai (CSP R.5132-80)."),
        typographic("Prévenez les autorités de police, l’agence régionale de santé et l’ANSM ; gardez les récépissés."),
    )


# --- Months -----------------------------------------------------------------------------------------------------------


def month_bounds(month: str) -> tuple[dt.date, dt.date] | None:
    """Return the first day of ``2026-11`` and of the month that follows; None for what is no month."""
    found = _MONTH.fullmatch(month)
    if found is None or not dt.MINYEAR < int(found[1]) < dt.MAXYEAR:
        return None
    first = dt.date(int(found[1]), int(found[2]), 1)
    return first, (first + dt.timedelta(days=32)).replace(day=1)


def month_of(day: dt.date) -> str:
    """Return the month of a day, as ``2026-11``."""
    return f"{day:%Y-%m}"


def month_before(month: str) -> str:
    """Return the month before ``month``."""
    bounds = month_bounds(month)
    assert bounds is not None
    return month_of(bounds[0] - dt.timedelta(days=1))


def month_after(month: str) -> str:
    """Return the month after ``month``."""
    bounds = month_bounds(month)
    assert bounds is not None
    return month_of(bounds[1])


def month_name(month: str) -> str:
    """Return a month in French, as ``novembre 2026``."""
    bounds = month_bounds(month)
    assert bounds is not None
    return f"{_NAMES[bounds[0].month - 1]} {bounds[0].year}"


_NAMES = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip

_ENTRIES = frozenset({EntryKind.OPENING, EntryKind.RECEIPT, EntryKind.CANCELLATION})
_EXITS = frozenset({EntryKind.DELIVERY, EntryKind.CESSION, EntryKind.RETURN})
_LOST = frozenset({EntryKind.LOSS, EntryKind.THEFT})


def balance_lines(
    labels: Mapping[str, str], before: Mapping[str, int], within: Mapping[tuple[str, EntryKind], int]
) -> tuple[BalanceLine, ...]:
    """Return the month of each product, by name.

    ``before`` is what the register held of each before the month, ``within`` the signed sum of each kind in it.
    """

    def total(code: str, kinds: Iterable[EntryKind]) -> int:
        return sum(within.get((code, kind), 0) for kind in kinds)

    codes = set(before) | {code for code, _kind in within}
    lines = [
        BalanceLine(
            code=code,
            label=labels.get(code, code),
            opening=before.get(code, 0),
            entries=total(code, _ENTRIES),
            exits=-total(code, _EXITS),
            destroyed=-total(code, {EntryKind.DESTRUCTION}),
            lost=-total(code, _LOST),
            adjusted=total(code, {EntryKind.INVENTORY}),
        )
        for code in codes
    ]
    return tuple(sorted(lines, key=lambda line: (fold(line.label), line.code)))


def signed(number: int) -> str:
    """Return a difference with its sign: ``+3``, ``−1``, ``0``."""
    return f"+{number}" if number > 0 else f"−{-number}" if number else "0"


def error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    """Return a refusal in French typography."""
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
