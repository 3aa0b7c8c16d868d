"""How are the dates, the codes and the traits of a received document said in French?"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from app.kernel import french
from app.kernel.text import NBSP

if TYPE_CHECKING:
    from app.docs.reading.model import Coded, ReadPerson

_POINT = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?![\w.])", re.ASCII)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
SEXES: Final = {"F": "Féminin", "M": "Masculin", "UN": "Indéterminé", "U": "Indéterminé", "I": "Indéterminé"}
CONFIDENTIALITY: Final = {"N": "Normale", "R": "Restreinte", "V": "Très restreinte"}
STATUSES: Final = {
    "active": "En cours",
    "completed": "Terminé",
    "aborted": "Arrêté",
    "cancelled": "Annulé",
    "suspended": "Suspendu",
    "held": "En attente",
    "new": "Nouveau",
    "normal": "Normal",
    "preliminary": "Provisoire",
    "final": "Final",
    "amended": "Corrigé",
    "corrected": "Corrigé",
}
"""Codes of status (HL7 ActStatus and those of the profiles); any other is shown as it is."""
INS_NATURES: Final = {"1.2.250.1.213.1.4.8": "NIR", "1.2.250.1.213.1.4.9": "NIA"}
TEST_INS: Final = frozenset({"1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"})


def decimal(text: str) -> str:
    """Return a quantity as the French write it: « 0,5 mL » for the ``0.5 mL`` that the standards have."""
    return _POINT.sub(r"\1,\2", text)


def date(value: str) -> str:
    """Return a date or a moment as the model has it (``2021``, ``2021-12``, ``2021-12-01``…), as the French write it.

    A moment is told in Paris time; what is no date is returned as it is.
    """
    partial = _PARTIAL.fullmatch(value)
    if partial is not None:
        return f"{partial[2]}/{partial[1]}" if partial[2] else partial[1]
    try:
        if "T" not in value:
            return french.short_date(dt.date.fromisoformat(value))
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None:
        return f"{french.short_date(moment.date())} {moment:%H:%M}"
    return french.moment(moment)


def period(start: str, end: str) -> str:
    """Return a period in words; empty where neither of its ends is known."""
    if start and end:
        return date(start) if start == end else f"du {date(start)} au {date(end)}"
    if start:
        return f"depuis le {date(start)}" if "-" in start else f"depuis {date(start)}"
    return f"jusqu’au {date(end)}" if end else ""


def status(code: str) -> str:
    """Return a code of status in words."""
    return STATUSES.get(code, code)


def coded(code: Coded) -> str:
    """Return what a code is called, or the code itself."""
    return code.label or code.code


def ins(matricule: str, oid: str) -> str:
    """Return the matricule of an INS in the groups in which it is read, with its nature."""
    if not matricule:
        return ""
    parts = (
        matricule[0:1],
        matricule[1:3],
        matricule[3:5],
        matricule[5:7],
        matricule[7:10],
        matricule[10:13],
        matricule[13:],
    )
    nature = INS_NATURES.get(oid, "de test" if oid in TEST_INS else "nature inconnue")
    return f"{NBSP.join(part for part in parts if part)} ({nature})"


def person(found: ReadPerson) -> str:
    """Return a professional on one line: name, profession, RPPS, place."""
    identifier = f"RPPS{NBSP}{found.rpps}" if found.rpps else ""
    told = [found.name, found.profession, identifier, found.organization]
    return ", ".join(part for part in told if part)


def organization(found: ReadPerson) -> str:
    """Return an organisation on one line: its name, its identifier."""
    name = found.organization or found.name
    identifier = found.organization_id or found.identifier
    return f"{name} ({identifier})" if name and identifier else name or identifier
