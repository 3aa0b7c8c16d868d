"""What is taken and given back at the till, and what does the journal of the till say of it?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.kernel.money import ZERO, Money, Rate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


class Means(enum.StrEnum):
    """How the patient's share is paid.

    ``DEFERRED`` is the patient's debt, settled later; ``DEPOSIT`` is taken from an acompte received before.
    ``ACCOUNT`` is the debt of a customer who is invoiced later; ``TRANSFER`` settles such a debt on the bank account.
    """

    CASH = "cash"
    CARD = "card"
    CHEQUE = "cheque"
    DEFERRED = "deferred"
    DEPOSIT = "deposit"
    ACCOUNT = "account"
    TRANSFER = "transfer"

    @property
    def label(self) -> str:
        """The means of payment as screens and tickets show it."""
        return _MEANS_LABELS[self]

    @property
    def is_money(self) -> bool:
        """True where something enters the drawer: neither a debt nor an acompte already received."""
        return self in {Means.CASH, Means.CARD, Means.CHEQUE}


_MEANS_LABELS = {
    Means.CASH: "Espèces",
    Means.CARD: "Carte bancaire",
    Means.CHEQUE: "Chèque",
    Means.DEFERRED: "Différé",
    Means.DEPOSIT: "Acompte",
    Means.ACCOUNT: "En compte",
    Means.TRANSFER: "Virement",
}


class RecordKind(enum.StrEnum):
    """What an entry of the journal records."""

    SALE = "sale"
    PAYMENT = "payment"
    CHANGE = "change"
    REVERSAL = "reversal"
    REFUND = "refund"
    SETTLEMENT = "settlement"
    DEPOSIT = "deposit"
    FLOAT = "float"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"
    DRAWER = "drawer"
    REPRINT = "reprint"
    BANK = "bank"
    COUNT = "count"
    CLOSING = "closing"
    ARCHIVE = "archive"

    @property
    def label(self) -> str:
        """The kind as the screens show it."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    RecordKind.SALE: "Vente",
    RecordKind.PAYMENT: "Règlement",
    RecordKind.CHANGE: "Rendu",
    RecordKind.REVERSAL: "Annulation, avoir",
    RecordKind.REFUND: "Remboursement",
    RecordKind.SETTLEMENT: "Règlement d’un différé",
    RecordKind.DEPOSIT: "Acompte reçu",
    RecordKind.FLOAT: "Fond de caisse",
    RecordKind.CASH_IN: "Entrée d’espèces",
    RecordKind.CASH_OUT: "Sortie d’espèces",
    RecordKind.DRAWER: "Ouverture du tiroir sans vente",
    RecordKind.REPRINT: "Duplicata",
    RecordKind.BANK: "Remise en banque",
    RecordKind.COUNT: "Comptage du tiroir",
    RecordKind.CLOSING: "Clôture",
    RecordKind.ARCHIVE: "Archive",
}

TAKINGS = frozenset(
    {RecordKind.PAYMENT, RecordKind.CHANGE, RecordKind.REFUND, RecordKind.SETTLEMENT, RecordKind.DEPOSIT}
)
"""The kinds whose amounts are what customers paid or were paid back."""


class Period(enum.StrEnum):
    """What a closing closes (CGI art. 286, I-3° bis: day, month, year)."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"

    @property
    def label(self) -> str:
        """The period as the screens show it."""
        return {"day": "Journée", "month": "Mois", "year": "Exercice"}[self]


DENOMINATIONS = tuple(
    Money(cents) for cents in (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
)
"""The notes and coins of the euro, from the largest."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A part of the patient's share; ``tendered`` is what was handed over, where more than the part."""

    method: Means
    amount: Money
    tendered: Money | None = None

    @property
    def change(self) -> Money:
        """What is given back."""
        return ZERO if self.tendered is None else self.tendered - self.amount


