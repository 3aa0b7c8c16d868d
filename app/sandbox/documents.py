"""Which documents do the colleagues of a demonstration send? CDA of our own, of people who do not exist.

Written as the software of a practice, a laboratory or a hospital would: a header of the structuration minimale, a
narrative, coded entries beside it. Nothing is taken from the samples of the ANS.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.sandbox.dataset import Practitioner

LOINC: Final = "2.16.840.1.113883.6.1"
TYPES: Final = "1.2.250.1.213.1.1.4.12"
SYNTHESIS: Final = ("SYNTH", TYPES, "Synthèse", "1.2.250.1.213.1.1.1.13")
BIOLOGY: Final = ("11502-2", LOINC, "CR d’examens biologiques", "1.3.6.1.4.1.19376.1.3.3")
DISCHARGE: Final = ("11490-0", LOINC, "Lettre de liaison à la sortie d’un établissement", "1.2.250.1.213.1.1.1.29")
PRESCRIPTION: Final = ("57833-6", LOINC, "Prescription de médicaments", "1.2.250.1.213.1.1.1.39")
CONSULTATION: Final = ("11488-4", LOINC, "CR de consultation", "1.2.250.1.213.1.1.1.1")

_SPACES = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_HEADS = ("Analyse", "Résultat", "Valeurs de référence", "Antérieur")


@dataclass(frozen=True, slots=True)
class Named:
    """The patient as a document names him; the date ``YYYY-MM-DD``, ``oid`` and ``matricule`` empty without an INS."""

    family_name: str
    first_name: str
    birth_names: str
    sex: str
    birth_date: str
    birth_place: str
    matricule: str = ""
    oid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One document: of whom, by whom, when, in which version.

    ``number`` is the last arc of its identifier, ``set_number`` that of its first version.
    """

    kind: tuple[str, str, str, str]
    title: str
    patient: Named
    author: Practitioner
    place: str
    at: dt.datetime
    number: int
    set_number: int = 0
    version: int = 1
    replaces: int | None = None
    care: str = ""
    body: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Measure:
    """A result of biology: the flag as HL7 writes it (``H``, ``HH``, ``L``), empty where it is normal."""

    name: str
    loinc: str
    value: str
    unit: str
    low: str = ""
    high: str = ""
    flag: str = ""
    before: str = ""


def written(sent: Sent) -> bytes:
    """Return the octets of a document."""
    code, system, label, template = sent.kind
    stamp = f"{sent.at:%Y%m%d%H%M%S%z}"
    coded = f"<code code={quoteattr(code)} codeSystem={quoteattr(system)} displayName={quoteattr(label)}/>"
    link = ""
    if sent.replaces is not None:
        parent = f'<parentDocument><id root="{_oid(sent.replaces)}"/></parentDocument>'
        link = f'<relatedDocument typeCode="RPLC">{parent}</relatedDocument>'
    place = _place(sent)
    signed = f'<time value="{stamp}"/><signatureCode code="S"/>{_person("assignedEntity", sent)}'
    done = f'<performer typeCode="PRF">{_person("assignedEntity", sent)}</performer>'
    act = f'{coded}<effectiveTime><low value="{stamp}"/></effectiveTime>{done}'
    kept = f"<representedCustodianOrganization>{place}</representedCustodianOrganization>"
    parts = (
        '<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>',
        '<templateId root="2.16.840.1.113883.2.8.2.1"/><templateId root="1.2.250.1.213.1.1.1.1"/>',
        f'<templateId root="{template}"/><id root="{_oid(sent.number)}"/>{coded}<title>{escape(sent.title)}</title>',
        f'<effectiveTime value="{stamp}"/><confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>',
        f'<languageCode code="fr-FR"/><setId root="{_oid(sent.set_number or sent.number)}.1"/>',
        f'<versionNumber value="{sent.version}"/>',
        _patient(sent.patient),
        f'<author><time value="{stamp}"/>{_person("assignedAuthor", sent)}</author>',
        f"<custodian><assignedCustodian>{kept}</assignedCustodian></custodian>",
        f"<legalAuthenticator>{signed}</legalAuthenticator>",
        f"<documentationOf><serviceEvent>{act}</serviceEvent></documentationOf>",
        link,
        _encounter(sent, stamp),
        f"<component>{sent.body}</component>",
    )
    whole = f"<ClinicalDocument {_SPACES}>{''.join(parts)}</ClinicalDocument>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}'.encode()


def _oid(number: int) -> str:
    return f"2.25.2026112300{number:03d}"


