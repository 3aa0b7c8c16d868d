"""What does a file show of its identity: evidence, history, what is to review, what the site chose?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from app.officine.patients.evidence import Trust
    from app.officine.patients.identity import Identity, Ins, Traits
    from app.officine.patients.model import IdentityStatus, Patient


class Mode(enum.StrEnum):
    """How a document was checked."""

    FACE_TO_FACE = "presentiel"
    REMOTE = "distance"
    THIRD_PARTY = "tiers"

    @property
    def label(self) -> str:
        """The way as the screens show it."""
        return {"presentiel": "en présence", "distance": "à distance", "tiers": "par un tiers de confiance"}[self]


class Event(enum.StrEnum):
    """What happened to an identity."""

    CREATE = "create"
    RECOVER = "recover"
    EVIDENCE = "evidence"
    EVIDENCE_WITHDRAWN = "evidence_withdrawn"
    VALIDATE = "validate"
    MARK = "mark"
    UNMARK = "unmark"
    EDIT = "edit"
    VERIFY = "verify"
    SCAN = "scan"
    MERGE = "merge"
    UNMERGE = "unmerge"

    @property
    def label(self) -> str:
        """The event as the history shows it."""
        return {
            Event.CREATE: "Dossier créé",
            Event.RECOVER: "Identité reprise d’INSi",
            Event.EVIDENCE: "Pièce d’identité contrôlée",
            Event.EVIDENCE_WITHDRAWN: "Pièce d’identité invalidée",
            Event.VALIDATE: "Identité validée à la main",
            Event.MARK: "Attribut posé",
            Event.UNMARK: "Attribut levé",
            Event.EDIT: "Traits modifiés",
            Event.VERIFY: "INS vérifiée",
            Event.SCAN: "Datamatrix INS lu",
            Event.MERGE: "Dossiers fusionnés",
            Event.UNMERGE: "Fusion annulée",
        }[self]


class ReviewKind(enum.StrEnum):
    """Why an identity is to be looked at again."""

    VERIFICATION = "verification"
    DUPLICATE = "duplicate"
    DIFFERENCE = "difference"
    CALL_AGAIN = "call_again"
    COLLISION = "collision"

    @property
    def label(self) -> str:
        """The reason as the worklist shows it."""
        return {
            ReviewKind.VERIFICATION: "Vérification en échec",
            ReviewKind.DUPLICATE: "Doublon probable",
            ReviewKind.DIFFERENCE: "Traits qui diffèrent",
            ReviewKind.CALL_AGAIN: "INSi à rappeler",
            ReviewKind.COLLISION: "Collision potentielle",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIns:
    """An INS that INSi says was in force before, with its dates as given."""

    ins: Ins
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsiIdentity:
    """An identity as INSi gives it: the INS in force, its traits, those that were in force before."""

    ins: Ins
    traits: Traits
    past: tuple[PastIns, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDraft:
    """A document as it is checked: ``code`` of the list of the site, none chosen beforehand (RNIV EXI SI 23).

    ``coherent`` says that its traits are those of the file; ``beside`` names what accompanies it where its kind asks
    for it (the document of a parent).
    """

    code: str
    mode: Mode
    coherent: bool
    expires: dt.date | None = None
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """A document that was checked: as the site trusted its kind that day, by whom and how."""

    code: str
    label: str
    trust: Trust
    mode: Mode
    coherent: bool
    expires: dt.date | None
    beside: str
    at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One event of an identity: the status before and after, what changed, when and by whom."""

    at: dt.datetime
    by: str
    event: Event
    before: IdentityStatus | None
    after: IdentityStatus
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An identity to look at again."""

    id: int
    patient_id: int
    name: str
    kind: ReviewKind
    words: str
    since: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFile:
    """The identity of a file, whole.

    ``evidence`` is the last document checked, whatever it was worth; ``past`` the INS no longer in force, latest first;
    ``insi_history`` what INSi told of them, in its own order, as received.
    """

    patient: Patient
    identity: Identity
    evidence: EvidenceRecord | None
    recovered_at: dt.datetime | None
    verified_at: dt.datetime | None
    twin_rank: int | None
    past: tuple[Ins, ...]
    insi_history: tuple[PastIns, ...]
    reviews: tuple[Review, ...]
