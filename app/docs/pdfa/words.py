"""By which French words does a page name what the document holds as codes?

Those of the CDA, so that the two say the same; here stands only what a page says otherwise.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from app.docs.cda import codes
from app.docs.clinical import Kind
from app.kernel import french
from app.kernel.clock import PARIS
from app.kernel.text import NBSP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.docs.cda.codes import Coded
    from app.docs.clinical import Document, Professional, Subject

VOID: Final = "sans valeur"
DOT: Final = f"{NBSP}· "
"""What stands between two facts of one line."""
TITLES: Final = codes.TITLES | {Kind.ENTRETIEN: "Compte rendu d’entretien pharmaceutique"}
"""The titles of the CDA; on a page there is room for the whole word."""
ACTS: Final = {
    Kind.ENTRETIEN: "Entretien du",
    Kind.BILAN: "Bilan du",
    Kind.VACCINATION: "Vaccination du",
}
_TITLES: Final = {"M": "M.", "MME": "Mme", "MLLE": "Mlle", "DR": "Dr", "PR": "Pr", "MC": "Dr", "PC": "Pr"}
"""Titles of persons that the nomenclature writes in capitals (TRE_R81, TRE_R11)."""


def person(known: Professional) -> str:
    """Return the name of a professional as it is said: ``Mme Claire VALÉRIANE``."""
    title = _TITLES.get(known.title.upper(), known.title)
    return " ".join(part for part in (title, known.given_name, known.family_name.upper()) if part)


def profession(known: Professional) -> str:
    """Return the profession of a professional; empty where its code is not one that the officine meets."""
    code = codes.profession_code(known.profession, known.section)
    plain = codes.profession_code(known.profession, "")
    return codes.PROFESSION_LABELS.get(code, codes.PROFESSION_LABELS.get(plain, "")).replace("'", "’")


def coded(table: Mapping[str, Coded], code: str) -> str:
    """Return the label that the CDA gives to a code, and the code itself where it has none."""
    label = table[code].label if code in table else code
    return f"{label[:1].upper()}{label[1:]}"


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
    nature = "NIA" if subject.oid == codes.INS_NIA else "NIR"
    return f"Matricule INS ({nature})", f"{subject.matricule[:13]}{NBSP}{subject.matricule[13:]}"


def mark(document: Document) -> str:
    """Return what marks each page of what is not real, as the other papers have it; empty for what is."""
    banner = document.banner
    return f"{banner} — {VOID}" if banner and VOID not in banner else banner


def title(document: Document) -> str:
    """Return the title of a document."""
    return TITLES[document.kind]
