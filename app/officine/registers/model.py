"""What is an entry of the registers, and what does a balance say?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


class EntryKind(enum.StrEnum):
    """Why the quantity of a stupéfiant changed, or was stated (comptabilité des stupéfiants, as meddispar tells it)."""

    OPENING = "opening"
    RECEIPT = "receipt"
    DELIVERY = "delivery"
    CESSION = "cession"
    CANCELLATION = "cancellation"
    RETURN = "return"
    DESTRUCTION = "destruction"
    LOSS = "loss"
    THEFT = "theft"
    INVENTORY = "inventory"
    CLOSING = "closing"

    @property
    def label(self) -> str:
        """The kind as screens and pages show it."""
        return _LABELS[self]


_LABELS = {
    EntryKind.OPENING: "Ouverture",
    EntryKind.RECEIPT: "Réception",
    EntryKind.DELIVERY: "Délivrance",
    EntryKind.CESSION: "Cession à une officine",
    EntryKind.CANCELLATION: "Annulation",
    EntryKind.RETURN: "Retour fournisseur",
    EntryKind.DESTRUCTION: "Destruction",
    EntryKind.LOSS: "Perte, casse",
    EntryKind.THEFT: "Vol, détournement",
    EntryKind.INVENTORY: "Inventaire",
    EntryKind.CLOSING: "Balance arrêtée",
}


@dataclass(frozen=True, slots=True)
class Units:
    """How many unités de prise one box holds: ``count`` None where nobody has said so.

    ``typed`` is True for a number that a pharmacist gave, False for one read in the presentation of the public base.
    """

    count: int | None
    noun: str = "unité"
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Narcotic:
    """A stupéfiant as the register knows it."""

    code: str
    name: str
    presentation: str
    units: Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who received what left, on whose prescription; all empty for what is no delivery."""

    patient_id: int | None = None
    patient_name: str = ""
    patient_address: str = ""
    prescriber_name: str = ""
    prescriber_address: str = ""
    bearer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What is to be written: ``boxes`` and ``units`` are signed, negative for what leaves.

    ``units`` None: whole boxes. ``held_before`` is how many boxes the stock held before the act: what opens the
    register of a product that is not in it yet.
    """

    kind: EntryKind
    narcotic: Narcotic
    boxes: int
    units: int | None = None
    held_before: int = 0
    lot: str = ""
    reference: str = ""
    ordonnancier: int | None = None
    who: Who = field(default_factory=Who)
    second_person: str = ""
    reason: str = ""
    stated: int | None = None
    month: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the register of stupéfiants, kept for ever.

    ``units`` is signed; ``balance`` is what the register holds of the product after it, in unités de prise.
    ``stated``: the units counted at an inventory, or the closing balance of ``month``.
    """

    seq: int
    at: dt.datetime
    day: dt.date
    kind: EntryKind
    code: str
    label: str
    boxes: int
    units: int
    balance: int
    lot: str
    reference: str
    ordonnancier: int | None
    patient_name: str
    patient_address: str
    prescriber_name: str
    prescriber_address: str
    bearer: str
    second_person: str
    reason: str
    stated: int | None
    month: str
    author_name: str


@dataclass(frozen=True, slots=True)
class Holding:
    """What the register holds of a product, beside what the stock believes present."""

    narcotic: Narcotic
    balance: int
    boxes: int
    last_day: dt.date | None

    @property
    def stock_units(self) -> int | None:
        """What the stock holds, in unités de prise; None while the number a box is not known."""
        return None if self.narcotic.units.count is None else self.boxes * self.narcotic.units.count

    @property
    def difference(self) -> int | None:
        """Stock less register; None while it can't be told."""
        return None if self.stock_units is None else self.stock_units - self.balance


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLine:
    """The month of one product, in unités de prise: ``closing`` is the sum of all the rest.

    ``adjusted`` is signed: what inventories found more or less.
    """

    code: str
    label: str
    opening: int
    entries: int
    exits: int
    destroyed: int
    lost: int
    adjusted: int

    @property
    def closing(self) -> int:
        """What the register holds at the end of the month."""
        return self.opening + self.entries - self.exits - self.destroyed - self.lost + self.adjusted


@dataclass(frozen=True, slots=True)
class MonthBalance:
    """The balance of a month (``2026-11``); ``holdings`` compare today's register with today's stock, by code.

    ``closed`` says when it was closed, None while it may still change.
    """

    month: str
    lines: tuple[BalanceLine, ...]
    holdings: dict[str, Holding]
    closed: dt.date | None
    is_over: bool


class DerivedKind(enum.StrEnum):
    """What happened to a medicine derived from blood."""

    RECEIPT = "receipt"
    DELIVERY = "delivery"
    CANCELLATION = "cancellation"

    @property
    def label(self) -> str:
        """The kind as screens and pages show it."""
        return {"receipt": "Réception", "delivery": "Délivrance", "cancellation": "Annulation"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedMove:
    """Boxes of one lot of a medicine derived from blood: received, delivered, or whose delivery is cancelled.

    ``reference`` is the delivery note of what is received, else the number of the delivery; ``who`` is empty then.
    """

    kind: DerivedKind
    reference: str
    code: str
    label: str
    lot: str
    quantity: int
    who: Who = field(default_factory=Who)
    patient_birth_date: dt.date | None = None
    prescription_date: dt.date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedEntry:
    """One entry of the register of medicines derived from blood (CSP R.5121-186 and R.5121-195)."""

    seq: int
    at: dt.datetime
    day: dt.date
    kind: DerivedKind
    reference: str
    code: str
    label: str
    lot: str
    quantity: int
    patient_name: str
    patient_birth_date: dt.date | None
    patient_address: str
    prescriber_name: str
    prescriber_address: str
    prescription_date: dt.date | None
    bearer: str
    reason: str
    author_name: str


class NoteKind(enum.StrEnum):
    """What a note says of an entry that can't be changed."""

    CANCELLED = "cancelled"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Note:
    """What was added beside an entry: to which register and number, of which kind, by whom."""

    register: str
    number: int
    kind: NoteKind
    text: str
    author_name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a register is kept: nothing is deleted before.

    ``years``, or ``months`` where less than two years; 0 and None where no source of ours gives a duration: then the
    officine decides. ``confidence`` says how the source was read.
    """

    register: str
    title: str
    years: int
    source: str
    held_by: str
    months: int | None = None
    confidence: str = ""

    @property
    def duration(self) -> str:
        """The duration as screens and commands show it."""
        if self.years:
            return f"{self.years}\u00a0ans"
        return "à fixer par l’officine" if self.months is None else f"{self.months}\u00a0mois"


@dataclass(frozen=True, slots=True)
class DerivedSubstance:
    """Words that mark a substance as derived from human blood; ``but`` are words that say it is not."""

    words: tuple[str, ...]
    but: tuple[str, ...]
    label: str
