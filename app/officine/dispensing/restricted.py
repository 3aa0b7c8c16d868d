"""What must an ordonnance carry for a medicine of restricted prescription, or one « d’exception »? Pure.

The conditions are those of the public medicines database (CSP R.5121-77): hospital prescription, initial hospital
prescription, prescription reserved to some specialists, particular surveillance. One finding a line says all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, typographic
from app.officine.prescriptions.data import exception_table
from app.officine.prescriptions.model import PrescriptionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.officine.dispensing.model import DraftLine
    from app.officine.dispensing.rules import Situation
    from app.officine.prescriptions.data import ExceptionTable

PRESCRIBER = "GAL-ORD-40"
SURVEILLANCE = "GAL-ORD-41"
EXCEPTION = "GAL-ORD-42"
EXCEPTION_UNKNOWN = "GAL-ORD-43"

_ARTICLE = "CSP R.5121-77"
_RESERVED = re.compile(
    r"prescription (?:initiale (?:annuelle |semestrielle |trimestrielle )?)?reservee aux "
    r"(?:specialistes et services|specialistes en|medecins competents(?: en)?|medecins) (.+)"
)
_RENEWAL = re.compile(r"renouvellement de la prescription reserve aux specialistes en (.+)")
_INITIAL = re.compile(r"prescription initiale (hospitaliere )?(annuelle|semestrielle|trimestrielle)?")
_VALID_FOR = {"annuelle": "moins d’un an", "semestrielle": "moins de six mois", "trimestrielle": "moins de trois mois"}
_FREE_RENEWAL = "renouvellement non restreint"
_WATCHED = (
    "medicament necessitant une surveillance particuliere",
    "prescription necessitant",
    "prescription et delivrance subordonnees",
    "delivrance ne pouvant se faire",
    "delivrance apres verification",
    "ordonnance avec la numeration",
    "la delivrance ne peut se faire",
)
_STEM = 6


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the conditions of a medicine ask of its ordonnance.

    ``hospital``: only a hospital prescribes. ``initial``: how recent the initial ordonnance to show must be (empty:
    no length is said), None where none is asked for; ``initial_hospital`` where it comes from a hospital. ``reserved``
    are the specialities, ``free_renewal`` True where any doctor renews. ``watched`` are the mentions to look for.
    """

    hospital: bool = False
    initial: str | None = None
    initial_hospital: bool = False
    reserved: tuple[str, ...] = ()
    free_renewal: bool = False
    watched: tuple[str, ...] = ()


def read_conditions(conditions: Iterable[str]) -> Conditions:
    """Return what the texts of the public database ask for."""
    hospital, initial, initial_hospital, free = False, None, False, False
    reserved: list[str] = []
    watched: list[str] = []
    for text in conditions:
        folded = fold(text)
        begun, kept = _INITIAL.match(folded), _RESERVED.match(folded)
        hospital |= folded == "prescription hospitaliere"
        free |= folded == _FREE_RENEWAL
        if begun is not None:
            initial = _VALID_FOR.get(begun[2] or "", "")
            initial_hospital |= begun[1] is not None
        if kept is not None:
            reserved.append(kept[1].removeprefix("exercant dans les "))
        if any(folded.startswith(one) for one in _WATCHED):
            watched.append(text)
    return Conditions(hospital, initial, initial_hospital, tuple(reserved), free, tuple(watched))


def is_specialist(specialty: str, reserved: Iterable[str]) -> bool:
    """Return True where a speciality is among those reserved: « Neurologue » is of « neurologie »."""
    stems = {word[:_STEM] for word in fold(specialty).split() if len(word) >= _STEM}
    stems -= {"medeci", "genera", "specia"}
    return any(stems & {word[:_STEM] for word in one.split()} for one in reserved)


def check(situation: Situation, table: ExceptionTable | None = None) -> Iterator[Finding]:
    """Return what the ordonnance must carry for each line: to be seen by the pharmacist, who alone reads the paper."""
    prescription = situation.session.prescription
    if prescription is None:
        return
    exceptions = exception_table() if table is None else table
    if prescription.kind is PrescriptionKind.EXCEPTION and not exceptions.cis:
        text = (
            "La liste des médicaments d’exception n’est pas dans les données publiques que Galien lit : elle est vide."
        )
        advice = "Vérifiez la fiche d’information thérapeutique de chaque médicament."
        yield Finding(EXCEPTION_UNKNOWN, Severity.INFO, text, advice, "prescription")
    for line in situation.session.lines:
        detail = situation.details.get(line.code)
        if detail is None or not line.prescribed:
            continue
        asked = read_conditions(detail.conditions)
        yield from _check_prescriber(line, asked, situation)
        if asked.watched:
            text = f"{line.label} : « {asked.watched[0]} »{_and_more(len(asked.watched) - 1)} ({_ARTICLE})."
            advice = "L’ordonnance ou le document demandé le mentionne-t-il ? Conditions entières : détail de la ligne."
            yield Finding(SURVEILLANCE, Severity.WARNING, typographic(text), typographic(advice), line.line_id)
        cis = detail.product.cis or ""
        if cis in exceptions.cis and prescription.kind is not PrescriptionKind.EXCEPTION:
            text = f"{line.label} : médicament d’exception, non pris en charge sans son ordonnance (CSS R.163-2)."
            advice = "F4 : ordonnance de médicament d’exception ; sinon, Ctrl+B le met hors ordonnance."
            yield Finding(EXCEPTION, Severity.WARNING, text, typographic(advice), line.line_id)


def _check_prescriber(line: DraftLine, asked: Conditions, situation: Situation) -> Iterator[Finding]:
    """Say who may prescribe, where the ordonnance as typed does not show that they did."""
    prescription, prescriber = situation.session.prescription, situation.prescriber
    assert prescription is not None
    if prescription.kind is PrescriptionKind.HOSPITAL:
        return
    specialty = "" if prescriber is None else prescriber.specialty
    if is_specialist(specialty, asked.reserved):
        return
    needs = []
    if asked.hospital:
        needs.append("prescription hospitalière")
    if asked.initial is not None:
        origin = "hospitalière" if asked.initial_hospital else "d’un spécialiste"
        needs.append(f"ordonnance initiale {origin} à présenter{f', de {asked.initial}' if asked.initial else ''}")
    if asked.reserved and not (asked.initial is not None and asked.free_renewal):
        needs.append(
            f"réservée à {', '.join(one.lower() for one in asked.reserved[:3])}{_and_more(len(asked.reserved) - 3)}"
        )
    if not needs:
        return
    who = f" ; prescripteur : {specialty}" if specialty else ""
    text = f"{line.label} : {' ; '.join(needs)}{who} ({_ARTICLE})."
    yield Finding(PRESCRIBER, Severity.WARNING, typographic(text), "Vérifiez-le sur l’ordonnance.", line.line_id)


def _and_more(count: int) -> str:
    return f" et {count} de plus" if count > 0 else ""
