"""Which OIDs, codes and French labels do our CDA documents use?

Facts of the CI-SIS (structuration minimale 1.9, INS annex, volet VAC-NOTE 2021.01) and of the NOS, typed into tables of
our own: what changes with the year is data here, not code elsewhere.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from app.docs.clinical import Kind


class Coded(NamedTuple):
    """A code, what it is called, and the system (OID, and its name where the documents print it)."""

    code: str
    label: str
    system: str
    system_name: str = ""


HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

PERSONS: Final = "1.2.250.1.71.4.2.1"
"""Authority of the PS_IdNat: « 8 » then the RPPS."""
STRUCTURES: Final = "1.2.250.1.71.4.2.2"
"""Authority of the Struct_IdNat: « 1 » then the FINESS of the establishment."""
RPPS_PREFIX: Final = "8"
FINESS_PREFIX: Final = "1"

INS_NIR: Final = "1.2.250.1.213.1.4.8"
INS_NIA: Final = "1.2.250.1.213.1.4.9"
INS_TEST: Final = "1.2.250.1.213.1.4.10"
INS_DEMO: Final = "1.2.250.1.213.1.4.11"
INS_OIDS: Final = frozenset({INS_NIR, INS_NIA, INS_TEST, INS_DEMO})
INS_FICTITIOUS: Final = frozenset({INS_TEST, INS_DEMO})

LOINC: Final = "2.16.840.1.113883.6.1"
ACT_CODE: Final = "2.16.840.1.113883.5.4"
CIS: Final = "1.2.250.1.213.2.3.1"
CIP: Final = "1.2.250.1.213.2.3.2"
ATC: Final = "2.16.840.1.113883.6.73"
GENDERS: Final = "2.16.840.1.113883.5.1"
PROFESSIONS: Final = "1.2.250.1.213.1.1.4.5"

CONFIDENTIALITY = Coded("N", "Normal", "2.16.840.1.113883.5.25", "Confidentiality")
PRACTICE = Coded("AMBULATOIRE", "Ambulatoire", "1.2.250.1.213.1.1.4.9")
FACILITY = Coded("SA33", "Pharmacie d'officine", "1.2.250.1.71.4.2.4")
ENCOUNTER = Coded("AMB", "Ambulatoire (hors établissement)", ACT_CODE)

TYPES: Final = {
    Kind.VACCINATION: Coded("87273-9", "Note de vaccination", LOINC, "LOINC"),
    Kind.ENTRETIEN: Coded("78601-2", "CR d'entretien pharmaceutique", LOINC, "LOINC"),
    Kind.BILAN: Coded("56445-0", "Bilan médicamenteux (Officine)", LOINC, "LOINC"),
}
"""What each document is, in the value set of the types of documents (JDV_J66)."""

TITLES: Final = {
    Kind.VACCINATION: "Note de vaccination",
    Kind.ENTRETIEN: "CR d’entretien pharmaceutique",
    Kind.BILAN: "Bilan partagé de médication",
}

GENDER_LABELS: Final = {"F": "Féminin", "M": "Masculin", "U": "Inconnu"}

HEADER_TEMPLATES: Final = ("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1")
"""HL7 France and structuration minimale: what every document declares."""
UNSTRUCTURED_TEMPLATE: Final = "1.3.6.1.4.1.19376.1.2.20"
"""IHE XDS-SD: what a document of level 1 declares besides."""

_PHARMACIST: Final = "G15_21"
PROFESSION_LABELS: Final = {
    "G15_21": "Pharmacien",
    "G15_21/A": "Pharmacien titulaire d'officine",
    "G15_21/B": "Pharmacien d'entreprise - industrie",
    "G15_21/C": "Pharmacien d'entreprise - distribution",
    "G15_21/D": "Pharmacien adjoint, remplaçant ou gérant",
    "G15_21/DA": "Pharmacien adjoint",
    "G15_21/DM": "Pharmacien mutualiste ou minier",
    "G15_21/E": "Pharmacien d'Outre-Mer",
    "G15_21/EA": "Pharmacien titulaire d'officine - OM",
    "G15_21/EB": "Pharmacien d'entreprise - industrie - OM",
    "G15_21/EC": "Pharmacien d'entreprise - distribution - OM",
    "G15_21/ED": "Pharmacien adjoint - OM",
    "G15_21/EG": "Pharmacien biologiste - OM",
    "G15_21/EH": "Pharmacien d'un établissement de santé - OM",
    "G15_21/G": "Pharmacien biologiste",
    "G15_21/H": "Pharmacien d'établissement de santé",
    "G15_21/M": "Pharmacien militaire",
    "G15_39": "Préparateur en pharmacie (officine)",
    "G16_21": "Pharmacien en formation",
}
"""Who may sign an act of the officine, in the value set of the authors' specialities."""

STUDENT: Final = "G16_21"
"""A student pharmacist: what ``Professional.profession`` holds for one, since TRE_G15 has no code for him."""

TITLES_OF_PERSONS: Final = frozenset({"M", "MLLE", "MME", "DR", "MC", "MG", "PC", "PG", "PR"})
"""The titles that a name may bear (TRE_R81, TRE_R11)."""


def profession_code(profession: str, section: str) -> str:
    """Return the code ``G15_21/A`` of a profession (``21``, ``39``, ``G16_21``) and its section, known or not."""
    if profession == STUDENT:
        return profession
    code = f"G15_{profession.removeprefix('G15_')}"
    return f"{code}/{section}" if section and code == _PHARMACIST else code


def is_pharmacist(code: str) -> bool:
    """Return True for the profession of one who may answer for a document of the officine."""
    return code == _PHARMACIST or code.startswith(f"{_PHARMACIST}/")


SECTION_IMMUNIZATION = Coded("11369-6", "Historique des vaccinations", LOINC, "LOINC")
DOSE_NUMBER = Coded("30973-2", "Rang de la vaccination", LOINC, "LOINC")
COMMENT = Coded("48767-8", "Commentaire", LOINC, "LOINC")

DOSE_UNITS: Final = {
    "ml": "mL",
    "millilitre": "mL",
    "millilitres": "mL",
    "l": "L",
    "µl": "uL",
    "ul": "uL",
    "g": "g",
    "mg": "mg",
    "µg": "ug",
    "mcg": "ug",
    "ug": "ug",
    "ui": "[iU]",
    "dose": "",
    "doses": "",
    "": "",
}
"""How a unit that is typed is written in UCUM; a dose is counted without a unit, as the volet's sample does."""
