"""Does the header of a CDA of ours hold all that it must: its parts, the INS whole or nowhere, moments, versions?"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from app.docs.cda import codes, said
from app.docs.cda.nir import holds_nir
from app.kernel.identifiers import is_nir, is_rpps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.cda.tree import Element
    from app.kernel.outcome import Finding

_C = f"{{{codes.HL7}}}"
_NS = {"c": codes.HL7}

_EVENT = "c:documentationOf/c:serviceEvent"
_ENCOUNTER = "c:componentOf/c:encompassingEncounter"
_PRACTICE = f"[@code='{codes.PRACTICE.code}'][@codeSystem='{codes.PRACTICE.system}']"
_FACILITY = f"[@code='{codes.FACILITY.code}'][@codeSystem='{codes.FACILITY.system}']"
_ONE_EACH = (
    "c:realmCode[@code='FR']",
    "c:typeId[@root='2.16.840.1.113883.1.3'][@extension='POCD_HD000040']",
    "c:id",
    "c:code",
    "c:title[node()]",
    "c:effectiveTime",
    f"c:confidentialityCode[@code='N'][@codeSystem='{codes.CONFIDENTIALITY.system}']",
    "c:languageCode[@code='fr-FR']",
    "c:setId",
    "c:versionNumber",
    "c:recordTarget/c:patientRole/c:patient/c:name",
    "c:recordTarget/c:patientRole/c:patient/c:birthTime",
    f"c:recordTarget/c:patientRole/c:patient/c:administrativeGenderCode[@codeSystem='{codes.GENDERS}']",
    "c:author/c:time",
    f"c:author/c:assignedAuthor/c:code[@codeSystem='{codes.PROFESSIONS}']",
    "c:author/c:assignedAuthor/c:assignedPerson/c:name/c:family",
    f"c:author/c:assignedAuthor/c:representedOrganization/c:id[@root='{codes.STRUCTURES}']",
    f"c:custodian/c:assignedCustodian/c:representedCustodianOrganization/c:id[@root='{codes.STRUCTURES}']",
    "c:legalAuthenticator/c:signatureCode[@code='S']",
    "c:legalAuthenticator/c:time",
    "c:legalAuthenticator/c:assignedEntity/c:assignedPerson/c:name/c:family",
    f"{_EVENT}/c:code",
    f"{_EVENT}/c:effectiveTime/c:low",
    f"{_EVENT}/c:performer/c:assignedEntity/c:representedOrganization/c:standardIndustryClassCode{_PRACTICE}",
    f"{_ENCOUNTER}/c:effectiveTime/c:low",
    f"{_ENCOUNTER}/c:location/c:healthCareFacility/c:code{_FACILITY}",
)
"""What the header has once, as XPath from the document."""
_PROFESSIONALS = (
    "c:author/c:assignedAuthor",
    "c:legalAuthenticator/c:assignedEntity",
    f"{_EVENT}/c:performer/c:assignedEntity",
)
_INS_TRAITS = {
    "nom de naissance": "c:patient/c:name/c:family[@qualifier='BR'][normalize-space()]",
    "premier prénom": "c:patient/c:name/c:given[@qualifier='BR'][normalize-space()]",
    "prénoms de naissance": "c:patient/c:name/c:given[not(@qualifier)][normalize-space()]",
    "date de naissance": "c:patient/c:birthTime[@value]",
    "sexe": "c:patient/c:administrativeGenderCode[@code='F' or @code='M']",
    "lieu de naissance": "c:patient/c:birthplace/c:place/c:addr/c:county[normalize-space()]",
}
_TIMED = frozenset(_C + name for name in ("effectiveTime", "time", "low", "high", "birthTime"))
_TIME = re.compile(r"[0-9]{4}(?:[0-9]{2}(?:[0-9]{2}(?:[0-9]{6}[+-][0-9]{4})?)?)?")
_TIME_FORMS = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 19: "%Y%m%d%H%M%S%z"}


def check_header(root: Element) -> Iterator[Finding]:
    """Yield what the header lacks, and what in it contradicts the rest."""
    for path in _ONE_EACH:
        if len(root.xpath(path, namespaces=_NS)) != 1:
            name = re.sub(r"\[.*?\]|c:", "", path)
            yield _wrong(39, f"L’en-tête n’a pas « {name} » une fois et une seule, avec la valeur attendue.")
    code = root.find(f"{_C}code")
    known = {(coded.code, coded.system) for coded in codes.TYPES.values()}
    if code is not None and (code.get("code"), code.get("codeSystem")) not in known:
        yield _wrong(39, "Le type du document n’est pas l’un de ceux de l’officine.")
    for path in _PROFESSIONALS:
        yield from _professional(root, path)
    for recipient in root.xpath("c:informationRecipient/c:intendedRecipient", namespaces=_NS):
        family = recipient.find(f"{_C}informationRecipient/{_C}name/{_C}family")
        if family is None or not (family.text or "").strip():
            yield _wrong(39, "Un destinataire de l’en-tête n’a pas de nom.")
    yield from _version(root)


def _professional(root: Element, path: str) -> Iterator[Finding]:
    given = root.xpath(f"{path}/c:id", namespaces=_NS)
    number = given[0].get("extension") or "" if len(given) == 1 else ""
    is_national = len(given) == 1 and given[0].get("root") == codes.PERSONS
    if not is_national or number[:1] != codes.RPPS_PREFIX or not is_rpps(number[1:]):
        yield _wrong(39, f"« {path.replace('c:', '')} » n’a pas un numéro RPPS, et un seul, comme identifiant.")
    for organization in root.xpath(f"{path}/c:representedOrganization/c:id", namespaces=_NS):
        if (organization.get("extension") or "")[:1] != codes.FINESS_PREFIX:
            yield _wrong(39, f"« {path.replace('c:', '')} » n’a pas un FINESS comme identifiant de structure.")


def _version(root: Element) -> Iterator[Finding]:
    version = root.find(f"{_C}versionNumber")
    number = version.get("value") or "" if version is not None else ""
    related = root.findall(f"{_C}relatedDocument")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", number):
        yield _wrong(39, "Le numéro de version n’est pas un entier positif.")
    elif (number != "1") != (len(related) == 1):
        yield _wrong(39, "La version et le document remplacé ne vont pas ensemble.")
    for one in related:
        parent = {name: _root_of(one, f"{_C}parentDocument/{_C}{name}") for name in ("id", "setId")}
        if one.get("typeCode") != "RPLC" or not parent["id"] or parent["id"] == _root_of(root, f"{_C}id"):
            yield _wrong(39, "Le document remplacé n’est pas nommé, ou est le document lui-même.")
        elif parent["setId"] and parent["setId"] != _root_of(root, f"{_C}setId"):
            yield _wrong(39, "Le document remplacé est d’une autre suite de versions.")


def _root_of(element: Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else found.get("root") or ""


def check_ins(root: Element) -> Iterator[Finding]:
    """Yield an INS without all its traits, and any number that stands in a document without the INS (INS-28)."""
    role = root.find(f"{_C}recordTarget/{_C}patientRole")
    if role is None:
        return
    given = [one for one in role.findall(f"{_C}id") if one.get("root") in codes.INS_OIDS]
    if not role.findall(f"{_C}id"):
        yield _wrong(36, "Le patient n’a aucun identifiant.")
    if len(given) > 1 or any(not is_nir(one.get("extension") or "") for one in given):
        yield _wrong(36, "Le matricule INS du patient n’est pas valide, ou il y en a deux.")
    if given:
        for label, path in _INS_TRAITS.items():
            if len(role.xpath(path, namespaces=_NS)) != 1:
                yield _wrong(36, f"L’INS sort sans tous ses traits : {label}.")
        return
    for element in root.iter():
        if element.get("root") in codes.INS_OIDS:
            yield _wrong(36, "Une autorité de l’INS est nommée dans un document sans INS.")
        # Written by us, a payload is base64: its letters name nobody.
        texts = [element.tail, *element.values(), *([] if element.get("representation") == "B64" else [element.text])]
        if any(text and holds_nir(text) for text in texts):
            yield _wrong(36, "Un matricule ou un numéro de sécurité sociale est écrit dans un document sans INS.")


def check_moments(root: Element) -> Iterator[Finding]:
    """Yield the moments that CDA would not read, or that come in the wrong order."""
    for element in root.iter(*_TIMED):
        value = element.get("value")
        if value is not None and not is_moment(value):
            yield _wrong(37, f"Date ou heure mal formée : « {value[:30]} ».")
    for path in ("c:effectiveTime", "c:author/c:time", "c:legalAuthenticator/c:time"):
        for element in root.xpath(path, namespaces=_NS):
            if len(element.get("value") or "") != 19:
                yield _wrong(37, f"« {path.replace('c:', '')} » n’est pas à la seconde, avec son décalage horaire.")


def is_moment(value: str) -> bool:
    """Return True for a year, a month, a day or a second with its offset that the calendar has."""
    if not _TIME.fullmatch(value):
        return False
    try:
        dt.datetime.strptime(value, _TIME_FORMS[len(value)])  # noqa: DTZ007 -- tells whether it exists, nothing is kept
    except ValueError:
        return False
    return True


def _wrong(number: int, text: str) -> Finding:
    return said.error(number, text, "Ce document ne doit pas partir : signalez-le à l’éditeur.")
