"""What is a counter session while it is being made, and a delivery once it is done?"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.kernel.clock import paris_date
from app.kernel.money import ZERO, Money
from app.officine.billing.model import InvoiceLine, Substitution, Totals
from app.officine.cash.model import Means
from app.officine.cash.model import Payment as TillPayment
from app.officine.prescriptions.model import ExtraSupply, PrescribedLine, PrescriptionKind

if TYPE_CHECKING:
    from app.kernel.money import Rate
    from app.officine.billing.model import Guard
    from app.officine.catalog.model import ListClass


class SessionState(enum.StrEnum):
    """What became of a counter session."""

    OPEN = "open"
    SUSPENDED = "suspended"
    DONE = "done"
    ABANDONED = "abandoned"


class SaleKind(enum.StrEnum):
    """Under which terms the products leave.

    ``ADVANCE``: before the ordonnance, nothing is claimed until it comes. ``RETROCESSION``: to another officine or
    a hospital. ``ACCOUNT``: a customer who is invoiced later.
    """

    ORDINARY = "ordinary"
    ADVANCE = "advance"
    RETROCESSION = "retrocession"
    ACCOUNT = "account"

    @property
    def label(self) -> str:
        """The kind of sale as the screens show it."""
        return {
            "ordinary": "Vente ordinaire",
            "advance": "Avance",
            "retrocession": "Rétrocession",
            "account": "Vente en compte",
        }[self]


TO_COME = "Avance : ordonnance à venir"
"""What the ordonnancier says in the place of the prescriber, for a medicine handed over before its ordonnance."""


class DeliveryState(enum.StrEnum):
    """What became of a delivery."""

    DONE = "done"
    CANCELLED = "cancelled"
    CREDITED = "credited"

    @property
    def label(self) -> str:
        """The state as lists and histories show it; nothing for a delivery in force."""
        return {"done": "", "cancelled": "annulée", "credited": "avoir total"}[self]


AUTHOR_NAMES = 120
"""How many characters a delivery keeps of the names of who made one of its lines."""

PaymentMethod = Means
"""How the patient's share is paid: the means of the till."""

Payment = TillPayment
"""A part of the patient's share, as the till takes it."""


@dataclass(frozen=True, slots=True)
class Box:
    """What the code of one scanned box says of it."""

    lot: str = ""
    expiry: dt.date | None = None
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """Who added a line."""

    id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One product of the session. ``boxes`` are those that were scanned, ``quantity`` all that leave.

    ``unit_price`` None: no price is known yet. ``prescribed`` False: added to an ordonnance that does not ask for it;
    ``prescribed_line`` is the line of the ordonnance that it answers. ``posology`` and ``days`` (how long all of it
    lasts) are what was prescribed. ``owed`` counts the boxes, among ``quantity``, that the patient comes back for.
    ``units`` None: whole boxes; else how many units of one opened box leave. ``replaces`` is the code of the product
    that this one was substituted for, empty for none. ``advance`` is the number of the avance under which the boxes
    left before the ordonnance: they are billed now, and leave no more. ``promise`` is the number of the promis whose
    boxes are billed now that they are handed over. ``author`` added the line, ``others`` changed it afterwards.
    """

    line_id: str
    code: str
    label: str
    quantity: int
    unit_price: Money | None
    rate: Rate | None
    list_class: ListClass | None = None
    boxes: tuple[Box, ...] = ()
    author: Author = field(default_factory=Author)
    note: str = ""
    forced_stock: bool = False
    prescribed: bool = True
    ald: bool = False
    substitution: Substitution = field(default_factory=Substitution)
    prescribed_line: str = ""
    posology: str = ""
    days: int | None = None
    owed: int = 0
    units: int | None = None
    replaces: str = ""
    advance: int | None = None
    promise: int | None = None
    others: tuple[Author, ...] = ()

    @property
    def signature(self) -> Author:
        """Who answers for the line: who added it, with the names of all who changed it since."""
        names = [one.name for one in (self.author, *self.others) if one.name]
        return replace(self.author, name=", ".join(names)[:AUTHOR_NAMES])

    @property
    def leaving(self) -> int:
        """How many boxes leave now: all but those promised, none of those that left in advance."""
        return 0 if self.advance is not None else self.quantity - self.owed

    @property
    def lot(self) -> str:
        """The lot of the last box scanned."""
        return self.boxes[-1].lot if self.boxes else ""

    @property
    def expiry(self) -> dt.date | None:
        """The earliest expiry of the boxes scanned."""
        return min((box.expiry for box in self.boxes if box.expiry is not None), default=None)

    @property
    def serial(self) -> str:
        """The serial number of the last box scanned."""
        return self.boxes[-1].serial if self.boxes else ""

    @property
    def amount(self) -> Money | None:
        """The public price of all the boxes; None while no price is known."""
        return None if self.unit_price is None else self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class PrescriptionDraft:
    """The ordonnance as far as it is typed; ``renewal`` counts the deliveries made on it before.

    ``prescription_id`` is the ordonnance kept in the database, None for one that is seen for the first time.
    ``supply``: the rule by which more leaves than it gave, None for an ordinary delivery.
    """

    prescriber_id: int | None = None
    prescriber_name: str = ""
    written_on: dt.date | None = None
    kind: PrescriptionKind = PrescriptionKind.ORDINARY
    renewal: int = 0
    prescription_id: int | None = None
    lines: tuple[PrescribedLine, ...] = ()
    supply: ExtraSupply | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A warning that was seen and passed: which one, why (empty where no reason is asked), by whom.

    ``reason_id`` names the usual reason chosen, empty for one typed freely.
    """

    code: str
    subject: str
    text: str
    reason: str = ""
    author: Author = field(default_factory=Author)
    reason_id: str = ""


