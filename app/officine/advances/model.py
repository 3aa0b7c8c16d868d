"""What is an avance: which boxes left before their ordonnance, for whom, why, and what became of them?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.money import Money


class ClosingKind(enum.StrEnum):
    """What became of boxes of an avance.

    ``PRESCRIBED``: billed on the ordonnance that came. ``CHARGED``: billed to the patient, none came. ``RETURNED``:
    brought back. ``REOPENED``: the sale that billed them was taken back, they wait again.
    """

    PRESCRIBED = "prescribed"
    CHARGED = "charged"
    RETURNED = "returned"
    REOPENED = "reopened"

    @property
    def label(self) -> str:
        """The kind as the screens show it."""
        return {
            "prescribed": "Régularisée",
            "charged": "Facturée sans ordonnance",
            "returned": "Rapportée",
            "reopened": "Rouverte",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAdvance:
    """Boxes of one line of a delivery that leave before their ordonnance.

    ``price`` is that of a box without its fee, ``unit_price`` with it, on the day when it leaves.
    """

    delivery: int
    rank: int
    code: str
    label: str
    quantity: int
    patient_id: int
    patient_name: str
    price: Money
    unit_price: Money
    reason: str
    ordonnancier: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance(NewAdvance):
    """An avance, as it stands; ``closed`` boxes of it were billed or came back."""

    number: int
    at: dt.datetime
    operator_name: str
    closed: int = 0

    @property
    def left(self) -> int:
        """How many boxes still wait for their ordonnance."""
        return self.quantity - self.closed


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceClosing:
    """What became of some boxes of an avance: ``document`` is the delivery that billed them, or the avoir."""

    advance: int
    rank: int
    at: dt.datetime
    kind: ClosingKind
    quantity: int
    document: int
    operator_name: str
