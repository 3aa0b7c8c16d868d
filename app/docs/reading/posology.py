"""How is a medicine taken, as a document says it? In French, from its structure, or else from its own words.

The structure is turned into words only where all of it is known; a part that is not makes the whole fall back on the
words of the author: half a posology is a medication error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs.reading import tree
from app.docs.reading.entries import WITHDRAWN, act_status, is_refuted, related, wordy
from app.kernel.text import NBSP, fold

if TYPE_CHECKING:
    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

_PCC = "1.3.6.1.4.1.19376.1.5.3.1.4."
_TAPERED: Final = _PCC + "8"
_CONDITIONAL: Final = _PCC + "10"
_TOGETHER: Final = (_PCC + "9", _PCC + "11")
"""Modes of administration (IHE PCC): doses progressives, conditionnelles, fractionnées et combinées."""
HEADINGS: Final = ("posologie", "dose", "frequence", "rythme")
"""Beginnings of the headings of a table under which an author writes how a medicine is taken."""

_UNITS = {
    "tablet": ("comprimé", "comprimés"), "tbl": ("comprimé", "comprimés"), "tab": ("comprimé", "comprimés"),
    "capsule": ("gélule", "gélules"), "cap": ("gélule", "gélules"), "drop": ("goutte", "gouttes"),
    "drops": ("goutte", "gouttes"), "puff": ("bouffée", "bouffées"), "puffs": ("bouffée", "bouffées"),
    "sachet": ("sachet", "sachets"), "spoon": ("cuillère", "cuillères"),
    "suppository": ("suppositoire", "suppositoires"),
    "patch": ("patch", "patchs"), "application": ("application", "applications"), "vial": ("flacon", "flacons"),
    "ampule": ("ampoule", "ampoules"), "dose": ("dose", "doses"),
}  # fmt: skip
_NO_UNIT = frozenset({"", "1", "{count}", "{unit}", "{units}"})
_PERIODS = {
    "s": ("seconde", "secondes", "toutes"), "min": ("minute", "minutes", "toutes"), "h": ("heure", "heures", "toutes"),
    "d": ("jour", "jours", "tous"), "wk": ("semaine", "semaines", "toutes"), "mo": ("mois", "mois", "tous"),
    "a": ("an", "ans", "tous"),
}  # fmt: skip
_EVENTS = {
    "ACM": "avant le petit-déjeuner", "ACD": "avant le déjeuner", "ACV": "avant le dîner", "AC": "avant les repas",
    "PCM": "après le petit-déjeuner", "PCD": "après le déjeuner", "PCV": "après le dîner", "PC": "après les repas",
    "CM": "au petit-déjeuner", "CD": "au déjeuner", "CV": "au dîner", "C": "au cours des repas",
    "ICM": "entre le petit-déjeuner et le déjeuner", "ICD": "entre le déjeuner et le dîner",
    "ICV": "entre le dîner et le coucher", "IC": "entre les repas", "HS": "au coucher", "WAKE": "au réveil",
    "MORN": "le matin", "NOON": "le midi", "AFT": "l’après-midi", "EVE": "le soir", "NIGHT": "la nuit",
}  # fmt: skip
_ANNOTATION = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


class Unclear(ValueError):
    """A part of the structure is not known: the words of the author must be read."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the structure says; ``is_whole`` where each step of it has a dose and a frequency."""

    text: str = ""
    is_whole: bool = False


def dose_text(statement: Element, scope: Scope) -> str:
    """Return how the medicine of a ``substanceAdministration`` is taken, in French; empty where nothing says it.

    What is structured but not understood is said in ``scope``; of half a posology, the words of its author are rather
    given, where there are some.
    """
    try:
        structured = _structured(statement, scope)
    except Unclear as unclear:
        scope.warn(f"la posologie codée n’est pas comprise ({unclear}).", statement)
        structured = _Said()
    if structured.is_whole:
        return structured.text
    return _worded(statement, scope) or structured.text


def _structured(statement: Element, scope: Scope) -> _Said:
    """Return the posology that the structure says; empty where it says no dose and no frequency."""
    steps = list(related(statement, "substanceAdministration", "COMP"))
    own = _step(statement, scope)
    if not steps:
        return own
    if any(is_refuted(one) or act_status(one) in WITHDRAWN for one in steps):
        raise Unclear("étape niée ou annulée")
    ordered = sorted(steps, key=_rank) if all(_rank(one) for one in steps) else steps
    said = [_step(one, scope) for one in ordered]
    if own.text or not all(one.text for one in said):
        raise Unclear("étapes incomplètes")
    text = _joint(statement, steps).join(one.text for one in said)
    return _Said(text + _limits(statement, scope), all(one.is_whole for one in said))


