"""Who prescribes, and on what kind of prescription?"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class PrescriptionKind(enum.StrEnum):
    """The form on which it was written."""

    ORDINARY = "ordinary"
    SECURED = "secured"
    TWO_ZONES = "two_zones"
    EXCEPTION = "exception"
    HOSPITAL = "hospital"

    @property
    def label(self) -> str:
        """The kind as the screens show it."""
        return {
            PrescriptionKind.ORDINARY: "Ordonnance simple",
            PrescriptionKind.SECURED: "Ordonnance sécurisée",
            PrescriptionKind.TWO_ZONES: "Ordonnance bizone (ALD)",
            PrescriptionKind.EXCEPTION: "Médicament d’exception",
            PrescriptionKind.HOSPITAL: "Ordonnance hospitalière",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescribedLine:
    """One line of an ordonnance, as written: what to take, how, for how long, and how many times more.

    ``line_id`` is its place on the ordonnance (P1, P2…). ``code`` is empty where only a text was written.
    ``quantity`` counts the boxes of each delivery, ``days`` how long they last (None: not said), ``renewals`` the
    deliveries after the first. ``mention`` is empty or why substitution is excluded (MTE, EFG, CIF).
    """

    line_id: str
    code: str
    label: str
    posology: str = ""
    quantity: int = 1
    days: int | None = None
    renewals: int = 0
    ald: bool = False
    mention: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriberDraft:
    """What is typed of a prescriber; ``finess`` is the structure where they practise, ``mss`` their MSSanté address."""

    family_name: str
    given_name: str = ""
    rpps: str = ""
    specialty: str = ""
    finess: str = ""
    address_line: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    mss: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescriber(PrescriberDraft):
    """A prescriber known to the officine."""

    id: int

    @property
    def display_name(self) -> str:
        """The name as the screens show it: ``MÉLILOT Hugo``."""
        return f"{self.family_name} {self.given_name}".strip()
