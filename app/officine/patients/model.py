"""What is known of a patient: strict traits, used names, contact, coverage, status of the identity?"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

_NAME_PART = re.compile(r"[^\W\d_]+")


class Sex(enum.StrEnum):
    """The sex of the civil status; undetermined exists locally only, INSi knows F and M."""

    FEMALE = "F"
    MALE = "M"
    UNDETERMINED = "I"

    @property
    def label(self) -> str:
        """The sex as the screens show it."""
        return {"F": "Féminin", "M": "Masculin", "I": "Indéterminé"}[self]


class IdentityStatus(enum.StrEnum):
    """The four exclusive statuses of an identity (RNIV EXI SI 07)."""

    PROVISIONAL = "provisoire"
    RETRIEVED = "recuperee"
    VALIDATED = "validee"
    QUALIFIED = "qualifiee"

    @property
    def label(self) -> str:
        """The status as the screens show it."""
        return {
            IdentityStatus.PROVISIONAL: "Identité provisoire",
            IdentityStatus.RETRIEVED: "Identité récupérée",
            IdentityStatus.VALIDATED: "Identité validée",
            IdentityStatus.QUALIFIED: "Identité qualifiée",
        }[self]

    @property
    def holds_ins(self) -> bool:
        """True where the matricule and its OID are kept."""
        return self in {IdentityStatus.RETRIEVED, IdentityStatus.QUALIFIED}

    @property
    def is_sent(self) -> bool:
        """True where the matricule and its OID may leave the officine (INS.37)."""
        return self is IdentityStatus.QUALIFIED


class Attribute(enum.StrEnum):
    """What calls for vigilance on an identity."""

    HOMONYM = "homonyme"
    DOUBTFUL = "douteuse"
    FICTITIOUS = "fictive"


class Scheme(enum.StrEnum):
    """The scheme of the compulsory insurance that changes the rates."""

    GENERAL = "general"
    ALSACE_MOSELLE = "alsace_moselle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the patient's insurances take.

    ``exemption`` is None, ``maternity``, ``at``, ``vaccine_campaign``, ``invalidity`` or ``ame``; ``css`` the
    complémentaire santé solidaire; ``amc`` None or ``full``, a complementary insurance that takes the whole share left
    by the AMO (``full_but_15``, ``full_but_15_30``: but for the medicines of these rates); ``ald`` a long-term
    condition, which a line of a prescription may be in relation with.

    Dates are the first and the last day of a right, both included, None where they are not known: a right without
    dates holds. ``exemption_reference`` is what the invoice of an accident du travail names: its number or its date.
    """

    scheme: Scheme = Scheme.GENERAL
    exemption: str | None = None
    css: bool = False
    amc: str | None = None
    ald: bool = False
    exemption_from: dt.date | None = None
    exemption_to: dt.date | None = None
    exemption_reference: str = ""
    css_to: dt.date | None = None
    ald_from: dt.date | None = None
    ald_to: dt.date | None = None

    def exemption_on(self, day: dt.date) -> str | None:
        """Return the exemption that holds on a day."""
        return self.exemption if _holds(self.exemption_from, self.exemption_to, day) else None

    def css_on(self, day: dt.date) -> bool:
        """Return True where the complémentaire santé solidaire holds on a day."""
        return self.css and _holds(None, self.css_to, day)

    def ald_on(self, day: dt.date) -> bool:
        """Return True where the long-term condition is covered on a day."""
        return self.ald and _holds(self.ald_from, self.ald_to, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDraft:
    """What is typed of a patient.

    ``birth_names`` is the list of first names of the civil status, separated by one space, empty while not
    known; ``birth_date_uncertain`` marks a date completed by the rules (RNIV EXI PP 19); ``birth_place`` is
    the COG code. Used names are never filled from the birth names (RNIV EXI PP 18).
    """

    family_name: str
    first_name: str
    birth_date: dt.date | None
    sex: Sex | None
    birth_place: str = ""
    birth_names: str = ""
    birth_date_uncertain: bool = False
    used_name: str = ""
    used_first_name: str = ""
    phone: str = ""
    email: str = ""
    address_line: str = ""
    postal_code: str = ""
    city: str = ""
    coverage: Coverage = field(default_factory=Coverage)
    allergies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A patient's file.

    ``matricule`` (15 characters, key included) and ``oid`` go together, and are kept only where the status
    holds the INS; ``version`` counts the edits, so that two workstations never overwrite one another.
    ``merged_into`` is the file that absorbed this one, None for a file that lives.
    """

    id: int
    family_name: str
    first_name: str
    birth_names: str
    birth_date: dt.date
    birth_date_uncertain: bool
    sex: Sex
    birth_place: str
    used_name: str
    used_first_name: str
    phone: str
    email: str
    address_line: str
    postal_code: str
    city: str
    coverage: Coverage
    allergies: str
    status: IdentityStatus
    attributes: frozenset[Attribute]
    matricule: str | None
    oid: str | None
    version: int
    merged_into: int | None = None

    @property
    def display_name(self) -> str:
        """The name by which the patient is called: ``MARTIN Jeanne``; used names where there are some."""
        given = self.used_first_name or self.first_name
        return f"{self.used_name or self.family_name} {_capitalized(given)}"

    @property
    def birth_name(self) -> str:
        """The name of the civil status: ``MARTIN Jeanne``."""
        return f"{self.family_name} {_capitalized(self.first_name)}"

    def age(self, on: dt.date) -> int:
        """Return the age in whole years on a date (before birth: 0)."""
        before_birthday = (on.month, on.day) < (self.birth_date.month, self.birth_date.day)
        return max(0, on.year - self.birth_date.year - before_birthday)

    def is_minor(self, on: dt.date) -> bool:
        """Return True under 18 years on a date."""
        return self.age(on) < 18


def _capitalized(name: str) -> str:
    return _NAME_PART.sub(lambda part: part[0].capitalize(), name.lower())


def _holds(first: dt.date | None, last: dt.date | None, day: dt.date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