@dataclass(frozen=True, slots=True)
class CounterSession:
    """One customer at the counter, from the first scan to the payment.

    ``holder`` is the token of the window that edits it: another one takes a token of its own, and the first
    can no longer write. ``revision`` grows with every change. ``bearer`` is who collects, where not the patient.
    ``owner`` is who serves. ``sale_reason`` says why, or on which order form, where the terms of the sale
    ask for it; ``account_id`` is the account that pays.
    """

    id: str
    holder: str
    station: str
    owner: Author = field(default_factory=Author)
    label: str = ""
    revision: int = 0
    patient_id: int | None = None
    patient_name: str = ""
    prescription: PrescriptionDraft | None = None
    bearer: str = ""
    guard: Guard | None = None
    lines: tuple[DraftLine, ...] = ()
    next_line: int = 1
    sale: SaleKind = SaleKind.ORDINARY
    acknowledged: tuple[Acknowledgement, ...] = ()
    sale_reason: str = ""
    account_id: int | None = None
    account_name: str = ""

    def line(self, line_id: str) -> DraftLine | None:
        """Return a line; None where there is no such one."""
        return next((line for line in self.lines if line.line_id == line_id), None)

    @property
    def title(self) -> str:
        """What names the session in a list: its label, else the patient, else the first product."""
        first = self.lines[0].label if self.lines else ""
        return self.label or self.patient_name or first or "Vente en cours"

    @property
    def amount(self) -> Money:
        """The public price of all its lines, as far as prices are known."""
        return Money.total(line.amount for line in self.lines if line.amount is not None)

    @property
    def is_empty(self) -> bool:
        """True where nothing was entered."""
        return not self.lines and self.patient_id is None and self.prescription is None


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session as the list of sessions in waiting shows it; ``amount`` is the public price of its lines."""

    id: str
    title: str
    station: str
    state: SessionState
    owner_name: str
    lines: int
    updated_at: dt.datetime
    amount: Money = ZERO


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One product delivered; ``ordonnancier`` is its number in the register, None where it needs none.

    ``units`` None: whole boxes. ``replaces`` is the code of the product substituted; ``refused`` and ``mention`` say
    what the patient and the prescriber decided of the substitution.
    ``owed`` counts the boxes, among ``quantity``, that were promised when it was delivered; ``promised`` those promised
    besides, to be billed when they leave: ``quantity`` is then nought where none left. ``advance`` is the avance under
    which its boxes had left before.
    """

    rank: int
    code: str
    label: str
    quantity: int
    unit_price: Money
    list_class: ListClass | None
    boxes: tuple[Box, ...]
    forced_stock: bool
    author: Author
    note: str
    ordonnancier: int | None
    posology: str = ""
    days: int | None = None
    prescribed: bool = False
    units: int | None = None
    replaces: str = ""
    refused: bool = False
    mention: str = ""
    owed: int = 0
    advance: int | None = None
    promised: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery done: what left, to whom, on whose prescription, at which price, how paid."""

    number: int
    session_id: str
    at: dt.datetime
    station: str
    operator_id: int | None
    operator_name: str
    patient_id: int | None
    patient_name: str
    prescriber_id: int | None
    prescriber_name: str
    prescription_date: dt.date | None
    lines: tuple[DeliveryLine, ...]
    invoice_lines: tuple[InvoiceLine, ...]
    totals: Totals
    third_party: bool
    franchise_info: Money
    payments: tuple[Payment, ...]
    state: DeliveryState = DeliveryState.DONE
    sale: SaleKind = SaleKind.ORDINARY

    @property
    def ordonnancier(self) -> tuple[int, ...]:
        """The numbers of its entries in the ordonnancier."""
        return tuple(line.ordonnancier for line in self.lines if line.ordonnancier is not None)


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """A delivery as the list of the day shows it."""

    number: int
    at: dt.datetime
    operator_name: str
    patient_name: str
    amount: Money
    patient_share: Money
    state: DeliveryState


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One product that a patient received; ``days`` is how long all of it lasts, None where nobody said."""

    delivery: int
    at: dt.datetime
    code: str
    label: str
    quantity: int
    prescriber_name: str
    note: str
    posology: str = ""
    days: int | None = None
    state: DeliveryState = DeliveryState.DONE

    @property
    def lasts_until(self) -> dt.date | None:
        """The day on which it runs out, when the next delivery is due; None where it is not known."""
        return None if self.days is None else paris_date(self.at) + dt.timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One entry of the ordonnancier, as CSP R.5132-10 asks for it."""

    number: int
    day: dt.date
    at: dt.datetime
    delivery: int
    code: str
    label: str
    list_class: ListClass
    quantity: int
    patient_id: int | None
    patient_name: str
    patient_address: str
    prescriber_name: str
    prescriber_address: str
    prescriber_rpps: str
    specialty: str
    establishment: str
    prescription_date: dt.date
    bearer: str
    operator_name: str

    @property
    def is_advance(self) -> bool:
        """True for what left before its ordonnance: ``prescription_date`` is then the day when it left."""
        return self.prescriber_name == TO_COME
