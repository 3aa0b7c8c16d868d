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
    """A product that the patient takes: of the sale (``line_id``), or delivered before (``since``).

    ``cis`` is None for what is no medicine; ``until`` the day on which what was delivered runs out, None where nobody
    said how long it lasts; ``routes`` and ``atc`` as the catalogue gives them.
    """

    code: str
    label: str
    actives: tuple[Active, ...]
    line_id: str = ""
    since: dt.date | None = None
    group_id: str | None = None
    cis: str | None = None
    until: dt.date | None = None
    routes: tuple[str, ...] = ()
    atc: str | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The folded names of its substances."""
        return frozenset(active.key for active in self.actives)

    @property
    def short(self) -> str:
        """The label without the form: « DAKTARIN 2 %, gel buccal » gives « DAKTARIN 2 % »."""
        return self.label.split(", ", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """From which age, to which age, a product or a substance may be given, in months, both included; None: no limit.

    ``subject`` is a CIS or the folded name of a substance; ``route`` the only route that it concerns, folded, empty
    for all. ``serious``: delivered outside of it, a reason is asked.
    """

    subject: str
    first_months: int | None
    last_months: int | None
    serious: bool
    text: str
    source: str
    dated: dt.date
    route: str = ""


@dataclass(frozen=True, slots=True)
class AtcRow:
    """The ATC code of a product (``subject`` a CIS) or of a substance (its folded name), whose source says so."""

    subject: str
    atc: str
    source: str
    dated: dt.date


@dataclass(frozen=True, slots=True)
class TableState:
    """A table of the officine's own in service: how many rows, the newest date among them, when it was loaded."""

    rows: int
    dated: dt.date
    loaded_on: dt.date


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line of a file that was left out: its number from 1, and why."""

    line: int
    reason: str


class AllergyKind(enum.StrEnum):
    """What an allergy is to: a substance, a class of the thesaurus, a family of the trade; or the statement of none."""

    SUBSTANCE = "substance"
    CLASS = "class"
    FAMILY = "family"
    NONE = "none"

    @property
    def label(self) -> str:
        """The kind as the screens name it."""
        return {
            "substance": "Substance",
            "class": "Classe",
            "family": "Famille",
            "none": "Aucune allergie connue",
        }[self]


@dataclass(frozen=True, slots=True)
class AllergyChoice:
    """What can be chosen as an allergy; ``key`` is folded."""

    kind: AllergyKind
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy recorded in a patient's file, or the dated statement that none is known."""

    id: int
    kind: AllergyKind
    key: str
    label: str
    reaction: str
    noted_on: dt.date
    author: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a patient's file says of allergies in a structured way; nothing at all is « non renseigné »."""

    allergies: tuple[Allergy, ...] = ()
    none: Allergy | None = None

    @property
    def is_silent(self) -> bool:
        """True where nobody said anything, not even that none is known."""
        return not self.allergies and self.none is None


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """Who a sale is for, as far as the checks go; ``uncertain``: the birth date was completed by the rule."""

    id: int
    birth_date: dt.date
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """The patient of a sale, as far as ages go: between which two ages, in whole months, on the day.

    Both are the same but for a birth date of which the day or the month is not known; both None: the birth date can't
    be that of a living person.
    """

    youngest: int | None
    oldest: int | None


@dataclass(frozen=True, slots=True)
class SafetyCase:
    """All that the checks look at, read once.

    ``classes`` gives the folded classes of each key; ``interactions`` those between the substances and classes of
    the case; ``allergens`` the words under which a substance is known to those who are allergic to it. ``person`` and
    ``recorded`` are None for a sale without a patient; ``ages`` the limits by CIS and by substance, ``atc`` the codes
    alike, ``age_table`` and ``atc_table`` whether the officine has such tables.
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
    today: dt.date | None = None
    person: Person | None = None
    recorded: Recorded | None = None
    ages: Mapping[str, tuple[AgeLimit, ...]] = field(default_factory=dict)
    age_table: TableState | None = None
    atc: Mapping[str, AtcRow] = field(default_factory=dict)
    atc_table: TableState | None = None
    asked: bool = False
    """True where the whole of the officine's data was read: what could not be checked is then said."""


def _meet(pair: tuple[tuple[str, ...], tuple[str, ...]], first: Collection[str], second: Collection[str]) -> bool:
    return any(name in first for name in pair[0]) and any(name in second for name in pair[1])


def months_between(edition: str, on: dt.date) -> int:
    """Return how many whole months an edition (``2020-10``) is old on a day."""
    year, _, month = edition.partition("-")
    return (on.year - int(year)) * 12 + on.month - int(month)


def edition_label(edition: str) -> str:
    """Return an edition (``2020-10``) as it is read: « octobre 2020 »."""
    year, _, month = edition.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}"
