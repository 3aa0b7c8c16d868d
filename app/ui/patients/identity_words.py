"""In which words and colours is an identity shown: status, attributes, traits, history?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import NBSP
from app.officine.patients.identities import visible
from app.officine.patients.identity_model import Event
from app.officine.patients.model import Attribute, IdentityStatus
from app.officine.patients.transitions import LABELS
from app.officine.staff.rules import member_may
from app.ui import formats

if TYPE_CHECKING:
    from app.officine.patients.identity_model import EvidenceRecord, HistoryEntry, IdentityFile
    from app.officine.staff.model import Right
    from app.ui.context import Ui

ATTRIBUTE_WORDS = {
    Attribute.HOMONYM: ("Homonyme", "warning"),
    Attribute.DOUBTFUL: ("Identité douteuse", "danger"),
    Attribute.FICTITIOUS: ("Identité fictive", "info"),
}
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


def holds(ui: Ui, right: Right) -> bool:
    """Return True where who is at the screen holds a right; the services ask again."""
    return ui.operator is None or member_may(ui.operator, right)


def trait_pairs(file: IdentityFile, *, may_see: bool) -> list[tuple[str, str]]:
    """Return the ten fields of an identity with the labels of the Guide (INS.01, INS.02)."""
    patient = file.patient
    values = {
        "family_name": patient.family_name,
        "first_name": patient.first_name,
        "birth_names": patient.birth_names or patient.first_name,
        "birth_date": formats.date(patient.birth_date) + (" (incertaine)" if patient.birth_date_uncertain else ""),
        "sex": patient.sex.label,
        "birth_place": patient.birth_place or "non renseigné",
        "used_name": patient.used_name,
        "used_first_name": patient.used_first_name,
    }
    matricule, nature = visible(file, may_see=may_see)
    pairs = [(label, values[name]) for name, label in _TRAIT_LABELS]
    if matricule:
        pairs += [
            (f"Matricule INS ({nature})", formats.nir(matricule)),
            ("OID", file.identity.ins.oid if file.identity.ins else ""),
        ]
    elif file.identity.ins is not None:
        pairs.append(("Matricule INS", "masqué à votre rôle"))
    return pairs


def evidence_words(evidence: EvidenceRecord | None, *, in_force: bool) -> str:
    """Return what is known of the last document checked, in words."""
    if evidence is None:
        return "Document non conservé par Galien." if in_force else "Aucune pièce d’identité n’a été contrôlée."
    parts = [f"{evidence.label}, {evidence.mode.label}", f"confiance {evidence.trust}"]
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
