"""When is a medicine taken, as its posology says it? Read strictly: what is not understood stays text.

A label that guesses is a medication error, so that a sentence is read whole or not at all: the moments of the day and
the dose of each are returned only where every word of it was understood.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kernel.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIMIT = 300


class Slot(enum.StrEnum):
    """A moment of the day at which medicines are taken."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"
    BEDTIME = "bedtime"

    @property
    def label(self) -> str:
        """The moment as it is printed."""
        return {"morning": "Matin", "noon": "Midi", "evening": "Soir", "bedtime": "Coucher"}[self]


@dataclass(frozen=True, slots=True)
class Posology:
    """A posology: its ``text`` as written, and the dose of each moment where all of it was understood.

    ``doses`` holds the number as it is printed (``1``, ``½``, ``2,5``); ``unit`` is empty where none is said.
    ``note`` is what goes with every dose: meals, duration. ``doses`` is empty where the text was not understood.
    """

    text: str
    doses: Mapping[Slot, str] = field(default_factory=dict)
    unit: str = ""
    note: str = ""

    @property
    def is_understood(self) -> bool:
        """True where the moments of the day are known."""
        return bool(self.doses)


_SLOTS = {"matin": Slot.MORNING, "midi": Slot.NOON, "soir": Slot.EVENING, "coucher": Slot.BEDTIME}
_NUMBERS = {"un": "1", "une": "1", "deux": "2", "trois": "3", "quatre": "4", "demi": "½", "1/2": "½", "1/4": "¼",
            "3/4": "¾", "½": "½", "¼": "¼", "¾": "¾"}  # fmt: skip
_UNITS = {
    "comprimé": ("comprimé", "comprimés", "comprime", "comprimes", "cp", "cps", "cpr", "comp"),
    "gélule": ("gélule", "gélules", "gelule", "gelules", "gél", "gel"),
    "sachet": ("sachet", "sachets", "sach"),
    "goutte": ("goutte", "gouttes", "gtte", "gttes"),
    "cuillère à café": ("cuillère à café", "cuillères à café", "càc", "cac"),
    "cuillère à soupe": ("cuillère à soupe", "cuillères à soupe", "càs"),
    "ampoule": ("ampoule", "ampoules", "amp"),
    "bouffée": ("bouffée", "bouffées", "bouffee", "bouffees"),
    "inhalation": ("inhalation", "inhalations"),
    "application": ("application", "applications"),
    "capsule": ("capsule", "capsules"),
    "suppositoire": ("suppositoire", "suppositoires"),
    "pulvérisation": ("pulvérisation", "pulvérisations"),
    "injection": ("injection", "injections"),
    "unité": ("unité", "unités", "ui"),
    "dose": ("dose", "doses"),
    "ml": ("ml",),
}
_UNIT_OF = {form: unit for unit, forms in _UNITS.items() for form in forms}
_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?(?!\d|\s*/)|[13]/[24]|[½¼¾]|(?:un|une|deux|trois|quatre|demi)\b"
_UNIT = "|".join(re.escape(form) for form in sorted(_UNIT_OF, key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?P<space>[\s,;]+|(?:et|puis|le|la|au)\b)|(?P<number>{_NUMBER})|(?P<unit>(?:{_UNIT})\b\.?)"
    rf"|(?P<slot>(?:matin|midi|soir|coucher)\b)",
)
_DASHED = re.compile(rf"(?P<doses>{_NUMBER})(?:\s*[-–]\s*(?:{_NUMBER})){{2,3}}")
_SPLIT = re.compile(r"\s*[-–]\s*")
_NOTE = re.compile(
    r"(?:pendant|avant|après|au cours d[eu]s?|en dehors d[eu]s?)\s+(?:(?:le|les|la|l’|l')\s*)?(?:repas)\b"
    r"|\bà jeun\b|\bavec un (?:grand )?verre d[’']eau\b"
    r"|(?:pendant|durant)\s+\d{1,3}\s+(?:jours?|semaines?|mois)\b"
)
_TIMES = re.compile(r"(?P<count>[1-4]|une|deux|trois|quatre)\s*(?:fois|x)\s*(?:par|/)\s*(?:jour|j)\b")


def read_posology(text: str) -> Posology:
    """Return the posology that ``text`` says: by moments of the day where every word of it is understood.

    ``1-0-1`` and ``1-1-1-0`` are morning, noon, evening (and bedtime). ``3 fois par jour`` alone says no moment, and
    ``si besoin`` is a condition: both stay text.
    """
    kept = one_line(text, LIMIT).strip()
    words = kept.lower().replace("’", "'").rstrip(" .")
    notes = [found.group().strip() for found in _NOTE.finditer(words)]
    rest = _NOTE.sub(" ", words).strip(" ,;.:")
    times = _TIMES.search(rest)
    if times is not None:
        rest = f"{rest[: times.start()]} {rest[times.end() :]}".strip(" ,;.:")
    found = _dashed(rest) or _spoken(rest)
    if found is None:
        return Posology(kept)
    doses, unit = found
    if times is not None and _count(times["count"]) != len(doses):
        return Posology(kept)
    return Posology(kept, doses, unit, ", ".join(notes).replace("'", "’"))


def _dashed(words: str) -> tuple[dict[Slot, str], str] | None:
    match = _DASHED.match(words)
    if match is None:
        return None
    tail = words[match.end() :].strip(" ,.")
    if tail and tail not in _UNIT_OF:
        return None
    doses = [_dose(number) for number in _SPLIT.split(match.group())]
    found = {slot: dose for slot, dose in zip(Slot, doses, strict=False) if dose != "0"}
    return (found, _UNIT_OF.get(tail, "")) if found else None


def _spoken(words: str) -> tuple[dict[Slot, str], str] | None:
    """Read ``1 comprimé le matin et 2 le soir``: a dose, then its moments, as often as there are."""
    doses: dict[Slot, str] = {}
    dose, unit, pending = "", "", False
    for kind, token in _tokens(words):
        if kind == "number":
            if pending:
                return None
            dose, pending = _dose(token), True
        elif kind == "unit":
            named = _UNIT_OF[token.rstrip(".")]
            if not pending or (unit and unit != named):
                return None
            unit = named
        elif kind == "slot":
            slot = _SLOTS[token]
            if dose in {"", "0"} or slot in doses:
                return None
            doses[slot], pending = dose, False
        elif kind != "space":
            return None
    return None if pending or not doses else ({slot: doses[slot] for slot in Slot if slot in doses}, unit)


def _tokens(words: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(words):
        match = _TOKEN.match(words, place)
        if match is None or match.lastgroup is None or match.end() == place:
            yield "unknown", words[place:]
            return
        yield match.lastgroup, match.group()
        place = match.end()


def _dose(number: str) -> str:
    return _NUMBERS.get(number, number.replace(".", ","))


def _count(word: str) -> int:
    return int(_dose(word))


def unit_text(dose: str, unit: str) -> str:
    """Return a dose with its unit as it is printed: ``2 comprimés``, ``½ comprimé``, ``5 ml``."""
    if not unit:
        return dose
    several = dose not in {"1", "½", "¼", "¾", "0,5"} and not dose.startswith(("0,", "1,"))
    head, _, tail = unit.partition(" ")
    plural = f"{head}s" if several and head != "ml" else head
    return f"{dose} {plural} {tail}".strip()
