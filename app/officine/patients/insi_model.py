"""What is asked of the téléservice INSi, what came back, and what does its journal keep?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kernel.outcome import is_refused

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Finding
    from app.officine.patients.identity import Ins
    from app.officine.patients.identity_model import InsiIdentity


class InsiMode(enum.StrEnum):
    """How the officine is known to INSi."""

    CARD = "cpx"
    ORGANISATION = "cl_org"

    @property
    def label(self) -> str:
        """The mode as the screens show it."""
        return {"cpx": "carte de professionnel (CPx)", "cl_org": "certificat de l’officine (CL-ORG)"}[self]


class Operation(enum.StrEnum):
    """An operation of INSi, by the end of its SOAP action."""

    BY_CARD = "rechercherInsAvecCarteVitale"
    BY_TRAITS = "rechercherInsAvecTraitsIdentite"
    VERIFY = "verifierInsAvecTraitsIdentite"

    @property
    def label(self) -> str:
        """The operation as the journal shows it."""
        return {
            Operation.BY_CARD: "Recherche par carte Vitale",
            Operation.BY_TRAITS: "Recherche par traits",
            Operation.VERIFY: "Vérification de l’INS",
        }[self]


class Decision(enum.StrEnum):
    """What was decided of an answer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNFIT = "unfit"

    @property
    def label(self) -> str:
        """The decision as the journal shows it."""
        return {
            Decision.ACCEPTED: "Reprise au dossier",
            Decision.REFUSED: "Refusée",
            Decision.UNFIT: "Impropre\u00a0: non reprise",
        }[self]


class Likeness(enum.StrEnum):
    """How far a trait of the file and the one of INSi are alike."""

    SAME = "same"
    NEW = "new"
    TYPOGRAPHIC = "typographic"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Refinement:
    """What a call may be made more precise with: the value of the first name, the place of birth (COG, digits)."""

    first_name: str
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class TraitLine:
    """A strict trait of the file beside the one of INSi."""

    trait: str
    label: str
    mine: str
    theirs: str
    likeness: Likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class CardKey:
    """What a Vitale says of one of its beneficiaries, for INSi: never kept as a trait or as an INS.

    ``individual`` is the certified number of the person, ``holder`` the one of the insured person (15 characters,
    empty where unknown); ``birth_date`` is ``YYYY-MM-DD`` as the card has it, which may be of no calendar.
    """

    individual: str = field(default="", repr=False)
    holder: str = field(default="", repr=False)
    family_name: str = ""
    birth_date: str = ""
    rank: int = 1


class CallResult(enum.StrEnum):
    """What came of a call, as one looks for it in the journal."""

    FOUND = "found"
    NOBODY = "nobody"
    SEVERAL = "several"
    FAILED = "failed"
    UNDECIDED = "undecided"

    @property
    def label(self) -> str:
        """The result as the screens show it."""
        return {
            CallResult.FOUND: "Identité trouvée",
            CallResult.NOBODY: "Aucune identité",
            CallResult.SEVERAL: "Plusieurs identités",
            CallResult.FAILED: "Échec de l’appel",
            CallResult.UNDECIDED: "Réponse à décider",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One call; ``first_name`` is the only value sent for the first names, ``message_id`` a UUID of its own."""

    operation: Operation
    message_id: str
    family_name: str = ""
    first_name: str = ""
    birth_names: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""
    ins: Ins | None = None
    card: CardKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What INSi answered; ``found`` as received, with nothing corrected; ``raw`` the exchange, whole."""

    code: str
    label: str
    found: InsiIdentity | None
    mode: InsiMode
    caller: str
    http_status: int = 200
    raw_request: bytes = field(default=b"", repr=False)
    raw_answer: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as the journal keeps it (INS-37, INS-39, INS-48).

    ``code`` is the return code (empty where none came); ``fault`` names the failure (``siram_40/insi_111``) and
    ``failure`` says it in words; ``sent`` are the traits sent; ``found`` what INSi gave with code 00.
    """

    id: int
    at: dt.datetime
    author: str
    station: str
    patient_id: int | None
    patient: str
    operation: Operation
    mode: InsiMode
    caller: str
    message_id: str
    sent: tuple[tuple[str, str], ...]
    code: str
    label: str
    fault: str
    severity: str
    failure: str
    http_status: int
    milliseconds: int
    is_simulated: bool
    found: InsiIdentity | None
    decision: Decision | None
    decided_at: dt.datetime | None
    decided_by: str
    reason: str

    @property
    def ok(self) -> bool:
        """True where INSi answered with a return code."""
        return bool(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What a search came to.

    ``call_id`` is the call that gave ``found``; ``lines`` compare it with the file; ``findings`` say what is wrong or
    to be known, with an error where nothing may be taken over; ``refinements`` what may still be tried; ``version``
    the file that was read.
    """

    patient_id: int
    version: int
    code: str
    calls: int
    call_id: int
    found: InsiIdentity | None = None
    lines: tuple[TraitLine, ...] = ()
    findings: tuple[Finding, ...] = ()
    refinements: tuple[Refinement, ...] = ()
    sent: tuple[Refinement, ...] = ()

    @property
    def may_accept(self) -> bool:
        """True where the answer may be taken over."""
        return self.found is not None and not is_refused(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsiSettings:
    """What the site chose for INSi.

    ``mode`` is how the searches by traits and the verifications authenticate (the card is always used by card);
    ``address`` and ``card_address`` are those of the service, with and without mutual TLS; ``authorisation`` the number
    given by the CNDA; ``billing_id`` and ``sector`` the attributes of the assertion of a card; ``verifies`` opens the
    verification, whose schema (``verify_namespace``) is not public.
    """

    mode: InsiMode = InsiMode.ORGANISATION
    address: str = ""
    card_address: str = ""
    authorisation: str = ""
    billing_id: str = ""
    sector: str = "SA33"
    authorities: str = ""
    verifies: bool = False
    verify_namespace: str = "http://www.cnamts.fr/INSiLot2/REQUnitaire"
