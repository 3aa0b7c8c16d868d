"""A birth date is understood in any typed form, and never guessed when it may mean several."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.officine.patients.dates import BirthDate, Period, read_birth_date, take_dates

TODAY = dt.date(2026, 11, 23)


def day(year: int, month: int, number: int) -> Period:
    date = dt.date(year, month, number)
    return Period(date, date)


@pytest.mark.req("INS-17a")
@pytest.mark.parametrize(
    "typed",
    [
        "26/02/1997", "26.02.1997", "26-02-1997", "26 02 1997", "26/2/1997", "26021997", "1997-02-26", "19970226",
        "26/02/97", "260297", "26 février 1997", "26 FEVR 1997", "26 fev 1997",
    ],
)  # fmt: skip
def test_every_form_of_a_date_means_the_same_day(typed: str) -> None:
    periods, rest = take_dates(typed, TODAY)
    assert day(1997, 2, 26) in periods
    assert rest.strip() == ""


@pytest.mark.parametrize("typed", ["1er mars 1951", "1 mars 1951", "01/03/1951"])
def test_the_first_of_a_month(typed: str) -> None:
    assert take_dates(typed, TODAY)[0] == (day(1951, 3, 1),)


def test_two_digits_of_a_year_mean_both_centuries() -> None:
    assert set(take_dates("12/05/20", TODAY)[0]) == {day(1920, 5, 12), day(2020, 5, 12)}
    assert take_dates("12/05/97", TODAY)[0] == (day(1997, 5, 12),)


def test_part_of_a_date_means_the_whole_month_or_year() -> None:
    assert take_dates("02/1996", TODAY)[0] == (Period(dt.date(1996, 2, 1), dt.date(1996, 2, 29)),)
    assert take_dates("1996", TODAY)[0] == (Period(dt.date(1996, 1, 1), dt.date(1996, 12, 31)),)


@pytest.mark.parametrize("typed", ["mar 26/02/1997 jea", "26/02/1997 mar jea", "mar jea 26/02/1997"])
def test_the_letters_besides_the_date_are_left(typed: str) -> None:
    periods, rest = take_dates(typed, TODAY)
    assert periods == (day(1997, 2, 26),)
    assert rest.split() == ["mar", "jea"]


@pytest.mark.parametrize("typed", ["", "martin", "99/99/9999", "00/00/1947x", "12/2099", "3000", "31/02", "🙂"])
def test_what_is_no_date_gives_none(typed: str) -> None:
    assert take_dates(typed, TODAY)[0] == ()


@pytest.mark.req("INS-11")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("26/02/1997", BirthDate(dt.date(1997, 2, 26))),
        ("26021997", BirthDate(dt.date(1997, 2, 26))),
        ("26/02/97", BirthDate(dt.date(1997, 2, 26))),
        ("02/1997", BirthDate(dt.date(1997, 2, 1), uncertain=True)),
        ("1997", BirthDate(dt.date(1997, 12, 31), uncertain=True)),
        ("12/05/20", None),
        ("00/00/1947", None),
        ("00/05/1947", None),
        ("31/02/1997", None),
        ("23/11/2027", None),
        ("martin", None),
    ],
)
def test_the_birth_date_to_keep(typed: str, kept: BirthDate | None) -> None:
    assert read_birth_date(typed, TODAY) == kept


@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    periods, _ = take_dates(text, TODAY)
    assert all(period.first <= period.last for period in periods)
    read_birth_date(text, TODAY)
