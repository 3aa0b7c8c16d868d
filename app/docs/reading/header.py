"""What does the header of a document say: which document, of whom, by whom, for whom?

Source: CI-SIS, Volet Structuration minimale; annexe INS. Both conventions of the given names are read: one ``given``
for the whole list of the birth record, and the older one ``given`` for each name after the first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from app.docs.reading import tree
from app.docs.reading.model import Coded, ReadPatient, ReadPerson
from app.kernel.outcome import Severity
from app.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

INS_OIDS: Final = frozenset(f"1.2.250.1.213.1.4.{last}" for last in (8, 9, 10, 11))
"""INS-NIR, INS-NIA, INS-NIR of test and of demonstration; an INS-C (``…4.2``) is no INS any more."""
PERSON: Final = "1.2.250.1.71.4.2.1"
STRUCTURE: Final = "1.2.250.1.71.4.2.2"
PRESCRIPTION: Final = "57833-6"

_COG = re.compile(r"[0-9][0-9AB][0-9]{3}")
_RPPS = re.compile(r"8([0-9]{11})")
_FINESS = re.compile(r"1([0-9]{9})")
_TITLES = {"DR": "Dr", "PR": "Pr"}
_ADDRESS = ("streetAddressLine", "houseNumber", "houseNumberNumeric", "streetNameType", "streetName", "unitID",
            "additionalLocator", "deliveryAddressLine", "postBox", "postalCode", "city", "country")  # fmt: skip
_STATES = {"active": "En cours", "completed": "Terminé", "aborted": "Interrompu"}


def read_header(document: Element, scope: Scope) -> dict[str, Any]:
    """Return the fields of ``ReadDocument`` that the header gives; what is missing or in doubt is said in ``scope``."""
    code = tree.coded(tree.first(document, "code"))
    number = tree.identifier(tree.first(document, "id"))
    acts = list(tree.every(document, "documentationOf", "serviceEvent"))
    _missing(number, code, document, scope)
    return {
        "type": code.code,
        "type_label": code.label,
        "title": tree.text(tree.first(document, "title")) or code.label,
        "id": number,
        "set_id": tree.identifier(tree.first(document, "setId")),
        "version": whole_number(tree.attribute(tree.first(document, "versionNumber"), "value")),
        "replaces": _replaced(document),
        "created_at": scope.moment(tree.first(document, "effectiveTime")),
        "language": tree.attribute(tree.first(document, "languageCode"), "code"),
        "confidentiality": tree.attribute(tree.first(document, "confidentialityCode"), "code"),
        "template_ids": tree.templates(document),
        "status": _status(acts),
        "patient": _patient(document, scope),
        "authors": tuple(_author(one, scope) for one in tree.children(document, "author")),
        "custodian": _organization(
            tree.first(document, "custodian", "assignedCustodian", "representedCustodianOrganization")
        ),
        "legal_authenticator": _authenticator(tree.first(document, "legalAuthenticator"), scope),
        "recipients": tuple(person(one) for one in tree.every(document, "informationRecipient", "intendedRecipient")),
        "performed": _performed(acts, scope),
        "acts": tuple(tree.coded(code) for act in acts for code in tree.children(act, "code")),
        "care": _care(tree.first(document, "componentOf", "encompassingEncounter"), scope),
        "order_ids": _orders(document, code),
    }


def whole_number(value: str) -> int | None:
    """Return the integer that at most 9 digits write; None for anything else."""
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None


def _missing(number: str, code: Coded, document: Element, scope: Scope) -> None:
    if not number:
        scope.say(
            "GAL-DOC-73",
            Severity.ERROR,
            "Ce document n’a pas d’identifiant.",
            "Un doublon ou un remplacement ne pourra pas être reconnu ; demandez le document corrigé à son auteur.",
            document,
        )
    if not code.code:
        scope.say(
            "GAL-DOC-73",
            Severity.ERROR,
            "Ce document ne dit pas de quel type il est.",
            "Lisez-le avant de le classer.",
            document,
        )


def _replaced(document: Element) -> str:
    for related in tree.children(document, "relatedDocument"):
        if tree.attribute(related, "typeCode") == "RPLC":
            return tree.identifier(tree.first(related, "parentDocument", "id"))
    return ""


def _status(acts: Iterable[Element]) -> str:
    """Return how far the report is (``lab:statusCode`` of a biology report), in French; empty where not said."""
    for act in acts:
        status = act.find(f"{{{tree.LABORATORY}}}statusCode")
        if status is not None:
            code = tree.attribute(status, "code")
            return _STATES.get(code, code)
    return ""


# --- The patient ------------------------------------------------------------------------------------------------------


def _patient(document: Element, scope: Scope) -> ReadPatient:
    """Return the patient; nobody where the document has none, or several: it must not be filed by guess."""
    paths = (("recordTarget",), ("recordTarget", "patientRole"), ("recordTarget", "patientRole", "patient"))
    targets, roles, people = (list(tree.every(document, *path)) for path in paths)
    if max(len(targets), len(roles), len(people)) > 1:
        scope.say(
            "GAL-DOC-72",
            Severity.ERROR,
            "Ce document désigne plusieurs patients.",
            "Il ne peut être classé dans aucun dossier : demandez à son auteur un document par patient.",
            targets[0],
        )
        return ReadPatient()
    if people:
        return _person_of_care(roles[0], scope)
    scope.say(
        "GAL-DOC-71",
        Severity.ERROR,
        "Ce document ne dit pas de quel patient il s’agit.",
        "Il ne peut être classé dans aucun dossier sans son auteur : demandez-lui un document corrigé.",
        document,
    )
    return ReadPatient()


def _person_of_care(role: Element, scope: Scope) -> ReadPatient:
    patient = tree.first(role, "patient")
    ids = [(tree.attribute(one, "root"), tree.attribute(one, "extension")) for one in tree.children(role, "id")
           if not tree.is_null(one)]  # fmt: skip
    oid, matricule = _ins(ids, role, scope)
    place = tree.text(tree.first(patient, "birthplace", "place", "addr", "county"))
    return ReadPatient(
        **_names(patient),
        sex=tree.attribute(tree.first(patient, "administrativeGenderCode"), "code"),
        birth_date=scope.date(tree.first(patient, "birthTime")),
        birth_place=place if _COG.fullmatch(place) else "",
        matricule=matricule,
        oid=oid,
        local_ids=tuple(one for one in ids if one[0] not in INS_OIDS and one[1]),
        address=_address(tree.first(role, "addr")),
        telecoms=_telecoms(role),
    )


def _ins(ids: list[tuple[str, str]], role: Element, scope: Scope) -> tuple[str, str]:
    """Return the OID and the matricule of the one INS; both empty where there is none, or two that differ."""
    found = dict.fromkeys(one for one in ids if one[0] in INS_OIDS and one[1])
    if len(found) > 1:
        scope.say(
            "GAL-DOC-72",
            Severity.ERROR,
            "Ce document donne plusieurs matricules INS à son patient.",
            "Aucun n’a été retenu : demandez à son auteur un document corrigé.",
            role,
        )
        return "", ""
    return next(iter(found), ("", ""))


def _names(patient: Element | None) -> dict[str, str]:
    """Return the names of the patient. Only the birth name is one: a used name never stands for it."""
    names = tree.children(patient, "name")
    name = next((one for one in names if _qualified(one, "family", "BR")), names[0] if names else None)
    first = _qualified(name, "given", "BR")
    others = [tree.text(one).replace(",", " ") for one in _unqualified(name, "given")]
    listed = " ".join(" ".join(others).split())
    if not first and others:
        first = others[0].split()[0] if len(others) == 1 and others[0].split() else others[0].strip()
    return {
        "family_name": _qualified(name, "family", "BR") or _first_text(_unqualified(name, "family")),
        "first_name": first,
        "birth_names": listed if _begins(listed, first) else f"{first} {listed}".strip(),
        "used_name": _qualified(name, "family", "CL") or _qualified(name, "family", "SP"),
        "used_first_name": _qualified(name, "given", "CL"),
    }


def _qualified(name: Element | None, part: str, qualifier: str) -> str:
    return _first_text(one for one in tree.children(name, part) if qualifier in (one.get("qualifier") or "").split())


def _unqualified(name: Element | None, part: str) -> list[Element]:
    return [one for one in tree.children(name, part) if not (one.get("qualifier") or "").strip()]


def _first_text(elements: Iterable[Element]) -> str:
    return next(filter(None, (tree.text(one) for one in elements)), "")


def _begins(listed: str, first: str) -> bool:
    """Return True where the list of given names begins with the first one, words compared."""
    words, wanted = ([fold(word) for word in names.split()] for names in (listed, first))
    return words[: len(wanted)] == wanted


def _address(addr: Element | None) -> str:
    if addr is None:
        return ""
    parts = [text for child in addr if tree.name_of(child) in _ADDRESS and (text := tree.text(child))]
    return " ".join(parts) or tree.text(addr)


def _telecoms(element: Element | None) -> tuple[str, ...]:
    values = (tree.attribute(one, "value") for one in tree.children(element, "telecom") if not tree.is_null(one))
    return tuple(value.removeprefix("tel:").removeprefix("mailto:") for value in values if value)


# --- Professionals and places -----------------------------------------------------------------------------------------


def _author(author: Element, scope: Scope) -> ReadPerson:
    entity = tree.first(author, "assignedAuthor")
    role = scope.label(tree.first(author, "functionCode"))
    return person(entity, role=role, at=scope.moment(tree.first(author, "time")))


def _authenticator(element: Element | None, scope: Scope) -> ReadPerson:
    if element is None:
        return ReadPerson()
    return person(tree.first(element, "assignedEntity"), at=scope.moment(tree.first(element, "time")))


def person(entity: Element | None, *, role: str = "", at: str = "") -> ReadPerson:
    """Return the professional, or the device, that an ``assignedEntity`` or the like names."""
    named = tree.first_of(entity, "assignedPerson", "informationRecipient", "associatedPerson")
    device = tree.first(entity, "assignedAuthoringDevice")
    number = _number(entity, PERSON)
    rpps = _RPPS.fullmatch(number)
    profession = tree.coded(tree.first(entity, "code"))
    place = tree.first_of(entity, "representedOrganization", "receivedOrganization", "scopingOrganization")
    organization = _organization(place)
    return ReadPerson(
        name=full_name(tree.first(named, "name"))
        or tree.text(tree.first(device, "softwareName"))
        or tree.text(tree.first(device, "manufacturerModelName")),
        rpps=rpps[1] if rpps else "",
        identifier=number,
        profession=profession.label or profession.code,
        role=role,
        organization=organization.organization,
        organization_id=organization.organization_id,
        at=at,
        telecoms=_telecoms(entity),
    )


def full_name(name: Element | None) -> str:
    """Return the name of a professional as it is said: his title, given name and family name."""
    if name is None:
        return ""
    said = (tree.text(one).upper() for part in ("suffix", "prefix") for one in tree.children(name, part))
    title = next((_TITLES[one] for one in said if one in _TITLES), "")
    parts = [title, *(tree.text(one) for part in ("given", "family") for one in tree.children(name, part))]
    return " ".join(filter(None, parts)) if any(parts[1:]) else tree.text(name)


def _organization(element: Element | None) -> ReadPerson:
    number = _number(element, STRUCTURE)
    finess = _FINESS.fullmatch(number)
    return ReadPerson(
        organization=tree.text(tree.first(element, "name")), organization_id=finess[1] if finess else number
    )


def _number(entity: Element | None, root: str) -> str:
    """Return the national number of a person or a structure, or else the first number that it has."""
    ids = [one for one in tree.children(entity, "id") if not tree.is_null(one)]
    national = (tree.attribute(one, "extension") for one in ids if tree.attribute(one, "root") == root)
    return next(national, "") or next((tree.attribute(one, "extension") for one in ids), "")


# --- Acts and orders --------------------------------------------------------------------------------------------------


def _performed(acts: list[Element], scope: Scope) -> tuple[str, str]:
    """Return when the main act began and ended: the act that has a performer, or else the first one that is dated."""
    main = next((act for act in acts if tree.children(act, "performer")), None)
    dated = main if main is not None else next((act for act in acts if tree.children(act, "effectiveTime")), None)
    time = tree.first(dated, "effectiveTime")
    if time is None:
        return "", ""
    if time.get("value") is not None:
        return scope.moment(time), ""
    return scope.moment(tree.first(time, "low")), scope.moment(tree.first(time, "high"))


def _care(encounter: Element | None, scope: Scope) -> str:
    """Return the kind of encounter and where it took place, in words; empty where the document does not say."""
    facility = tree.first(encounter, "location", "healthCareFacility")
    place = tree.first_of(facility, "serviceProviderOrganization", "location")
    said = [scope.label(tree.first(encounter, "code")), tree.text(tree.first(place, "name"))]
    return ", ".join(dict.fromkeys(part for part in said if part))


def _orders(document: Element, code: Coded) -> tuple[str, ...]:
    ids = list(tree.every(document, "inFulfillmentOf", "order", "id"))
    if code.code == PRESCRIPTION:
        ids += tree.children(document, "id")
    numbers = (tree.attribute(one, "extension") or tree.attribute(one, "root") for one in ids if not tree.is_null(one))
    return tuple(dict.fromkeys(filter(None, numbers)))
