"""What did the card, or the phone, say of rights: whose, from whom, until when?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Finding
    from app.officine.patients.model import Coverage, Patient


class Medium(enum.StrEnum):
    """What the rights were read on."""

    VITALE = "vitale"
    APCV = "apcv"

    @property
    def label(self) -> str:
        """The source as it is shown and kept."""
        return {"vitale": "carte Vitale (FSV)", "apcv": "appli carte Vitale (ApCV)"}[self]


@dataclass(frozen=True, slots=True)
class Span:
    """A first and a last day, both included; None where it is not known."""

    first: dt.date | None = None
    last: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Return True where it covers a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Cover:
    """A period of code couverture (group 106): the ALD code and the situation code, as they are written."""

    span: Span
    ald: str
    situation: str


@dataclass(frozen=True, slots=True)
class Complement:
    """A complementary insurance named on the card: mutuelle (group 107) or AMC (group 109)."""

    number: str
    member: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Insured:
    """The insured person's card and affiliation (groups 101 and 102).

    ``nir`` has 15 characters or is empty; like every number here, it never shows where the value is written.
    """

    card_type: str
    serial: str = field(repr=False)
    card_until: dt.date | None
    nir: str = field(repr=False)
    scheme: str
    fund: str
    centre: str
    service: str = ""
    service_span: Span = field(default_factory=Span)

    @property
    def is_of_tests(self) -> bool:
        """True for the affiliations of the test cards: caisse 349 (CNDA), régime 01 with caisse 999 (GIE)."""
        return self.fund == "349" or self.centre == "0349" or (self.scheme, self.fund) == ("01", "999")


@dataclass(frozen=True, slots=True)
class Entitled:
    """A beneficiary (groups 104 to 109), in the shape by which a file is matched: ``birth`` is AAAAMMJJ as read."""

    family_name: str
    first_name: str
    birth: str
    nir: str = field(default="", repr=False)
    used_name: str = ""
    rank: str = ""
    quality: str = ""
    service: str = ""
    service_span: Span = field(default_factory=Span)
    periods: tuple[Span, ...] = ()
    covers: tuple[Cover, ...] = ()
    complements: tuple[Complement, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code couverture opens; ``exemption`` is one of the coverage's, None for none."""

    label: str
    ald: bool = False
    exemption: str | None = None


@dataclass(frozen=True, slots=True)
class Meanings:
    """What the codes couverture (ALD code, situation code) mean, by the table of ``source``; it may be empty."""

    source: str = ""
    rows: dict[tuple[str, str], Meaning] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """A beneficiary, and the files that may be theirs: ``matches`` by the rules, ``alike`` to be compared."""

    entitled: Entitled
    matches: tuple[Patient, ...] = ()
    alike: tuple[Patient, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: by which means, when, until when it may be used (None: as long as the card is in)."""

    medium: Medium
    read_at: dt.datetime
    is_simulated: bool
    insured: Insured
    people: tuple[Person, ...]
    findings: tuple[Finding, ...] = ()
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One right that the file and the card do not tell alike."""

    label: str
    on_file: str
    on_card: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A reading beside a file: the coverage proposed, where it differs, what is to be known."""

    coverage: Coverage
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """The last reading that a file was brought up to date by."""

    source: str
    read_at: dt.datetime
    is_simulated: bool
    author: str
