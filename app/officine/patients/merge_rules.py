"""May two files be merged, and what identity comes of it?

Pure. The INS in force is kept, with the strict traits that INSi gave with it; a document of high trust counts where it
was checked against the same strict traits; the status is reckoned, as ever. Sources: RNIV (doublons, collisions), Guide
d’implémentation INS; dossier of the INS, 2.8.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity, is_refused
from app.kernel.text import NBSP, typographic
from app.officine.patients import rules
from app.officine.patients.identity import STRICT
from app.officine.patients.likeness import Grade, likeness, person_of
from app.officine.patients.merge_model import Line, Part, Settled
from app.officine.patients.model import IdentityStatus
from app.officine.patients.names import first_name_agrees
from app.officine.patients.transitions import LABELS

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.officine.patients.identity import Identity
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.patients.model import Coverage, Patient

REASON_LIMIT = 200
COLLISION = "GAL-FUS-03"
_SAME = ("family_name", "sex", "birth_date", "birth_place")
_FIELDS = {
    Part.USED_NAME: ("used_name",),
    Part.USED_FIRST_NAME: ("used_first_name",),
    Part.PHONE: ("phone",),
    Part.EMAIL: ("email",),
    Part.ADDRESS: ("address_line", "postal_code", "city"),
}


def settle(keep: IdentityFile, absorb: IdentityFile) -> Settled:
    """Return what the identity of the kept file becomes, with what there is to say; unchanged where it is refused."""
    findings = [*_check_files(keep, absorb), *_check_ins(keep, absorb), *_check_traits(keep, absorb)]
    if is_refused(findings):
        return Settled(identity=keep.identity, leads=False, findings=tuple(findings))
    leads = _absorbed_leads(keep, absorb)
    lead, other = (absorb, keep) if leads else (keep, absorb)
    agree = same_strict(lead.identity, other.identity)
    if other.identity.evidence and not lead.identity.evidence and not agree:
        text = "La pièce contrôlée l’a été sur d’autres traits stricts : elle ne valide pas le dossier conservé."
        findings.append(_finding(6, Severity.WARNING, text, "Contrôlez de nouveau une pièce après la fusion."))
    identity = replace(
        lead.identity,
        # The used names are complementary: they stay those of the kept file unless chosen otherwise.
        traits=replace(
            lead.identity.traits,
            used_name=keep.identity.traits.used_name,
            used_first_name=keep.identity.traits.used_first_name,
        ),
        evidence=lead.identity.evidence or (other.identity.evidence if agree else ""),
        attributes=keep.identity.attributes | absorb.identity.attributes,
        presented=lead.identity.presented or other.identity.presented,
    )
    return Settled(identity=identity, leads=leads, findings=(*findings, *_look_twice(keep, absorb)))


def same_strict(one: Identity, other: Identity) -> bool:
    """Return True where two identities hold the same strict traits.

    A list of first names not known beyond the first differs in nothing from one that it begins; a place not known
    differs.
    """
    mine, theirs = one.traits, other.traits
    if any(
        getattr(mine, name) != getattr(theirs, name) for name in ("family_name", "sex", "birth_date", "birth_place")
    ):
        return False
    lists = {mine.birth_names or mine.first_name, theirs.birth_names or theirs.first_name}
    shortest, longest = min(lists, key=len), max(lists, key=len)
    known_short = {name for name in (mine.first_name, theirs.first_name) if name == shortest}
    agree = first_name_agrees(mine.first_name, longest) and first_name_agrees(theirs.first_name, longest)
    return agree and (len(lists) == 1 or bool(known_short))


def check_reason(reason: str) -> list[Finding]:
    """Return a refusal where it is not said why."""
    if reason.strip() and len(reason) <= REASON_LIMIT and reason.isprintable():
        return []
    text = f"Il manque le motif, ou il passe {REASON_LIMIT} caractères."
    return [_finding(7, Severity.ERROR, text, "Dites pourquoi en quelques mots : il reste dans l’historique.")]


def lines(keep: IdentityFile, absorb: IdentityFile) -> tuple[Line, ...]:
    """Return what is compared: strict traits, what the identities are worth, then what is chosen part by part."""
    mine, theirs = keep.identity.traits, absorb.identity.traits
    strict = [
        Line(label=LABELS[name].capitalize(), keep=_shown(name, mine), absorb=_shown(name, theirs)) for name in STRICT
    ]
    worth = [
        Line(label="Statut", keep=_status(keep), absorb=_status(absorb)),
        Line(label="Pièce contrôlée", keep=_evidence(keep), absorb=_evidence(absorb)),
    ]
    chosen = [
        Line(label=part.label, keep=shown_part(keep.patient, part), absorb=shown_part(absorb.patient, part), part=part)
        for part in Part
    ]
    return (*strict, *worth, *chosen)


def proposed(keep: Patient, absorb: Patient) -> frozenset[Part]:
    """Return the parts that only the absorbed file says."""
    return frozenset(part for part in Part if not _says(keep, part) and _says(absorb, part))


def shown_part(patient: Patient, part: Part) -> str:
    """Return what a file says of a part, in words; empty where it says nothing."""
    if part is Part.COVERAGE:
        return _coverage(patient.coverage)
    return " ".join(str(getattr(patient, name)) for name in _FIELDS[part] if getattr(patient, name))


def united(keep: str, absorb: str) -> str:
    """Return the free text of the allergies of both files: nothing of it is ever lost."""
    keep, absorb = keep.strip(), absorb.strip()
    if not absorb or absorb in keep:
        return keep
    return absorb if not keep or keep in absorb else f"{keep}\n{absorb}"


def columns_of(taken: Collection[Part], every: Collection[str]) -> list[str]:
    """Return which of the columns of a file hold these parts."""
    names = [name for part in taken if part is not Part.COVERAGE for name in _FIELDS[part]]
    return names + [name for name in every if name.startswith("coverage_") and Part.COVERAGE in taken]


def not_there() -> Finding:
    """Return the finding for a merge that does not exist, or that was undone already."""
    return _finding(11, Severity.ERROR, "Cette fusion n’existe pas, ou elle est déjà annulée.", "Relisez l’historique.")


def undo_later_first(kept_id: int) -> Finding:
    """Return the refusal to undo a merge under another one, whose kept file is ``kept_id``."""
    text = f"Une fusion plus récente, dans le dossier n°{NBSP}{kept_id}, tient encore."
    return _finding(12, Severity.ERROR, text, "Annulez d’abord celle-là.", str(kept_id))


def taken_elsewhere(holder: int | None) -> Finding:
    """Return the refusal to give back an INS that is in force in a third file."""
    text = "Le matricule INS à rendre est à présent celui d’un autre dossier : la fusion n’est pas annulée."
    advice = "Comparez-les : deux dossiers portent sans doute la même personne."
    return _finding(13, Severity.ERROR, text, advice, "" if holder is None else str(holder))


def undone_without_ins() -> Finding:
    """Return what is said where the identity was changed since the merge."""
    text = "L’identité du dossier conservé a changé depuis la fusion : elle reste, sans l’INS rendu à l’autre dossier."
    return _finding(14, Severity.WARNING, text, "Vérifiez les deux identités : elles sont à revoir.")


def stays_since(what: str) -> Finding:
    """Return what is said of a part that was changed since the merge: it stays with the kept file."""
    return _finding(15, Severity.INFO, f"Changé depuis la fusion, gardé tel quel : {what}.", "")


def _check_files(keep: IdentityFile, absorb: IdentityFile) -> list[Finding]:
    if keep.patient.id == absorb.patient.id:
        return [_finding(1, Severity.ERROR, "C’est deux fois le même dossier.", "Choisissez l’autre dossier.")]
    found = [*rules.merged(keep.patient), *rules.merged(absorb.patient)]
    forcing = [one.identity.is_forced for one in (keep, absorb)]
    if forcing[0] != forcing[1]:
        text = "Une seule des deux identités est douteuse ou fictive : elle ne se fusionne pas avec l’autre."
        found.append(_finding(2, Severity.ERROR, text, "Levez d’abord cet attribut, après vérification."))
    elif forcing[0] and keep.identity.attributes != absorb.identity.attributes:
        text = "Les deux identités ne portent pas les mêmes attributs."
        found.append(_finding(2, Severity.ERROR, text, "Mettez-les d’accord d’abord (F9)."))
    return found


def _check_ins(keep: IdentityFile, absorb: IdentityFile) -> list[Finding]:
    mine, theirs = keep.identity.ins, absorb.identity.ins
    if mine is None or theirs is None or mine == theirs:
        return []
    if keep.identity.status is absorb.identity.status is IdentityStatus.QUALIFIED:
        text = "Deux identités qualifiées portent deux matricules INS : collision potentielle, rien n’est fusionné."
        advice = "Vérifiez chaque INS auprès d’INSi : celui qui n’est plus reconnu sera invalidé."
        return [_finding(3, Severity.ERROR, text, advice)]
    if _succeeds(keep, absorb) is _succeeds(absorb, keep):
        text = "Les deux dossiers portent deux matricules INS, et INSi ne dit pas que l’un a remplacé l’autre."
        return [_finding(4, Severity.ERROR, text, "Vérifiez chaque INS auprès d’INSi avant de fusionner.")]
    return []


def _check_traits(keep: IdentityFile, absorb: IdentityFile) -> list[Finding]:
    mine, theirs = keep.identity, absorb.identity
    if mine.ins is None and theirs.ins is None and mine.evidence and theirs.evidence and not same_strict(mine, theirs):
        text = "Les deux identités sont validées, et leurs traits stricts diffèrent."
        return [_finding(5, Severity.ERROR, text, "Corrigez d’abord celle qui est fausse, d’après la pièce.")]
    return []


def _look_twice(keep: IdentityFile, absorb: IdentityFile) -> list[Finding]:
    found = likeness(person_of(keep), person_of(absorb))
    if found is None:
        text = "Rien dans les traits ne dit que ces deux dossiers sont ceux d’une même personne."
        return [_finding(8, Severity.WARNING, text, "Ne fusionnez que si la personne l’a confirmé, pièce en main.")]
    if found.grade is Grade.TWINS:
        text = "Ces deux dossiers sont sans doute ceux de jumeaux : deux personnes."
        return [_finding(9, Severity.WARNING, text, "Marquez-les homonymes plutôt que de les fusionner.")]
    return []


def _succeeds(one: IdentityFile, other: IdentityFile) -> bool:
    """Return True where INSi told, in the first file, that the INS of the second was in force before."""
    return any(past.ins == other.identity.ins for past in one.insi_history)


def _absorbed_leads(keep: IdentityFile, absorb: IdentityFile) -> bool:
    """Return True where strict traits and INS are the absorbed file’s: it has the INS in force, or a document."""
    mine, theirs = keep.identity, absorb.identity
    if mine.ins is not None and theirs.ins is not None:
        return mine.ins != theirs.ins and _succeeds(absorb, keep)
    if mine.ins is not None or theirs.ins is not None:
        return theirs.ins is not None
    return bool(theirs.evidence) and not mine.evidence


def _says(patient: Patient, part: Part) -> bool:
    if part is Part.COVERAGE:
        return patient.coverage != type(patient.coverage)()
    return bool(shown_part(patient, part))


def _shown(name: str, traits: object) -> str:
    value = str(getattr(traits, name))
    if name == "birth_date" and value:
        year, month, day = value.split("-")
        return f"{day}/{month}/{year}"
    return {"F": "Féminin", "M": "Masculin", "I": "Indéterminé"}.get(value, value) if name == "sex" else value


def _status(file: IdentityFile) -> str:
    return file.identity.status.label.removeprefix("Identité ").capitalize()


def _evidence(file: IdentityFile) -> str:
    if not file.identity.evidence:
        return ""
    return file.identity.evidence if file.evidence is None else file.evidence.label


def _coverage(coverage: Coverage) -> str:
    words = [
        "Alsace-Moselle" if coverage.scheme == "alsace_moselle" else "Régime général",
        *(("exonération",) if coverage.exemption else ()),
        *(("CSS",) if coverage.css else ()),
        *(("complémentaire",) if coverage.amc else ()),
        *(("ALD",) if coverage.ald else ()),
    ]
    until = [day for day in (coverage.exemption_to, coverage.css_to, coverage.ald_to) if day is not None]
    return ", ".join(words) + (f", jusqu’au {french.short_date(min(until))}" if until else "")


def _finding(number: int, severity: Severity, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(f"GAL-FUS-{number:02d}", severity, typographic(text), typographic(advice), subject)
