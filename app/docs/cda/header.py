"""What does the header of every document say: which document, about whom, by whom, for whom, of which act?

One header for the three documents, in the order of the schema. Source: volet Structuration minimale 1.9 and its INS
annex.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.docs.cda import codes, ids
from app.docs.cda.tree import document, moment, put, put_code
from app.kernel.identifiers import is_rpps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.docs.cda.tree import Element
    from app.docs.clinical import Address, Document, Officine, Professional, Recipient, Subject

NOT_SAID = "NASK"
"""What was not asked of the patient: the null flavour of an address or a telephone that is not known."""
UNKNOWN = "UNK"

_NUMBERED = re.compile(r"(\d+(?: ?(?:bis|ter|quater|[A-D]))?),? +(\D.*)", re.IGNORECASE)
_NOT_DIALLED = re.compile(r"[^+0-9]")


def header(written: Document, templates: Iterable[tuple[str, str]]) -> Element:
    """Return the root of a document with its whole header; ``templates`` are those of its kind, OID and extension."""
    root = document()
    _name(root, written, templates)
    _about(root, written)
    _author(root, written)
    _custodian(root, written.officine)
    _recipients(root, written)
    authenticator = put(root, "legalAuthenticator")
    put(authenticator, "time", value=moment(written.created_at))
    put(authenticator, "signatureCode", code="S")
    assigned_entity(authenticator, written.authenticator or written.author, written.officine)
    _act(root, written)
    return root


def _name(root: Element, written: Document, templates: Iterable[tuple[str, str]]) -> None:
    put(root, "realmCode", code="FR")
    put(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    for oid in codes.HEADER_TEMPLATES:
        put(root, "templateId", root=oid)
    for oid, extension in templates:
        put(root, "templateId", root=oid, extension=extension)
    put(root, "id", root=written.key.id)
    put_code(root, "code", codes.TYPES[written.kind])
    put(root, "title", codes.TITLES[written.kind])
    put(root, "effectiveTime", value=moment(written.created_at))
    put_code(root, "confidentialityCode", codes.CONFIDENTIALITY)
    put(root, "languageCode", code="fr-FR")
    put(root, "setId", root=written.key.set_id)
    put(root, "versionNumber", value=str(written.key.version))


def _about(root: Element, written: Document) -> None:
    subject = written.subject
    role = put(put(root, "recordTarget"), "patientRole")
    if subject.has_ins:
        put(role, "id", root=subject.oid, extension=subject.matricule)
    if subject.local_id:
        put(role, "id", root=ids.patients_authority(written.officine.oid), extension=subject.local_id)
    _address(role, subject.address, NOT_SAID)
    _telephone(role, subject.phone, "", NOT_SAID)
    patient = put(role, "patient", classCode="PSN")
    _names(put(patient, "name"), subject)
    gender = subject.sex if subject.sex in {"F", "M"} else "U"
    put_code(patient, "administrativeGenderCode", codes.Coded(gender, codes.GENDER_LABELS[gender], codes.GENDERS))
    if subject.birth_date:
        put(patient, "birthTime", value=birth_time(subject.birth_date))
    else:
        put(patient, "birthTime", nullFlavor=UNKNOWN)
    if subject.birth_place:
        place = put(put(put(patient, "birthplace"), "place"), "addr")
        put(place, "county", subject.birth_place)


def _names(name: Element, subject: Subject) -> None:
    """Write the names of the civil status, then those that are used (INS annex: the list in one ``given``)."""
    put(name, "family", subject.family_name, qualifier="BR")
    if subject.used_name:
        put(name, "family", subject.used_name, qualifier="CL")
    if subject.birth_names:
        put(name, "given", subject.birth_names)
    put(name, "given", subject.first_name, qualifier="BR")
    if subject.used_first_name:
        put(name, "given", subject.used_first_name, qualifier="CL")


def birth_time(date: str) -> str:
    """Return a birth date ``YYYY-MM-DD``, or only as much of it as is known (``YYYY-00-00``), as CDA writes it."""
    year, _, rest = date.partition("-")
    known = [part for part in rest.split("-") if part]
    until = next((rank for rank, part in enumerate(known) if part == "00"), len(known))
    return year + "".join(known[:until])


def _author(root: Element, written: Document) -> None:
    author = put(root, "author", typeCode="AUT", contextControlCode="OP")
    put(author, "time", value=moment(written.created_at))
    assigned_author(author, written.author, written.officine)


def assigned_author(parent: Element, person: Professional, officine: Officine) -> None:
    """Write who holds the pen, and in which officine."""
    assigned = put(parent, "assignedAuthor", classCode="ASSIGNED")
    _professional(assigned, person, officine)
    organization = put(assigned, "representedOrganization")
    _structure(organization, officine)
    put(organization, "name", officine.name)


def assigned_entity(parent: Element, person: Professional, officine: Officine) -> None:
    """Write who did the act or answers for it, in which officine and in which setting of practice."""
    assigned = put(parent, "assignedEntity")
    _professional(assigned, person, officine)
    organization = put(assigned, "representedOrganization")
    _structure(organization, officine)
    put(organization, "name", officine.name)
    put_code(organization, "standardIndustryClassCode", codes.PRACTICE)


def _professional(assigned: Element, person: Professional, officine: Officine) -> None:
    put(assigned, "id", root=codes.PERSONS, extension=codes.RPPS_PREFIX + person.rpps)
    code = codes.profession_code(person.profession, person.section)
    put_code(assigned, "code", codes.Coded(code, codes.PROFESSION_LABELS.get(code, code), codes.PROFESSIONS))
    _address(assigned, officine.address, UNKNOWN)
    _telephone(assigned, officine.phone, "WP", UNKNOWN)
    name = put(put(assigned, "assignedPerson"), "name")
    put(name, "family", person.family_name)
    if person.given_name:
        put(name, "given", person.given_name)
    if person.title in codes.TITLES_OF_PERSONS:
        put(name, "prefix", person.title)


def _structure(organization: Element, officine: Officine) -> None:
    put(organization, "id", root=codes.STRUCTURES, extension=codes.FINESS_PREFIX + officine.finess)


def _custodian(root: Element, officine: Officine) -> None:
    assigned = put(put(root, "custodian", typeCode="CST"), "assignedCustodian")
    organization = put(assigned, "representedCustodianOrganization")
    _structure(organization, officine)
    put(organization, "name", officine.name)
    _telephone(organization, officine.phone, "WP", UNKNOWN)
    _address(organization, officine.address, UNKNOWN)


def _recipients(root: Element, written: Document) -> None:
    """Write all to whom the document goes (SC.DOC.04): professionals, then the patient."""
    for recipient in written.recipients:
        _recipient(root, recipient)
    if written.to_patient:
        subject = written.subject
        intended = put(put(root, "informationRecipient", typeCode="PRCP"), "intendedRecipient")
        name = put(put(intended, "informationRecipient"), "name")
        put(name, "family", subject.used_name or subject.family_name)
        put(name, "given", subject.used_first_name or subject.first_name)


def _recipient(root: Element, recipient: Recipient) -> None:
    intended = put(put(root, "informationRecipient", typeCode="PRCP"), "intendedRecipient")
    # A number with a wrong key names nobody: the recipient is then known by name and address.
    if is_rpps(recipient.rpps):
        put(intended, "id", root=codes.PERSONS, extension=codes.RPPS_PREFIX + recipient.rpps)
    if recipient.mss:
        put(intended, "telecom", value=f"mailto:{recipient.mss}")
    name = put(put(intended, "informationRecipient"), "name")
    put(name, "family", recipient.family_name)
    if recipient.given_name:
        put(name, "given", recipient.given_name)


def _act(root: Element, written: Document) -> None:
    """Write the act that is told of, what the document replaces, and where the act was done."""
    event = put(put(root, "documentationOf"), "serviceEvent", classCode="ACT")
    put_code(event, "code", codes.TYPES[written.kind])
    put(put(event, "effectiveTime"), "low", value=moment(written.performed_at))
    assigned_entity(put(event, "performer", typeCode="PRF"), written.author, written.officine)
    if written.key.replaces:
        parent = put(put(root, "relatedDocument", typeCode="RPLC"), "parentDocument")
        put(parent, "id", root=written.key.replaces)
        put(parent, "setId", root=written.key.set_id)
        put(parent, "versionNumber", value=str(written.key.version - 1))
    encounter = put(put(root, "componentOf"), "encompassingEncounter")
    put_code(encounter, "code", codes.ENCOUNTER)
    put(put(encounter, "effectiveTime"), "low", value=moment(written.performed_at))
    facility = put(put(encounter, "location"), "healthCareFacility")
    _structure(facility, written.officine)
    put_code(facility, "code", codes.FACILITY)


def _address(parent: Element, address: Address, absent: str) -> None:
    """Write an address in its parts: the volet takes lines or parts, never both."""
    if not address:
        put(parent, "addr", nullFlavor=absent)
        return
    made = put(parent, "addr")
    line = " ".join(address.line.split())
    numbered = _NUMBERED.fullmatch(line)
    if numbered is not None:
        put(made, "houseNumber", numbered[1])
        put(made, "streetName", numbered[2])
    elif line:
        put(made, "streetName", line)
    if address.postal_code:
        put(made, "postalCode", address.postal_code)
    if address.city:
        put(made, "city", address.city)


def _telephone(parent: Element, phone: str, use: str, absent: str) -> None:
    dialled = dialled_number(phone)
    if dialled:
        put(parent, "telecom", value=f"tel:{dialled}", use=use)
    else:
        put(parent, "telecom", nullFlavor=absent)


def dialled_number(phone: str) -> str:
    """Return what is dialled of a telephone number as it is typed; empty where no digit is left."""
    dialled = _NOT_DIALLED.sub("", phone)
    return dialled if dialled.strip("+") else ""
