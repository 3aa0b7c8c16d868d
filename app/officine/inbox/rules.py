"""How does the patient of a document compare with a file, trait by trait, and what may be done with the document?

Sources: Guide d’implémentation INS (EXI ID 10: the first name and the list of first names), RNIV (a document is filed
without a comparison only where the INS and the strict traits agree with an identity qualifiée); OFF-MSS-20 to 22. A
document never changes the traits of a file.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, one_line, plural, typographic
from app.officine.documents.shown import ComparedTrait
from app.officine.inbox.model import Agreement, Candidate, State
from app.officine.patients import names, transitions
from app.officine.patients.identity import Ins
from app.officine.patients.model import IdentityStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.officine.inbox.model import Received
    from app.officine.patients.identity import Traits
    from app.officine.patients.model import Patient

REASON_LIMIT = 200
NAME_LIMIT = 120
MOST_CANDIDATES = 8
LARGEST_FILE = 100_000_000
"""Octets of a file that is taken in; a longer one stays where it is, and that is said."""

TO_COMPARE = "GAL-REC-05"
VERY_ABNORMAL = "GAL-REC-17"
ABNORMAL = "GAL-REC-18"
"""What the list says of results before anybody opens them."""
TOO_BIG = "GAL-REC-11"
_FIRST_NAME = "1er prénom de naissance"
_INS = "Matricule INS"
_PLACE = "Code lieu naissance"
_NEEDED = ("Nom de naissance", _FIRST_NAME, "Date de naissance", "Sexe")
"""What a document must say to be of a file without doubt; a place of birth that it does not say differs in nothing."""
_PERSON = ("Nom de naissance", "Date de naissance", "Sexe")
"""Traits of which one mistyped is plausible, and all three are not."""
_SEXES = {"F": "Féminin", "M": "Masculin"}
_HIDDEN = "non affiché"

SAID = {
    Agreement.SURE: "L’INS et les traits stricts sont ceux de ce dossier, dont l’identité est qualifiée.",
    Agreement.SAME_INS: "L’INS et les traits concordent, mais l’identité du dossier n’est pas qualifiée.",
    Agreement.TRAITS: "Les traits stricts concordent, sans INS des deux côtés pour le confirmer.",
    Agreement.CONFLICT: "L’INS est la même, mais des traits diffèrent ou manquent.",
    Agreement.OTHER_INS: "Ce dossier porte une autre INS que le document.",
    Agreement.DIFFERS: "Des traits diffèrent ou manquent.",
}
TONES = {
    Agreement.SURE: "success",
    Agreement.SAME_INS: "warning",
    Agreement.TRAITS: "warning",
    Agreement.CONFLICT: "danger",
    Agreement.OTHER_INS: "danger",
    Agreement.DIFFERS: "warning",
}
"""How sure each agreement is, as a colour; the words say it too."""
_STARTS = {Agreement.CONFLICT: "Même INS, mais ", Agreement.OTHER_INS: "Autre INS ; "}


# --- The comparison ---------------------------------------------------------------------------------------------------


def compare(
    traits: Traits, ins: Ins | None, patient: Patient, *, may_see: bool, production: bool, current: int | None = None
) -> Candidate:
    """Return a file beside a document: each trait as both say it, and how surely it is the same person.

    ``may_see`` False hides the matricules themselves, not whether they agree. An INS of test proves nothing in
    ``production``; one whose key is wrong proves nothing at all.
    """
    told = ins if ins is not None and not ins_defects(ins, production=production) else None
    held = Ins(patient.matricule, patient.oid) if patient.matricule and patient.oid else None
    compared = (*_strict(traits, patient), _ins_trait(told, held, may_see=may_see), *_used(traits, patient))
    shown = tuple(one for one in compared if one.document or one.file)
    return Candidate(
        patient_id=patient.id,
        name=patient.display_name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        status=patient.status,
        agreement=_agreement(shown, told, held, patient.status),
        traits=shown,
        is_current=patient.id == current,
        shows_ins=may_see and held is not None,
    )


def ins_defects(ins: Ins, *, production: bool) -> list[Finding]:
    """Return why an INS that a document gives proves nothing here: wrong key, unknown authority, of test."""
    return [one for one in transitions.check_ins(ins, production=production) if one.severity is Severity.ERROR]


def ranked(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the files, the surest first; then those that differ least."""
    found = sorted(candidates, key=lambda one: (one.agreement.rank, len(one.differing), one.name))
    return tuple(found[:MOST_CANDIDATES])


