"""What is an interaction, and what do the checks of a sale look at?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


class Level(enum.StrEnum):
    """How far an interaction constrains, from the strictest: the four levels of the thesaurus of the ANSM."""

    CONTRAINDICATED = "contraindicated"
    ADVISED_AGAINST = "advised_against"
    PRECAUTION = "precaution"
    NOTED = "noted"

    @property
    def rank(self) -> int:
        """0 for the strictest."""
        return list(Level).index(self)

    @property
    def label(self) -> str:
        """The level as the thesaurus names it."""
        return {
            "contraindicated": "Contre-indication",
            "advised_against": "Association déconseillée",
            "precaution": "Précaution d’emploi",
            "noted": "À prendre en compte",
        }[self]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One level of an interaction, and when it applies or what to do (``text``).

    ``names`` are the substances and classes, folded, for which the text keeps the level; ``pairs`` the two sides
    between which it keeps it (« entre l’oxybate de sodium et les barbituriques »). With neither, it is for all.
    """

    level: Level
    text: str = ""
    names: tuple[str, ...] = ()
    pairs: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()

    def is_for(self, first: Collection[str], second: Collection[str]) -> bool:
        """Return True where the level is kept for these two, each given as its folded name and classes."""
        if not self.names and not self.pairs:
            return True
        return any(name in first or name in second for name in self.names) or any(
            _meet(pair, first, second) or _meet(pair, second, first) for pair in self.pairs
        )


@dataclass(frozen=True, slots=True)
class Interaction:
    """What the thesaurus says of two substances or classes, ``first`` and ``second`` as it writes them."""

    first: str
    second: str
    constraints: tuple[Constraint, ...]
    mechanism: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that was left out, by its rank in its file, and why."""

    file: str
    entry: int
    reason: str


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """A thesaurus as it was read: its interactions, and the classes of each substance. ``edition`` is a year, a month.

    ``digest`` is the SHA-256 of what was read.
    """

    source: str
    edition: str
    digest: str
    interactions: tuple[Interaction, ...]
    classes: Mapping[str, tuple[str, ...]]
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class ThesaurusVersion:
    """A thesaurus in service."""

    version: str
    sha256: str
    source: str
    edition: str
    pairs: int
    substances: int

    @property
    def label(self) -> str:
        """The source that findings quote, with its edition."""
        return f"{self.source}, {edition_label(self.edition)}"


@dataclass(frozen=True, slots=True)
class ThesaurusReport:
    """What an import found."""

    version: ThesaurusVersion
    rejected: tuple[Rejected, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return the report in the shape that ``safety import`` prints."""
        return {
            "version": self.version.version,
            "edition": self.version.edition,
            "pairs": self.version.pairs,
            "substances": self.version.substances,
            "rejected": [{"file": item.file, "entry": item.entry, "reason": item.reason} for item in self.rejected],
            "seconds": round(self.seconds, 3),
        }


class Coverage(enum.StrEnum):
    """Whether interactions can be checked. ``UNWIRED``: nobody asked for the checks."""

    UNWIRED = "unwired"
    OFF = "off"
    ABSENT = "absent"
    LOST = "lost"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Active:
    """An active substance as the catalogue names it, and the folded name under which it is known."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A product that the patient takes: of the sale (``line_id``), or delivered before (``since``)."""

    code: str
    label: str
    actives: tuple[Active, ...]
    line_id: str = ""
    since: dt.date | None = None
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class SafetyCase:
    """All that the checks look at, read once.

    ``classes`` gives the folded classes of each key; ``interactions`` those between the substances and classes of
    the case; ``allergens`` the words under which a substance is known to those who are allergic to it.
    """

    coverage: Coverage = Coverage.UNWIRED
    lines: tuple[Taken, ...] = ()
    treatment: tuple[Taken, ...] = ()
    allergies: str = ""
    source: str = ""
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    interactions: tuple[Interaction, ...] = ()
    allergens: Mapping[str, frozenset[str]] = field(default_factory=dict)
    idle_words: frozenset[str] = frozenset()


def _meet(
    pair: tuple[tuple[str, ...], tuple[str, ...]], first: Collection[str], second: Collection[str]
) -> bool:
    return any(name in first for name in pair[0]) and any(name in second for name in pair[1])


def edition_label(edition: str) -> str:
    """Return an edition (``2020-10``) as it is read: « octobre 2020 »."""
    year, _, month = edition.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}"
