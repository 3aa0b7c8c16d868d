"""Is the patient too young or too old for a product? The limits come from the officine's own table."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, plural
from app.officine.safety.model import Person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.officine.safety.model import AgeLimit, SafetyCase, Taken

OUTSIDE, OUTSIDE_NOTED = "GAL-SEC-35", "GAL-SEC-36"

_OLDEST_MONTHS = 130 * 12
_MONTHS_TOLD = 24
"""Under two years an age is told in months, as the leaflets do."""


def person(birth_date: dt.date, on: dt.date, *, uncertain: bool = False) -> Person:
    """Return between which two ages a person is on a day.

    An uncertain date was completed by the rule of the identities (RNIV EXI PP 19): the 31 December stands for a whole
    year, the first of a month for that month. Born on a 29 February, one is a month older on the last day of others.
    """
    first = last = birth_date
    if uncertain and (birth_date.month, birth_date.day) == (12, 31):
        first = dt.date(birth_date.year, 1, 1)
    elif uncertain:
        last = birth_date.replace(day=calendar.monthrange(birth_date.year, birth_date.month)[1])
    youngest, oldest = _months(last, on), _months(first, on)
    if oldest < 0 or youngest > _OLDEST_MONTHS:
        return Person(None, None)
    return Person(max(0, youngest), oldest)


def check(case: SafetyCase) -> Iterator[Finding]:
    """Return one finding for each product that the patient is surely outside the limits of, the strictest one."""
    if case.person is None or case.person.youngest is None:
        return
    for line in case.lines:
        crossed = [limit for limit in limits_of(line, case) if _is_outside(limit, case.person)]
        if crossed:
            yield _finding(line, min(crossed, key=lambda limit: not limit.serious), case.person)


def doubtful(case: SafetyCase) -> list[Taken]:
    """Return the products for which an uncertain birth date does not tell on which side of a limit the patient is."""
    someone = case.person
    if someone is None or someone.youngest == someone.oldest:
        return []
    return [
        line
        for line in case.lines
        if any(_may_be_outside(limit, someone) for limit in limits_of(line, case))
        and not any(_is_outside(limit, someone) for limit in limits_of(line, case))
    ]


def limits_of(line: Taken, case: SafetyCase) -> list[AgeLimit]:
    """Return the limits known of a product: its own, or else those of its substances; by its routes."""
    own = case.ages.get(line.cis or "", ())
    found = own or [limit for key in sorted(line.keys) for limit in case.ages.get(key, ())]
    routes = {fold(route) for route in line.routes}
    return [limit for limit in found if not limit.route or limit.route in routes]


def age_words(months: int) -> str:
    """Return an age as it is said: « 3 mois », « 9 ans »."""
    return f"{months}\u00a0mois" if months < _MONTHS_TOLD else plural(months // 12, "an")


def _months(birth: dt.date, on: dt.date) -> int:
    last_day = calendar.monthrange(on.year, on.month)[1]
    is_before = on.day < min(birth.day, last_day)
    return (on.year - birth.year) * 12 + on.month - birth.month - is_before


def _is_outside(limit: AgeLimit, someone: Person) -> bool:
    if someone.youngest is None or someone.oldest is None:
        return False
    too_young = limit.first_months is not None and someone.oldest < limit.first_months
    return too_young or (limit.last_months is not None and someone.youngest > limit.last_months)


def _may_be_outside(limit: AgeLimit, someone: Person) -> bool:
    if someone.youngest is None or someone.oldest is None:
        return False
    too_young = limit.first_months is not None and someone.youngest < limit.first_months
    return too_young or (limit.last_months is not None and someone.oldest > limit.last_months)


def _finding(line: Taken, limit: AgeLimit, someone: Person) -> Finding:
    assert someone.youngest is not None
    too_young = limit.first_months is not None and someone.youngest < limit.first_months
    if too_young:
        assert limit.first_months is not None
        rule = f"pas avant {age_words(limit.first_months)}"
    else:
        assert limit.last_months is not None
        rule = f"pas après {age_words(limit.last_months)}"
    said = age_words(someone.youngest)
    return Finding(
        OUTSIDE if limit.serious else OUTSIDE_NOTED,
        Severity.WARNING if limit.serious else Severity.INFO,
        f"{line.short} : {rule}, le patient a {said}.",
        f"{limit.text.rstrip('.')}. Source : {limit.source}, {french.short_date(limit.dated)}.",
        line.line_id,
    )
