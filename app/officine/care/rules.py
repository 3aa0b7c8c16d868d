"""What is wrong with a document of the pharmacist as it is typed, and what may become of one that is written? Pure.

What the standards ask of the document itself (CDA, INS, PDF/A) is asked by ``app.docs`` of what is built from the
draft; here is what the officine asks of its own form.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.kernel import french
from app.kernel.identifiers import is_rpps
from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line, plural, typographic
from app.officine.care.model import (
    BilanPart,
    CareDraft,
    DocumentKind,
    DocumentState,
    EntretienPart,
    VaccinationPart,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.officine.care.model import Addressee, Part, WrittenDocument
    from app.officine.staff.model import Member

T = TypeVar("T")

NAME_LIMIT: Final = 100
REASON_LIMIT: Final = 200
TEXT_LIMIT: Final = 20_000
"""Of one text, in characters: some eight pages; a document is read by a colleague in a hurry."""
RIGHTS_LIMIT: Final = 3_000
_MOST_SECTIONS: Final = 40
_MOST_TREATMENTS: Final = 100
_MOST_RECIPIENTS: Final = 30
_PARTS: Final = {
    DocumentKind.VACCINATION: VaccinationPart,
    DocumentKind.ENTRETIEN: EntretienPart,
    DocumentKind.BILAN: BilanPart,
}
_OF_SEVERAL_LINES: Final = frozenset({"text", "analysis", "proposals", "follow_up", "observation", "reason"})
_NAMES: Final = frozenset({"family_name", "given_name", "manufacturer"})
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that nobody sees and that change the order in which a text is read (Unicode annex 9)."""
_ADDRESS: Final = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+\.[^\s@<>,;:.]+")
_LABELS: Final = {
    "cip13": "Code CIP13", "name": "Nom", "atc": "Code ATC", "lot": "Numéro de lot", "route": "Voie d’administration",
    "site": "Site d’injection", "dose": "Dose", "manufacturer": "Fabricant", "reason": "Motif", "act": "Nature",
    "theme": "Thème", "title": "Titre", "text": "Texte", "frequency": "Prises", "indication": "Indication",
    "observation": "Observation", "analysis": "Analyse", "proposals": "Propositions", "follow_up": "Suivi",
    "family_name": "Nom", "given_name": "Prénom", "rpps": "RPPS", "mss": "Adresse MSSanté",
}  # fmt: skip
_RANKED: Final = {"sections": "partie", "treatments": "traitement", "recipients": "destinataire"}


# --- A draft ----------------------------------------------------------------------------------------------------------


def tidy(draft: CareDraft) -> CareDraft:
    """Return the draft with its texts trimmed, and on one line where a field has one line."""
    return _tidied(draft)


def check(draft: CareDraft) -> list[Finding]:
    """Return what is wrong with a draft that is tidied; subjects are paths of fields (``part.sections.0.text``).

    Raises TypeError where its part is not what its kind says.
    """
    if not isinstance(draft.part, _PARTS[draft.kind]):
        raise TypeError("the part of a draft is what its kind says")
    found = [*_characters(draft), *_lengths(draft), *_counts(draft), *_recipients(draft)]
    if isinstance(draft.part, VaccinationPart):
        found += _vaccination(draft.part)
    if draft.replaces is not None and not draft.reason:
        text = "Le motif de la correction manque : le document remplacé reste lisible, avec ce motif."
        found.append(_error(12, text, "Écrivez-le.", "reason"))
    return found


