"""What is a stock item, and what is a movement?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


class MovementKind(enum.StrEnum):
    """Why a quantity changed."""

    SALE = "sale"
    CESSION = "cession"
    PUT_BACK = "put_back"
    RECEIPT = "receipt"
    ADJUSTMENT = "adjustment"
    DESTRUCTION = "destruction"
    LOSS = "loss"
    RETURN = "return"
    SET_ASIDE = "set_aside"
    RELEASED = "released"
    ASIDE_DESTROYED = "aside_destroyed"
    ASIDE_RETURNED = "aside_returned"

    @property
    def label(self) -> str:
        """The kind as the screens show it."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    MovementKind.SALE: "Délivrance",
    MovementKind.CESSION: "Rétrocession",
    MovementKind.PUT_BACK: "Retour en stock",
    MovementKind.RECEIPT: "Réception",
    MovementKind.ADJUSTMENT: "Correction",
    MovementKind.DESTRUCTION: "Destruction",
    MovementKind.LOSS: "Perte ou vol",
    MovementKind.RETURN: "Retour fournisseur",
    MovementKind.SET_ASIDE: "Quarantaine",
    MovementKind.RELEASED: "Remis en vente",
    MovementKind.ASIDE_DESTROYED: "Destruction",
    MovementKind.ASIDE_RETURNED: "Retour fournisseur",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StockItem:
    """What is held of one product.

    ``quantity`` is in boxes, negative when more was delivered than the computer believed present.
    Below ``minimum`` the product is to be ordered, up to ``maximum``. ``version`` counts the edits by hand.
    ``quarantined`` boxes are on the premises and not for sale: they count in no other number.
    """

    code: str
    quantity: int = 0
    place: str = ""
    minimum: int = 0
    maximum: int = 0
    version: int = 0
    quarantined: int = 0

    @property
    def is_low(self) -> bool:
        """True under the minimum."""
        return self.quantity < self.minimum


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One change of quantity, kept for ever.

    ``delta`` is in boxes, negative when they leave; ``reference`` is the delivery or the receipt it belongs to.
    ``aside`` is what it changed of the boxes in quarantine.
    """

    id: int
    code: str
    delta: int
    balance_after: int
    kind: MovementKind
    reason: str
    reference: str
    lot: str
    expiry: dt.date | None
    serial: str
    actor_name: str
    at: dt.datetime
    aside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """Boxes of one product (and one lot, where known) that a supplier delivered."""

    code: str
    quantity: int
    lot: str = ""
    expiry: dt.date | None = None
    serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Boxes to take: of one lot, or one box of its serial number; ``forced`` whatever the computer believes."""

    code: str
    quantity: int
    lot: str = ""
    expiry: dt.date | None = None
    serial: str = ""
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received: how many lines, how many boxes, under which reference."""

    reference: str
    lines: int
    boxes: int


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A product whose quantity is not the sum of its movements: damage, never a normal state.

    The same of its boxes in quarantine.
    """

    code: str
    quantity: int
    moved: int
    quarantined: int = 0
    set_aside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBox:
    """A box that was opened: ``remaining`` units of ``size``, for the treatment of ``patient_id`` (None: nobody known).

    ``expiry`` None: the box was not scanned, its date is to be read on it.
    """

    id: int
    code: str
    lot: str
    expiry: dt.date | None
    serial: str
    size: int
    remaining: int
    patient_id: int | None
    opened_at: dt.datetime
