"""How does a screen write what a service gives: amounts, dates, codes, names?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.clock import PARIS
from app.kernel.text import NBSP, NNBSP

if TYPE_CHECKING:
    from app.kernel.money import Money, Rate

NOTHING = "—"


def amount(value: Money | None) -> str:
    """Return an amount, or a dash where there is none."""
    return NOTHING if value is None else french.amount(value)


def rate(value: Rate | None) -> str:
    """Return a rate of reimbursement, or « NR » for what is not reimbursed."""
    return "NR" if value is None else french.rate(value)


def date(value: dt.date | None) -> str:
    """Return a date as ``22/11/2026``, or a dash."""
    return NOTHING if value is None else french.short_date(value)


def moment(value: dt.datetime | None) -> str:
    """Return an aware moment as ``22/11/2026 14:05``, Paris time, or a dash."""
    return NOTHING if value is None else french.moment(value)


def code(value: str) -> str:
    """Return a product code in readable groups: ``34009 385 704 2``; other texts unchanged."""
    if len(value) == 13 and value.isdigit():
        return NNBSP.join((value[:5], value[5:8], value[8:11], value[11:]))
    return value


def nir(value: str) -> str:
    """Return a NIR of 13 or 15 characters as ``1 85 05 78 006 084 91``; other texts unchanged."""
    if len(value) not in {13, 15}:
        return value
    bounds = ((0, 1), (1, 3), (3, 5), (5, 7), (7, 10), (10, 13), (13, 15))
    return NNBSP.join(value[start:end] for start, end in bounds if value[start:end])


def age(years: int) -> str:
    """Return an age as ``41 ans``."""
    return f"{years}{NBSP}an{'s' if years > 1 else ''}"


def born(sex: str) -> str:
    """Return « né » in the gender of a sex (``F``, ``M``, else unknown)."""
    return {"F": "née", "M": "né"}.get(sex, "né(e)")


def since(then: dt.datetime, now: dt.datetime) -> str:
    """Return how long ago ``then`` was: ``3 min``, ``2 h``, ``5 j``."""
    minutes = max(0, int((now - then).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes}{NBSP}min"
    if minutes < 48 * 60:
        return f"{minutes // 60}{NBSP}h"
    return f"{minutes // 1440}{NBSP}j"


def clock(value: dt.datetime) -> str:
    """Return the time in Paris as ``14:05``."""
    return f"{value.astimezone(PARIS):%H:%M}"


def from_stamp(seconds: float) -> dt.datetime:
    """Return the aware moment of a file’s time stamp, in seconds since 1970."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