def _joint(statement: Element, steps: list[Element]) -> str:
    """Return what stands between two steps: one after the other, together, or as the case may be."""
    if tree.follows(statement, *_TOGETHER):
        return " et "
    one_by_one = tree.follows(statement, _TAPERED) or all(_rank(one) for one in steps)
    return " puis " if one_by_one and not tree.follows(statement, _CONDITIONAL) else " ; "


def _rank(step: Element) -> int:
    number = tree.attribute(tree.first(step.getparent(), "sequenceNumber"), "value")
    return int(number) if re.fullmatch(r"[0-9]{1,6}", number) else 0


def _step(statement: Element, scope: Scope) -> _Said:
    """Return one step: dose, frequency, rate, duration. A frequency without dose is said in its author's words."""
    dose = _quantity(tree.first(statement, "doseQuantity"), scope)
    frequency = _frequency(statement)
    if not dose and not frequency:
        return _Said()
    own = _own_frequency(statement, scope)
    if not dose and own:
        return _Said(own, is_whole=True)
    rate = _quantity(tree.first(statement, "rateQuantity"), scope)
    duration = _duration(statement, scope) if _is_step(statement) else ""
    parts = [dose, frequency, f"soit {rate}" if rate else "", duration]
    return _Said(" ".join(filter(None, parts)) + _limits(statement, scope), bool(dose and frequency))


def _limits(statement: Element, scope: Scope) -> str:
    """Return what bounds a step: the greatest doses, and what must be so before it is taken."""
    most = ", ".join(filter(None, (_most(one) for one in tree.children(statement, "maxDoseQuantity"))))
    words = (scope.words(one) for one in tree.every(statement, "precondition", "criterion", "text"))
    condition = ", ".join(filter(wordy, words))
    return (f" (maximum {most})" if most else "") + (f" (condition : {condition})" if condition else "")


def _is_step(statement: Element) -> bool:
    return tree.name_of(statement.getparent()) == "entryRelationship"


def _times(statement: Element) -> list[Element]:
    """Return the parts of the times of a statement, those of a set expression (SXPR_TS) one by one."""
    parts: list[Element] = []
    for time in tree.children(statement, "effectiveTime"):
        parts += tree.children(time, "comp") if tree.kind(time) == "SXPR_TS" else [time]
    return [one for one in parts if not tree.is_null(one)]


def _frequency(statement: Element) -> str:
    found = [text for time in _times(statement) if (text := _one_frequency(time))]
    return " et ".join(found)


def _one_frequency(time: Element) -> str:
    kind = tree.kind(time)
    if tree.attribute(time, "operator") not in {"", "A", "I"} or not tree.is_null(tree.first(time, "phase")):
        raise Unclear("heures de prise")
    if kind == "PIVL_TS" or (not kind and tree.children(time, "period")):
        return _every(time)
    if kind == "EIVL_TS":
        code = tree.attribute(tree.first(time, "event"), "code")
        if code not in _EVENTS or tree.children(time, "offset"):
            raise Unclear(f"moment de prise « {code[:20]} »")
        return _EVENTS[code]
    if kind in {"IVL_TS", "TS", ""}:
        return ""
    raise Unclear(f"rythme de type « {kind[:20]} »")


def _every(time: Element) -> str:
    """Return a period in French: ``toutes les 8 heures``, ``1 fois par jour``."""
    period = tree.first(time, "period")
    value, unit = tree.attribute(period, "value"), tree.attribute(period, "unit")
    if period is None or tree.is_null(period):
        return ""
    if unit not in _PERIODS or not _NUMBER.fullmatch(value) or float(value) <= 0:
        raise Unclear(f"période « {value[:10]} {unit[:10]} »")
    one, several, article = _PERIODS[unit]
    if float(value) != 1:
        return f"{article} les {_french(value)} {several}"
    return "1 fois par jour" if unit == "d" else f"1 fois par {one}"


def _own_frequency(statement: Element, scope: Scope) -> str:
    """Return the words of the narrative that a period refers to."""
    for time in _times(statement):
        for translation in tree.every(time, "period", "translation"):
            words = scope.words(tree.first(translation, "originalText"))
            if wordy(words):
                return words
    return ""


def _duration(statement: Element, scope: Scope) -> str:
    for time in _times(statement):
        if tree.kind(time) == "IVL_TS":
            return duration(time, scope)
    return ""


