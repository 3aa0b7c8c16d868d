"""What does a patient take at this moment, and when is the next delivery due? Pure: read from the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.clock import paris_date
from app.kernel.text import fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from app.officine.dispensing.model import HistoryLine

LATE_DAYS = 30
"""A treatment that ran out for longer than this is no longer shown as current: a habit of the trade."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A product as its patient received it last; ``deliveries`` counts how often, among those read."""

    last: HistoryLine
    deliveries: int
    current: bool

    @property
    def next_on(self) -> dt.date | None:
        """The day on which it runs out; None where nobody said how long it lasts."""
        return self.last.lasts_until


def taken(lines: Sequence[HistoryLine], today: dt.date) -> list[Taken]:
    """Return each product of a history (newest first) once: the current treatments first, the soonest due at the top.

    Current is what lasts until today, or ran out for at most ``LATE_DAYS``; a product of which nobody said how long it
    lasts is never called a current treatment.
    """
    found: dict[str, list[HistoryLine]] = {}
    for line in lines:
        found.setdefault(line.code, []).append(line)
    products = [Taken(same[0], len(same), _is_current(same[0], today)) for same in found.values()]
    # The sort is stable: what is not current stays in the order of the history.
    return sorted(products, key=lambda one: (not one.current, _days_left(one, today) if one.current else 0))


def matching(products: Iterable[Taken], typed: str) -> list[Taken]:
    """Return the products whose label, prescriber or posology holds each word typed."""
    words = fold(typed).split()
    return [
        one
        for one in products
        if all(word in fold(f"{one.last.label} {one.last.prescriber_name} {one.last.posology}") for word in words)
    ]


def _is_current(line: HistoryLine, today: dt.date) -> bool:
    until = line.lasts_until
    return until is not None and paris_date(line.at) <= today and (today - until).days <= LATE_DAYS


def _days_left(one: Taken, today: dt.date) -> int:
    until = one.next_on
    return 0 if until is None else (until - today).days
