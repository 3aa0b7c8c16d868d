"""What is known of a place of birth: its code in the official list (COG), its name, since when and until when?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

UNKNOWN = "99999"
"""The code of a place of birth that nobody can tell (INS.11)."""


class PlaceKind(enum.StrEnum):
    """What a code stands for."""

    COMMUNE = "commune"
    COUNTRY = "country"

    @property
    def label(self) -> str:
        """The kind as the commands say it, in the plural."""
        return {"commune": "communes", "country": "pays"}[self]


@dataclass(frozen=True, slots=True)
class Place:
    """A commune or a country under one name; both days are included, None where they are not known."""

    code: str
    label: str
    kind: PlaceKind
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def holds_on(self, day: dt.date | None) -> bool:
        """Return True where the code may be that of a birth on ``day`` (None: not known yet).

        A country may have taken its code after the birth: one is born in the country that it is today (Insee).
        """
        if day is None:
            return True
        begun = self.kind is PlaceKind.COUNTRY or self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A code in words: whether the table knows it, and whether it was one on the day of the birth."""

    text: str
    is_known: bool
    holds: bool


@dataclass(frozen=True, slots=True)
class LoadedPlaces:
    """What an import put in force: how many places of each kind loaded, from which files."""

    counts: dict[str, int]
    files: tuple[str, ...]
