"""What is a recall of lots, and what became of it in this officine?"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

_NOT_LOT = re.compile(r"[^0-9A-Z]")


class Level(enum.StrEnum):
    """How far the boxes are called back; what the notice does not say is unknown, never guessed."""

    UNKNOWN = ""
    PHARMACY = "officine"
    PATIENT = "patient"

    @property
    def label(self) -> str:
        """The level as the screens show it."""
        return {"": "niveau non précisé", "officine": "jusqu’à l’officine", "patient": "jusqu’au patient"}[self]


class Source(enum.StrEnum):
    """How a recall came to be known here. The national channel, DP-Rappels, is not connected."""

    MANUAL = "manual"
    IMPORT = "import"

    @property
    def label(self) -> str:
        """The source as the screens show it."""
        return {"manual": "saisi à l’officine", "import": "fichier importé"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallDraft:
    """A recall as typed or read; ``lots`` counts for nothing where ``all_lots`` holds.

    ``day`` is the date of the notice, ``reference`` what names it at its issuer, ``instruction`` what it asks to do.
    """

    code: str
    lots: tuple[str, ...] = ()
    all_lots: bool = False
    reason: str = ""
    level: Level = Level.UNKNOWN
    day: dt.date | None = None
    instruction: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Who said that they had read a recall, and when."""

    name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A recall kept for ever; ``lots`` empty: all lots of the product.

    ``lifted`` says why it is no longer in force, empty while it is.
    """

    id: int
    code: str
    lots: tuple[str, ...]
    reason: str
    level: Level
    day: dt.date
    instruction: str
    source: Source
    reference: str
    author_name: str
    at: dt.datetime
    seen: tuple[Seen, ...] = ()
    lifted: str = ""

    @property
    def all_lots(self) -> bool:
        """True where every box of the product is called back, whatever its lot."""
        return not self.lots

    @property
    def lots_words(self) -> str:
        """The lots as the screens show them: the first ones where they are many."""
        if self.all_lots:
            return "tous les lots"
        more = f" et {len(self.lots) - _SHOWN} autres" if len(self.lots) > _SHOWN else ""
        return f"{'lots' if len(self.lots) > 1 else 'lot'} {', '.join(self.lots[:_SHOWN])}{more}"

    def concerns(self, lot: str) -> bool:
        """Return True where a box of ``lot`` is called back; an unknown lot (empty) only where all lots are."""
        return self.all_lots or (bool(lot_key(lot)) and lot_key(lot) in {lot_key(one) for one in self.lots})


_SHOWN = 6


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A line of a file that could not be kept: its number (from 1), and why."""

    line: int
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the line in the shape that the commands print."""
        return {"line": self.line, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What came of a file: new recalls, those already known, lines rejected, codes that the catalogue does not know."""

    added: int
    known: int
    rejected: tuple[RejectedRow, ...]
    unknown_codes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report in the shape that the command prints."""
        return {
            "added": self.added,
            "known": self.known,
            "rejected": [row.as_json() for row in self.rejected],
            "unknown_codes": list(self.unknown_codes),
        }


def lot_key(lot: str) -> str:
    """Return what two writings of one lot have in common: capitals and digits, without spaces or signs.

    A notice types by hand what the box carries in its code: here it is safer to recognise too much.
    """
    return _NOT_LOT.sub("", lot.upper())


def concerning(recalls: Iterable[Recall], lot: str) -> tuple[Recall, ...]:
    """Return those of the recalls of one product that call back a box of ``lot`` (empty: not known)."""
    return tuple(recall for recall in recalls if recall.concerns(lot))
