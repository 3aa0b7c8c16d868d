"""Which dated tariff rows are in force on a day? Amounts are data, never code."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app.kernel.errors import FileUnusable
from app.kernel.money import Money, Rate
from app.officine.billing.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Row:
    """What every dated row carries: from when to when it holds, and who says so."""

    valid_from: dt.date
    valid_to: dt.date | None
    source: str

    def holds_on(self, day: dt.date) -> bool:
        """Return True when the row is in force on the day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def reason(self, rule: str, text: str) -> Reason:
        """Return why an amount follows from this row."""
        return Reason(rule, text, self.source, self.valid_from)


@dataclass(frozen=True, slots=True)
class FeeRow(Row):
    """A dispensing fee: of a box, or of an ordonnance under a condition. ``amount`` None: not confirmed."""

    code: str
    label: str
    scope: str
    condition: str
    amount: Money | None
    rate: Rate | None
    overseas: bool
    package: str
    guard: str
    age_below: int
    age_over: int
    lines_from: int


@dataclass(frozen=True, slots=True)
class ActRow(Row):
    """The tariff of one variant of an act: ``amount`` None is not confirmed; ``alone``: on an invoice of its own."""

    code: str
    label: str
    aliases: tuple[str, ...]
    variant: str
    variant_aliases: tuple[str, ...]
    when: str
    amount: Money | None
    overseas_amount: Money | None
    rate: Rate
    alone: bool

    def is_named(self, act: str) -> bool:
        """Return True when a case that says ``act`` means this one."""
        return act.casefold() in {self.code.casefold(), *self.aliases}

    def is_variant(self, variant: str) -> bool:
        """Return True when a case that says ``variant`` means this one."""
        return variant.casefold() in {self.variant, *self.variant_aliases}


@dataclass(frozen=True, slots=True)
class MedicineRateRow(Row):
    """The code prestation (PH, HD, HG with ``suffix``) of a rate of the catalogue, and the rate applied."""

    rate: Rate
    suffix: str
    label: str
    covered: Rate
    legacy: bool


@dataclass(frozen=True, slots=True)
class LocalRateRow(Row):
    """What AMO and régime local d’Alsace-Moselle cover together of what the AMO covers at ``rate``."""

    rate: Rate
    covered: Rate


@dataclass(frozen=True, slots=True)
class ExemptionRow(Row):
    """A reason for which care is covered in full.

    Medicines of the rates in ``keeps_rates`` keep their own; those in ``not_covered`` are not covered at all.
    """

    name: str
    label: str
    keeps_franchise: bool
    covers_acts: bool
    keeps_rates: tuple[Rate, ...]
    not_covered: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class FranchiseRow(Row):
    """The franchise médicale on each box, from an age on."""

    amount: Money
    adult_age: int


@dataclass(frozen=True, slots=True)
class ZoneRow(Row):
    """Overseas coefficients in thousandths; ``price`` None where no coefficient is known."""

    zone: str
    label: str
    fee: int
    price: int | None


@dataclass(frozen=True, slots=True)
class VatRow(Row):
    """The VAT of a kind of line."""

    kind: str
    label: str
    rate: Rate


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Tariffs:
    """All dated rows; ``on`` keeps those of one day."""

    fees: tuple[FeeRow, ...]
    acts: tuple[ActRow, ...]
    medicine_rates: tuple[MedicineRateRow, ...]
    local_rates: tuple[LocalRateRow, ...]
    exemptions: tuple[ExemptionRow, ...]
    franchises: tuple[FranchiseRow, ...]
    zones: tuple[ZoneRow, ...]
    vat: tuple[VatRow, ...]
    price_age_days: int = 0

    @property
    def since(self) -> dt.date:
        """The first day that the coverage rates and the VAT rows both cover."""
        return max(min(row.valid_from for row in rows) for rows in (self.medicine_rates, self.vat))

    def on(self, day: dt.date) -> Tariffs:
        """Return the rows in force on the day."""
        return Tariffs(
            _in_force(self.fees, day),
            _in_force(self.acts, day),
            _in_force(self.medicine_rates, day),
            _in_force(self.local_rates, day),
            _in_force(self.exemptions, day),
            _in_force(self.franchises, day),
            _in_force(self.zones, day),
            _in_force(self.vat, day),
            self.price_age_days,
        )

    def medicine_rate(self, rate: Rate) -> MedicineRateRow | None:
        """Return the row of a rate of the catalogue; None for a rate that no code covers."""
        return next((row for row in self.medicine_rates if row.rate == rate), None)

    def local_rate(self, rate: Rate) -> LocalRateRow | None:
        """Return what the régime local makes of a rate; None where no row says."""
        return next((row for row in self.local_rates if row.rate == rate), None)

    def exemption(self, name: str) -> ExemptionRow | None:
        """Return the exemption of this name."""
        return next((row for row in self.exemptions if row.name == name), None)

    def zone(self, name: str) -> ZoneRow | None:
        """Return the coefficients of a zone; None in metropolitan France."""
        return next((row for row in self.zones if row.zone == name), None)

    def vat_of(self, kind: str) -> Rate:
        """Return the VAT rate of a kind of line; raises LookupError where no row is in force."""
        for row in self.vat:
            if row.kind == kind:
                return row.rate
        raise LookupError(kind)

    def box_fee(self, package: str) -> FeeRow | None:
        """Return the fee of a box of this size."""
        return next((row for row in self.fees if row.scope == "box" and row.package == package), None)

    def ordonnance_fees(self) -> tuple[FeeRow, ...]:
        """Return the fees that an ordonnance may bear."""
        return tuple(row for row in self.fees if row.scope == "ordonnance")