@dataclass(frozen=True, slots=True)
class VatPart:
    """What is sold at one rate of VAT, before tax, and its tax."""

    rate: Rate
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale, or what is taken back of one, as the till sees it: always ``amo + amc + patient = amount``."""

    number: int
    patient_id: int | None
    amount: Money
    amo: Money
    amc: Money
    patient: Money
    vat: tuple[VatPart, ...]
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of the till, before it takes its place in the journal; ``amount`` is signed, to the drawer's gain."""

    kind: RecordKind
    amount: Money = ZERO
    means: str = ""
    delivery: int | None = None
    patient_id: int | None = None
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of the journal; ``gross`` and ``net`` are the perpetual totals once it is written.

    ``gross`` sums every sale since the first and never goes down; ``net`` is less what was taken back.
    ``mode`` tells a demonstration or a training from the real thing.
    """

    seq: int
    at: dt.datetime
    day: dt.date
    station: str
    operator_name: str
    mode: str
    kind: RecordKind
    delivery: int | None
    patient_id: int | None
    means: str
    amount: Money
    reason: str
    details: Mapping[str, Any]
    gross: Money
    net: Money
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """The drawer of one workstation since it was last counted; ``opened_at`` None: no float was declared."""

    station: str
    opened_at: dt.datetime | None
    opened_by: str
    opening: Money
    expected: Mapping[Means, Money]
    moves: tuple[Record, ...] = ()
    kept: Money | None = None

    @property
    def is_open(self) -> bool:
        """True where its float was declared."""
        return self.opened_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What was counted in a drawer: notes and coins by their value, cards, cheques, and what stays as the next float.

    All the cash that does not stay is taken to the bank, with the cheques, under ``reference``.
    """

    coins: Mapping[Money, int]
    card: Money = ZERO
    cheque: Money = ZERO
    kept: Money = ZERO
    reference: str = ""
    reason: str = ""

    @property
    def cash(self) -> Money:
        """What the notes and coins come to."""
        return Money.total(value * number for value, number in self.coins.items())

    @property
    def counted(self) -> dict[Means, Money]:
        """What was counted, by means."""
        return {Means.CASH: self.cash, Means.CARD: self.card, Means.CHEQUE: self.cheque}


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a stretch of the journal comes to: what a Z prints. Amounts by rate and by means are signed.

    ``counts`` gives the number of entries by kind; ``moves`` what entered or left the drawers otherwise than by sales.
    """

    tickets: int = 0
    first_ticket: int | None = None
    last_ticket: int | None = None
    sales: Money = ZERO
    reversals: Money = ZERO
    amo: Money = ZERO
    amc: Money = ZERO
    patient: Money = ZERO
    vat: tuple[VatPart, ...] = ()
    means: tuple[tuple[str, Money], ...] = ()
    moves: tuple[tuple[str, Money], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    difference: Money = ZERO

    @property
    def net(self) -> Money:
        """The sales less what was taken back."""
        return self.sales - self.reversals


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A Z: final. It covers the entries ``first_seq`` to ``last_seq``, each of which is in one closing of its period.

    ``seq`` and ``hash`` are those of its own entry in the journal.
    """

    period: Period
    start: dt.date
    number: int
    first_seq: int
    last_seq: int
    totals: Totals
    gross: Money
    net: Money
    seq: int
    hash: str
    at: dt.datetime
    operator_name: str
    station: str
    mode: str

    @property
    def title(self) -> str:
        """What names it: its period and its first day."""
        return f"Z n° {self.number}"


@dataclass(frozen=True, slots=True)
class Witness:
    """The seal of the registers that a Z bears on paper: its number, when, its hash, the last entry of the trace in it.

    ``covers``: the entry of the Z is under it; else it is the last one made before.
    """

    number: int
    at: dt.datetime
    hash: str
    trace: int
    covers: bool


@dataclass(frozen=True, slots=True)
class Account:
    """What a patient owes, and what was received from them in advance."""

    patient_id: int
    debt: Money = ZERO
    deposit: Money = ZERO
    since: dt.datetime | None = None