def check_author(author: Member | None, supervisor: Member | None) -> list[Finding]:
    """Return why these people may not write a document: a préparateur does under the eye of a pharmacist.

    Source: CSP L.4241-1 (the préparateur works under the effective control of a pharmacist).
    """
    if author is None:
        text = "Un document est écrit par une personne de l’équipe."
        return [_error(2, text, "Identifiez-vous à ce poste (F12).", "author")]
    found = []
    if not is_rpps(author.rpps):
        text = f"Le numéro RPPS de {author.name} n’est pas noté : un document de santé nomme son auteur par ce numéro."
        found.append(_error(25, text, "Le titulaire le note : Équipe (Alt+0), F6 « Modifier ».", "author.rpps"))
    if author.role.is_pharmacist:
        return found
    if supervisor is None:
        text = "Le pharmacien sous la responsabilité de qui l’acte est fait n’est pas indiqué."
        found.append(_error(3, text, "Choisissez-le : c’est lui qui répond du document.", "supervisor_id"))
    elif not supervisor.role.is_pharmacist or not supervisor.active:
        text = f"{supervisor.name} n’est pas un pharmacien de l’équipe."
        found.append(_error(4, text, "Choisissez un pharmacien.", "supervisor_id"))
    elif not is_rpps(supervisor.rpps):
        text = f"Le numéro RPPS de {supervisor.name} n’est pas noté : il ne peut pas répondre du document."
        found.append(_error(4, text, "Le titulaire le note : Équipe (Alt+0), F6 « Modifier ».", "supervisor_id"))
    return found


