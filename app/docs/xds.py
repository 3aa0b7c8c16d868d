"""Which metadata does a document have in an archive or a registry? Those that its own CDA says, and no others.

Pure: from the octets of the CDA to values, so that what is declared can't differ from what is sent. Sources: the annex
« lien en-tête CDA – métadonnées XDS » of the CI-SIS (dossier DMP 1.8, 1.9 and 9), IHE ITI TF-3 4.2.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs import safe_xml
from app.docs.cda import codes
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.docs.safe_xml import Element

_CLASSES: Final = "1.2.250.1.213.1.1.4.1"
_N1_FORMATS: Final = "1.3.6.1.4.1.19376.1.2.3"
_N3_FORMATS: Final = "1.2.250.1.213.1.1.4.2.282"
_NS = {"c": safe_xml.HL7}
_TIMED = re.compile(r"(\d{14})(?:\.\d+)?([+-]\d{4})")
_DAY = 8
_ESCAPES = {"\\": "\\E\\", "^": "\\S\\", "&": "\\T\\", "|": "\\F\\", "~": "\\R\\"}
"""HL7 v2: the signs that separate the parts of a value, where they stand in one."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code, what it is called, and its system as XDS names it (``codingScheme``)."""

    code: str
    label: str
    system: str


_REPORT = Code("10", "Compte rendu", _CLASSES)
_SUMMARY = Code("11", "Synthèse", _CLASSES)
_CERTIFICATE = Code("52", "Certificat, déclaration", _CLASSES)
CLASSES: Final = {
    "87273-9": _CERTIFICATE,
    "78601-2": _REPORT,
    "56445-0": _SUMMARY,
    "93024-8": _REPORT,
    "96173-0": _CERTIFICATE,
    "11369-6": _CERTIFICATE,
    "11502-2": _REPORT,
    "11490-0": _REPORT,
    "18761-7": _SUMMARY,
    "SYNTH": _SUMMARY,
    "60591-5": _SUMMARY,
}
"""The class of each type (association ASS_X04)."""
_STRUCTURED = {"87273-9": Code("urn:asip:ci-sis:vac-note:2021", "Note de vaccination", _N3_FORMATS)}
"""The format of each structured document that is sent (association ASS_A11)."""
_UNSTRUCTURED = {
    "application/pdf": Code("urn:ihe:iti:xds-sd:pdf:2008", "Document PDF", _N1_FORMATS),
    "text/plain": Code("urn:ihe:iti:xds-sd:text:2008", "Document texte", _N1_FORMATS),
    "image/jpeg": Code("urn:ihe:iti-fr:xds-sd:jpeg:2010", "Image JPEG", _N1_FORMATS),
    "image/tiff": Code("urn:ihe:iti-fr:xds-sd:tiff:2010", "Image TIFF", _N1_FORMATS),
    "text/rtf": Code("urn:ihe:iti-fr:xds-sd:rtf:2010", "Document RTF", _N1_FORMATS),
}

