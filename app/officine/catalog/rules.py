"""What do the conditions of prescription and supply of a medicine mean at the counter?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from app.kernel.text import fold
from app.officine.catalog.model import ListClass, PrescriptionLimit

if TYPE_CHECKING:
    from collections.abc import Iterable

_SECURED = frozenset(
    {"prescription en toutes lettres sur ordonnance securisee", "prescription sur ordonnance securisee"}
)
_HOSPITAL = frozenset({"reserve a l usage hospitalier", "delivrance reservee aux pharmacies a usage interieur"})
_PRESCRIBED = "medicament soumis a prescription medicale"
_LISTS = frozenset({"liste i", "liste ii", "stupefiants"})
_LIMIT = re.compile(r"prescription limitee a (\d+) (jour|semaine|mois)")
_FRACTION = re.compile(r"delivrance fractionnee de (\d+) jours")
_UNIT_DAYS = {"jour": 1, "semaine": 7, "mois": 28}

folded_condition = lru_cache(maxsize=2048)(fold)
"""Fold the text of a condition; some 350 texts make the 28 000 lines of the database."""


def list_class(conditions: Iterable[str]) -> ListClass | None:
    """Return the strictest list that the conditions name; None for a medicine on no list.

    A medicine of liste I that asks for a secured prescription follows a part of the rules of narcotics.
    Source: CSP R. 5132-5; texts of CIS_CPD of the BDPM.
    """
    texts = {folded_condition(text) for text in conditions}
    if "stupefiants" in texts:
        return ListClass.NARCOTIC
    if "liste i" in texts:
        return ListClass.ASSIMILATED if texts & _SECURED else ListClass.LIST_1
    return ListClass.LIST_2 if "liste ii" in texts else None


def names_a_list(condition: str) -> bool:
    """Return True for a condition that puts a medicine on a list: I, II or stupéfiants."""
    return folded_condition(condition) in _LISTS


def needs_prescription(conditions: Iterable[str]) -> bool:
    """Return True for a medicine that asks for a prescription without being on any list."""
    return any(folded_condition(text) == _PRESCRIBED for text in conditions)


def is_hospital_only(conditions: Iterable[str]) -> bool:
    """Return True for a medicine that an officine may never sell."""
    return any(folded_condition(text) in _HOSPITAL for text in conditions)


def prescription_limit(conditions: Iterable[str]) -> PrescriptionLimit | None:
    """Return the shortest limit that the conditions set to a prescription; None where they set none."""
    found = (_LIMIT.match(folded_condition(text)) for text in conditions)
    limits = [PrescriptionLimit(int(match[1]), match[2]) for match in found if match]
    return min(limits, key=lambda limit: limit.count * _UNIT_DAYS[limit.unit], default=None)


def fraction_days(conditions: Iterable[str]) -> int | None:
    """Return the length in days of a fractioned supply; None where the supply is not fractioned."""
    found = (_FRACTION.match(folded_condition(text)) for text in conditions)
    return min((int(match[1]) for match in found if match), default=None)
