"""Is French written and compared by its rules?"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import french, text
from app.kernel.errors import DatabaseDamaged, FileUnusable
from app.kernel.money import Money, Rate
from app.kernel.outcome import Finding, Severity

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Œdème", "oedeme"),
        ("D’ÉTÉ--BRUN", "d ete brun"),
        ("  Hélène  ", "helene"),
        ("100 % _ ' \" *", "100"),
        ("😀", ""),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert text.fold(written) == folded


@given(st.text())
def test_folding_is_stable_and_plain(written: str) -> None:
    once = text.fold(written)
    assert once.isascii()
    assert text.fold(once) == once


def test_typography() -> None:
    assert text.typographic("Attention ! « Bonjour » : oui ?") == (
        "Attention\u202f! «\u00a0Bonjour\u00a0»\u00a0: oui\u202f?"
    )


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 boîte"), (1, "1 boîte"), (2, "2 boîtes"), (1200, "1\u202f200 boîtes")]
)
def test_plural_begins_at_two(count: int, said: str) -> None:
    assert text.plural(count, "boîte") == said.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("cents", "said"),
    [(0, "0,00"), (7, "0,07"), (123456, "1\u202f234,56"), (-250, "-2,50"), (100000000, "1\u202f000\u202f000,00")],
)
def test_amounts(cents: int, said: str) -> None:
    assert french.amount(Money(cents)) == said + "\u00a0€"


@pytest.mark.parametrize(("rate", "said"), [(6500, "65"), (550, "5,5"), (210, "2,1"), (2000, "20"), (5, "0,05")])
def test_rates(rate: int, said: str) -> None:
    assert french.rate(Rate(rate)) == said + "\u00a0%"


@pytest.mark.parametrize("typed", ["220526", "22/5/26", "22.05.2026", "22052026", "22-05-2026", " 22 05 2026 "])
def test_dates_as_typed(typed: str) -> None:
    assert french.parse_date(typed, TODAY) == dt.date(2026, 5, 22)


@pytest.mark.parametrize("typed", ["31/02/2026", "99/13/2026", "hier", "", "2205", "0/0/0"])
def test_what_is_no_date_is_not_guessed(typed: str) -> None:
    assert french.parse_date(typed, TODAY) is None


def test_two_digit_years_of_birth_are_of_the_past() -> None:
    assert french.parse_date("010147", TODAY) == dt.date(1947, 1, 1)
    assert french.parse_date("010136", TODAY) == dt.date(2036, 1, 1)


def test_times_are_those_of_paris() -> None:
    winter = dt.datetime(2026, 11, 22, 13, 5, tzinfo=dt.UTC)
    summer = dt.datetime(2026, 7, 22, 22, 30, tzinfo=dt.UTC)
    assert french.moment(winter) == "22/11/2026 14:05"
    assert french.moment(summer) == "23/07/2026 00:30"
    assert french.long_date(dt.date(2026, 11, 1)) == "1er novembre 2026"


def test_what_is_shown_keeps_its_signs_with_their_words_and_its_paths_whole() -> None:
    said = "Le fichier « a;b?.txt » manque : reprenez-le ; vite !"
    kept = "Le fichier «\u00a0a;b?.txt\u00a0» manque\u00a0: reprenez-le\u202f; vite\u202f!"
    assert text.unbroken(said) == kept
    finding = Finding("GAL-XXX-01", Severity.ERROR, said, said)
    assert (finding.text, finding.advice) == (kept, kept)
    failure = FileUnusable(said, advice=said)
    assert (failure.text, failure.advice, str(failure)) == (kept, kept, kept)
    assert "\u00a0:" in DatabaseDamaged("x").advice