def duration(time: Element | None, scope: Scope) -> str:
    """Return the duration of an IVL_TS in French: ``pendant 2 jours à partir du 01/12/2021``, ``du … au …``."""
    if time is None or tree.is_null(time):
        return ""
    low, high = (_day(scope.date(tree.first(time, part))) for part in ("low", "high"))
    width = _width(tree.first(time, "width"))
    if width:
        return f"pendant {width}" + (f" à partir du {low}" if low else "")
    if low and high:
        return f"du {low} au {high}"
    if low:
        return f"à partir du {low}"
    return f"jusqu’au {high}" if high else ""


def _width(width: Element | None) -> str:
    value, unit = tree.attribute(width, "value"), tree.attribute(width, "unit")
    if width is None or tree.is_null(width) or unit not in _PERIODS or not _NUMBER.fullmatch(value):
        return ""
    one, several, _article = _PERIODS[unit]
    return f"{_french(value)} {several if float(value) >= 2 else one}"


def time_span(element: Element | None) -> str:
    """Return a PQ of time in French: ``60 jours``; empty where it is none."""
    return _width(element)


def _day(date: str) -> str:
    """Return an ISO date, whole or not, as it is written in French."""
    return "/".join(reversed(date.split("-"))) if date else ""


def _quantity(element: Element | None, scope: Scope) -> str:
    """Return a quantity or a range of them in French: ``1 à 2 comprimés``; empty where there is none."""
    if element is None or tree.is_null(element):
        return ""
    low, high = tree.first(element, "low"), tree.first(element, "high")
    ends = [one for one in (low, high) if one is not None and not tree.is_null(one) and one.get("value")]
    if not ends:
        ends = [element] if element.get("value") else []
    if not ends:
        return ""
    values = [tree.attribute(one, "value") for one in ends]
    if not all(_NUMBER.fullmatch(one) for one in values):
        raise Unclear(f"quantité « {values[0][:20]} »")
    units = {tree.attribute(one, "unit") for one in ends}
    if len(units) > 1:
        raise Unclear("unités différentes")
    unit = _unit(units.pop(), ends[-1], scope, plural=float(values[-1]) >= 2)
    said = " à ".join(dict.fromkeys(_french(one) for one in values))
    if len(values) == 1 and low is None and high is not None:
        said = f"jusqu’à {said}"
    if len(values) == 1 and low is not None and high is None:
        said = f"au moins {said}"
    return f"{said} {unit}".strip()


def _unit(unit: str, element: Element, scope: Scope, *, plural: bool) -> str:
    """Return a unit in French: UCUM as written, an annotation by its French name, or else by the narrative's words."""
    annotation = _ANNOTATION.fullmatch(unit)
    if annotation and annotation[1].lower() in _UNITS:
        return _UNITS[annotation[1].lower()][plural]
    words = scope.words(tree.first(element, "translation", "originalText"))
    if unit in _NO_UNIT:
        return words if wordy(words) and not re.search(r"[0-9]", words) else ""
    if annotation:
        return annotation[1]
    return unit.replace("/d", "/j") if unit.endswith("/d") else unit


def _most(element: Element) -> str:
    """Return a greatest dose: ``4 par jour``, ``200 mg par jour``; empty where there is none."""
    top, bottom = tree.first(element, "numerator"), tree.first(element, "denominator")
    value, unit = tree.attribute(top, "value"), tree.attribute(top, "unit")
    if not value or tree.is_null(top):
        return ""
    over, per = tree.attribute(bottom, "value"), tree.attribute(bottom, "unit")
    if not _NUMBER.fullmatch(value) or not _NUMBER.fullmatch(over or "1") or (per and per not in _PERIODS):
        raise Unclear(f"dose maximale « {value[:10]} {unit[:10]} »")
    annotation = _ANNOTATION.fullmatch(unit)
    if annotation:
        names = _UNITS.get(annotation[1].lower())
        unit = names[float(value) >= 2] if names else annotation[1]
    said = f"{_french(value)} {unit}".strip()
    if not per:
        return said
    one, several, _article = _PERIODS[per]
    return f"{said} par {one}" if float(over or 1) == 1 else f"{said} pour {_french(over)} {several}"


def _french(number: str) -> str:
    return number.replace(".", ",")


def _worded(statement: Element, scope: Scope) -> str:
    """Return the posology that the narrative says on the line of the medicine; empty where it has no such column."""
    own = _own_frequency(statement, scope)
    if own:
        return own
    line = scope.row(tree.first(statement, "text"))
    said = [(heading, words) for heading, words in line if fold(heading).startswith(HEADINGS) and wordy(words)]
    if len(said) == 1:
        return said[0][1]
    return " ; ".join(f"{heading}{NBSP}: {words}" for heading, words in said)