MASKED_FROM_PROFESSIONALS: Final = Code("MASQUE_PS", "Masqué aux professionnels de santé", "1.2.250.1.213.1.1.4.13")
HIDDEN_FROM_PATIENT: Final = Code("INVISIBLE_PATIENT", "Non visible par le patient", "1.2.250.1.213.1.1.4.13")
PHARMACY: Final = Code(codes.FACILITY.code, codes.FACILITY.label, codes.FACILITY.system)


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it, in the shapes of HL7 v2: ``person`` an XCN, ``institution`` an XON; empty where not known."""

    person: str
    institution: str = ""
    role: str = ""
    specialty: str = ""


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """The metadata of a document; moments are ``yyyyMMddHHmmss`` in UTC, or shorter where the CDA says no more.

    ``uri`` is its file in an archive; ``replaces`` the identifier of the document that it takes the place of;
    ``action`` what a received archive asks to be done with it besides filing (« D » delete, « C » correct).
    """

    unique_id: str
    patient_id: str
    type: Code
    class_: Code
    format: Code
    facility: Code
    practice: Code
    confidentiality: tuple[Code, ...]
    authors: tuple[Author, ...]
    title: str
    creation_time: str
    service_start: str
    hash: str
    size: int
    service_stop: str = ""
    language: str = "fr-FR"
    legal_authenticator: str = ""
    source_patient_id: str = ""
    source_patient_info: tuple[str, ...] = ()
    events: tuple[Code, ...] = ()
    mime_type: str = "text/xml"
    uri: str = ""
    replaces: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionSet:
    """The metadata of a set of documents sent together: one patient, one sender, one moment."""

    unique_id: str
    source_id: str
    submission_time: str
    patient_id: str
    content_type: Code
    author: Author
    title: str = ""
    comments: str = ""


def document_entry(cda: bytes, *, visibility: Sequence[Code] = ()) -> DocumentEntry:
    """Return the metadata of a CDA; ``visibility`` adds to its confidentiality what the user chose.

    Raises InputDefect: as ``safe_xml.parse``, and GAL-DOC-69 for a document without one of the metadata that a registry
    requires, or of a type whose metadata are not known.
    """
    outer = safe_xml.parse(cda)
    root = safe_xml.clinical_document(outer)
    kind = _coded(root, "c:code")
    acts = _all_coded(root, "c:documentationOf/c:serviceEvent/c:code")
    # The act that gives the document its type says nothing more.
    events = tuple(act for act in acts if (act.code, act.system) != (kind.code, kind.system))
    main = "c:documentationOf/c:serviceEvent[c:performer]"
    entry = DocumentEntry(
        unique_id=unique_id(root),
        patient_id=patient_id(root),
        type=kind,
        class_=CLASSES.get(kind.code, _NONE),
        format=_format(root, kind),
        facility=_coded(root, "c:componentOf/c:encompassingEncounter/c:location/c:healthCareFacility/c:code"),
        practice=_coded(
            root, f"{main}/c:performer/c:assignedEntity/c:representedOrganization/c:standardIndustryClassCode"
        ),
        confidentiality=(_coded(root, "c:confidentialityCode"), *visibility),
        authors=tuple(_author(author) for author in root.xpath("c:author", namespaces=_NS)),
        title=_text(root, "c:title"),
        creation_time=utc(_value(root, "c:effectiveTime/@value")),
        service_start=utc(_value(root, f"{main}/c:effectiveTime/c:low/@value | {main}/c:effectiveTime/@value")),
        service_stop=utc(_value(root, f"{main}/c:effectiveTime/c:high/@value")),
        language=_value(root, "c:languageCode/@code"),
        legal_authenticator=_legal_authenticator(root),
        source_patient_id=_source_patient_id(root),
        source_patient_info=_patient_info(root),
        events=tuple(dict.fromkeys(events)),
        mime_type="text/xml" if outer is root else "application/xslt+xml",
        hash=hashlib.sha1(cda, usedforsecurity=False).hexdigest(),
        size=len(cda),
        replaces=_value(root, "c:relatedDocument[@typeCode='RPLC']/c:parentDocument/c:id/@root"),
    )
    _check(entry)
    return entry


def submission_set(
    entries: Sequence[DocumentEntry], *, unique_id: str, source_id: str, at: dt.datetime, title: str = ""
) -> SubmissionSet:
    """Return the metadata of a set of documents of one patient, sent at a moment (aware) by their first author.

    ``unique_id`` is an OID never used before; ``source_id`` the OID of this installation.
    """
    first = entries[0]
    return SubmissionSet(
        unique_id=unique_id,
        source_id=source_id,
        submission_time=at.astimezone(dt.UTC).strftime("%Y%m%d%H%M%S"),
        patient_id=first.patient_id,
        content_type=PHARMACY,
        author=first.authors[0],
        title=title or (first.title if len(entries) == 1 else f"{len(entries)} documents"),
    )


def unique_id(root: Element) -> str:
    """Return the identifier of a ClinicalDocument, ``root^extension`` where it has an extension; empty without."""
    extension = _value(root, "c:id/@extension")
    return _value(root, "c:id/@root") + (f"^{extension}" if extension else "")


def patient_id(root: Element) -> str:
    """Return the INS of the patient of a ClinicalDocument as a CX, else his first identifier; empty without."""
    ids = _patient_ids(root)
    ins = [_cx(system, number, "NH") for system, number in ids if system in codes.INS_OIDS]
    return (ins or [_cx(system, number, "PI") for system, number in ids] or [""])[0]


def utc(moment: str) -> str:
    """Return a moment of a CDA in UTC without offset; one that is shorter than a second is left as it is."""
    found = _TIMED.fullmatch(moment)
    if not found:
        return moment if moment.isdigit() else ""
    try:
        told = dt.datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S%z")
        return told.astimezone(dt.UTC).strftime("%Y%m%d%H%M%S")
    except (ValueError, OverflowError):
        return ""


_NONE = Code("", "", "")


def _check(entry: DocumentEntry) -> None:
    needed = {
        "identifiant": entry.unique_id,
        "patient": entry.patient_id,
        "type": entry.type.code,
        "classe": entry.class_.code,
        "format": entry.format.code,
        "secteur d’activité": entry.facility.code,
        "cadre d’exercice": entry.practice.code,
        "confidentialité": entry.confidentiality[0].code,
        "auteur": entry.authors and entry.authors[0].person,
        "titre": entry.title,
        "date du document": entry.creation_time,
        "date de l’acte": entry.service_start,
        "langue": entry.language,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise InputDefect(
            f"Les métadonnées de ce document ne sont pas complètes : {', '.join(missing)}.",
            code="GAL-DOC-69",
            advice="Vérifiez l’en-tête du document avant de l’envoyer.",
        )


def _format(root: Element, kind: Code) -> Code:
    """Return the format: of the medium for a document of level 1, of the type for a structured one."""
    medium = root.xpath("c:component/c:nonXMLBody/c:text", namespaces=_NS)
    if medium:
        return _UNSTRUCTURED.get((medium[0].get("mediaType") or "").lower(), _NONE)
    return _STRUCTURED.get(kind.code, _NONE)


def _author(author: Element) -> Author:
    entity = author.find("c:assignedAuthor", _NS)
    if entity is None:
        return Author("")
    code = _coded(entity, "c:code")
    return Author(
        person=_xcn(entity),
        institution=_xon(entity.find("c:representedOrganization", _NS)),
        role=_value(author, "c:functionCode/@displayName"),
        specialty=f"{_escaped(code.code)}^{_escaped(code.label)}^{code.system}" if code.code else "",
    )


def _xcn(entity: Element) -> str:
    """Return a person, or the software that stands for one, as HL7 v2 writes him."""
    root, extension = _value(entity, "c:id/@root"), _value(entity, "c:id/@extension")
    name = entity.find("c:assignedPerson/c:name", _NS)
    if name is None:
        family, given = _text(entity, "c:assignedAuthoringDevice/c:softwareName"), ""
    else:
        family, given = _text(name, "c:family"), _text(name, "c:given")
    if not (extension or family):
        return ""
    kind = "IDNPS" if root == codes.PERSONS and "/" not in extension else "EI"
    return f"{_escaped(extension)}^{_escaped(family)}^{_escaped(given)}^^^^^^&{root}&ISO^D^^^{kind}"


def _legal_authenticator(root: Element) -> str:
    entity = root.find("c:legalAuthenticator/c:assignedEntity", _NS)
    return "" if entity is None else _xcn(entity)


def _xon(organization: Element | None) -> str:
    """Return an organisation as HL7 v2 writes it."""
    if organization is None:
        return ""
    root, extension = _value(organization, "c:id/@root"), _value(organization, "c:id/@extension")
    name = _escaped(_text(organization, "c:name"))
    if not extension:
        return name
    kind = "IDNST" if root == codes.STRUCTURES else "EI"
    return f"{name}^^^^^&{root}&ISO^{kind}^^^{_escaped(extension)}"


def _patient_ids(root: Element) -> list[tuple[str, str]]:
    found = root.xpath("c:recordTarget[1]/c:patientRole/c:id[@root and @extension]", namespaces=_NS)
    return [(item.get("root"), item.get("extension")) for item in found]


def _source_patient_id(root: Element) -> str:
    """Return the patient's number at the place of care; his INS where there is none."""
    local = [_cx(system, number, "PI") for system, number in _patient_ids(root) if system not in codes.INS_OIDS]
    return local[0] if local else patient_id(root)


