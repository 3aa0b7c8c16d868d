"""What is a clinical document of the pharmacist: what is written in it, for whom, and what became of it?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Finding


class DocumentKind(enum.StrEnum):
    """The documents that a pharmacist writes (SC.DOC.01)."""

    VACCINATION = "vaccination"
    ENTRETIEN = "entretien"
    BILAN = "bilan"

    @property
    def label(self) -> str:
        """The kind as the screens show it."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    DocumentKind.VACCINATION: "Note de vaccination",
    DocumentKind.ENTRETIEN: "Compte rendu d’entretien pharmaceutique",
    DocumentKind.BILAN: "Bilan partagé de médication",
}


class DocumentState(enum.StrEnum):
    """What became of a document that was written; its octets stay whatever it is."""

    VALID = "valid"
    REPLACED = "replaced"
    DELETED = "deleted"

    @property
    def label(self) -> str:
        """The state as the screens show it."""
        return {"valid": "Valide", "replaced": "Remplacé", "deleted": "Supprimé"}[self]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a nomenclature: its code, and its French label."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class VaccinationChoices:
    """What may be chosen in a note of vaccination: routes, sites of injection, acts, by code of HL7."""

    routes: tuple[Choice, ...]
    sites: tuple[Choice, ...]
    acts: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class EntretienTheme:
    """A theme of entretien and the titles of the sections that it opens with."""

    title: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Addressee:
    """A professional to whom the document goes (SC.DOC.04).

    ``rpps`` and ``mss`` are empty where they are not known; ``prescriber_id`` names the prescriber of the officine's
    own list that he is, None for another.
    """

    family_name: str
    given_name: str = ""
    rpps: str = ""
    mss: str = ""
    prescriber_id: int | None = None


@dataclass(frozen=True, slots=True)
class VaccinationPart:
    """A vaccination as it was done; ``route``, ``site`` and ``act`` are codes of ``VaccinationChoices``."""

    cip13: str = ""
    name: str = ""
    atc: str = ""
    lot: str = ""
    expiry: dt.date | None = None
    dose_number: int | None = None
    route: str = ""
    site: str = ""
    dose: str = ""
    manufacturer: str = ""
    reason: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class SectionPart:
    """A part of an entretien: its title, and what was said."""

    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class EntretienPart:
    """What an entretien pharmaceutique found."""

    theme: str = ""
    sections: tuple[SectionPart, ...] = ()


@dataclass(frozen=True, slots=True)
class TreatmentPart:
    """A medicine of a bilan."""

    name: str = ""
    dose: str = ""
    frequency: str = ""
    indication: str = ""
    observation: str = ""


@dataclass(frozen=True, slots=True)
class BilanPart:
    """What a bilan partagé de médication found."""

    treatments: tuple[TreatmentPart, ...] = ()
    analysis: str = ""
    proposals: str = ""
    follow_up: str = ""


Part = VaccinationPart | EntretienPart | BilanPart


@dataclass(frozen=True, slots=True)
class CareDraft:
    """What is typed of a document before it is written; ``performed_at`` is aware.

    ``supervisor_id`` is the pharmacist who answers for it, needed where the author is none himself. ``replaces`` is
    the id of the document in whose place it comes, and ``reason`` says why; both empty for a new one.
    """

    kind: DocumentKind
    patient_id: int
    performed_at: dt.datetime
    part: Part
    recipients: tuple[Addressee, ...] = ()
    to_patient: bool = False
    supervisor_id: int | None = None
    replaces: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft that was set down to be gone on with: by its operator, one a kind and a patient.

    ``findings`` say why it was not written, where it was refused; none for one that was only begun.
    """

    id: int
    at: dt.datetime
    draft: CareDraft
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """A document that was written.

    ``document_id`` and ``set_id`` are OIDs, ``version`` counts from 1 within a set; ``replaced_by`` is the id of the
    one that took its place, ``deletion`` the reason of its deletion, empty for one that was not deleted.
    ``carries_ins``: its identity was qualified when it was written. ``replaces`` is the id of the one whose place it
    took, and ``reason`` why; ``is_judged``: the rules of an official kit were passed.
    """

    id: int
    kind: DocumentKind
    state: DocumentState
    patient_id: int
    patient_name: str
    title: str
    document_id: str
    set_id: str
    version: int
    performed_at: dt.datetime
    created_at: dt.datetime
    author_name: str
    recipients: tuple[Addressee, ...]
    replaced_by: int | None
    deletion: str
    carries_ins: bool
    supervisor_name: str = ""
    replaces: int | None = None
    reason: str = ""
    is_judged: bool = False

    @property
    def is_live(self) -> bool:
        """True for one that may be replaced or deleted."""
        return self.state is DocumentState.VALID


@dataclass(frozen=True, slots=True)
class BadDocument:
    """A document whose octets are missing or altered; ``sha256`` names those of its CDA or of its PDF."""

    id: int
    sha256: str
    damaged: bool

    @property
    def text(self) -> str:
        """What is wrong with which document, in French."""
        return f"document n° {self.id} {'endommagé' if self.damaged else 'manquant'}"


@dataclass(frozen=True, slots=True)
class DocumentsReport:
    """What the verification of the documents found; ``hashes`` name all the octets that are theirs."""

    kept: int = 0
    bad: tuple[BadDocument, ...] = ()
    hashes: frozenset[str] = frozenset()
