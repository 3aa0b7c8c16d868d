"""What is known of a copy of a paper ordonnance: where it came from, what it is, of which delivery?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


class Source(enum.StrEnum):
    """By which way a copy came in."""

    FILE = "file"
    SCANNER = "scanner"
    DROP = "drop"
    CLIPBOARD = "clipboard"

    @property
    def label(self) -> str:
        """The way as the screens show it."""
        return {"file": "fichier", "scanner": "numérisation", "drop": "fichier glissé", "clipboard": "image collée"}[
            self
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What copies are joined to, or asked of: a sale, with the ordonnance that it renews, or a delivery already made.

    ``delivery`` None: the sale ``session_id`` is not delivered yet; ``prescription_id`` None: its ordonnance is new.
    """

    session_id: str = ""
    prescription_id: int | None = None
    delivery: int | None = None
    patient_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionCopy:
    """One copy. ``size`` in octets; ``name`` of the file that it came from, empty without one.

    ``delivery`` is the one that it was joined to, None before it is made.
    """

    id: int
    at: dt.datetime
    sha256: str
    media_type: str
    size: int
    pages: int
    source: Source
    name: str
    operator_name: str
    delivery: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that the scanner left in its folder, not joined yet: its path, when it came (UTC), its size in octets."""

    path: str
    name: str
    at: dt.datetime
    size: int
    stamp: int


@dataclass(frozen=True, slots=True)
class BadCopy:
    """A copy whose bytes are missing or altered, and what it belongs to (None: a sale that was not delivered)."""

    id: int
    sha256: str
    damaged: bool
    delivery: int | None
    prescription_id: int | None

    @property
    def text(self) -> str:
        """What is wrong with which copy, in French."""
        what = "endommagée" if self.damaged else "manquante"
        whose = "vente non délivrée" if self.delivery is None else f"délivrance n° {self.delivery}"
        ordonnance = "" if self.prescription_id is None else f", ordonnance n° {self.prescription_id}"
        return f"copie n° {self.id} {what} ({whose}{ordonnance})"


@dataclass(frozen=True, slots=True)
class CopiesReport:
    """What the verification of the copies found; ``orphans`` counts the bytes that no copy names."""

    kept: int = 0
    bad: tuple[BadCopy, ...] = ()
    orphans: int = 0
