"""What is asked of INSi in one call, and what does it answer, word for word?

Source: SEL-MP-043 by its public schemas (``INSi_RECSANS_INS``, ``INSi_RECVITALE_INS``, ``INSi_RESULTAT_INS``).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Operation(enum.StrEnum):
    """An operation, by the end of its SOAP action."""

    BY_CARD = "rechercherInsAvecCarteVitale"
    BY_TRAITS = "rechercherInsAvecTraitsIdentite"
    VERIFY = "verifierInsAvecTraitsIdentite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """The software as the service knows it.

    ``idam`` is the number of authorisation given by the CNDA, ``instance`` the UUID of this installation, ``name``
    the bare name (``GALIEN``).
    """

    idam: str
    version: str
    instance: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardData:
    """What is sent of a Vitale.

    ``individual`` is the certified NIR of the person (empty where the card has none), ``holder`` that of the insured
    person, both of 15 characters; ``birth_date`` is ``YYYY-MM-DD`` as the card has it, which may be of no calendar.
    """

    individual: str = field(default="", repr=False)
    holder: str = field(default="", repr=False)
    family_name: str = ""
    birth_date: str = ""
    rank: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One HTTP call.

    ``message_id`` is a lower-case UUID, new at each call; ``first_name`` the one value sent as ``Prenom``; ``card``
    goes with BY_CARD; ``birth_names``, ``matricule`` (15 characters) and ``oid`` go with VERIFY only.
    """

    operation: Operation
    message_id: str
    family_name: str = ""
    first_name: str = ""
    birth_names: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""
    card: CardData | None = None
    matricule: str = field(default="", repr=False)
    oid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsRecord:
    """An ``INSACTIF`` or an ``INSHISTO``, as received: number and key joined, dates as written, nothing checked."""

    matricule: str = field(repr=False)
    oid: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that has the shape of one; whether its content may be used is for the business to say.

    ``code`` and ``label`` are those of ``CR``; traits are empty where the answer has none; ``birth_names`` is
    ``ListePrenom``. ``request`` and ``answer`` are the exchange, whole; ``mode`` is ``cpx`` or ``cl_org``, ``caller``
    the ``Emetteur`` sent.
    """

    code: str
    label: str
    active: InsRecord | None
    history: tuple[InsRecord, ...]
    family_name: str
    birth_names: str
    first_name: str
    sex: str
    birth_date: str
    birth_place: str
    request: bytes = field(repr=False)
    answer: bytes = field(repr=False)
    http_status: int
    mode: str
    caller: str