def said(candidate: Candidate) -> str:
    """Return one sentence that judges a comparison, with the traits that differ."""
    if not any(one.document for one in candidate.traits):
        return "Ce document ne donne aucun trait d’identité à comparer."
    differing = [name for name in candidate.differing if name != _INS]
    if candidate.agreement in {Agreement.CONFLICT, Agreement.DIFFERS, Agreement.OTHER_INS} and differing:
        listed = ", ".join(name[0].lower() + name[1:] for name in differing)
        verb = "diffère" if len(differing) == 1 else "diffèrent"
        start = {Agreement.CONFLICT: "Même INS, mais ", Agreement.OTHER_INS: "Autre INS ; "}.get(
            candidate.agreement, ""
        )
        told = f"{start}{plural(len(differing), 'trait')} {verb} : {listed}."
        return typographic(told)
    return SAID[candidate.agreement]


def _agreement(
    traits: Sequence[ComparedTrait], told: Ins | None, held: Ins | None, status: IdentityStatus
) -> Agreement:
    by_name = {one.label: one for one in traits if one.label != _INS}
    differs = any(one.strict and one.same is False for one in by_name.values())
    complete = all(name in by_name and by_name[name].same for name in _NEEDED)
    alike = complete and not differs
    if told is not None and held is not None:
        if told != held:
            return Agreement.OTHER_INS
        if not alike:
            return Agreement.CONFLICT
        return Agreement.SURE if status is IdentityStatus.QUALIFIED else Agreement.SAME_INS
    return Agreement.TRAITS if alike else Agreement.DIFFERS


def _strict(written: Traits, patient: Patient) -> tuple[ComparedTrait, ...]:
    """Return the strict traits under the labels of the Guide INS: compared as the INS writes them, shown as written."""
    mine, _ = transitions.normalized(written)
    listed = patient.birth_names or patient.first_name
    first = names.first_name_agrees(patient.first_name, mine.birth_names) if mine.birth_names else None
    # What the document calls the first name must begin the list of the file, as that of the file begins its list.
    own = not mine.first_name or names.first_name_agrees(mine.first_name, listed)
    born = patient.birth_date
    whole = mine.birth_names in {listed, patient.first_name} or listed == mine.first_name
    return (
        _trait(
            "Nom de naissance", written.family_name, patient.family_name, same=mine.family_name == patient.family_name
        ),
        _trait("Prénom(s) de naissance", written.birth_names, listed, same=bool(first) and whole),
        _trait(_FIRST_NAME, written.first_name, patient.first_name, same=bool(first) and own),
        _trait(
            "Date de naissance",
            _day(written.birth_date),
            french.short_date(born),
            same=written.birth_date == born.isoformat(),
        ),
        _trait("Sexe", _SEXES.get(written.sex, ""), patient.sex.label, same=written.sex == patient.sex.value),
        _trait(_PLACE, written.birth_place, patient.birth_place, same=mine.birth_place == patient.birth_place),
    )


def _used(written: Traits, patient: Patient) -> tuple[ComparedTrait, ...]:
    mine, _ = transitions.normalized(written)
    pairs = (
        ("Nom utilisé", written.used_name, patient.used_name, mine.used_name),
        ("Prénom utilisé", written.used_first_name, patient.used_first_name, mine.used_first_name),
    )
    return tuple(
        _trait(label, told, held, same=names.converted(held) == normal, strict=False)
        for label, told, held, normal in pairs
    )


def _ins_trait(told: Ins | None, held: Ins | None, *, may_see: bool) -> ComparedTrait:
    def shown(ins: Ins | None) -> str:
        return "" if ins is None else _grouped(ins.matricule) if may_see else _HIDDEN

    return _trait(_INS, shown(told), shown(held), same=told == held)


def _trait(label: str, document: str, file: str, *, same: bool, strict: bool = True) -> ComparedTrait:
    """Return a trait; where one of the two does not say it, they neither agree nor differ."""
    return ComparedTrait(label, document, file, same if document and file else None, strict)


def _grouped(matricule: str) -> str:
    bounds = ((0, 1), (1, 3), (3, 5), (5, 7), (7, 10), (10, 13), (13, 15))
    return " ".join(matricule[start:end] for start, end in bounds if matricule[start:end])


