"""Which rows make a catalogue, whatever they were read from? The order of each is that of its table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Finding
    from app.officine.catalog.model import Rejected


class Speciality(NamedTuple):
    """One medicine (code CIS)."""

    cis: str
    name: str
    form: str
    routes: str
    status: str
    marketed: bool
    holder: str
    monitored: bool


class Presentation(NamedTuple):
    """One box (code CIP13); amounts in cents, rate in hundredths of a percent, date ISO or None."""

    cis: str
    cip7: str
    label: str
    marketed: bool
    declared_on: str | None
    cip13: str
    collective: bool
    rate: int | None
    price_without_fee: int | None
    price: int | None
    fee: int | None
    indications: str


class Substance(NamedTuple):
    """One substance of a medicine; ``nature`` is SA (active substance) or FT (therapeutic fraction)."""

    cis: str
    code: str
    name: str
    dosage: str
    reference: str
    nature: str
    link: int


class GroupMember(NamedTuple):
    """The place of a medicine in a generic group: 0 princeps, 1 generic, 2 complementary, 4 substitutable."""

    group_id: str
    cis: str
    kind: int
    rank: int


class SupplyState(NamedTuple):
    """What the ANSM says of the supply of a medicine, or of one box when ``cip13`` is not empty; dates ISO or None."""

    cis: str
    cip13: str
    code: int
    label: str
    since: str | None
    updated: str | None
    until: str | None


@dataclass(slots=True)
class Medicines:
    """A whole catalogue in memory, and what was found wrong while it was read.

    ``counts`` holds the number of lines kept by file: what a later version is compared with. ``open_ends`` names the
    files whose last line has no end, although the source always writes one.
    """

    source: str
    digest: str
    source_date: dt.date
    specialities: list[Speciality] = field(default_factory=list)
    presentations: list[Presentation] = field(default_factory=list)
    substances: list[Substance] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    members: list[GroupMember] = field(default_factory=list)
    conditions: list[tuple[str, str]] = field(default_factory=list)
    supply: list[SupplyState] = field(default_factory=list)
    atc: dict[str, str] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    open_ends: list[str] = field(default_factory=list)
