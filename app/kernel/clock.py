"""What time is it? Injected everywhere, so that tests and demonstrations can choose."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> dt.datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """Return the present moment, aware, in UTC."""
        return dt.datetime.now(dt.UTC)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: dt.datetime) -> None:
        """Stand at ``moment``, which must be aware."""
        self._moment = moment.astimezone(dt.UTC)

    def now(self) -> dt.datetime:
        """Return the moment at which the clock stands."""
        return self._moment

    def advance(self, step: dt.timedelta) -> None:
        """Move the clock by ``step``, forwards or backwards."""
        self._moment += step


def paris_date(moment: dt.datetime) -> dt.date:
    """Return the calendar date in France of an aware moment."""
    return moment.astimezone(PARIS).date()


def today(clock: Clock) -> dt.date:
    """Return the calendar date in France now."""
    return paris_date(clock.now())
