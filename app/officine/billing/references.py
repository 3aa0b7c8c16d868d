"""Which dated lists does substitution rest on: MTE, biosimilar groups, TFR?"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app.kernel.errors import FileUnusable
from app.kernel.money import Money
from app.kernel.text import fold
from app.officine.billing.tariffs import Row

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class NamedRow(Row):
    """Substances of which a list speaks."""

    substances: tuple[str, ...]

    def names(self, substance: str) -> bool:
        """Return True where a substance, or a salt of it, is named."""
        words = fold(substance).split()
        return any(words[: len(wanted)] == wanted for wanted in (fold(name).split() for name in self.substances))


@dataclass(frozen=True, slots=True)
class BiosimilarRow(NamedRow):
    """A biosimilar group: its name, its reference, and the brands of it that the source names."""

    name: str
    reference: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TfrRow(Row):
    """The tarif forfaitaire de responsabilité of a presentation: a box, VAT included, without its fee."""

    code: str
    amount: Money


@dataclass(frozen=True, slots=True)
class References:
    """All the lists; ``on`` keeps the rows of one day."""

    mte: tuple[NamedRow, ...]
    biosimilars: tuple[BiosimilarRow, ...]
    tfr: tuple[TfrRow, ...]
    tfr_named: tuple[NamedRow, ...]

    def on(self, day: dt.date) -> References:
        """Return the rows in force on the day."""
        return References(
            _in_force(self.mte, day),
            _in_force(self.biosimilars, day),
            _in_force(self.tfr, day),
            _in_force(self.tfr_named, day),
        )

    def narrow_margin(self, substances: Iterable[str]) -> NamedRow | None:
        """Return the row of the MTE list that names one of the substances; None where none does."""
        return _naming(self.mte, substances)

    def biosimilar(self, substances: Iterable[str]) -> BiosimilarRow | None:
        """Return the biosimilar group of one of the substances."""
        return _naming(self.biosimilars, substances)

    def named_under_tfr(self, substances: Iterable[str]) -> NamedRow | None:
        """Return the row that says one of the substances to be under TFR, without an amount."""
        return _naming(self.tfr_named, substances)


R = TypeVar("R", bound=Row)
N = TypeVar("N", bound=NamedRow)


@cache
def installed_references() -> References:
    """Return the lists that come with Galien."""
    return load_references(Path(__file__).resolve().parents[3] / "resources" / "tariffs")


def load_references(folder: Path) -> References:
    """Read the lists of a folder (substitution.json, tfr.json).

    Raises FileUnusable when a file is missing or is not what it should be.
    """
    try:
        lists, tfr = _read(folder / "substitution.json"), _read(folder / "tfr.json")
        return References(
            mte=tuple(NamedRow(*_dated(row), (row["substance"],)) for row in lists["mte"]),
            biosimilars=tuple(
                BiosimilarRow(
                    *_dated(row), tuple(row["substances"]), row["name"], row["reference"], tuple(row["members"])
                )
                for row in lists["biosimilars"]
            ),
            tfr=tuple(TfrRow(*_dated(row), row["cip13"], Money(row["amount_cents"])) for row in tfr["rows"]),
            tfr_named=tuple(NamedRow(*_dated(row), tuple(row["substances"])) for row in tfr["named"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileUnusable(
            f"Les listes de substitution de « {folder} » ne peuvent pas être lues.",
            advice="Réinstallez Galien : ces listes font partie du programme.",
        ) from error


def _naming(rows: Iterable[N], substances: Iterable[str]) -> N | None:
    wanted = list(substances)
    return next((row for row in rows if any(row.names(substance) for substance in wanted)), None)


def _in_force(rows: Iterable[R], day: dt.date) -> tuple[R, ...]:
    return tuple(row for row in rows if row.holds_on(day))


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _dated(row: dict[str, Any]) -> tuple[dt.date, dt.date | None, str]:
    end = row["valid_to"]
    return dt.date.fromisoformat(row["valid_from"]), None if end is None else dt.date.fromisoformat(end), row["source"]
