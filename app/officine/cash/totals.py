"""What does a stretch of the journal come to? Pure: added entry by entry, and period by period."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.kernel.money import Money, Rate
from app.officine.cash.model import TAKINGS, RecordKind, Totals, VatPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MOVES = frozenset({RecordKind.FLOAT, RecordKind.CASH_IN, RecordKind.CASH_OUT, RecordKind.BANK})
_SALES = frozenset({RecordKind.SALE, RecordKind.REVERSAL})


@dataclass(slots=True)
class Tally:
    """A sum in the making, in cents."""

    tickets: int = 0
    first_ticket: int | None = None
    last_ticket: int | None = None
    sums: Counter[str] = field(default_factory=Counter)
    net: Counter[int] = field(default_factory=Counter)
    tax: Counter[int] = field(default_factory=Counter)
    means: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, means: str, cents: int, delivery: int | None, details: Mapping[str, Any]) -> None:
        """Add one entry of the journal."""
        self.counts[kind] += 1
        if kind in TAKINGS:
            self.means[means] += cents
        elif kind in _MOVES:
            self.moves[kind] += cents
        elif kind in _SALES:
            self._add_sale(kind, cents, delivery, details)
        elif kind == RecordKind.COUNT:
            self.sums["difference"] += details["difference"]

    def _add_sale(self, kind: str, cents: int, delivery: int | None, details: Mapping[str, Any]) -> None:
        sign = 1 if kind == RecordKind.SALE else -1
        if sign > 0:
            self.sums["sales"] += cents
            self._number(1, delivery, delivery)
        else:
            self.sums["reversals"] -= cents
        for payer in ("amo", "amc", "patient"):
            self.sums[payer] += sign * details[payer]
        for rate, net, tax in details["vat"]:
            self.net[rate] += sign * net
            self.tax[rate] += sign * tax

    def _number(self, tickets: int, first: int | None, last: int | None) -> None:
        self.tickets += tickets
        if first is not None and (self.first_ticket is None or first < self.first_ticket):
            self.first_ticket = first
        if last is not None and (self.last_ticket is None or last > self.last_ticket):
            self.last_ticket = last

    def merge(self, totals: Totals) -> None:
        """Add what a shorter period came to."""
        self._number(totals.tickets, totals.first_ticket, totals.last_ticket)
        for name in ("sales", "reversals", "amo", "amc", "patient", "difference"):
            self.sums[name] += getattr(totals, name).cents
        for part in totals.vat:
            self.net[part.rate.hundredths] += part.net.cents
            self.tax[part.rate.hundredths] += part.tax.cents
        for sums, pairs in ((self.means, totals.means), (self.moves, totals.moves)):
            for name, amount in pairs:
                sums[name] += amount.cents
        for name, number in totals.counts:
            self.counts[name] += number

    def totals(self) -> Totals:
        """Return the sum as it stands."""
        return Totals(
            tickets=self.tickets,
            first_ticket=self.first_ticket,
            last_ticket=self.last_ticket,
            vat=tuple(VatPart(Rate(rate), Money(self.net[rate]), Money(self.tax[rate])) for rate in sorted(self.net)),
            means=_amounts(self.means),
            moves=_amounts(self.moves),
            counts=tuple(sorted(self.counts.items())),
            **{name: Money(self.sums[name]) for name in ("sales", "reversals", "amo", "amc", "patient", "difference")},
        )


def merged(parts: Iterable[Totals]) -> Totals:
    """Return the sum of shorter periods."""
    tally = Tally()
    for part in parts:
        tally.merge(part)
    return tally.totals()


def as_json(totals: Totals) -> dict[str, Any]:
    """Return the totals as journal and archive keep them: amounts in cents, rates in hundredths of a percent."""
    return {
        "tickets": totals.tickets,
        "first_ticket": totals.first_ticket,
        "last_ticket": totals.last_ticket,
        "sales": totals.sales.cents,
        "reversals": totals.reversals.cents,
        "amo": totals.amo.cents,
        "amc": totals.amc.cents,
        "patient": totals.patient.cents,
        "vat": [[part.rate.hundredths, part.net.cents, part.tax.cents] for part in totals.vat],
        "means": {name: amount.cents for name, amount in totals.means},
        "moves": {name: amount.cents for name, amount in totals.moves},
        "counts": dict(totals.counts),
        "difference": totals.difference.cents,
    }


def from_json(kept: Mapping[str, Any]) -> Totals:
    """Return the totals that ``as_json`` wrote."""
    return Totals(
        tickets=kept["tickets"],
        first_ticket=kept["first_ticket"],
        last_ticket=kept["last_ticket"],
        vat=tuple(VatPart(Rate(rate), Money(net), Money(tax)) for rate, net, tax in kept["vat"]),
        means=tuple((name, Money(cents)) for name, cents in sorted(kept["means"].items())),
        moves=tuple((name, Money(cents)) for name, cents in sorted(kept["moves"].items())),
        counts=tuple(sorted(kept["counts"].items())),
        **{name: Money(kept[name]) for name in ("sales", "reversals", "amo", "amc", "patient", "difference")},
    )


def _amounts(sums: Mapping[str, int]) -> tuple[tuple[str, Money], ...]:
    return tuple((name, Money(cents)) for name, cents in sorted(sums.items()))
