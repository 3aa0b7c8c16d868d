"""Which birth date was typed, in full or in part?"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

OLDEST_YEARS = 130
"""No one alive was born so many years ago."""

_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip

# On folded text, where every separator has become one space; the fullest form first.
_FORMS = tuple(
    re.compile(rf"\b{form}\b")
    for form in (
        r"(?P<year>\d{4}) (?P<month>\d{1,2}) (?P<day>\d{1,2})",
        r"(?P<day>\d{1,2}) (?P<month>\d{1,2}) (?P<year>\d{4}|\d{2})",
        r"(?P<day>\d{1,2})(?:er)? (?P<month>[a-z]{3,9}) (?P<year>\d{4})",
        r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4}|\d{2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<month>\d{1,2}) ?(?P<year>\d{4})",
        r"(?P<year>\d{4})",
    )
)
# Where a date stands alone, a month may be named without a day; among names, « mai 1980 » may begin Maillard’s.
_ALONE = (*_FORMS, re.compile(r"(?P<month>[a-z]{3,9}) (?P<year>\d{4})"))


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date to keep; ``uncertain`` when the day or the month was completed by the rule."""

    date: dt.date
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """The days, both ends included, that a typed date may mean."""

    first: dt.date
    last: dt.date


def read_birth_date(text: str, today: dt.date) -> BirthDate | None:
    """Return the birth date to keep for what was typed; None when it is none, or when it may mean several.

    Month and year give the first of the month, a year alone the 31 December, both uncertain (RNIV EXI PP 19).
    « 00 » for a day or a month is no date; two digits of a year are refused where two centuries are possible.
    """
    periods = read_periods(text, today)
    if len(periods) != 1:
        return None
    period = periods[0]
    if period.first == period.last:
        return BirthDate(period.first)
    return BirthDate(period.first if period.first.month == period.last.month else period.last, uncertain=True)


def read_periods(text: str, today: dt.date) -> tuple[Period, ...]:
    """Return the periods that a birth date typed alone may mean; none where it is no date."""
    folded = fold(text)
    return _of_matches((form.fullmatch(folded) for form in _ALONE), today)


def take_dates(text: str, today: dt.date) -> tuple[tuple[Period, ...], str]:
    """Return the periods that the first date in a search may mean, and the folded text left besides.

    Two digits of a year mean both centuries; six digits are day-month-year or month-year.
    """
    folded = fold(text)
    for form in _FORMS:
        for match in form.finditer(folded):
            start, end = match.span()
            periods = _of_matches((other.fullmatch(folded, start, end) for other in _FORMS), today)
            if periods:
                return periods, f"{folded[:start]} {folded[end:]}"
    return (), folded


def is_plausible(date: dt.date, today: dt.date) -> bool:
    """Return True for a birth date that a living person may have."""
    return today.year - OLDEST_YEARS <= date.year and date <= today


def _of_matches(matches: Iterable[re.Match[str] | None], today: dt.date) -> tuple[Period, ...]:
    """Return the plausible periods of the matches, each once."""
    found = (period for match in matches if match is not None for period in _of_match(match))
    return tuple(dict.fromkeys(period for period in found if is_plausible(period.first, today)))


def _of_match(match: re.Match[str]) -> list[Period]:
    parts = match.groupdict()
    day, month, year = parts.get("day", ""), parts.get("month", ""), parts["year"]
    if month.isalpha():
        month = _month_number(month)
        if not month:
            return []
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    periods = (_period(day, month, candidate) for candidate in years)
    return [period for period in periods if period is not None]


def _month_number(name: str) -> str:
    starts = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(name)]
    return str(starts[0]) if len(starts) == 1 else ""


def _period(day: str, month: str, year: int) -> Period | None:
    try:
        if day:
            date = dt.date(year, int(month), int(day))
            return Period(date, date)
        if month:
            last = calendar.monthrange(year, int(month))[1]
            return Period(dt.date(year, int(month), 1), dt.date(year, int(month), last))
        return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
    except (ValueError, calendar.IllegalMonthError):
        return None
