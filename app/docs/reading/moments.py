"""Which date or moment does a time stamp of HL7 say, as far as it says it?"""

from __future__ import annotations

import datetime as dt
import re

_STAMP = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?:(?P<day>[0-9]{2})"
    r"(?:(?P<hour>[0-9]{2})(?:(?P<minute>[0-9]{2})(?:(?P<second>[0-9]{2})(?:\.[0-9]{1,6})?)?)?)?)?)?"
    r"(?P<zone>[+-][0-9]{4})?",
    re.ASCII,
)
"""HL7 V3 data types, TS: ``YYYYMMDDHHMMSS.UUUU+ZZZZ``, cut anywhere between two parts."""


def date(stamp: str) -> str | None:
    """Return the date of a time stamp as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None where it is no time stamp.

    The date is the one that its author wrote, in his own time zone.
    """
    whole = moment(stamp)
    return whole.partition("T")[0] if whole is not None else None


def moment(stamp: str) -> str | None:
    """Return a time stamp as ISO 8601, with the offset where it gives one and no finer than it is; None where wrong."""
    found = _STAMP.fullmatch(stamp.strip())
    if found is None or not _exists(found):
        return None
    day = "-".join(part for part in (found["year"], found["month"], found["day"]) if part)
    if not found["hour"]:
        return day
    time = ":".join(part for part in (found["hour"], found["minute"] or "00", found["second"]) if part)
    zone = found["zone"]
    return f"{day}T{time}{zone[:3] + ':' + zone[3:] if zone else ''}"


def _exists(found: re.Match[str]) -> bool:
    """Return True where the day and the hour are ones of the calendar."""
    parts = [int(found[name] or least) for name, least in (("year", 1), ("month", 1), ("day", 1))]
    hours = [int(found[name] or 0) for name in ("hour", "minute", "second")]
    zone = found["zone"] or "+0000"
    try:
        dt.datetime(*parts, *hours)  # type: ignore[arg-type]  # noqa: DTZ001 -- only asks whether it exists
    except ValueError:
        return False
    return int(zone[1:3]) <= 14 and int(zone[3:]) < 60
