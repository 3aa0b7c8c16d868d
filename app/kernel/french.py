"""How are amounts, dates and rates written and read in French?"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from app.kernel.clock import PARIS
from app.kernel.text import NBSP, NNBSP, grouped

if TYPE_CHECKING:
    from app.kernel.money import Money, Rate

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_DATE = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{2}|\d{4})")
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{2}|\d{4})")


def amount(value: Money) -> str:
    """Return an amount as ``1 234,56 €``."""
    sign = "-" if value.cents < 0 else ""
    euros, cents = divmod(abs(value.cents), 100)
    return f"{sign}{grouped(euros)},{cents:02d}{NBSP}€"


def rate(value: Rate) -> str:
    """Return a rate as ``65 %`` or ``5,5 %``."""
    whole, part = divmod(value.hundredths, 100)
    decimals = f",{part:02d}".rstrip("0") if part else ""
    return f"{whole}{decimals}{NBSP}%"


def short_date(value: dt.date) -> str:
    """Return a date as ``22/11/2026``."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def long_date(value: dt.date) -> str:
    """Return a date as ``1er novembre 2026``."""
    day = "1er" if value.day == 1 else str(value.day)
    return f"{day} {_MONTHS[value.month - 1]} {value.year}"


def short_time(value: dt.datetime) -> str:
    """Return the time of day in Paris of an aware moment, as ``14:05``."""
    return f"{value.astimezone(PARIS):%H:%M}"


def moment(value: dt.datetime) -> str:
    """Return an aware moment as ``22/11/2026 14:05``, Paris time."""
    local = value.astimezone(PARIS)
    return f"{short_date(local.date())} {local:%H:%M}"


def duration_ms(value: float) -> str:
    """Return a duration given in milliseconds as ``12,3 ms``."""
    return f"{value:.1f}{NBSP}ms".replace(".", ",")


def size_mb(octets: int) -> str:
    """Return a size given in octets as ``12,3 Mo``."""
    return f"{octets / 1_000_000:.1f}{NNBSP}Mo".replace(".", ",")


def parse_date(text: str, today: dt.date) -> dt.date | None:
    """Read a date as typed: ``220526``, ``22/5/26``, ``22.05.2026``; None when it is not one.

    A two-digit year is taken as the latest year that is not after ``today`` by more than ten years.
    """
    clean = text.strip()
    match = _DATE.fullmatch(clean) or _COMPACT.fullmatch(clean)
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups())
    if len(match[3]) == 2:
        year += today.year // 100 * 100
        if year > today.year + 10:
            year -= 100
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
