"""What does the pharmacist write in a clinical document, before it is a CDA, a PDF or an archive?

Values only: who it is about, who wrote it, where, for whom, and what it says. The same values make the CDA and its
printed face, so that the two can't disagree.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt

QUALIFIED: Final = "qualifiee"
"""The status (``app.officine.patients``) of the only identities whose INS a document may carry (RNIV, EXI DIF 02)."""

ANY_ACT: Final = "IMMUNIZ"
"""A vaccination of which it is not said whether it begins a series or is a booster (HL7 ActSubstanceAdministration)."""


class Kind(enum.Enum):
    """The documents that a pharmacist writes."""

    VACCINATION = "vaccination"
    ENTRETIEN = "entretien"
    BILAN = "bilan"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; empty where it is not known."""

    line: str = ""
    postal_code: str = ""
    city: str = ""

    def __bool__(self) -> bool:
        """Return True where something of it is known."""
        return bool(self.line or self.postal_code or self.city)


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient: strict and used traits as the Guide INS names them, dates as ``YYYY-MM-DD``.

    ``birth_names`` is the list of given names of the birth record, separated by spaces; ``first_name`` the first of
    them; ``birth_place`` a COG code of 5 characters. ``matricule`` (15 characters) and ``oid`` are used only where
    ``status`` is QUALIFIED: ``has_ins`` is the one question to ask.
    """

    family_name: str
    first_name: str
    birth_names: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""
    used_name: str = ""
    used_first_name: str = ""
    matricule: str = ""
    oid: str = ""
    status: str = ""
    local_id: str = ""
    address: Address = field(default_factory=Address)
    phone: str = ""

    @property
    def has_ins(self) -> bool:
        """True where the document carries the INS, in the CDA and as a symbol."""
        return self.status == QUALIFIED and bool(self.matricule and self.oid)


@dataclass(frozen=True, slots=True)
class Professional:
    """A pharmacist or another professional: RPPS of 11 digits, profession of TRE_G15 (``21``), section (``A``)."""

    rpps: str
    family_name: str
    given_name: str
    profession: str = "21"
    section: str = "A"
    title: str = ""


@dataclass(frozen=True, slots=True)
class Officine:
    """The pharmacy: FINESS of the establishment (9 digits), name, address, telephone; ``oid`` roots its local ids."""

    finess: str
    name: str
    address: Address = field(default_factory=Address)
    phone: str = ""
    oid: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A professional to whom the document is sent (SC.DOC.04); ``mss`` is an address of MSSanté."""

    family_name: str
    given_name: str = ""
    rpps: str = ""
    mss: str = ""


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccination as it was done: CIP13, CIS, lot, expiry (``YYYY-MM-DD``), route and site as HL7 codes.

    ``known`` says whether the catalogue has the product: an unknown one is written with its text, and no CIS.
    """

    name: str
    cip13: str = ""
    cis: str = ""
    atc: str = ""
    lot: str = ""
    expiry: str = ""
    dose_number: int | None = None
    route: str = ""
    site: str = ""
    dose: str = ""
    manufacturer: str = ""
    reason: str = ""
    known: bool = False
    act: str = ANY_ACT
    """``INITIMMUNIZ`` for a first series, ``BOOSTER`` for a booster, ``ANY_ACT`` where it is not said."""


@dataclass(frozen=True, slots=True)
class TextSection:
    """A part of an entretien: its title, what was said; paragraphs are separated by a line feed."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Entretien:
    """What an entretien pharmaceutique found."""

    theme: str
    sections: tuple[TextSection, ...] = ()


@dataclass(frozen=True, slots=True)
class Treatment:
    """A medicine of a bilan partagé de médication."""

    name: str
    dose: str = ""
    frequency: str = ""
    indication: str = ""
    observation: str = ""


@dataclass(frozen=True, slots=True)
class Bilan:
    """What a bilan partagé de médication found."""

    treatments: tuple[Treatment, ...] = ()
    analysis: str = ""
    proposals: str = ""
    follow_up: str = ""


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """What names a document: OIDs without extension (the DMP takes no other), the version, what it replaces."""

    id: str
    set_id: str
    version: int = 1
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A clinical document, whole: ``content`` is what its kind says; moments are aware."""

    key: DocumentKey
    kind: Kind
    subject: Subject
    author: Professional
    officine: Officine
    performed_at: dt.datetime
    created_at: dt.datetime
    content: Vaccine | Entretien | Bilan
    recipients: tuple[Recipient, ...] = ()
    to_patient: bool = False
    authenticator: Professional | None = None
    """The pharmacist who answers for it, where the author is a préparateur or a student; None for the author."""
    footer: str = ""
    """The text that tells the patient of his rights (RGPD), chosen by the site; at the foot of each page."""
    banner: str = ""
    """« SIMULATION » and the like: across each page of what is not real."""
