"""What was read of a received document: its header, its body, what could be extracted, what could not.

Values as the document gives them; a value that is not there is empty or None, never guessed. Dates are ``YYYY-MM-DD``
(or shorter, as far as the document says), moments ISO 8601 with offset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.docs.reading.blocks import Section
    from app.kernel.outcome import Finding


@dataclass(frozen=True, slots=True)
class ReadPatient:
    """The patient of the document: traits as it gives them; ``oid`` is empty where its identifier is no INS."""

    family_name: str = ""
    first_name: str = ""
    birth_names: str = ""
    used_name: str = ""
    used_first_name: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""
    matricule: str = ""
    oid: str = ""
    local_ids: tuple[tuple[str, str], ...] = ()
    address: str = ""
    telecoms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadPerson:
    """A professional or an organisation of the header: national identifier without its prefix, profession, place."""

    name: str = ""
    rpps: str = ""
    identifier: str = ""
    profession: str = ""
    role: str = ""
    organization: str = ""
    organization_id: str = ""
    at: str = ""
    telecoms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coded:
    """A code with its system (OID) and what it is called."""

    code: str = ""
    system: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Medication:
    """A medicine of the patient; ``section`` is the title of its section, ``status`` what that section is about.

    ``status`` is one of ``app.docs.reading.medications``: en cours, arrêté, suspendu, administré, à la
    sortie.
    """

    name: str
    cis: str = ""
    cip13: str = ""
    atc: str = ""
    dose_text: str = ""
    route: str = ""
    start: str = ""
    end: str = ""
    indication: str = ""
    status: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy or intolerance: the agent, the kind, the reaction."""

    agent: str
    code: Coded = field(default_factory=Coded)
    kind: str = ""
    reaction: str = ""
    status: str = ""
    date: str = ""
    severity: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem, active or past; ``section`` says which."""

    label: str
    code: Coded = field(default_factory=Coded)
    start: str = ""
    end: str = ""
    status: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A result of biology: the value as written, its unit (UCUM), the range, the flag (N, H, HH, L, LL, A…).

    ``low`` and ``high`` are in ``unit``; a range in another unit, or in words, is in ``range_text`` alone. Where the
    value has no unit of its own, ``range_text`` says that of the bounds.
    """

    label: str
    loinc: str = ""
    value: str = ""
    unit: str = ""
    low: str = ""
    high: str = ""
    flag: str = ""
    at: str = ""
    previous: str = ""
    section: str = ""
    range_text: str = ""
    status: str = ""
    """Why it can't be taken as final: ``provisoire``, ``suspendu``, ``non rendu``, ``nié``; empty where it can."""
    comment: str = ""
    isolate: str = ""
    """The microbe that the result is about, of a culture; ``label`` says it too: two antibiograms read alike."""


@dataclass(frozen=True, slots=True)
class Vaccination:
    """A vaccination done, or planned where ``planned``."""

    name: str
    date: str = ""
    lot: str = ""
    cis: str = ""
    cip13: str = ""
    dose_number: int | None = None
    route: str = ""
    site: str = ""
    dose: str = ""
    performer: str = ""
    reaction: str = ""
    planned: bool = False
    manufacturer: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class PrescribedLine:
    """A line of a prescription: a medicine or a device; flags are None where the document does not say."""

    name: str
    cis: str = ""
    cip13: str = ""
    virtual: str = ""
    lpp: str = ""
    atc: str = ""
    substances: tuple[str, ...] = ()
    dose_text: str = ""
    route: str = ""
    duration: str = ""
    quantity: str = ""
    renewals: int | None = None
    ald: bool | None = None
    non_substitutable: bool | None = None
    non_substitutable_reason: str = ""
    off_label: bool | None = None
    non_refundable: bool | None = None
    instructions: str = ""
    work_accident: bool | None = None
    prevention: bool | None = None
    emdn: str = ""
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document, read. ``type`` is the code of its type; ``body`` is pdf, text, image or structured."""

    type: str
    title: str
    id: str
    set_id: str = ""
    version: int | None = None
    replaces: str = ""
    created_at: str = ""
    language: str = ""
    confidentiality: str = ""
    template_ids: tuple[str, ...] = ()
    type_label: str = ""
    status: str = ""
    patient: ReadPatient = field(default_factory=ReadPatient)
    authors: tuple[ReadPerson, ...] = ()
    custodian: ReadPerson = field(default_factory=ReadPerson)
    legal_authenticator: ReadPerson = field(default_factory=ReadPerson)
    recipients: tuple[ReadPerson, ...] = ()
    performed: tuple[str, str] = ("", "")
    acts: tuple[Coded, ...] = ()
    care: str = ""
    """In which « prise en charge » it was written: the kind of encounter and its place, in words."""
    order_ids: tuple[str, ...] = ()
    """The identifiers of what the document fulfils, and of an ePrescription its own number."""
    body: str = ""
    media_type: str = ""
    payload: bytes = b""
    """The PDF, picture or text of an unstructured body, decoded; empty for a structured one."""
    sections: tuple[Section, ...] = ()
    attachments: tuple[tuple[str, bytes], ...] = ()
    """What else the document holds, by media type: the PDF copy of a structured document, its pictures."""
    medications: tuple[Medication, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    problems: tuple[Problem, ...] = ()
    results: tuple[Result, ...] = ()
    vaccinations: tuple[Vaccination, ...] = ()
    prescription: tuple[PrescribedLine, ...] = ()
    findings: tuple[Finding, ...] = ()
