"""By which French words does a page name what the document holds as codes?

Titles: DSR (documents of the pharmacist); traits: conformity list INS.02; professions: ANS, TRE_G15; routes and sites:
HL7, as the note de vaccination uses them.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from app.docs.clinical import Kind
from app.kernel import french
from app.kernel.clock import PARIS
from app.kernel.text import NBSP

if TYPE_CHECKING:
    from app.docs.clinical import Document, Professional, Subject

TITLES: Final = {
    Kind.ENTRETIEN: "Compte rendu d’entretien pharmaceutique",
    Kind.BILAN: "Bilan partagé de médication",
    Kind.VACCINATION: "Note de vaccination",
}
ACTS: Final = {
    Kind.ENTRETIEN: "Entretien du",
    Kind.BILAN: "Bilan du",
    Kind.VACCINATION: "Vaccination du",
}
OID_NIA: Final = "1.2.250.1.213.1.4.9"
PROFESSIONS: Final = {"10": "Médecin", "21": "Pharmacien", "39": "Préparateur en pharmacie", "60": "Infirmier"}
ROUTES: Final = {
    "IM": "Intramusculaire",
    "SQ": "Sous-cutanée",
    "INDINJ": "Intradermique",
    "NASINHLC": "Nasale",
    "PO": "Orale",
}
SITES: Final = {
    "LD": "Deltoïde gauche",
    "RD": "Deltoïde droit",
    "LA": "Bras gauche",
    "RA": "Bras droit",
    "LT": "Cuisse gauche",
    "RT": "Cuisse droite",
    "LVL": "Vaste externe gauche",
    "RVL": "Vaste externe droit",
    "LG": "Moyen fessier gauche",
    "RG": "Moyen fessier droit",
    "BU": "Fesse",
}


def person(known: Professional) -> str:
    """Return the name of a professional as it is said: ``Mme Claire VALÉRIANE``."""
    return " ".join(part for part in (known.title, known.given_name, known.family_name.upper()) if part)


def profession(known: Professional) -> str:
    """Return the profession of a professional; empty where its code is not one that the officine meets."""
    return PROFESSIONS.get(known.profession, "")


def ordinal(rank: int) -> str:
    """Return a rank as ``1re dose``, ``2e dose``."""
    return f"{rank}{'re' if rank == 1 else 'e'} dose"


def day(text: str) -> str:
    """Return a date ``YYYY-MM-DD`` as ``22/11/2026``, and any other text as it is."""
    try:
        return french.short_date(dt.date.fromisoformat(text))
    except ValueError:
        return text


def long_day(moment: dt.datetime) -> str:
    """Return the day in Paris of an aware moment, as ``22 novembre 2026``."""
    return french.long_date(moment.astimezone(PARIS).date())


def born(subject: Subject) -> str:
    """Return when a patient was born, as a running head says it."""
    word = {"F": "née", "M": "né"}.get(subject.sex, "né(e)")
    return f"{word} le {day(subject.birth_date)}" if subject.birth_date else ""


def matricule(subject: Subject) -> tuple[str, str]:
    """Return the label of the INS with its nature, and the matricule with its key apart."""
    nature = "NIA" if subject.oid == OID_NIA else "NIR"
    return f"Matricule INS ({nature})", f"{subject.matricule[:13]}{NBSP}{subject.matricule[13:]}"


def title(document: Document) -> str:
    """Return the title of a document."""
    return TITLES[document.kind]
