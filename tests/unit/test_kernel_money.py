"""Do amounts and rates add up to the cent?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import Money, Rate, round_half_up

cents = st.integers(min_value=-10_000_000, max_value=10_000_000)
rates = st.integers(min_value=0, max_value=10_000).map(Rate)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12,5", 1250),
        ("12.50", 1250),
        ("1 234,56 €", 123456),
        ("1\u202f234,56\u00a0€", 123456),
        ("0", 0),
        ("-3,07", -307),
    ],
)
def test_amount_as_typed_in_france(text: str, expected: int) -> None:
    assert Money.parse(text) == Money(expected)


@pytest.mark.parametrize("text", ["", "abc", "12,345", "1,466,29", "--1", "12,", "∞"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        Money.parse(text)


@pytest.mark.parametrize(("base", "percent", "share"), [(153, 65, 99), (102, 65, 66), (61, 65, 40), (306, 90, 275)])
def test_share_of_the_worked_examples(base: int, percent: int, share: int) -> None:
    assert Money(base).share(Rate.percent(percent)) == Money(share)


@given(cents, rates)
def test_the_two_shares_make_the_whole(value: int, rate: Rate) -> None:
    amount = Money(value)
    covered = amount.share(rate)
    assert covered + (amount - covered) == amount
    assert abs(covered.cents) <= abs(value)


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_rounding_is_to_nearest_and_symmetric(numerator: int, denominator: int) -> None:
    rounded = round_half_up(numerator, denominator)
    assert abs(rounded * denominator - numerator) * 2 <= denominator
    assert round_half_up(-numerator, denominator) == -rounded


def test_halves_go_away_from_zero() -> None:
    assert [round_half_up(n, 2) for n in (-3, -1, 1, 3)] == [-2, -1, 1, 2]


def test_vat_of_a_ticket() -> None:
    assert [Money(c).without_vat(Rate(210)) for c in (153, 102, 61)] == [Money(150), Money(100), Money(60)]


def test_total_of_nothing_is_zero() -> None:
    assert Money.total([]) == Money(0)
    assert Money.total([Money(1), Money(2)]) == Money(3)
