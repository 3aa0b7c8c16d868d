"""What is an intervention pharmaceutique, and in which words is it told?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence


class Level(enum.StrEnum):
    """How a finding of the step Contrôle stands in the way, from the strictest."""

    BLOCKING = "blocking"
    REASON = "reason"
    SEEN = "seen"
    INFORMATION = "information"

    @property
    def label(self) -> str:
        """The level as the step Contrôle heads it."""
        return {
            "blocking": "Bloquant",
            "reason": "À justifier",
            "seen": "À vérifier",
            "information": "À savoir",
        }[self]


class Undoing(enum.StrEnum):
    """How the whole delivery of an intervention was taken back; each is the outcome of the row that tells it."""

    CANCELLED = "cancelled"
    CREDITED = "credited"

    @property
    def label(self) -> str:
        """What the register says of it."""
        return {"cancelled": "Délivrance annulée", "credited": "Délivrance reprise par un avoir"}[self]


@dataclass(frozen=True, slots=True)
class Reason:
    """A usual reason of the counter, with the codes that it stands for; ``kind`` empty where none follows from it.

    ``mention`` names what the prescriber wrote on the ordonnance (a field of its line) where that is the reason.
    """

    id: str
    text: str
    kind: str
    outcome: str
    mention: str = ""


@dataclass(frozen=True, slots=True)
class Coding:
    """The codes of an intervention with their labels, the usual reasons in the order of their digits, and the source.

    ``confidence`` says how far the source is to be trusted. ``legal`` are the reasons of the limits that the law sets,
    ``reasons_of`` the ids of those that are offered for a finding, by its code.
    """

    problems: Mapping[str, str]
    kinds: Mapping[str, str]
    outcomes: Mapping[str, str]
    reasons: tuple[Reason, ...]
    checked_on: dt.date
    source: str
    confidence: str
    legal: tuple[Reason, ...]
    reasons_of: Mapping[str, Sequence[str]]

    def reason(self, reason_id: str) -> Reason | None:
        """Return a usual reason; None for a text of the counter's own."""
        return next((one for one in (*self.reasons, *self.legal) if one.id == reason_id), None)

    def reasons_for(self, finding: str) -> tuple[Reason, ...]:
        """Return the reasons offered for a finding, in the order of their digits: its own, else those of alerts."""
        own = (self.reason(reason_id) for reason_id in self.reasons_of.get(finding, ()))
        return tuple(one for one in own if one is not None) or self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was done at the counter about one finding, before it is written: ``code`` and ``label`` are the product's.

    ``text`` is the finding as it was shown, ``source`` what it quotes; ``reason_id`` empty for a text typed freely.
    """

    finding: str
    level: Level
    text: str
    source: str
    code: str
    label: str
    reason: str
    reason_id: str
    author_id: int | None
    author_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """An intervention as it is kept; ``outcome`` is the last one said, by ``outcome_by`` where it came later.

    ``undone`` is how its delivery was taken back since (an ``Undoing``) and ``undone_why`` by which act, with its
    reason; both empty while it stands.
    """

    seq: int
    at: dt.datetime
    day: dt.date
    delivery: int
    patient_id: int | None
    patient_name: str
    code: str
    label: str
    finding: str
    level: str
    text: str
    source: str
    reason: str
    problem: str
    kind: str
    outcome: str
    author_name: str
    outcome_by: str = ""
    undone: str = ""
    undone_why: str = ""

    @property
    def undone_words(self) -> str:
        """What is told beside an intervention whose delivery was taken back; empty for another."""
        return f"{Undoing(self.undone).label} — {self.undone_why}" if self.undone else ""
