"""What does a line typed in one go say: posology, for how long, how many renewals?

``1 m 1 s 30 j r5`` is one in the morning and one in the evening for thirty days, to be renewed five times. What is not
understood stays text: nothing is guessed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from app.kernel.posology import read_posology
from app.kernel.text import one_line

_LIMIT = 300
_WEEKS_DAYS, _MONTH_DAYS = 28, 30
_DAYS_OF = {"j": 1, "jour": 1, "sem": 7, "semaine": 7, "mois": 30}
_DURATION = re.compile(
    r"(?:\b(?:pendant|pdt|durant|pour)\s+)?(?<![/\d.,-])(\d{1,3})\s*(jours?|j|semaines?|sem|mois)\b(?!\s*/)",
    re.IGNORECASE,
)
_RENEWALS = re.compile(r"\b(?:à\s+)?(?:r|ren|renouv|renouveler|renouvelable)\s*(\d{1,2})(?:\s*fois)?\b", re.IGNORECASE)
# « délivrance en une seule fois », « chevauchement autorisé », « ne pas renouveler », in full or in short.
_AT_ONCE = re.compile(r"\b(?:(?:délivrance\s+)?en\s+une\s+(?:seule\s+)?fois|uf)\b", re.IGNORECASE)
_OVERLAP = re.compile(r"\b(?:chevauchement(?:\s+autorisé)?|chev)\b", re.IGNORECASE)
_NOT_RENEWABLE = re.compile(r"\b(?:ne\s+pas\s+renouveler|non\s+renouvelable|nr)\b", re.IGNORECASE)
_SHORT = {"m": "matin", "mi": "midi", "s": "soir", "c": "coucher"}
_SHORT_SLOT = re.compile(r"(?<=[\d½¼¾])\s*(mi|m|s|c)\b", re.IGNORECASE)
_A_DAY = re.compile(r"\b(\d{1,2})\s*(?:fois\s*)?(?:par\s+jour|/\s*j(?:our)?)\b", re.IGNORECASE)
_FRACTIONS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}


@dataclass(frozen=True, slots=True)
class Directions:
    """What was typed of one line; ``a_day`` is how many units a day, None where it is not understood.

    ``at_once``, ``overlap`` and ``not_renewable`` are the mentions of the prescriber: see ``PrescribedLine``.
    """

    posology: str = ""
    days: int | None = None
    renewals: int | None = None
    a_day: Fraction | None = None
    at_once: bool = False
    overlap: bool = False
    not_renewable: bool = False


def read_directions(typed: str) -> Directions:
    """Return what a line typed in one go says; a month counts thirty days (CSP R.5132-12)."""
    text = one_line(typed, _LIMIT).strip()
    text, mentions = _mentions(text)
    renewals = _RENEWALS.search(text)
    rest = text if renewals is None else f"{text[: renewals.start()]} {text[renewals.end() :]}"
    duration = _DURATION.search(rest)
    if duration is not None:
        rest = f"{rest[: duration.start()]} {rest[duration.end() :]}"
    in_full = _SHORT_SLOT.sub(lambda found: f" {_SHORT[found[1].lower()]}", rest)
    posology = one_line(" ".join(in_full.split()), _LIMIT).strip(" ,;")
    return Directions(
        posology=posology,
        days=None if duration is None else int(duration[1]) * _days_of(duration[2]),
        renewals=None if renewals is None else int(renewals[1]),
        a_day=_a_day(posology),
        **mentions,
    )


def boxes_for(a_day: Fraction, days: int, units_a_box: int) -> int:
    """Return how many boxes last ``days`` at ``a_day`` units a day; one at least."""
    return max(1, math.ceil(a_day * days / units_a_box))


def month_days(a_day: Fraction, units_a_box: int) -> int:
    """Return the days of a delivery: four weeks where boxes are made for that, else thirty days (CSP R.5132-12)."""
    return _WEEKS_DAYS if a_day * _WEEKS_DAYS % units_a_box == 0 else _MONTH_DAYS


def days_of(boxes: int, a_day: Fraction, units_a_box: int) -> int:
    """Return how many whole days so many boxes last at ``a_day`` units a day."""
    return int(boxes * units_a_box / a_day)


def _mentions(text: str) -> tuple[str, dict[str, bool]]:
    """Return the text without the mentions of the prescriber, and which there are."""
    found = {}
    for name, pattern in (("at_once", _AT_ONCE), ("overlap", _OVERLAP), ("not_renewable", _NOT_RENEWABLE)):
        text, count = pattern.subn(" ", text)
        found[name] = count > 0
    return text, found


def _days_of(unit: str) -> int:
    word = unit.lower()
    return _DAYS_OF[word if word in _DAYS_OF else word.rstrip("s")]


def _a_day(posology: str) -> Fraction | None:
    understood = read_posology(posology)
    if understood.is_understood:
        return sum((_number(dose) for dose in understood.doses.values()), Fraction(0)) or None
    times = _A_DAY.search(posology)
    return Fraction(int(times[1])) if times is not None and posology == times.group() else None


def _number(dose: str) -> Fraction:
    return _FRACTIONS.get(dose) or Fraction(dose.replace(",", "."))