def _patient(patient: Named) -> str:
    number = f'<id root="1.2.250.1.999.63.1" extension="{abs(hash_of(patient))}"/>'
    if patient.matricule:
        number = f'<id root="{patient.oid}" extension="{patient.matricule}"/>{number}'
    listed = f"<given>{escape(patient.birth_names)}</given>" if patient.birth_names else ""
    return (
        f"<recordTarget><patientRole>{number}<patient><name>"
        f'<family qualifier="BR">{escape(patient.family_name)}</family>'
        f'<given qualifier="BR">{escape(patient.first_name)}</given>{listed}</name>'
        f'<administrativeGenderCode code="{patient.sex}" codeSystem="2.16.840.1.113883.5.1"/>'
        f'<birthTime value="{patient.birth_date.replace("-", "")}"/>'
        f"<birthplace><place><addr><county>{patient.birth_place}</county></addr></place></birthplace>"
        "</patient></patientRole></recordTarget>"
    )


def hash_of(patient: Named) -> int:
    """Return a local number of a patient, always the same."""
    return sum(ord(letter) * rank for rank, letter in enumerate(patient.family_name + patient.birth_date, 1))


def _person(element: str, sent: Sent) -> str:
    author = sent.author
    speciality = quoteattr(f"Médecin - {author.specialty}")
    return (
        f'<{element}><id root="1.2.250.1.71.4.2.1" extension="8{author.rpps}"/>'
        f'<code code="G15_10" codeSystem="1.2.250.1.213.1.1.4.5" displayName={speciality}/>'
        f"<assignedPerson><name><prefix>DR</prefix><family>{escape(author.family_name)}</family>"
        f"<given>{escape(author.given_name)}</given></name></assignedPerson>"
        f"<representedOrganization>{_place(sent)}</representedOrganization></{element}>"
    )


def _place(sent: Sent) -> str:
    finess = sent.author.finess
    number = f'<id root="1.2.250.1.71.4.2.2" extension="1{finess}"/>' if finess else ""
    return f"{number}<name>{escape(sent.place)}</name>"


def _encounter(sent: Sent, stamp: str) -> str:
    if not sent.care:
        return ""
    return (
        '<componentOf><encompassingEncounter><code code="IMP" codeSystem="2.16.840.1.113883.5.4" '
        f'displayName={quoteattr(sent.care)}/><effectiveTime><low value="{stamp}"/></effectiveTime><location>'
        f"<healthCareFacility><location><name>{escape(sent.place)}</name></location></healthCareFacility></location>"
        "</encompassingEncounter></componentOf>"
    )


# --- Bodies -----------------------------------------------------------------------------------------------------------


def structured(*sections: str) -> str:
    """Return a structured body of sections."""
    return f"<structuredBody>{''.join(f'<component>{one}</component>' for one in sections)}</structuredBody>"


def pdf(content: bytes) -> str:
    """Return a body that is a PDF."""
    packed = base64.b64encode(content).decode()
    return f'<nonXMLBody><text mediaType="application/pdf" representation="B64">{packed}</text></nonXMLBody>'


def section(code: str, title: str, narrative: str, entries: Sequence[str] = (), template: str = "") -> str:
    """Return a section with its narrative, which is markup, and its entries."""
    claimed = f'<templateId root="{template}"/>' if template else ""
    held = "".join(f"<entry>{one}</entry>" for one in entries)
    return (
        f'<section>{claimed}<code code="{code}" codeSystem="{LOINC}"/><title>{escape(title)}</title>'
        f"<text>{narrative}</text>{held}</section>"
    )


def listed(words: Sequence[str]) -> str:
    """Return a list as a narrative."""
    return f"<list>{''.join(f'<item>{escape(one)}</item>' for one in words)}</list>"


def paragraph(*words: str) -> str:
    """Return paragraphs as a narrative."""
    return "".join(f"<paragraph>{escape(one)}</paragraph>" for one in words)


def problem(label: str, since: str) -> str:
    """Return a problem as an entry; ``since`` a year."""
    return (
        '<act classCode="ACT" moodCode="EVN"><statusCode code="active"/><entryRelationship typeCode="SUBJ">'
        '<observation classCode="OBS" moodCode="EVN"><code code="64572001" codeSystem="2.16.840.1.113883.6.96"/>'
        f'<effectiveTime><low value="{since}"/></effectiveTime>'
        f'<value xsi:type="CD" displayName={quoteattr(label)}/></observation></entryRelationship></act>'
    )


def allergy(agent: str, reaction: str) -> str:
    """Return an allergy as an entry."""
    return (
        '<act classCode="ACT" moodCode="EVN"><statusCode code="active"/><entryRelationship typeCode="SUBJ">'
        '<observation classCode="OBS" moodCode="EVN"><code code="416098002" displayName="Allergie médicamenteuse"/>'
        f'<value xsi:type="CD" displayName={quoteattr(reaction)}/><participant typeCode="CSM"><participantRole>'
        f"<playingEntity><name>{escape(agent)}</name></playingEntity></participantRole></participant>"
        "</observation></entryRelationship></act>"
    )


