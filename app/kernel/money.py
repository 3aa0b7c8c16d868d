"""How are amounts and rates held so that every cent adds up?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_AMOUNT = re.compile(r"(-?)([0-9]+)(?:[.,]([0-9]{1,2}))?")
_SPACES = re.compile(r"[\s\u00a0\u202f€]")
_FULL_RATE = 10_000


def round_half_up(numerator: int, denominator: int) -> int:
    """Divide two integers (denominator > 0), rounding to nearest, halves away from zero."""
    sign = -1 if numerator < 0 else 1
    return sign * ((abs(numerator) * 2 + denominator) // (2 * denominator))


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """A rate in hundredths of a percent: 65 % is ``Rate(6500)``."""

    hundredths: int

    @classmethod
    def percent(cls, value: int) -> Rate:
        """Return the rate of so many whole percents."""
        return cls(value * 100)

    @property
    def whole_percent(self) -> int:
        """The rate in whole percents, rounded half up."""
        return round_half_up(self.hundredths, 100)

    @property
    def is_full(self) -> bool:
        """True at 100 % and above."""
        return self.hundredths >= _FULL_RATE


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of euros held as integer cents."""

    cents: int = 0

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read an amount as typed in France: ``12,5``, ``1 234,56 €`` or ``12.50``.

        Raises ValueError when the text is not an amount with at most two decimals.
        """
        match = _AMOUNT.fullmatch(_SPACES.sub("", text))
        if match is None:
            msg = "not an amount"
            raise ValueError(msg)
        sign, euros, cents = match.groups()
        value = int(euros) * 100 + int((cents or "0").ljust(2, "0"))
        return cls(-value if sign else value)

    @classmethod
    def total(cls, amounts: Iterable[Money]) -> Money:
        """Return the sum of the amounts; zero for none."""
        return cls(sum(amount.cents for amount in amounts))

    def share(self, rate: Rate) -> Money:
        """Return this amount times the rate, rounded half up to the cent."""
        return Money(round_half_up(self.cents * rate.hundredths, _FULL_RATE))

    def without_vat(self, rate: Rate) -> Money:
        """Return the amount before tax of this amount that includes VAT at the rate."""
        return Money(round_half_up(self.cents * _FULL_RATE, _FULL_RATE + rate.hundredths))

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.cents * quantity)

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __bool__(self) -> bool:
        return self.cents != 0


ZERO = Money(0)