def _patient_info(root: Element) -> tuple[str, ...]:
    """Return the strict traits: names of birth, date of birth, sex."""
    patient = root.find("c:recordTarget/c:patientRole/c:patient", _NS)
    if patient is None:
        return ()
    family = _text(patient, "c:name/c:family[@qualifier='BR']") or _text(patient, "c:name/c:family")
    given = _text(patient, "c:name/c:given[@qualifier='BR']") or _text(patient, "c:name/c:given")
    told = [f"PID-5|{_escaped(family)}^{_escaped(given)}^^^^^L"] if family else []
    for field, path in (("PID-7", "c:birthTime/@value"), ("PID-8", "c:administrativeGenderCode/@code")):
        value = _value(patient, path)
        told += [f"{field}|{value[:_DAY]}"] if value else []
    return tuple(told)


def _cx(system: str, number: str, kind: str) -> str:
    return f"{_escaped(number)}^^^&{system}&ISO^{kind}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


def _coded(parent: Element, path: str) -> Code:
    found = _all_coded(parent, path)
    return found[0] if found else _NONE


def _all_coded(parent: Element, path: str) -> list[Code]:
    return [
        Code(item.get("code"), item.get("displayName") or "", item.get("codeSystem") or "")
        for item in parent.xpath(path, namespaces=_NS)
        if item.get("code")
    ]


def _value(parent: Element, path: str) -> str:
    found = parent.xpath(path, namespaces=_NS)
    return str(found[0]).strip() if found else ""


def _text(parent: Element, path: str) -> str:
    found = parent.xpath(path, namespaces=_NS)
    return " ".join("".join(found[0].itertext()).split()) if found else ""