def _day(value: str) -> str:
    """Return a date as the French write it; one that no calendar has, or that is partial, as it is."""
    try:
        return french.short_date(dt.date.fromisoformat(value))
    except ValueError:
        return value


def is_another(candidate: Candidate) -> bool:
    """Return True for a file that is surely of another person: nobody confirms a document into it.

    The name, the birth date and the sex all differ; or one of them does and the file has another INS, qualifiée.
    """
    differing = [one for one in _PERSON if one in candidate.differing]
    if len(differing) == len(_PERSON):
        return True
    has_other_ins = candidate.agreement is Agreement.OTHER_INS and candidate.status is IdentityStatus.QUALIFIED
    return has_other_ins and bool(differing)


def tone(candidate: Candidate) -> str:
    """Return how grave a comparison is, as a colour: a trait that tells persons apart weighs more than the others."""
    is_grave = any(one in candidate.differing for one in _PERSON)
    return "danger" if is_grave else TONES[candidate.agreement]


# --- What replaces what -----------------------------------------------------------------------------------------------


def supersedes(new: Received, old: Received) -> bool:
    """Return True where a document says that it takes the place of another: by its link, or by a higher version."""
    if new.id == old.id:
        return False
    if new.replaces and new.replaces == old.document_id:
        return True
    in_set = bool(new.set_id) and new.set_id == old.set_id
    return in_set and new.version is not None and old.version is not None and new.version > old.version


def same_person(one: Received, other: Received) -> bool:
    """Return True where two documents are of the same person: by their INS, else by name, first name, sex and birth.

    Of two that do not say all four, nobody knows: twins have a name and a birth date in common.
    """
    if one.ins is not None and other.ins is not None:
        return one.ins == other.ins
    mine, _ = transitions.normalized(one.traits)
    theirs, _ = transitions.normalized(other.traits)
    named = (mine.family_name, mine.first_name, mine.sex, mine.birth_date)
    return all(named) and named == (theirs.family_name, theirs.first_name, theirs.sex, theirs.birth_date)


def in_force(documents: Sequence[Received]) -> dict[int, int | None]:
    """Return, for each document of a family of versions, the one that took its place; None where it is in force.

    One that was refused or put aside takes no place, nor does one of another person, nor one filed in another file.
    """
    standing = [one for one in documents if one.state not in {State.REFUSED, State.ASIDE}]
    found: dict[int, int | None] = {}
    for old in documents:
        after = [one for one in standing if supersedes(one, old) and same_person(one, old) and _together(one, old)]
        last = max(after, key=lambda one: (one.version or 0, one.at, one.id), default=None)
        found[old.id] = None if last is None else last.id
    return found


def _together(one: Received, other: Received) -> bool:
    """Return False where a person has filed two documents in two files."""
    return one.patient_id is None or other.patient_id is None or one.patient_id == other.patient_id


# --- Words of a list --------------------------------------------------------------------------------------------------


def search_text(*parts: str) -> str:
    """Return the folded words under which a document is looked for, as they are kept beside it."""
    return fold(" ".join(parts))


def kept_name(name: str) -> str:
    """Return the name of a file as it is kept: its last part, on one line."""
    return one_line(name.replace("\\", "/").rsplit("/", 1)[-1], NAME_LIMIT).strip()


def reason_of(typed: str) -> str:
    """Return a reason as it is kept; empty where none was given."""
    return one_line(typed, REASON_LIMIT).strip()


# --- What may be done -------------------------------------------------------------------------------------------------


def check_reason(typed: str, what: str) -> list[Finding]:
    """Return what is wrong with the reason of an act on a document; ``what`` names the act."""
    if reason_of(typed):
        return []
    return [_error(1, f"Dites pourquoi le document est {what}.", "Tapez le motif, puis Entrée.", "reason")]


def unknown() -> Finding:
    """Return the refusal of an act on a document that is not there."""
    return _error(2, "Ce document n’existe pas.", "Relisez la liste.")