@cache
def installed_tariffs() -> Tariffs:
    """Return the rows that come with Galien."""
    return load_tariffs(Path(__file__).resolve().parents[3] / "resources" / "tariffs")


def load_tariffs(folder: Path) -> Tariffs:
    """Read the tariff rows of a folder (fees, acts, coverage, zones, vat .json).

    Raises FileUnusable when a file is missing or is not what it should be.
    """
    try:
        coverage = _read(folder / "coverage.json")
        return Tariffs(
            fees=tuple(_fee(row) for row in _read(folder / "fees.json")["rows"]),
            acts=tuple(_act(row) for row in _read(folder / "acts.json")["rows"]),
            medicine_rates=tuple(_medicine_rate(row) for row in coverage["medicine"]),
            local_rates=tuple(
                LocalRateRow(*_dated(row), Rate.percent(row["rate"]), Rate.percent(row["covered"]))
                for row in coverage["local"]
            ),
            exemptions=tuple(
                ExemptionRow(
                    *_dated(row),
                    row["name"],
                    row["label"],
                    row["franchise"],
                    row["acts"],
                    _rates(row.get("keeps_rates", ())),
                    _rates(row.get("not_covered", ())),
                )
                for row in coverage["exemptions"]
            ),
            franchises=tuple(
                FranchiseRow(*_dated(row), Money(row["amount_cents"]), row["adult_age"])
                for row in coverage["franchise"]
            ),
            zones=tuple(
                ZoneRow(*_dated(row), row["zone"], row["label"], row["fee_permille"], row["price_permille"])
                for row in _read(folder / "zones.json")["rows"]
            ),
            vat=tuple(
                VatRow(*_dated(row), row["kind"], row["label"], Rate(row["permille"] * 10))
                for row in _read(folder / "vat.json")["rows"]
            ),
            price_age_days=coverage["price_age_days"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileUnusable(
            f"Les tarifs de « {folder} » ne peuvent pas être lus.",
            advice="Réinstallez Galien : les tables de tarifs font partie du programme.",
        ) from error


def _in_force(rows: Iterable[R], day: dt.date) -> tuple[R, ...]:
    return tuple(row for row in rows if row.holds_on(day))


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _dated(row: dict[str, Any]) -> tuple[dt.date, dt.date | None, str]:
    end = row["valid_to"]
    return dt.date.fromisoformat(row["valid_from"]), None if end is None else dt.date.fromisoformat(end), row["source"]


def _percent(value: int | None) -> Rate | None:
    return None if value is None else Rate.percent(value)


def _money(cents: int | None) -> Money | None:
    return None if cents is None else Money(cents)


def _rates(values: Iterable[int]) -> tuple[Rate, ...]:
    return tuple(map(Rate.percent, values))


def _fee(row: dict[str, Any]) -> FeeRow:
    cents = row["amount_cents"]
    return FeeRow(
        *_dated(row),
        code=row["code"],
        label=row["label"],
        scope=row["scope"],
        condition=row.get("condition", ""),
        amount=None if cents is None else Money(cents),
        rate=_percent(row["rate"]),
        overseas=row.get("overseas", False),
        package=row.get("package", ""),
        guard=row.get("guard", ""),
        age_below=row.get("age_below", 0),
        age_over=row.get("age_over", 0),
        lines_from=row.get("lines_from", 0),
    )


def _act(row: dict[str, Any]) -> ActRow:
    return ActRow(
        *_dated(row),
        code=row["code"],
        label=row["label"],
        aliases=tuple(row["aliases"]),
        variant=row["variant"],
        variant_aliases=tuple(row["variant_aliases"]),
        when=row["when"],
        amount=_money(row["amount_cents"]),
        overseas_amount=_money(row["overseas_cents"]),
        rate=Rate.percent(row["rate"]),
        alone=row.get("alone", False),
    )


def _medicine_rate(row: dict[str, Any]) -> MedicineRateRow:
    return MedicineRateRow(
        *_dated(row),
        rate=Rate.percent(row["rate"]),
        suffix=row["suffix"],
        label=row["label"],
        covered=Rate.percent(row["covered"]),
        legacy=row.get("legacy", False),
    )