def fields(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text of a draft that is not empty, with the path of its field."""
    if isinstance(value, str):
        if value:
            yield path, value
    elif isinstance(value, tuple):
        for rank, item in enumerate(value):
            yield from fields(item, f"{path}.{rank}")
    elif dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            if one.name != "kind":
                yield from fields(getattr(value, one.name), f"{path}.{one.name}".lstrip("."))


def label(path: str) -> str:
    """Return how the screens name a field: ``Texte (partie 2)``."""
    parts = path.split(".")
    named = _LABELS.get(parts[-1], parts[-1])
    ranks = [f"{_RANKED[name]} {int(rank) + 1}" for name, rank in itertools.pairwise(parts) if name in _RANKED]
    return f"{named} ({ranks[0]})" if ranks else named


def _tidied(value: T, name: str = "") -> T:
    changed: Any = value
    if isinstance(value, str):
        plain = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        changed = plain.strip(" \n") if name in _OF_SEVERAL_LINES else re.sub(r"[ \n]+", " ", plain).strip(" ")
    elif isinstance(value, tuple):
        changed = tuple(_tidied(item, name) for item in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in dataclasses.fields(value) if one.name != "kind"]
        changed = dataclasses.replace(value, **{one: _tidied(getattr(value, one), one) for one in names})
    return changed  # type: ignore[no-any-return] # the same kind as it was given


def _characters(draft: CareDraft) -> Iterator[Finding]:
    for path, text in fields(draft):
        if any(_is_invisible(char) for char in text):
            said = f"{label(path)} : un caractère invisible s’y trouve, qu’un document ne peut pas porter."
            yield _error(5, said, "Retapez ce texte au clavier.", path)


def _is_invisible(char: str) -> bool:
    if char.isprintable() or char == "\n":
        return False
    return char in _TURNING or unicodedata.category(char) in {"Cc", "Cs"} or ord(char) & 0xFFFE == 0xFFFE


def _lengths(draft: CareDraft) -> Iterator[Finding]:
    for path, text in fields(draft):
        name = path.rpartition(".")[2]
        limit = REASON_LIMIT if path == "reason" else NAME_LIMIT if name in _NAMES else TEXT_LIMIT
        if len(text) > limit:
            said = f"{label(path)} : {plural(len(text), 'caractère')}, {limit} au plus."
            yield _error(6, said, "Raccourcissez ce texte.", path)


def _counts(draft: CareDraft) -> Iterator[Finding]:
    part = draft.part
    if isinstance(part, EntretienPart) and len(part.sections) > _MOST_SECTIONS:
        yield _error(6, f"Un entretien a au plus {_MOST_SECTIONS} parties.", "Réunissez-en.", "part.sections")
    if isinstance(part, BilanPart) and len(part.treatments) > _MOST_TREATMENTS:
        yield _error(6, f"Un bilan a au plus {_MOST_TREATMENTS} traitements.", "Ôtez-en.", "part.treatments")
    if len(draft.recipients) > _MOST_RECIPIENTS:
        yield _error(6, f"Un document a au plus {_MOST_RECIPIENTS} destinataires.", "Ôtez-en.", "recipients")


def _recipients(draft: CareDraft) -> Iterator[Finding]:
    if not draft.recipients and not draft.to_patient:
        text = "Le document n’a aucun destinataire."
        yield _warning(7, text, "Ajoutez le médecin traitant, ou remettez-le au patient.", "recipients")
    seen: set[str] = set()
    for rank, one in enumerate(draft.recipients):
        path = f"recipients.{rank}"
        yield from _recipient(one, path)
        name = one.rpps or one.mss
        if name and name in seen:
            yield _warning(8, "Ce destinataire est nommé deux fois.", "Ôtez l’un des deux.", path)
        seen.add(name)


def _recipient(one: Addressee, path: str) -> Iterator[Finding]:
    if not one.family_name:
        yield _error(8, "Un destinataire n’a pas de nom.", "Nommez-le, ou ôtez-le.", f"{path}.family_name")
    if one.rpps and not is_rpps(one.rpps):
        text = "Le numéro RPPS du destinataire n’est pas valide : 11 chiffres, le dernier est une clé."
        yield _error(8, text, "Recopiez-le depuis l’annuaire, ou laissez-le vide.", f"{path}.rpps")
    if one.mss and not _ADDRESS.fullmatch(one.mss):
        text = "L’adresse MSSanté du destinataire n’en est pas une."
        yield _error(8, text, "Recopiez-la depuis l’annuaire, ou laissez-la vide.", f"{path}.mss")


def _vaccination(part: VaccinationPart) -> Iterator[Finding]:
    if not part.lot:
        text = "Le numéro de lot manque : sans lui, un rappel de lot ne retrouverait pas ce patient."
        yield _error(9, text, "Scannez la boîte, ou recopiez-le.", "part.lot")
    if part.expiry is None:
        yield _warning(9, "La date de péremption manque.", "Scannez la boîte, ou recopiez-la.", "part.expiry")
    if not part.route:
        yield _warning(10, "La voie d’administration n’est pas dite.", "Choisissez-la.", "part.route")
    if not part.site and part.route not in _WITHOUT_SITE:
        yield _warning(10, "Le site d’injection n’est pas dit.", "Choisissez-le.", "part.site")


_WITHOUT_SITE: Final = frozenset({"PO", "NASINHLC"})
"""Routes that have no place of injection."""


# --- A document that is written ---------------------------------------------------------------------------------------


def state_of(*, replaced: bool, deleted: bool) -> DocumentState:
    """Return what became of a document."""
    if deleted:
        return DocumentState.DELETED
    return DocumentState.REPLACED if replaced else DocumentState.VALID


def not_live(document: WrittenDocument) -> list[Finding]:
    """Return why a document may be neither replaced nor deleted: it has been already."""
    if document.state is DocumentState.REPLACED:
        text = "Ce document a déjà été remplacé : une version plus récente existe."
        return [_error(13, text, "Ouvrez la dernière version.", "replaces")]
    if document.state is DocumentState.DELETED:
        text = f"Ce document a été supprimé : {document.deletion}."
        return [_error(13, text, "Écrivez-en un nouveau si besoin.", "replaces")]
    return []


def check_replacement(draft: CareDraft, before: WrittenDocument | None, files: frozenset[int]) -> list[Finding]:
    """Return why a draft may not take the place of a document; ``files`` are all the files of its patient."""
    if before is None:
        return [unknown()]
    if before.kind is not draft.kind or before.patient_id not in files:
        text = "Le document à remplacer est d’une autre nature, ou d’un autre patient."
        return [_error(14, text, "Reprenez la correction depuis le document.", "replaces")]
    return not_live(before)


def check_deletion(reason: str) -> list[Finding]:
    """Return what is wrong with the reason of a deletion."""
    if not reason.strip():
        return [_error(15, "Le motif de la suppression manque.", "Écrivez-le : il reste avec le document.", "reason")]
    if len(reason.strip()) > REASON_LIMIT:
        text = f"Le motif a {plural(len(reason.strip()), 'caractère')}, {REASON_LIMIT} au plus."
        return [_error(15, text, "Raccourcissez-le.", "reason")]
    return []


def kept_reason(reason: str) -> str:
    """Return a reason as it is kept: on one line."""
    return one_line(reason, REASON_LIMIT).strip()


def title_of(kind: DocumentKind, part: Part) -> str:
    """Return how lists name a document: its kind, and what tells it from another of the same kind."""
    if isinstance(part, VaccinationPart):
        return typographic(f"{kind.label} : {part.name.partition(',')[0].strip()}")
    if isinstance(part, EntretienPart) and part.theme:
        return typographic(f"{kind.label} — {part.theme}")
    return kind.label


def told(document: WrittenDocument) -> str:
    """Return the line under the title of a document that is shown: its version, and what became of it."""
    said = [f"Version {document.version}", f"établi le {french.moment(document.created_at)}"]
    if document.supervisor_name:
        said.append(f"sous la responsabilité de {document.supervisor_name}")
    if document.state is not DocumentState.VALID:
        reason = f" : {document.deletion}" if document.deletion else ""
        said.append(f"{document.state.label.upper()}{reason}")
    return typographic(", ".join(said))


def check_rights_text(text: str) -> list[Finding]:
    """Return what is wrong with the text on the rights of the patient."""
    if len(text) > RIGHTS_LIMIT:
        said = f"Le texte a {plural(len(text), 'caractère')}, {RIGHTS_LIMIT} au plus."
        return [_error(19, said, "Raccourcissez-le : il est au pied de chaque document.", "rights_text")]
    if any(_is_invisible(char) for char in text):
        said = "Un caractère invisible se trouve dans ce texte, qu’un document ne peut pas porter."
        return [_error(5, said, "Retapez ce texte au clavier.", "rights_text")]
    return []


def unprintable_rights(gone: tuple[str, ...]) -> Finding:
    """Return what is said of characters that no page can show."""
    text = f"Les documents montreraient un carré à la place de : {', '.join(gone[:8])}."
    return _warning(22, text, "Écrivez autrement ce passage.", "rights_text")


# --- What is said -----------------------------------------------------------------------------------------------------


def no_patient() -> Finding:
    """Return the finding for a file that does not exist."""
    return _error(1, "Ce dossier patient n’existe pas.", "Choisissez le patient dans la liste.", "patient_id")


def unknown() -> Finding:
    """Return the finding for a document that does not exist."""
    return _error(11, "Ce document n’existe pas.", "Rafraîchissez la liste.", "replaces")


def not_judged() -> Finding:
    """Return what is said where no official kit is installed."""
    text = "Le kit de validation de l’ANS n’est pas installé : seuls les contrôles de Galien ont été faits."
    return Finding("GAL-SOI-20", Severity.INFO, typographic(text), "Installez-le : galien docs kit install DOSSIER.")


def judge_failed(said: str) -> Finding:
    """Return what is said where the official rules could not be asked: the act is not lost for that."""
    why = said.rstrip(". ")
    text = f"Les règles de l’ANS n’ont pas pu être passées ({why}) : seuls les contrôles de Galien ont été faits."
    return _warning(21, text, "Prévenez le technicien : galien docs kit status.")


def _error(number: int, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(f"GAL-SOI-{number:02d}", Severity.ERROR, typographic(text), typographic(advice), subject)


def _warning(number: int, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(f"GAL-SOI-{number:02d}", Severity.WARNING, typographic(text), typographic(advice), subject)