def treatment(name: str, cis: str, units: int, moment: str) -> str:
    """Return a medicine that is taken: so many tablets, at a moment that HL7 names (``MORN``, ``EVE``, ``HS``)."""
    taken = _taken(name, cis, units, moment)
    return f'<substanceAdministration classCode="SBADM" moodCode="INT">{taken}</substanceAdministration>'


def prescribed(name: str, cis: str, units: int, moment: str, *, days: int, renewals: int) -> str:
    """Return a line of a prescription; as ``treatment``, for so many days, renewed so many times."""
    return (
        '<substanceAdministration classCode="SBADM" moodCode="INT">'
        '<templateId root="1.2.250.1.213.1.1.3.83"/><statusCode code="completed"/>'
        f'<effectiveTime xsi:type="IVL_TS"><width value="{days}" unit="d"/></effectiveTime>'
        f"{_taken(name, cis, units, moment, renewals)}</substanceAdministration>"
    )


def _taken(name: str, cis: str, units: int, moment: str, renewals: int | None = None) -> str:
    again = "" if renewals is None else f'<repeatNumber value="{renewals}"/>'
    return (
        f'<effectiveTime xsi:type="EIVL_TS" operator="A"><event code="{moment}"/></effectiveTime>{again}'
        f'<routeCode code="20053000" displayName="Voie orale"/><doseQuantity value="{units}" unit="{{tablet}}"/>'
        "<consumable><manufacturedProduct><manufacturedMaterial>"
        f'<code code="{cis}" codeSystem="1.2.250.1.213.2.3.1" displayName={quoteattr(name)}/>'
        "</manufacturedMaterial></manufacturedProduct></consumable>"
    )


def results(title: str, measures: Sequence[Measure], at: dt.datetime, before: dt.datetime) -> str:
    """Return a section of biology: its table, and each result coded beside it."""
    heads = "".join(f"<th>{name}</th>" for name in _HEADS)
    rows = "".join(_row(rank, one) for rank, one in enumerate(measures))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    observed = "".join(
        f"<component>{_observed(rank, one, at, before)}</component>" for rank, one in enumerate(measures)
    )
    battery = f'<organizer classCode="BATTERY" moodCode="EVN"><statusCode code="completed"/>{observed}</organizer>'
    within = f'<entryRelationship typeCode="COMP">{battery}</entryRelationship>'
    organizer = f'<act classCode="ACT" moodCode="EVN">{within}</act>'
    return section("18719-5", title, table, (organizer,), "1.3.6.1.4.1.19376.1.3.3.2.1")


def _row(rank: int, measure: Measure) -> str:
    bounds = " à ".join(part for part in (measure.low, measure.high) if part)
    cells = (f"{measure.value} {measure.unit}".strip().replace(".", ","), bounds.replace(".", ","), measure.before)
    told = f'<td ID="r{rank}">{escape(cells[0])}</td>' + "".join(f"<td>{escape(one)}</td>" for one in cells[1:])
    return f"<tr><td>{escape(measure.name)}</td>{told}</tr>"


def _observed(rank: int, measure: Measure, at: dt.datetime, before: dt.datetime) -> str:
    unit = f" unit={quoteattr(measure.unit)}" if measure.unit else ""
    ends = [
        f'<{name} value="{value}"{unit}/>' for name, value in (("low", measure.low), ("high", measure.high)) if value
    ]
    bounds = f'<value xsi:type="IVL_PQ">{"".join(ends)}</value><interpretationCode code="N"/>' if ends else ""
    interval = f"<referenceRange><observationRange>{bounds}</observationRange></referenceRange>" if bounds else ""
    flag = f'<interpretationCode code="{measure.flag}"/>' if measure.flag else ""
    earlier = ""
    if measure.before:
        earlier = (
            '<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN">'
            f'<effectiveTime value="{before:%Y%m%d}"/>'
            f'<value xsi:type="PQ" value="{measure.before.replace(",", ".")}"{unit}/></observation></entryRelationship>'
        )
    return (
        '<observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>'
        f'<code code="{measure.loinc}" codeSystem="{LOINC}" displayName={quoteattr(measure.name)}/>'
        f'<text><reference value="#r{rank}"/></text><statusCode code="completed"/>'
        f'<effectiveTime value="{at:%Y%m%d%H%M%S%z}"/>'
        f'<value xsi:type="PQ" value="{measure.value}"{unit}/>{flag}{earlier}{interval}</observation>'
    )
