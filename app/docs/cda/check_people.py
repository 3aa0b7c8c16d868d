"""Are the patient, the professionals and the officine of a document named as its header asks?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.docs.cda import codes, said
from app.docs.cda.header import dialled_number
from app.docs.clinical import QUALIFIED
from app.kernel.identifiers import is_digits, is_luhn, is_nir, is_rpps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.docs.clinical import Document, Officine, Professional, Recipient, Subject
    from app.kernel.outcome import Finding

NAME_LIMIT = 100

_PLACE = re.compile(r"[0-9]{5}|2[AB][0-9]{3}")
_FINESS = re.compile(r"[0-9][0-9AB][0-9]{7}")
_ADDRESS = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+\.[^\s@<>,;:.]+")
_INS_NAME = re.compile(r"'?[A-Z]+(?:(?:--|[-' ])[A-Z]+)*'?")
_NAMES = {
    "family_name": "Nom de naissance",
    "first_name": "Premier prénom de naissance",
    "birth_names": "Prénoms de naissance",
    "used_name": "Nom utilisé",
    "used_first_name": "Prénom utilisé",
}
_STRICT = frozenset({"family_name", "first_name", "birth_names"})
_WITH_INS = {
    "matricule": "le matricule INS",
    "oid": "son OID",
    "birth_names": "les prénoms de naissance",
    "sex": "le sexe",
    "birth_date": "la date de naissance",
    "birth_place": "le lieu de naissance",
}
_SEXES = frozenset({"F", "M", "I", "U", ""})


def subject(document: Document, *, production: bool) -> Iterator[Finding]:
    """Yield what is wrong with the patient; only a qualified identity carries the INS, and then whole."""
    who = document.subject
    yield from _names(who)
    if who.sex not in _SEXES:
        yield said.error(16, "Le sexe n’est ni F, ni M, ni I.", "Corrigez-le.", "sex")
    if who.birth_place and not _PLACE.fullmatch(who.birth_place):
        advice = "Cinq chiffres (2A ou 2B en tête pour la Corse), 99 et le code du pays pour l’étranger."
        yield said.error(16, "Le lieu de naissance n’est pas un code officiel géographique.", advice, "birth_place")
    if who.status == QUALIFIED:
        yield from _ins(who, production=production)
    else:
        yield from _without_ins(who)
    if who.phone and not dialled_number(who.phone):
        yield said.warning(32, "Le téléphone du patient n’a aucun chiffre : il n’est pas écrit.", "", "phone")


def _names(who: Subject) -> Iterator[Finding]:
    for field, label in _NAMES.items():
        name = getattr(who, field)
        if len(name) > NAME_LIMIT:
            text = f"{label} : {len(name)} caractères, {NAME_LIMIT} au plus."
            yield said.error(17, text, "Corrigez-le d’après la pièce d’identité.", field)
        if not name.strip() and field in {"family_name", "first_name"}:
            yield said.error(16, f"{label} : il manque.", "Complétez l’identité du patient.", field)


def _ins(who: Subject, *, production: bool) -> Iterator[Finding]:
    missing = [label for name, label in _WITH_INS.items() if not getattr(who, name)]
    if missing:
        text = f"L’identité est qualifiée, et il manque : {', '.join(missing)}."
        advice = "L’INS ne sort qu’avec tous ses traits. Un lieu de naissance inconnu s’écrit 99999."
        yield said.error(14, text, advice, "patient")
    elif who.sex not in {"F", "M"}:
        yield said.error(14, "Le sexe d’une identité qualifiée est F ou M.", "Reprenez la réponse d’INSi.", "patient")
    if who.matricule and not is_nir(who.matricule):
        yield said.error(15, "Le matricule INS n’est pas valide (15 caractères, clé).", "Recopiez-le.", "matricule")
    if who.oid and who.oid not in codes.INS_OIDS:
        yield said.error(15, "L’OID n’est pas celui d’un matricule INS.", "Reprenez la réponse d’INSi.", "oid")
    elif production and who.oid in codes.INS_FICTITIOUS:
        advice = "En production, aucun document ne part avec une identité de test."
        yield said.error(15, "Ce matricule INS est celui d’une identité de test.", advice, "oid")
    yield from _profile(who)


def _profile(who: Subject) -> Iterator[Finding]:
    for field, label in _NAMES.items():
        name = getattr(who, field)
        if not name or _INS_NAME.fullmatch(name):
            continue
        text = f"{label} : une identité qualifiée l’écrit en capitales, sans accent ni signe."
        if field in _STRICT:
            yield said.error(18, text, "Reprenez la réponse d’INSi : le DMP compare les traits.", field)
        else:
            yield said.warning(18, text, "Corrigez-le dans le dossier du patient.", field)
    first, names = (re.sub(r"[-']", " ", name) for name in (who.first_name, who.birth_names))
    if names and names != first and not names.startswith(first + " "):
        text = "Le premier prénom ne commence pas la liste des prénoms de naissance."
        yield said.warning(18, text, "Vérifiez les prénoms sur la pièce d’identité.", "first_name")


def _without_ins(who: Subject) -> Iterator[Finding]:
    yield said.info(
        31,
        "L’identité n’est pas qualifiée : le document est écrit sans INS ni DataMatrix.",
        "Pour l’envoyer au DMP, qualifiez l’identité.",
        "status",
    )
    if not who.local_id:
        yield said.error(
            14,
            "Sans INS, le patient doit avoir son numéro dans l’officine.",
            "Donnez son identifiant local.",
            "local_id",
        )
    for field, label in (("birth_date", "La date de naissance"), ("sex", "Le sexe")):
        if not getattr(who, field):
            yield said.warning(16, f"{label} du patient manque : « inconnu » est écrit.", "Demandez-le.", field)


def signatories(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with who did the act and who answers for it, who is a pharmacist."""
    yield from _signatory(document.author, "author", "L’auteur")
    if document.authenticator is not None:
        yield from _signatory(document.authenticator, "authenticator", "Le responsable du document")
    answering = document.authenticator or document.author
    if not codes.is_pharmacist(codes.profession_code(answering.profession, answering.section)):
        yield said.error(
            21,
            "Le responsable du document doit être un pharmacien.",
            "Indiquez le pharmacien sous la responsabilité de qui l’acte est fait.",
            "authenticator",
        )


