"""How is a vaccination told as a structured CDA (VAC-NOTE): a table that is read, an entry that is computed with?

Each code of the entry points to the words of the table by an ID. What changes with the version of the volet (templates,
code systems) is a ``Profile``: another version is another value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from app.docs.cda import codes, ids
from app.docs.cda.codes import Coded
from app.docs.cda.header import assigned_author, assigned_entity, header
from app.docs.cda.tree import XSI_TYPE, moment, put, put_code, put_lines
from app.docs.clinical import Vaccine
from app.kernel import french
from app.kernel.clock import paris_date
from app.kernel.identifiers import is_cip13

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.docs.cda.tree import Element
    from app.docs.clinical import Document

_DOSE = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*([^\W\d_]*)")
_ROW = "vac-01"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a version of the volet says: templates of the document, of the section, of each entry, and value sets.

    Codes are keyed by the words of ``clinical.Vaccine`` (``IM``, ``LD``, ``BOOSTER``), whatever system writes them.
    """

    version: str
    document: tuple[tuple[str, str], ...]
    section: tuple[str, ...]
    immunization: tuple[str, ...]
    product: tuple[str, ...]
    dose_number: tuple[str, ...]
    comment: tuple[str, ...]
    acts: Mapping[str, Coded]
    routes: Mapping[str, Coded]
    sites: Mapping[str, Coded]


def _table(system: str, name: str, labels: Mapping[str, str]) -> Mapping[str, Coded]:
    return MappingProxyType({code: Coded(code, label, system, name) for code, label in labels.items()})


V2021 = Profile(
    version="2021.01",
    document=(("1.3.6.1.4.1.19376.1.5.3.1.1.18.1.2", ""), ("1.2.250.1.213.1.1.1.46", "2021.01")),
    section=("2.16.840.1.113883.10.20.1.6", "1.3.6.1.4.1.19376.1.5.3.1.3.23", "1.2.250.1.213.1.1.2.147"),
    immunization=("2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.12", "1.2.250.1.213.1.1.3.45"),
    product=("2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43"),
    dose_number=("2.16.840.1.113883.10.20.1.46", "1.2.250.1.213.1.1.3.82"),
    comment=("2.16.840.1.113883.10.20.1.40", "1.3.6.1.4.1.19376.1.5.3.1.4.2", "1.2.250.1.213.1.1.3.32"),
    acts=_table(
        codes.ACT_CODE,
        "ActCode",
        {
            "IMMUNIZ": "Vaccination sans autre précision",
            "INITIMMUNIZ": "1ère série vaccinante",
            "BOOSTER": "Rappel de vaccin",
        },
    ),
    routes=_table(
        "2.16.840.1.113883.5.112",
        "RouteOfAdministration",
        {
            "IM": "Injection intramusculaire",
            "SQ": "Injection sous-cutanée",
            "INDINJ": "Injection intradermique",
            "NASINHLC": "Par inhalation",
            "PO": "Prendre par la bouche",
        },
    ),
    sites=_table(
        "2.16.840.1.113883.5.1052",
        "HumanSubstanceAdministrationSite",
        {
            "LD": "deltoïde gauche",
            "RD": "deltoïde droit",
            "LA": "bras gauche",
            "RA": "bras droit",
            "LMFA": "avant-bras moyen gauche",
            "RMFA": "avant-bras moyen droit",
            "LT": "cuisse gauche",
            "RT": "cuisse droite",
            "LVL": "muscle vaste externe gauche",
            "RVL": "muscle vaste externe droit",
            "LG": "muscle moyen fessier gauche",
            "RG": "muscle moyen fessier droit",
            "BU": "fesse",
            "LN": "narine gauche",
            "RN": "narine droite",
            "BN": "dans les deux narines",
        },
    ),
)
PROFILES: Final = MappingProxyType({V2021.version: V2021})
PROFILE: Final = V2021
"""The version of the volet that the DSR asks for."""


def note(written: Document, profile: Profile = PROFILE) -> Element:
    """Return the tree of a note de vaccination (SC.DOC.06.LGO); its content is a Vaccine."""
    vaccine = written.content
    if not isinstance(vaccine, Vaccine):
        raise TypeError("a note de vaccination tells of a Vaccine")
    root = header(written, profile.document)
    body = put(put(root, "component"), "structuredBody")
    section = put(put(body, "component"), "section")
    _templates(section, profile.section)
    put(section, "id", root=ids.part_oid(written.key.id, "section"))
    put_code(section, "code", codes.SECTION_IMMUNIZATION)
    put(section, "title", "Vaccination")
    _narrative(put(section, "text"), written, vaccine, profile)
    _entry(put(section, "entry"), written, vaccine, profile)
    return root


def _templates(parent: Element, oids: tuple[str, ...]) -> None:
    for oid in oids:
        put(parent, "templateId", root=oid)


def _narrative(text: Element, written: Document, vaccine: Vaccine, profile: Profile) -> None:
    """Write the table that is read; a column that has nothing to say is left out."""
    rows = [row for row in _cells(written, vaccine, profile) if row[2]]
    table = put(text, "table", border="1")
    head = put(put(table, "thead"), "tr")
    line = put(put(table, "tbody"), "tr")
    for title, anchor, words in rows:
        put(head, "th", title)
        cell = put(line, "td")
        put_lines(put(cell, "content", ID=anchor) if anchor else cell, words)


