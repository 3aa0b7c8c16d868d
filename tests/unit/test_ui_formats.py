"""Are amounts, codes, numbers and ages written as the screens show them?"""

from __future__ import annotations

import datetime as dt

import pytest

from app.kernel.money import Money, Rate
from app.ui import formats

NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def test_what_is_not_known_is_a_dash_and_what_is_not_reimbursed_says_so() -> None:
    assert formats.amount(None) == "—"
    assert formats.date(None) == "—"
    assert formats.rate(None) == "NR"
    assert formats.amount(Money(123456)) == "1\u202f234,56\u00a0€"
    assert formats.rate(Rate.percent(65)) == "65\u00a0%"


def test_codes_and_numbers_are_grouped_for_the_eye() -> None:
    assert formats.code("3400935955838") == "34009\u202f359\u202f558\u202f38"
    assert formats.code("ABC") == "ABC"
    assert formats.nir("185057800608491") == "1\u202f85\u202f05\u202f78\u202f006\u202f084\u202f91"
    assert formats.nir("12") == "12"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (dt.timedelta(seconds=-5), "0\u00a0min"),
        (dt.timedelta(minutes=59), "59\u00a0min"),
        (dt.timedelta(hours=47), "47\u00a0h"),
        (dt.timedelta(days=3), "3\u00a0j"),
    ],
)
def test_an_age_is_told_in_its_largest_useful_unit(ago: dt.timedelta, text: str) -> None:
    assert formats.since(NOON - ago, NOON) == text


def test_plural_begins_at_two() -> None:
    assert formats.age(0) == "0\u00a0an"
    assert formats.age(1) == "1\u00a0an"
    assert formats.age(2) == "2\u00a0ans"
