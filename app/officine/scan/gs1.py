"""Which product, lot, expiry and serial does this GS1 element string hold, and is it sound?

Source: GS1 General Specifications (element strings; 7.12 for centuries and day 00); the fields of a medicine are those
of Règlement délégué (UE) 2016/161. A lot or a serial is never guessed: where several readings are possible, there is
none.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from app.kernel.identifiers import CIP13_PREFIX, is_cip13, is_digits, is_ean13, is_gtin14
from app.officine.scan.defects import Defect
from app.officine.scan.model import GS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.kernel.outcome import Finding

FIELDS = ("gtin", "cip13", "lot", "expiry", "serial")
NAMES = {"01": "code produit (GTIN)", "17": "date de péremption", "10": "lot", "21": "numéro de série"}

_SUBJECTS = {"01": "gtin", "17": "expiry", "10": "lot", "21": "serial"}
_FIXED = {"01": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
_AFTER_VARIABLE = frozenset({"01", "10", "11", "17", "21"})
"""What may follow a lot or a serial on a French box: where else would a lost separator have been?"""
_DATES = frozenset({"11", "12", "13", "15", "16", "17"})
_VARIABLE = frozenset({"10", "21"})
_KNOWN = frozenset(_FIXED) | _VARIABLE
_LONGEST = 20
_SHORTEST_SERIAL = 3
"""With 82 characters, two of them can't keep the odds of guessing under 1 in 10 000 (2016/161, article 4)."""

_SET_82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
_HRI_START = re.compile(r"\(01\)[0-9]{14}(?:\(|$)")
_HRI_AI = re.compile(r"\(([0-9]{2,4})\)")
_PLAUSIBLE_YEARS = (10, 15)
_TWO_READINGS = 2


class Element(NamedTuple):
    """One element: its application identifier and its value as written."""

    ai: str
    value: str


class BadElementError(Exception):
    """The string can't be cut into elements: ``elements`` holds those before the ``defect``."""

    def __init__(self, elements: list[Element], defect: Finding) -> None:
        super().__init__(defect.text)
        self.elements = elements
        self.defect = defect


@dataclass(frozen=True, slots=True)
class Gs1:
    """What the element string says; a field is None where it is absent or not certain."""

    gtin: str | None = None
    lot: str | None = None
    expiry: str | None = None
    serial: str | None = None
    findings: tuple[Finding, ...] = field(default=())

    @property
    def cip13(self) -> str | None:
        """The French medicine code inside the GTIN of a single box."""
        inner = self.gtin[1:] if self.gtin and self.gtin.startswith("0") else ""
        return inner if is_cip13(inner) else None

    def as_fields(self) -> dict[str, str | None]:
        """Return the fields in the order of the contract."""
        return {name: getattr(self, name) for name in FIELDS}


def looks_gs1(body: str) -> bool:
    """Return True when the text begins as element strings do, without any help from the symbology identifier."""
    if re.match(r"01[0-9]{14}", body) or _HRI_START.match(body):
        return True
    if re.match(r"17[0-9]{6}(?:01|10|21)", body) and len(body) != 13:
        return True
    if GS in body and re.match(r"[0-9]{2}", body):
        return True
    return any(is_gtin14(match[1]) for match in re.finditer(r"(?=01(0[0-9]{13}))", body)) and body[:2] in _VARIABLE


def parse(body: str, today: dt.date, *, separators_kept: bool = False) -> Gs1:
    """Read an element string (separators as GS, no symbology identifier).

    ``separators_kept`` is True for a channel known to transmit separators (camera, serial port, calibrated scanner):
    then a string without any has none to miss. Otherwise, when none is there, every way to cut the string is tried and
    only a single possible one is taken. ``today`` dates two-digit years. Never raises.
    """
    if _HRI_START.match(body):
        body = _HRI_AI.sub(GS + r"\1", body).strip(GS)
    if GS not in body and not separators_kept:
        readings = _readings(body, today)
        if len(readings) >= _TWO_READINGS:
            return _only_certain(readings, today)
        if readings:
            return _recovered(readings[0], today)
        return _uncertain(_as_written(body, today))
    return _as_written(body, today)


