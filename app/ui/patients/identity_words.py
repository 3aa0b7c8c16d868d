"""In which words and colours is an identity shown: status, attributes, traits, history?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import NBSP
from app.officine.patients.identities import OPTIONAL_TRAITS
from app.officine.patients.identity import STRICT
from app.officine.patients.identity_model import Event
from app.officine.patients.model import Attribute, IdentityStatus
from app.officine.patients.transitions import LABELS, OID_NIA
from app.officine.staff.rules import member_may
from app.ui import formats
from app.ui.patients.place_field import place_told

if TYPE_CHECKING:
    from app.officine.patients.cog_model import PlaceName
    from app.officine.patients.identity_model import EvidenceRecord, HistoryEntry, IdentityFile
    from app.officine.patients.model import Patient
    from app.officine.staff.model import Right
    from app.ui.context import Ui

STATUS_CHIPS = {
    IdentityStatus.PROVISIONAL: "neutral",
    IdentityStatus.RETRIEVED: "info",
    IdentityStatus.VALIDATED: "warning",
    IdentityStatus.QUALIFIED: "success",
}
"""Grey, blue, orange, green: the colour never goes without the word."""
ATTRIBUTE_WORDS = {
    Attribute.HOMONYM: ("Homonyme", "warning"),
    Attribute.DOUBTFUL: ("Identité douteuse", "danger"),
    Attribute.FICTITIOUS: ("Identité fictive", "danger"),
}
UNSENT = "INS non transmissible"
"""What is said of the INS of an identity récupérée (INS.37)."""
LOCKED = {
    IdentityStatus.RETRIEVED: "Traits stricts verrouillés\u00a0: ils viennent d’INSi.",
    IdentityStatus.VALIDATED: "Traits stricts verrouillés\u00a0: ils ont été contrôlés sur une pièce d’identité.",
    IdentityStatus.QUALIFIED: "Traits stricts verrouillés\u00a0: ils viennent d’INSi et ont été contrôlés.",
}
_TRAIT_LABELS = (
    ("family_name", "Nom de naissance"),
    ("first_name", "1er prénom de naissance"),
    ("birth_names", "Prénom(s) de naissance"),
    ("birth_date", "Date de naissance"),
    ("sex", "Sexe"),
    ("birth_place", "Code lieu naissance"),
    ("used_name", "Nom utilisé"),
    ("used_first_name", "Prénom utilisé"),
)
STRICT_LABELS = tuple(label for name, label in _TRAIT_LABELS if name in STRICT and name != "first_name")
"""The labels of the traits that the lock holds; the first name stays free where it begins the list (EXI ID 10)."""


def holds(ui: Ui, right: Right) -> bool:
    """Return True where who is at the screen holds a right; the services ask again."""
    return ui.operator is None or member_may(ui.operator, right)


def lock_words(status: IdentityStatus) -> str:
    """Return why the strict traits of an identity are locked, and who may open the lock (INS.30)."""
    return f"{LOCKED[status]} Seul le super-utilisateur identité les modifie."


def trait_pairs(
    file: IdentityFile,
    *,
    may_see: bool,
    on_screen: tuple[str, ...] = OPTIONAL_TRAITS,
    place: PlaceName | None = None,
) -> list[tuple[str, str]]:
    """Return the ten fields of an identity with the labels of the Guide (INS.01, INS.02); ``place`` in words."""
    return patient_pairs(file.patient, may_see=may_see, on_screen=on_screen, place=place)


def patient_pairs(
    patient: Patient,
    *,
    may_see: bool,
    on_screen: tuple[str, ...] = OPTIONAL_TRAITS,
    place: PlaceName | None = None,
) -> list[tuple[str, str]]:
    """Return the fields of the identity of a file; of the optional ones, those of ``on_screen``."""
    values = {
        "family_name": patient.family_name,
        "first_name": patient.first_name,
        "birth_names": patient.birth_names or patient.first_name,
        "birth_date": formats.date(patient.birth_date) + (" (incertaine)" if patient.birth_date_uncertain else ""),
        "sex": patient.sex.label,
        "birth_place": place_told(patient.birth_place, place),
        "used_name": patient.used_name,
        "used_first_name": patient.used_first_name,
    }
    hidden = set(OPTIONAL_TRAITS) - set(on_screen)
    pairs = [(label, values[name]) for name, label in _TRAIT_LABELS if name not in hidden]
    if patient.matricule and not may_see:
        return [*pairs, ("Matricule INS", "masqué à votre rôle")]
    shown = ins_words(patient, may_see=may_see)
    if shown and not patient.status.is_sent:
        shown[0] = (shown[0][0], f"{shown[0][1]}, non transmissible")
    return pairs + shown


def ins_words(patient: Patient, *, may_see: bool) -> list[tuple[str, str]]:
    """Return the matricule under a label that says its nature, and its OID; nothing to who may not see it."""
    if not (patient.matricule and patient.oid and may_see):
        return []
    nature = "NIA" if patient.oid == OID_NIA else "NIR"
    return [(f"Matricule INS ({nature})", formats.nir(patient.matricule)), ("OID", patient.oid)]


def evidence_words(evidence: EvidenceRecord | None, *, in_force: bool) -> str:
    """Return what is known of the last document checked, in words."""
    if evidence is None:
        return (
            "Pièce contrôlée, sans détail enregistré (type, date et auteur inconnus)."
            if in_force
            else "Aucune pièce d’identité n’a été contrôlée."
        )
    parts = [f"{evidence.label}, {evidence.mode.label}", f"niveau de confiance {evidence.trust}"]
    if not evidence.coherent:
        parts.append("traits différents du dossier")
    if evidence.beside:
        parts.append(f"avec {evidence.beside}")
    if evidence.expires is not None:
        parts.append(f"valable jusqu’au {formats.date(evidence.expires)}")
    said = ", ".join(parts)
    return f"{said}. Contrôlée le {formats.moment(evidence.at)} par {evidence.by}."


def history_line(entry: HistoryEntry) -> tuple[str, str]:
    """Return an event of the history in words, and under it when, by whom, and from which status to which."""
    title = entry.event.label
    details = entry.details
    if entry.event is Event.EVIDENCE:
        title += (
            f" ({details.get('code', '')}, {'traits conformes' if details.get('coherent') else 'traits différents'})"
        )
    elif entry.event in {Event.MARK, Event.UNMARK}:
        title += f"\u00a0: {details.get('attribute', '')!s}"
    elif entry.event is Event.VERIFY:
        title += "\u00a0: reconnue par INSi" if details.get("ok") else "\u00a0: non reconnue par INSi"
    elif entry.event is Event.EDIT:
        was = [f"{LABELS.get(name, name)} «{NBSP}{old}{NBSP}»" for name, old in details.get("changed", {}).items()]
        title += "\u00a0; avant\u00a0: " + ", ".join(was) if was else ""
    elif entry.event in {Event.MERGE, Event.UNMERGE}:
        title += f"\u00a0: avec le n°{NBSP}{details.get('other', '')} («{NBSP}{details.get('reason', '')}{NBSP}»)"
    elif entry.event is Event.EVIDENCE_WITHDRAWN:
        title += f"\u00a0: {details.get('reason', '')}"
    after = entry.after.label.removeprefix("Identité ")
    if entry.before is not None and entry.before is not entry.after:
        after = f"{entry.before.label.removeprefix('Identité ')} → {after}"
    return title, f"{formats.moment(entry.at)} · {entry.by} · {after}"
