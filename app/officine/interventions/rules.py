"""How does each finding of the step Contrôle rank, and what makes a reason of a text?"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line
from app.officine.interventions.model import Level

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDS_REASON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "GAL-SEC-10": "6.4",  # contre-indication
        "GAL-SEC-11": "6.3",  # association déconseillée
        "GAL-SEC-30": "1",  # allergie notée au dossier
        "GAL-SEC-22": "4",  # deux médicaments d’une même classe
        "GAL-SEC-31": "1",  # allergie notée à la substance ou à sa famille
        "GAL-SEC-35": "1",  # hors des âges que la table donne
        "GAL-SEC-50": "1",  # lot rappelé, délivré sur la parole d’un pharmacien
        "GAL-VAL-01": "1",  # liste I renouvelée au-delà de ce qui est écrit
        "GAL-VAL-02": "1",  # prescrit au-delà de la durée permise
        "GAL-VAL-03": "1",  # stupéfiant : plus que la fraction
        "GAL-ORD-22": "1",  # fraction d’un stupéfiant avant sa date
        "GAL-ORD-23": "1",  # période déjà couverte par l’ordonnance d’un autre prescripteur
        "GAL-ORD-24": "1",  # fraction présentée tard
        "GAL-ORD-26": "1",  # stupéfiant renouvelé
    }
)
"""The findings passed with a reason only, each with the code of its problem. The one place where they are listed.

The same substance twice in a sale is seen and passed: a dose is often made of two boxes, and an alert that asks every
month for the same answer is read no more.
"""

REASON_LIMIT: Final = 200
_FEWEST_LETTERS = 3
_SOURCE = re.compile(r"Source\s*:\s*(.+)$")


def level_of(finding: Finding) -> Level:
    """Return how a finding ranks: an error has no way through, whatever its code."""
    if finding.severity is Severity.ERROR:
        return Level.BLOCKING
    if finding.code in NEEDS_REASON:
        return Level.REASON
    return Level.SEEN if finding.severity is Severity.WARNING else Level.INFORMATION


def source_of(finding: Finding) -> str:
    """Return the source that a finding quotes at the end of its advice; empty for none."""
    found = _SOURCE.search(finding.advice)
    return "" if found is None else found[1]


def clean_reason(text: str) -> str:
    """Return a reason on one line; empty for what is no reason: « 20 » was typed for something else."""
    reason = one_line(text, REASON_LIMIT).strip()
    return reason if sum(char.isalpha() for char in reason) >= _FEWEST_LETTERS else ""


def no_such_outcome() -> Finding:
    """Refuse an outcome that the table does not know."""
    return Finding("GAL-IP-01", Severity.ERROR, "Cette issue n’existe pas.", "Choisissez-en une dans la liste.")


def no_such_intervention() -> Finding:
    """Refuse to complete an intervention that is not there."""
    return Finding("GAL-IP-02", Severity.ERROR, "Cette intervention n’existe pas.", "Choisissez-en une dans la liste.")
