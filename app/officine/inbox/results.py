"""What does the list say of the results of biology in a document, before anybody opens it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.docs.showing.data import OUTSIDE_HIGH, OUTSIDE_LOW, flag
from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line, plural
from app.officine.inbox import rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.docs.reading.model import Result

_ALARMING: Final = frozenset({"HH", "HU", "LL", "LU", "AA"})
_OUTSIDE: Final = frozenset({"H", "L", "A", ">", "<"})
"""HL7 v3 ObservationInterpretation; « S », « R » of an antibiogram are no measure out of its range."""
_NONE: Final = frozenset({"non rendu", "nié"})
_MOST_NAMED = 3


def findings(results: Sequence[Result]) -> list[Finding]:
    """Return which results are very abnormal as their author codes them, and which are otherwise out of their range."""
    found = []
    given = [one for one in results if one.status not in _NONE]
    alarming = [one.label for one in given if _ALARMING & _codes(one)]
    outside = [one.label for one in given if not _ALARMING & _codes(one) and _is_outside(one)]
    if alarming:
        text = f"{plural(len(alarming), 'résultat très anormal', 'résultats très anormaux')} : {_named(alarming)}."
        advice = "À lire sans attendre."
        found.append(Finding(rules.VERY_ABNORMAL, Severity.WARNING, text, advice))
    if outside:
        text = f"{plural(len(outside), 'résultat')} hors des valeurs de référence : {_named(outside)}."
        found.append(Finding(rules.ABNORMAL, Severity.INFO, text))
    return found


def _codes(result: Result) -> set[str]:
    return set(result.flag.split(","))


def _is_outside(result: Result) -> bool:
    return bool(_OUTSIDE & _codes(result)) or flag(result) in {OUTSIDE_HIGH, OUTSIDE_LOW}


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - _MOST_NAMED
    told = ", ".join(one_line(label, 60) for label in labels[:_MOST_NAMED])
    return f"{told} et {plural(more, 'autre')}" if more > 0 else told
