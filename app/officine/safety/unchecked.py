"""What of a sale could not be checked, and why? One quiet finding for each reason, never one for each product.

What is missing whatever the sale, a table that the officine never loaded, is no finding of a sale: ``missing_tables``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.officine.safety import ages, doubles
from app.officine.safety.model import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.officine.safety.model import SafetyCase, Taken

NO_COMPOSITION = "GAL-SEC-43"
NOT_IN_THESAURUS = "GAL-SEC-44"
NO_TABLE = "GAL-SEC-45"
NO_CLASS = "GAL-SEC-46"
NO_AGE = "GAL-SEC-47"
NO_ALLERGY = "GAL-SEC-48"

_MOST_NAMED = 6


def check(case: SafetyCase) -> Iterator[Finding]:
    """Return what was not checked, by reason; nothing for a sale without a medicine."""
    medicines = [line for line in case.lines if line.cis is not None]
    if not case.asked or not medicines:
        return
    yield from _compositions(case, medicines)
    yield from _classes(case, medicines)
    yield from _ages(case, medicines)
    if case.recorded is not None and case.recorded.is_silent and not case.allergies.strip():
        yield _note(
            NO_ALLERGY,
            "Allergies non contrôlées : le dossier du patient n’en dit rien.",
            "Notez-les, ou « aucune allergie connue », au dossier.",
        )


def _compositions(case: SafetyCase, medicines: list[Taken]) -> Iterator[Finding]:
    bare = [line for line in medicines if not line.actives]
    if bare:
        yield _note(
            NO_COMPOSITION,
            f"Interactions, doublons et allergies non contrôlés, composition inconnue : {_named(bare)}.",
            "La base publique des médicaments n’en donne pas les substances.",
        )
    if case.coverage is not Coverage.READY:
        return
    unknown: dict[str, list[str]] = {}
    for line in medicines:
        names = [active.name for active in line.actives if active.key not in case.classes]
        if names:
            unknown.setdefault(line.short, []).extend(names)
    if unknown:
        told = [f"{label} ({', '.join(dict.fromkeys(names))})" for label, names in unknown.items()]
        yield _note(
            NOT_IN_THESAURUS,
            f"Interactions non contrôlées, substance absente du thésaurus : {_listed(told)}.",
            f"Source : {case.source}. Ces substances n’y sont citées ni seules ni par leur classe.",
        )


def missing_tables(*, ages: bool, atc: bool) -> Finding | None:
    """Return what is said of the tables that the officine does not have; None where it has both.

    It holds of every sale until they are loaded: it is told of the officine, never found again in each sale.
    """
    missing = [name for name, there in (("limites d’âge", ages), ("classes ATC", atc)) if not there]
    if not missing:
        return None
    return _note(
        NO_TABLE,
        f"Aucune table installée : {' et '.join(missing)}.",
        "La base publique ne donne ni les âges, ni l’ATC de tous les produits. À charger par le titulaire.",
    )


def _classes(case: SafetyCase, medicines: list[Taken]) -> Iterator[Finding]:
    if len(medicines) + len(case.treatment) < 2:
        return
    bare = [line for line in medicines if line.actives and not doubles.has_class(line, case)]
    if bare:
        yield _note(
            NO_CLASS,
            f"Doublons de classe non contrôlés, aucune classe connue : {_named(bare)}.",
            "Ni code ATC, ni classe du thésaurus pour ces produits.",
        )


def _ages(case: SafetyCase, medicines: list[Taken]) -> Iterator[Finding]:
    if case.person is None:
        yield _note(
            NO_AGE,
            "Âge, allergies et traitement en cours non contrôlés : la vente est sans patient.",
            "F2 : patient.",
        )
        return
    if case.person.youngest is None:
        yield _note(
            NO_AGE, "Âge non contrôlé : la date de naissance du dossier est impossible.", "Corrigez le dossier."
        )
        return
    if case.age_table is None:
        return
    bare = [line for line in medicines if not ages.limits_of(line, case)]
    unsure = ages.doubtful(case)
    if unsure:
        yield _note(
            NO_AGE,
            f"Âge non contrôlé, date de naissance incertaine : {_named(unsure)}.",
            "Demandez l’âge : le jour ou le mois de naissance manque au dossier.",
        )
    elif bare:
        yield _note(
            NO_AGE,
            f"Âge non contrôlé, aucune limite connue : {_named(bare)}.",
            "La table des âges installée ne dit rien de ces produits.",
        )


def _named(lines: Iterable[Taken]) -> str:
    return _listed(dict.fromkeys(line.short for line in lines))


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    left = len(every) - _MOST_NAMED
    return ", ".join(every[:_MOST_NAMED]) + (
        f" et {left} autres" if left > 1 else f", {every[-1]}" if left == 1 else ""
    )


def _note(code: str, text: str, advice: str) -> Finding:
    return Finding(code, Severity.INFO, text, advice)
