"""What is a promis: who comes back, for which boxes, and what became of it?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


class PromiseState(enum.StrEnum):
    """What became of a promis, as it is kept."""

    OPEN = "open"
    HANDED = "handed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PromiseSettings:
    """What the titulaire chose: from how many days on a promis is late, and when its boxes are billed.

    ``bill_later`` False: all that is prescribed is billed with the delivery, and handed over later without billing.
    True: what leaves is billed, and the boxes owed are billed when they are handed over, as on that day.
    """

    late_days: int
    bill_later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPromise:
    """Boxes that a delivery does not hand over, billed with it or to be billed when they leave.

    ``rank`` is the line of the delivery; ``patient_id`` None: a customer without a file, named by ``customer`` and
    ``phone``. ``kept`` is the line of the sale with its ordonnance, saved, where ``billed`` is False.
    """

    delivery: int
    rank: int
    code: str
    label: str
    quantity: int
    patient_id: int | None
    customer: str
    phone: str
    billed: bool = True
    kept: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promis, as it stands.

    ``quantity`` boxes were promised, ``handed`` of them handed over since. ``ready`` True: the stock holds what is
    left, once those who were promised before are served. ``reason`` says why it was cancelled. ``billed`` False: its
    boxes are billed when they are handed over.
    """

    number: int
    at: dt.datetime
    delivery: int
    rank: int
    code: str
    label: str
    quantity: int
    handed: int
    patient_id: int | None
    customer: str
    phone: str
    state: PromiseState
    reason: str
    operator_name: str
    ready: bool = False
    billed: bool = True

    @property
    def left(self) -> int:
        """How many boxes are still owed."""
        return self.quantity - self.handed if self.state is PromiseState.OPEN else 0

    @property
    def label_of_state(self) -> str:
        """The state as the screens show it."""
        if self.state is PromiseState.OPEN:
            return "Prêt" if self.ready else "En attente"
        return "Remis" if self.state is PromiseState.HANDED else "Annulé"


@dataclass(frozen=True, slots=True)
class Promised:
    """What is owed to one patient: ``boxes`` in all, the oldest for ``days``; ``late`` True: for too long."""

    boxes: int
    days: int
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Boxes of a promis that were handed over; ``ordonnancier`` is their entry in the register, None where none is due.

    ``left`` boxes of it are still owed. ``bearer`` is who collected them, empty for the patient. ``delivery`` is the
    delivery that billed them then, None where they had been billed before.
    """

    promise: int
    rank: int
    at: dt.datetime
    quantity: int
    left: int
    ordonnancier: int | None
    operator_name: str
    bearer: str = ""
    delivery: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What the ticket of a promis says: the patient shows it on coming back."""

    number: int
    made_on: dt.date
    delivery: int
    customer: str
    label: str
    boxes: int
    billed: bool = True