def _cells(written: Document, vaccine: Vaccine, profile: Profile) -> list[tuple[str, str, str]]:
    """Return the columns of the table: title, ID that the entry points to or nothing, words."""
    author = written.author
    return [
        ("Date", "", french.short_date(paris_date(written.performed_at))),
        ("Vaccin", _ROW, vaccine.name),
        ("Code CIP", "", vaccine.cip13),
        ("Lot", f"{_ROW}-lot", vaccine.lot),
        ("Péremption", f"{_ROW}-peremption", shown_expiry(vaccine.expiry)),
        ("Fabricant", f"{_ROW}-fabricant", vaccine.manufacturer),
        ("Nature", f"{_ROW}-acte", _label(profile.acts, vaccine.act)),
        ("Rang", f"{_ROW}-rang", str(vaccine.dose_number or "")),
        ("Voie", f"{_ROW}-voie", _label(profile.routes, vaccine.route)),
        ("Région d’administration", f"{_ROW}-site", _label(profile.sites, vaccine.site)),
        ("Dose", f"{_ROW}-dose", vaccine.dose),
        ("Motif", f"{_ROW}-motif", vaccine.reason),
        ("Vaccinateur", f"{_ROW}-vaccinateur", f"{author.given_name} {author.family_name}".strip()),
    ]


def _label(table: Mapping[str, Coded], code: str) -> str:
    return table[code].label if code in table else code


def shown_expiry(expiry: str) -> str:
    """Return an expiry ``YYYY-MM-DD`` or ``YYYY-MM`` as a French reader reads it."""
    return "/".join(reversed(expiry.split("-")))


def _entry(entry: Element, written: Document, vaccine: Vaccine, profile: Profile) -> None:
    act = put(entry, "substanceAdministration", classCode="SBADM", moodCode="EVN", negationInd="false")
    _templates(act, profile.immunization)
    put(act, "id", root=ids.part_oid(written.key.id, _ROW))
    put_code(act, "code", profile.acts[vaccine.act])
    _refer(put(act, "text"), _ROW)
    put(act, "statusCode", code="completed")
    put(act, "effectiveTime", value=moment(written.performed_at))
    if vaccine.route:
        _refer(put(put_code(act, "routeCode", profile.routes[vaccine.route]), "originalText"), f"{_ROW}-voie")
    if vaccine.site:
        _refer(put(put_code(act, "approachSiteCode", profile.sites[vaccine.site]), "originalText"), f"{_ROW}-site")
    dose = quantity(vaccine.dose)
    if dose is not None:
        put(act, "doseQuantity", value=dose[0], unit=dose[1])
    _product(put(act, "consumable", typeCode="CSM"), vaccine, profile)
    assigned_entity(put(act, "performer", typeCode="PRF"), written.author, written.officine)
    author = put(act, "author", typeCode="AUT", contextControlCode="OP")
    put(author, "time", value=moment(written.created_at))
    assigned_author(author, written.author, written.officine)
    if vaccine.dose_number is not None:
        _dose_number(act, vaccine.dose_number, profile)
    if vaccine.reason:
        _comment(act, profile)


def _product(consumable: Element, vaccine: Vaccine, profile: Profile) -> None:
    """Write the product: its CIS where the catalogue has it, else its words (nullFlavor); the CIP read on the box."""
    product = put(consumable, "manufacturedProduct")
    _templates(product, profile.product)
    material = put(product, "manufacturedMaterial")
    if vaccine.known and vaccine.cis:
        code = put_code(material, "code", Coded(vaccine.cis, vaccine.name, codes.CIS, "CIS"))
    else:
        code = put(material, "code", nullFlavor="UNK")
    _refer(put(code, "originalText"), _ROW)
    if is_cip13(vaccine.cip13):
        put_code(code, "translation", Coded(vaccine.cip13, vaccine.name, codes.CIP, "CIP"))
    if vaccine.atc:
        put_code(code, "translation", Coded(vaccine.atc, "", codes.ATC, "ATC"))
    if vaccine.lot:
        put(material, "lotNumberText", vaccine.lot)
    if vaccine.manufacturer:
        put(put(product, "manufacturerOrganization"), "name", vaccine.manufacturer)


def _dose_number(act: Element, rank: int, profile: Profile) -> None:
    observation = put(put(act, "entryRelationship", typeCode="SUBJ"), "observation", classCode="OBS", moodCode="EVN")
    _templates(observation, profile.dose_number)
    put_code(observation, "code", codes.DOSE_NUMBER)
    _refer(put(observation, "text"), f"{_ROW}-rang")
    put(observation, "statusCode", code="completed")
    put(observation, "value", value=str(rank)).set(XSI_TYPE, "INT")


def _comment(act: Element, profile: Profile) -> None:
    comment = put(put(act, "entryRelationship", typeCode="SUBJ"), "act", classCode="ACT", moodCode="EVN")
    _templates(comment, profile.comment)
    put_code(comment, "code", codes.COMMENT)
    _refer(put(comment, "text"), f"{_ROW}-motif")
    put(comment, "statusCode", code="completed")


def _refer(parent: Element, anchor: str) -> None:
    put(parent, "reference", value=f"#{anchor}")


def quantity(dose: str) -> tuple[str, str] | None:
    """Return the value and the UCUM unit of a dose as it is typed (``0.5 mL``, ``1 dose``), None for other words."""
    found = _DOSE.fullmatch(dose.strip())
    if found is None or found[2].lower() not in codes.DOSE_UNITS:
        return None
    value = Decimal(found[1].replace(",", "."))
    return f"{value.normalize():f}", codes.DOSE_UNITS[found[2].lower()]