def _signatory(person: Professional, path: str, label: str) -> Iterator[Finding]:
    if not person.family_name:
        yield said.error(20, f"{label} : le nom manque.", "Complétez-le.", f"{path}.family_name")
    if not is_rpps(person.rpps):
        text = f"{label} : le numéro RPPS n’est pas valide (11 chiffres, clé)."
        yield said.error(20, text, "Recopiez-le depuis la carte CPS.", f"{path}.rpps")
    code = codes.profession_code(person.profession, person.section)
    if code not in codes.PROFESSION_LABELS:
        text = f"{label} : la profession « {code[:20]} » n’est pas de celles qui écrivent ces documents."
        yield said.error(21, text, "Corrigez la profession et la section de l’Ordre.", f"{path}.profession")
    if person.title and person.title not in codes.TITLES_OF_PERSONS:
        yield said.warning(21, f"{label} : le titre n’est pas d’usage, il n’est pas écrit.", "", f"{path}.title")


def officine(place: Officine) -> Iterator[Finding]:
    """Yield what is wrong with the pharmacy; a FINESS with a doubtful key is written, those of the tests have none."""
    if not place.name:
        yield said.error(22, "Le nom de la pharmacie manque.", "Complétez les réglages.", "officine.name")
    if not _FINESS.fullmatch(place.finess):
        text = "Le numéro FINESS de la pharmacie n’a pas neuf chiffres."
        yield said.error(22, text, "Recopiez celui de l’établissement.", "officine.finess")
    elif is_digits(place.finess) and not is_luhn(place.finess):
        text = "Le numéro FINESS de la pharmacie a une clé fausse."
        yield said.warning(22, text, "Vérifiez-le avant d’envoyer des documents.", "officine.finess")
    if place.phone and not dialled_number(place.phone):
        text = "Le téléphone de la pharmacie n’a aucun chiffre : il n’est pas écrit."
        yield said.warning(32, text, "", "officine.phone")


def recipients(given: Sequence[Recipient]) -> Iterator[Finding]:
    """Yield what is wrong with those to whom the document goes (SC.DOC.04)."""
    seen: set[str] = set()
    for rank, one in enumerate(given):
        path = f"recipients[{rank}]"
        if not one.family_name:
            yield said.error(23, "Un destinataire n’a pas de nom.", "Nommez-le, ou ôtez-le.", path)
        if one.rpps and not is_rpps(one.rpps):
            text = "Le numéro RPPS d’un destinataire n’est pas valide (11 chiffres, clé) : il n’est pas écrit."
            yield said.warning(23, text, "Recopiez-le depuis l’annuaire.", path)
        if one.mss and not _ADDRESS.fullmatch(one.mss):
            text = "L’adresse de messagerie d’un destinataire n’en est pas une."
            yield said.error(24, text, "Recopiez-la depuis l’annuaire.", path)
        name = one.rpps or one.mss
        if name and name in seen:
            yield said.warning(23, "Un destinataire est nommé deux fois.", "Ôtez l’un des deux.", path)
        seen.add(name)