def expiry_date(value: str, today: dt.date) -> dt.date | None:
    """Return the date of six digits YYMMDD, day 00 being the last of the month; None for no date.

    The century is that which puts the year less than 50 years from today (GS1, 7.12).
    """
    if len(value) != 6 or not is_digits(value):
        return None
    year, month, day = (int(value[start : start + 2]) for start in (0, 2, 4))
    ahead = year - today.year % 100
    year += today.year // 100 * 100 + (-100 if ahead >= 51 else 100 if ahead <= -50 else 0)
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, day or last) if day <= last else None


def _as_written(body: str, today: dt.date) -> Gs1:
    """Read the string as its separators cut it, and name each defect.

    What two codes say together is said by neither, and of two lots none is that of the box: both are withdrawn.
    """
    cut: list[Finding] = []
    try:
        elements = list(_elements(body))
    except BadElementError as stopped:
        elements, cut = stopped.elements, [stopped.defect]
    doubled = _doubled(elements)
    defects = doubled + cut + [defect for element in elements for defect in _element_defects(element, today)]
    values = {element.ai: element.value for element in reversed(elements)}
    if not cut:
        defects += [Defect.MISSING.found(_SUBJECTS[ai], field=NAMES[ai]) for ai in _missing(values)]
    if Defect.GLUED.code in {defect.code for defect in defects}:
        values = {}
    seen = [element.ai for element in elements]
    return _built({ai: value for ai, value in values.items() if seen.count(ai) == 1}, today, tuple(defects))


def _built(values: dict[str, str], today: dt.date, findings: tuple[Finding, ...]) -> Gs1:
    expiry = expiry_date(values.get("17", ""), today)
    return Gs1(
        values.get("01"), values.get("10"), expiry.isoformat() if expiry else None, values.get("21"), findings
    )  # fmt: skip


def _missing(values: dict[str, str]) -> list[str]:
    """Return the identifiers that the code lacks: a French medicine always bears its lot and its expiry date."""
    if "01" not in values:
        return ["01"]
    is_medicine = values["01"].startswith("0" + CIP13_PREFIX)
    return [ai for ai in ("17", "10") if is_medicine and ai not in values]


# --- Cutting at the separators --------------------------------------------------------------------------------------


def _elements(body: str) -> Iterator[Element]:
    """Yield the elements in order. Raises BadElementError where the string can't be cut any further."""
    done: list[Element] = []
    rest = body
    while rest:
        if rest.startswith(GS):
            rest = rest[1:]
            continue
        ai, size = _identifier(rest, done)
        value, rest = _value(rest[len(ai) :], ai, size, done)
        done.append(Element(ai, value))
        yield done[-1]


def _identifier(rest: str, done: list[Element]) -> tuple[str, int]:
    """Return the application identifier that begins the text and the length of its value (0 when variable)."""
    ai = rest[:2]
    if ai in _FIXED:
        return ai, _FIXED[ai]
    if ai in _VARIABLE:
        return ai, 0
    return _standard_identifier(rest, done)


def _standard_identifier(rest: str, done: list[Element]) -> tuple[str, int]:
    """Find an identifier that no medicine needs in the standard's own table, to step over it."""
    from biip import ParseError  # noqa: PLC0415 -- costs 100 ms, and hardly any box needs it
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier  # noqa: PLC0415

    try:
        entry = GS1ApplicationIdentifier.extract(rest)
    except ParseError:
        raise BadElementError(done, Defect.IDENTIFIER.found(value=rest[:2])) from None
    size = 0 if entry.separator_required else int(re.sub(r".*N([0-9]+)", r"\1", entry.format))
    return entry.ai, size


def _value(rest: str, ai: str, size: int, done: list[Element]) -> tuple[str, str]:
    """Return the value of the element and what follows it."""
    end = rest.find(GS) if GS in rest else len(rest)
    if not size:
        return rest[:end], rest[end:]
    if end < size:
        raise BadElementError(done, Defect.TRUNCATED.found(_SUBJECTS.get(ai, ""), field=NAMES.get(ai, ai)))
    return rest[:size], rest[size:]


# --- Judging elements -------------------------------------------------------------------------------------------------


