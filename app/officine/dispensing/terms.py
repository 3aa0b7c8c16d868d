"""Which rules of the law hold a line of an ordonnance, and in which words? Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.officine.billing.coverage import anniversary
from app.officine.catalog.model import ListClass
from app.officine.prescriptions.data import rule_on

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.dispensing.model import CounterSession
    from app.officine.prescriptions.data import Rule

_OF_LIST = {
    ListClass.LIST_1: ("first_delivery", "longest", "month", "list_1_renewal"),
    ListClass.LIST_2: ("first_delivery", "longest", "month", "list_2_renewal"),
    ListClass.ASSIMILATED: ("first_delivery", "longest", "month", "list_1_renewal"),
    ListClass.NARCOTIC: ("narcotic_longest", "narcotic_grace"),
}


def rules_of(list_class: ListClass | None, today: dt.date) -> tuple[Rule, ...]:
    """Return the rules that hold a medicine of a list, in force today; none for one on no list."""
    return () if list_class is None else tuple(rule_on(key, today) for key in _OF_LIST[list_class])


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day ``months`` later; the last of the month where that one is shorter (31 January: 28 or 29)."""
    years, rest = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return day.replace(year=day.year + years, month=rest + 1, day=last)
        except ValueError:
            continue
    return anniversary(day, years)


def traces(session: CounterSession) -> dict[str, Any]:
    """Return what the journal keeps of the bearer and of an exceptional rule; nothing where there is none, no name."""
    supply = None if session.prescription is None else session.prescription.supply
    found = {"bearer": bool(session.bearer), "supply": "" if supply is None else str(supply)}
    return {name: value for name, value in found.items() if value}


def remark(session: CounterSession) -> str:
    """Return what is noted beside the entries of the ordonnancier: the exceptional rule; empty for none."""
    supply = None if session.prescription is None else session.prescription.supply
    return "" if supply is None else supply.mention[0].upper() + supply.mention[1:]
