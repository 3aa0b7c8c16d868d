"""What a patient takes comes first, and says when it runs out."""

from __future__ import annotations

import datetime as dt

import pytest

from app.kernel.clock import PARIS
from app.officine.dispensing import treatments
from app.officine.dispensing.model import HistoryLine

TODAY = dt.date(2026, 11, 23)


def line(code: str, ago: int, days: int | None, *, posology: str = "") -> HistoryLine:
    at = dt.datetime.combine(TODAY - dt.timedelta(days=ago), dt.time(9), PARIS)
    return HistoryLine(1, at, code, code.upper(), 1, "MÉLILOT Hugo", "", posology, days)


@pytest.mark.req("OFF-CPT-05")
def test_current_treatments_come_first_the_soonest_due_at_the_top() -> None:
    history = [line("once", 1, None), line("later", 2, 30), line("soon", 20, 28), line("old", 200, 28)]
    found = treatments.taken(history, TODAY)
    assert [(one.last.code, one.current) for one in found] == [
        ("soon", True),
        ("later", True),
        ("once", False),
        ("old", False),
    ]
    assert [one.next_on for one in found] == [
        dt.date(2026, 12, 1),
        dt.date(2026, 12, 21),
        None,
        dt.date(2026, 6, 4),
    ]


def test_a_product_received_twice_shows_its_last_delivery() -> None:
    found = treatments.taken([line("a", 1, 28), line("a", 29, 28)], TODAY)
    assert [(one.deliveries, one.last.lasts_until) for one in found] == [(2, dt.date(2026, 12, 20))]


@pytest.mark.parametrize(("ran_out", "current"), [(0, True), (30, True), (31, False)])
def test_a_treatment_stays_current_for_thirty_days_after_it_ran_out(ran_out: int, current: bool) -> None:
    assert treatments.taken([line("a", 28 + ran_out, 28)], TODAY)[0].current is current


def test_what_is_typed_filters_on_label_prescriber_and_posology() -> None:
    found = treatments.taken([line("alpha", 1, 28, posology="1 le soir"), line("beta", 2, 28)], TODAY)
    asked = lambda text: [one.last.code for one in treatments.matching(found, text)]  # noqa: E731
    assert (asked("ALP soir"), asked("melilot"), asked("gamma"), asked("")) == (
        ["alpha"],
        ["beta", "alpha"],
        [],
        ["beta", "alpha"],
    )