def _doubled(elements: list[Element]) -> list[Finding]:
    """Return what the repeated identifiers tell: two product codes are two scans, another repeat is a defect."""
    seen = [element.ai for element in elements]
    twice = sorted({ai for ai in seen if seen.count(ai) > 1})
    if "01" in twice:
        return [Defect.GLUED.found()]
    return [Defect.DUPLICATE.found(_SUBJECTS.get(ai, ""), field=NAMES.get(ai, ai)) for ai in twice]


def _element_defects(element: Element, today: dt.date) -> list[Finding]:
    ai, value = element
    if ai == "01":
        return [] if is_gtin14(value) else [Defect.CHECK_DIGIT.found("gtin", code=value)]
    if ai == "17":
        return [] if expiry_date(value, today) else [Defect.DATE.found("expiry", value=value)]
    return _variable_defects(ai, value) if ai in _VARIABLE else []


def _variable_defects(ai: str, value: str) -> list[Finding]:
    names = {"subject": _SUBJECTS[ai], "field": NAMES[ai]}
    if not value:
        return [Defect.NO_VALUE.found(**names)]
    if _swallowed_another_code(value):
        return [Defect.GLUED.found(_SUBJECTS[ai])]
    if len(value) > _LONGEST:
        return [Defect.LENGTH.found(**names)]
    strange = _SET_82.sub("", value)
    return [Defect.CHARACTER.found(**names, value=strange[0])] if strange else []


def _swallowed_another_code(value: str) -> bool:
    """Return True when the value ends with a whole medicine code, or holds one behind its identifier."""
    if is_cip13(value[-13:]) and len(value) > 13:
        return True
    inner = re.finditer(rf"(?=01(0{CIP13_PREFIX}[0-9]{{8}}))", value)
    return any(is_ean13(match[1][1:]) for match in inner)


# --- Cutting without separators ---------------------------------------------------------------------------------------


def _readings(body: str, today: dt.date) -> list[list[Element]]:
    """Return up to two sound and complete ways to cut a string that has no separator."""
    found: list[list[Element]] = []
    for reading in _cuts(body, (), today):
        found.append(reading)
        if len(found) == _TWO_READINGS:
            break
    return found


def _cuts(rest: str, before: tuple[Element, ...], today: dt.date) -> Iterator[list[Element]]:
    if not rest:
        if not _missing(dict(before)):
            yield list(before)
        return
    ai = rest[:2]
    after_variable = bool(before) and before[-1].ai in _VARIABLE
    if ai in dict(before) or ai not in (_AFTER_VARIABLE if after_variable else _KNOWN):
        return
    for size in [_FIXED[ai]] if ai in _FIXED else range(1, min(_LONGEST, len(rest) - 2) + 1):
        element = Element(ai, rest[2 : 2 + size])
        if _is_plausible(element, today, near=after_variable):
            yield from _cuts(rest[2 + size :], (*before, element), today)


def _is_plausible(element: Element, today: dt.date, *, near: bool) -> bool:
    """Return True for a sound value; ``near`` also asks a date to be that of a box one can hold today."""
    if _element_defects(element, today):
        return False
    if element.ai in _DATES:
        date = expiry_date(element.value, today)
        past, future = _PLAUSIBLE_YEARS
        return date is not None and (not near or today.year - past <= date.year <= today.year + future)
    return element.ai != "21" or len(element.value) >= _SHORTEST_SERIAL


def _recovered(reading: list[Element], today: dt.date) -> Gs1:
    """Build the only possible reading, saying so when a separator was missing."""
    lost = any(element.ai in _VARIABLE for element in reading[:-1])
    findings = (Defect.SEPARATOR_RECOVERED.found(),) if lost else ()
    return _built(dict(reading), today, findings)


def _uncertain(written: Gs1) -> Gs1:
    """Withdraw what a lost separator may have spoilt in a string that no sound reading explains."""
    if written.lot is None and written.serial is None:
        return written
    findings = written.findings or (Defect.SEPARATOR_LOST.found(),)
    return replace(written, lot=None, serial=None, findings=findings)


def _only_certain(readings: list[list[Element]], today: dt.date) -> Gs1:
    """Build what the readings agree on before the first doubt: never a lot nor a serial."""
    first, second = (dict(reading) for reading in readings)
    agreed = {ai: value for ai, value in first.items() if second.get(ai) == value and ai not in _VARIABLE}
    return _built(agreed, today, (Defect.SEPARATOR_LOST.found(),))
