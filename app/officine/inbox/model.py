"""What is known of a received document, where it stands, and how its patient compares with a file?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.officine.patients.identity import Traits

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Finding
    from app.officine.documents.shown import ComparedTrait
    from app.officine.patients.identity import Ins
    from app.officine.patients.model import IdentityStatus


class Origin(enum.StrEnum):
    """By which way a document came in; the secure mail comes through the same port."""

    FILE = "file"
    FOLDER = "folder"
    MAIL = "mail"
    DEMO = "demo"

    @property
    def label(self) -> str:
        """The way as the screens show it."""
        return {
            "file": "fichier importé",
            "folder": "dossier importé",
            "mail": "messagerie sécurisée",
            "demo": "démonstration",
        }[self]


class State(enum.StrEnum):
    """Where a document stands; that it was replaced, or read, is said beside."""

    WAITING = "waiting"
    FILED = "filed"
    REFUSED = "refused"
    ASIDE = "aside"

    @property
    def label(self) -> str:
        """The state as the screens show it."""
        return {"waiting": "À classer", "filed": "Classé", "refused": "Refusé", "aside": "Mis de côté"}[self]


class Event(enum.StrEnum):
    """What happened to a document."""

    RECEIVE = "receive"
    ASIDE = "aside"
    READ = "read"
    UNREAD = "unread"
    FILE = "file"
    UNFILE = "unfile"
    REFUSE = "refuse"
    RETAKE = "retake"
    REPLACED = "replaced"
    IN_FORCE = "in_force"

    @property
    def label(self) -> str:
        """The event as the screens show it."""
        return _EVENTS[self]


_EVENTS = {
    Event.RECEIVE: "reçu",
    Event.ASIDE: "mis de côté",
    Event.READ: "lu",
    Event.UNREAD: "marqué non lu",
    Event.FILE: "classé",
    Event.UNFILE: "retiré du dossier",
    Event.REFUSE: "refusé",
    Event.RETAKE: "repris",
    Event.REPLACED: "remplacé",
    Event.IN_FORCE: "de nouveau en vigueur",
}


class Agreement(enum.StrEnum):
    """How the patient of a document agrees with a file, from the surest."""

    SURE = "sure"
    """The INS and every strict trait are those of an identity qualifiée: it may be filed in one act."""
    SAME_INS = "same_ins"
    """The INS and the traits agree, but the identity of the file is not qualifiée."""
    TRAITS = "traits"
    """Every strict trait agrees; one of the two has no INS."""
    CONFLICT = "conflict"
    """The INS is the same, and a trait differs."""
    OTHER_INS = "other_ins"
    """Each has an INS, and they are not the same."""
    DIFFERS = "differs"
    """A trait differs, or is missing from the document."""

    @property
    def rank(self) -> int:
        """0 for the surest."""
        return list(Agreement).index(self)


class Sort(enum.StrEnum):
    """In which order a list is shown."""

    RECEIVED = "received"
    DATED = "dated"
    PATIENT = "patient"
    TYPE = "type"

    @property
    def label(self) -> str:
        """The order as the screens show it."""
        return {
            "received": "Arrivée",
            "dated": "Date",
            "patient": "Patient",
            "type": "Type",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One document as it arrived, before it is written.

    ``content`` is empty for a document that is not there: declared by an archive that does not hold it, or too big to
    be read. ``part`` is empty for a document that is sound; else it names it within the file in which it came, so that
    it does not stand for a sound one that comes later. ``title`` and what follows are as the document says them;
    ``created_at`` and ``performed_at`` are ISO 8601, as far as it says. ``traits`` are as written, not as the INS does.
    """

    content: bytes
    part: str = ""
    media_type: str = ""
    body: str = ""
    type_code: str = ""
    type_label: str = ""
    title: str = ""
    author: str = ""
    organization: str = ""
    created_at: str = ""
    performed_at: str = ""
    document_id: str = ""
    set_id: str = ""
    version: int | None = None
    replaces: str = ""
    acts: str = ""
    care: str = ""
    """The « prise en charge » in which it was written, in words."""
    traits: Traits = field(default_factory=Traits)
    ins: Ins | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_aside(self) -> bool:
        """True for what can't be filed: it is kept with its findings."""
        return bool(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A document of the list. ``replaced_by`` is the one that took its place, None while it is in force.

    ``sha256`` names its bytes, empty where there are none; ``parcel`` those of the file in which it came, the same for
    a document that came alone.
    """

    id: int
    at: dt.datetime
    origin: Origin
    name: str
    sha256: str
    parcel: str
    media_type: str
    body: str
    type_code: str
    type_label: str
    title: str
    author: str
    organization: str
    created_at: str
    performed_at: str
    document_id: str
    set_id: str
    version: int | None
    replaces: str
    acts: str
    care: str
    traits: Traits
    ins: Ins | None
    findings: tuple[Finding, ...]
    operator_name: str
    part: str
    state: State
    is_read: bool
    patient_id: int | None = None
    patient_name: str = ""
    replaced_by: int | None = None
    reason: str = ""
    """Why it was refused."""

    @property
    def written_name(self) -> str:
        """The patient as the document names him; empty where it names nobody."""
        return f"{self.traits.family_name} {self.traits.first_name}".strip()

    @property
    def kind(self) -> str:
        """What it is, in words: its type, or else the kind of file."""
        return self.type_label or self.type_code or ("PDF" if self.body == "pdf" else "Fichier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which documents are asked for, in which order.

    ``states`` empty: every one; ``todo``: what waits for a decision or a reader; ``unread`` True: those alone; ``keep``
    is shown with them whatever it is now, while somebody reads it; ``since`` the first moment of reception; ``kind``
    a type as ``Received.kind`` says it; ``text`` words of the patient, the title, the author or the type.
    """

    text: str = ""
    states: frozenset[State] = frozenset()
    todo: bool = False
    keep: int | None = None
    unread: bool = False
    replaced: bool | None = None
    since: dt.datetime | None = None
    kind: str = ""
    patient_id: int | None = None
    sort: Sort = Sort.RECEIVED
    limit: int = 500


@dataclass(frozen=True, slots=True)
class Page:
    """The documents that answer, how many there are, how many of the whole inbox are unread, and the types in it."""

    documents: tuple[Received, ...]
    total: int
    unread: int
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a file, or several, brought: new documents, those that were there already, those that are kept aside."""

    new: tuple[Received, ...] = ()
    known: tuple[Received, ...] = ()
    aside: tuple[Received, ...] = ()
    unreadable: tuple[Finding, ...] = ()
    """Files that could not be read from their disk at all: they are where they were."""

    def __add__(self, other: Receipt) -> Receipt:
        """Return what both brought."""
        return Receipt(
            self.new + other.new,
            self.known + other.known,
            self.aside + other.aside,
            self.unreadable + other.unreadable,
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that the document may belong to, compared trait by trait; ``is_current`` where it is filed there.

    ``shows_ins``: the matricule of the file is among what is shown of it.
    """

    patient_id: int
    name: str
    birth_date: dt.date
    sex: str
    status: IdentityStatus
    agreement: Agreement
    traits: tuple[ComparedTrait, ...]
    is_current: bool = False
    shows_ins: bool = False

    @property
    def differing(self) -> tuple[str, ...]:
        """The labels of the strict traits that differ."""
        return tuple(one.label for one in self.traits if one.strict and one.same is False)


@dataclass(frozen=True, slots=True)
class Match:
    """The files that a document may belong to, the surest first; none where nobody is alike."""

    document_id: int
    candidates: tuple[Candidate, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def best(self) -> Candidate | None:
        """The surest file; None where nobody is alike."""
        return self.candidates[0] if self.candidates else None

    @property
    def sure(self) -> Candidate | None:
        """The one file in which it may be filed in one act; None where a person is to compare first."""
        best = self.best
        return best if best is not None and best.agreement is Agreement.SURE else None


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a document, for its history."""

    at: dt.datetime
    event: Event
    by: str
    reason: str = ""
    patient_id: int | None = None


@dataclass(frozen=True, slots=True)
class InboxReport:
    """What the verification of the received documents found: those whose bytes are missing or altered, in words."""

    kept: int = 0
    bad: tuple[str, ...] = ()
