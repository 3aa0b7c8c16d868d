"""What does the code of a place of birth mean, and was it one on the day of the birth?

Source: Insee, Code officiel géographique: 2A and 2B since 1976 (20 before), 91 to 94 for Algeria before July 1962,
97 and 98 overseas, 99 and a country abroad, 99999 where the place is not known.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP, typographic, words
from app.officine.patients.cog_model import UNKNOWN, Place, PlaceKind, PlaceName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COMMUNE = re.compile(r"(?!99)(?:\d{2}|2[AB])\d{3}")
COUNTRY = re.compile(r"99\d{3}")
_CODE_BEGUN = re.compile(r"\d[\dAB]?\d{0,3}")
_INDEPENDENCE = dt.date(1962, 7, 5)
_CORSICA_SPLIT = dt.date(1976, 1, 1)
_ALGERIA = {"91": "Alger", "92": "Oran", "93": "Constantine", "94": "Territoires du Sud"}
_OVERSEAS = {
    "971": "Guadeloupe",
    "972": "Martinique",
    "973": "Guyane",
    "974": "La Réunion",
    "975": "Saint-Pierre-et-Miquelon",
    "976": "Mayotte",
    "977": "Saint-Barthélemy",
    "978": "Saint-Martin",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie française",
    "988": "Nouvelle-Calédonie",
}
_SPELLED_OUT = {"st": "saint", "ste": "sainte"}


@lru_cache(maxsize=2_000)
def place_words(text: str) -> tuple[str, ...]:
    """Return the folded words of the name of a place, « St » and « Ste » spelled out, in order."""
    return tuple(_SPELLED_OUT.get(word, word) for word in words(text))


def code_begun(text: str) -> str:
    """Return the code that a search begins; empty where it is a name."""
    typed = "".join(text.split()).upper()
    return typed if _CODE_BEGUN.fullmatch(typed) else ""


def ranked(found: Iterable[Place], text: str, day: dt.date | None) -> list[Place]:
    """Return places in the order in which they are wanted: right on the day, of this very name, short, by code.

    Without a name (``text`` empty), by code alone.
    """
    asked = " ".join(place_words(text))

    def rank(place: Place) -> tuple[bool, bool, bool, bool, int, str, dt.date]:
        name = " ".join(place_words(place.label))
        started = place.valid_from or dt.date.min
        starts = (not f"{name} ".startswith(f"{asked} "), not name.startswith(asked))
        by_name = (name != asked, *starts, name.count(" ")) if asked else (False, False, False, 0)
        return not place.holds_on(day), *by_name, place.code, started

    return sorted(found, key=rank)


def name_of(code: str, known: Sequence[Place], day: dt.date | None) -> PlaceName:
    """Return a code in words for a birth on ``day``; ``known`` is what the tables have of this code."""
    if code == UNKNOWN:
        return PlaceName("Lieu inconnu", is_known=True, holds=True)
    right = [place for place in known if place.holds_on(day)]
    if right:
        # Where a code had several names, the last one that had begun by then; without a date, the one of today.
        place = max(right, key=lambda one: (_has_begun(one, day), one.valid_to is None, one.valid_from or dt.date.min))
        return PlaceName(shown(place), is_known=True, holds=True)
    if day is not None and day < _INDEPENDENCE and code[:2] in _ALGERIA:
        text = f"Algérie avant 1962 ({_ALGERIA[code[:2]]})"
        return PlaceName(text, is_known=True, holds=True)
    if known:
        return PlaceName(shown(_nearest(known, day)), is_known=True, holds=False)
    return PlaceName(_area(code), is_known=False, holds=not _is_misdated(code, day))


def shown(place: Place) -> str:
    """Return a place in words: ``Mazoires (63)``, ``Algérie``."""
    return place.label if place.kind is PlaceKind.COUNTRY else f"{place.label}{NBSP}({_department(place.code)})"


def validity(place: Place) -> str:
    """Return since when and until when a code was one, in words; empty where it always was."""
    begun = "" if place.valid_from is None else f"depuis le {french.short_date(place.valid_from)}"
    if place.valid_to is None:
        return begun
    ended = french.short_date(place.valid_to)
    return f"jusqu’au {ended}" if place.valid_from is None else f"du {french.short_date(place.valid_from)} au {ended}"


def check(code: str, name: PlaceName) -> list[Finding]:
    """Return what there is to say of the place of a birth: never a refusal, the table may lack it."""
    if not name.is_known:
        text = f"Lieu de naissance {code} : code inconnu de la table."
        return [_warning(40, text, "Relisez-le sur la pièce d’identité ; il est gardé tel quel.")]
    if not name.holds:
        text = f"Lieu de naissance {code}, {name.text} : ce code n’existait pas à la date de naissance."
        return [_warning(41, text, "Cherchez la commune telle qu’elle était à la naissance.")]
    return []


def _has_begun(place: Place, day: dt.date | None) -> bool:
    return day is None or place.valid_from is None or place.valid_from <= day


def _nearest(known: Sequence[Place], day: dt.date | None) -> Place:
    """Return the place whose dates are nearest to the birth."""

    def distance(place: Place) -> int:
        ends = [one for one in (place.valid_from, place.valid_to) if one is not None]
        return min((abs((one - day).days) for one in ends), default=0) if day is not None else 0

    return min(known, key=distance)


def _area(code: str) -> str:
    """Return in words where a code that no table knows lies."""
    if COUNTRY.fullmatch(code):
        return "Pays étranger, code inconnu de la table"
    overseas = _OVERSEAS.get(code[:3])
    where = overseas or ("Corse" if code.startswith("20") else f"département {_department(code)}")
    return f"Commune inconnue de la table ({where})"


def _is_misdated(code: str, day: dt.date | None) -> bool:
    if day is None:
        return False
    if code.startswith("20"):
        return day >= _CORSICA_SPLIT
    return code.startswith(("2A", "2B")) and day < _CORSICA_SPLIT


def _department(code: str) -> str:
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def is_like(place: Place, text: str) -> bool:
    """Return True where each word of a search begins a word of the name of a place, or its code is begun."""
    begun = code_begun(text)
    if begun:
        return place.code.startswith(begun)
    named, asked = place_words(place.label), place_words(text)
    return bool(asked) and all(any(word.startswith(one) for word in named) for one in asked)


def _warning(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-PAT-{number}", Severity.WARNING, typographic(text), typographic(advice), "birth_place")