def check_filing(document: Received, candidate: Candidate | None, *, confirmed: bool) -> list[Finding]:
    """Return why a document may not be filed in a file; ``confirmed`` says that a person has compared the traits."""
    if document.state is State.ASIDE:
        text = "Ce document est mis de côté : il ne se classe dans aucun dossier."
        return [_error(3, text, "Demandez à l’expéditeur de l’envoyer de nouveau, ou refusez-le avec son motif.")]
    if document.state is not State.WAITING:
        return [moved(document)]
    if candidate is None:
        return [_error(6, "Ce dossier de patient n’existe pas.", "Choisissez le patient dans la liste.")]
    if is_another(candidate):
        text = f"{said(candidate)} Ce dossier est celui d’une autre personne."
        return [_error(19, text, "Choisissez un autre dossier, ou créez celui du patient (Alt+2, Ctrl+N).")]
    if candidate.agreement is not Agreement.SURE and not confirmed:
        advice = "Comparez les traits un à un, puis confirmez le classement."
        return [Finding(TO_COMPARE, Severity.ERROR, typographic(said(candidate)), advice)]
    return []


def moved(document: Received) -> Finding:
    """Return the refusal of an act on a document that is no more as it was on the screen."""
    where = f" : {document.state.label.lower()}"
    if document.state is State.FILED and document.patient_name:
        where += f" dans le dossier de {document.patient_name}"
    return _error(4, f"Ce document a changé d’état{where}.", "Relisez-le avant d’en décider.")


def not_filed() -> Finding:
    """Return the refusal to take out of a file what is in none."""
    return _error(7, "Ce document n’est classé dans aucun dossier.", "Relisez la liste.")


def not_refused() -> Finding:
    """Return the refusal to take again what was not refused."""
    return _error(8, "Ce document n’est pas refusé.", "Relisez la liste.")


def other_content() -> Finding:
    """Return what is said of a document that bears the identifier of another one, and does not say the same."""
    text = "Un autre document reçu porte le même identifiant, avec un contenu différent."
    return _warning(9, text, "Comparez les deux avant de classer ; demandez à l’auteur lequel fait foi.")


def other_person() -> Finding:
    """Return what is said of a document that claims to replace that of another person."""
    text = "Ce document dit en remplacer un autre, qui concerne une autre personne : rien n’a été remplacé."
    return _warning(10, text, "Prévenez son auteur ; vérifiez l’identité avant de classer.")


def too_big(octets: int) -> Finding:
    """Return what is said of a file that is too big to be taken in."""
    text = f"Ce fichier est trop gros : {octets // 1_000_000} Mo, {LARGEST_FILE // 1_000_000} au plus."
    advice = "Il n’a pas été copié et reste à sa place. Demandez à l’expéditeur un document plus léger."
    return Finding(TOO_BIG, Severity.ERROR, typographic(text), typographic(advice))


def not_read(name: str) -> Finding:
    """Return what is said of a file that its disk did not give."""
    text = f"« {kept_name(name)} » ne peut pas être lu."
    return _error(12, text, "Vérifiez qu’il est toujours là et que vous avez le droit de l’ouvrir.")


def no_document() -> Finding:
    """Return what is said of a file that is neither a CDA, an archive nor a PDF."""
    text = "Ce fichier n’est ni un document de santé (CDA), ni une archive XDM, ni un PDF."
    return _error(13, text, "Il est gardé tel quel. Demandez à l’expéditeur ce qu’il contient.")


def empty_folder() -> Finding:
    """Return what is said of a folder that holds nothing to take in."""
    text = "Ce dossier ne contient aucun fichier XML, ZIP ou PDF."
    return _error(15, text, "Choisissez le dossier où l’expéditeur a déposé ses documents.")


def too_many(left: int, most: int) -> Finding:
    """Return what is said where a folder holds more files than are taken in at once."""
    text = f"Ce dossier contient plus de {most} fichiers : {left} n’ont pas été importés."
    return _error(16, text, "Importez-les en plusieurs fois ; ils sont restés à leur place.")


def weak_ins(defect: Finding) -> Finding:
    """Return what is said of an INS that a document gives and that proves nothing here."""
    text = f"L’INS de ce document n’est pas retenue : {defect.text[0].lower()}{defect.text[1:]}"
    return _warning(14, text, "Le patient se reconnaît à ses traits, comparés un à un.")


def _error(number: int, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(f"GAL-REC-{number:02d}", Severity.ERROR, typographic(text), typographic(advice), subject)


def _warning(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-REC-{number:02d}", Severity.WARNING, typographic(text), typographic(advice))
