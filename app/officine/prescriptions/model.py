"""Who prescribes, on what kind of prescription, what is on it, and what was delivered of it?"""

from __future__ import annotations

import datetime as dt
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


class ExtraSupply(enum.StrEnum):
    """By which rule more leaves than an ordonnance gave: CSP R.5123-2-1, or R.5134-4-1."""

    CONTINUITY = "continuity"
    CONTRACEPTIVE = "contraceptive"

    @property
    def label(self) -> str:
        """The rule as the screens name it."""
        return {"continuity": "Dispensation exceptionnelle", "contraceptive": "Dispensation de contraceptif oral"}[self]

    @property
    def mention(self) -> str:
        """What the law asks to write on the ordonnance."""
        return {
            "continuity": "dispensation supplémentaire exceptionnelle",
            "contraceptive": "dispensation supplémentaire de contraceptifs oraux",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescribedLine:
    """One line of an ordonnance, as written: what to take, how, for how long, and how many times more.

    ``line_id`` is its place on the ordonnance (P1, P2…). ``code`` is empty where only a text was written.
    ``quantity`` counts the boxes of each delivery, ``days`` how long they last (None: not said), ``renewals`` the
    deliveries after the first. ``mention`` is empty or why substitution is excluded (MTE, EFG, CIF). ``cis`` and
    ``group_id`` say which boxes answer it: those of the same speciality, and its substitutes. ``due_on`` is the day
    from which a renewal falls due (CSP R.5132-14), None for a first delivery.

    ``total_days`` is how long the whole treatment lasts where it leaves by fractions: each delivery is then one of
    ``days``, and the next ones are no renewals (CSP R.5132-30). ``at_once``, ``overlap``, ``not_renewable``: the
    prescriber wrote « délivrance en une seule fois », allowed a chevauchement (R.5132-33), forbade the renewal
    (R.5132-22).
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
    cis: str = ""
    group_id: str = ""
    due_on: dt.date | None = None
    total_days: int | None = None
    at_once: bool = False
    overlap: bool = False
    not_renewable: bool = False

    @property
    def mentions(self) -> str:
        """What the prescriber wrote beside the posology, as it is named on screen."""
        said = (
            "en une seule fois" if self.at_once else "",
            "chevauchement autorisé" if self.overlap else "",
            "ne pas renouveler" if self.not_renewable else "",
        )
        return ", ".join(word for word in said if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """One line of an ordonnance kept: what was written, and what was delivered of it so far."""

    line: PrescribedLine
    deliveries: int = 0
    last_on: dt.date | None = None

    @property
    def left(self) -> int:
        """How many deliveries are still to be made."""
        return max(0, 1 + self.line.renewals - self.deliveries)

    def is_over(self, today: dt.date) -> bool:
        """Return True where nothing can be delivered any more of what leaves by fractions: its days have run out."""
        if self.line.total_days is None or self.last_on is None:
            return False
        return today > self.last_on + dt.timedelta(days=self.line.total_days)

    def due_on(self, tolerance_days: int) -> dt.date | None:
        """Return the day from which the next delivery falls due, ``tolerance_days`` before the boxes run out.

        None where nothing was delivered yet, or where it is not known how long the boxes last. A fraction is due at the
        end of the one before, not earlier (CSP R.5132-33).
        """
        if self.last_on is None or self.line.days is None:
            return None
        early = 0 if self.line.total_days is not None else tolerance_days
        return self.last_on + dt.timedelta(days=max(0, self.line.days - early))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPrescription:
    """An ordonnance that was delivered from, with each of its lines."""

    id: int
    patient_id: int
    prescriber_id: int
    prescriber_name: str
    written_on: dt.date
    kind: PrescriptionKind
    lines: tuple[KeptLine, ...]

    @property
    def deliveries(self) -> int:
        """How many times it was delivered from."""
        return max((line.deliveries for line in self.lines), default=0)

    @property
    def to_deliver(self) -> tuple[KeptLine, ...]:
        """The lines of which something is left."""
        return tuple(line for line in self.lines if line.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What one delivery makes of an ordonnance: its lines as written, and which of them were delivered.

    ``prescription_id`` None: it is seen for the first time.
    """

    prescription_id: int | None
    patient_id: int
    prescriber_id: int
    written_on: dt.date
    kind: PrescriptionKind
    lines: tuple[PrescribedLine, ...]
    delivered: frozenset[str]
    delivery: int
    day: dt.date


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
