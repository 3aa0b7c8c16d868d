"""What is a product of the catalogue, and what does one import of the medicines database say?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.money import Money, Rate
    from app.kernel.outcome import Finding


class ListClass(enum.StrEnum):
    """The list of poisonous substances that a medicine belongs to.

    Source: conditions of prescription and supply of the BDPM; CSP R. 5132-1 and following.
    """

    LIST_1 = "I"
    LIST_2 = "II"
    NARCOTIC = "stupefiant"
    ASSIMILATED = "assimile"

    @property
    def label(self) -> str:
        """The list as it is named on screen and on paper."""
        return {
            ListClass.LIST_1: "Liste I",
            ListClass.LIST_2: "Liste II",
            ListClass.NARCOTIC: "Stupéfiant",
            ListClass.ASSIMILATED: "Assimilé stupéfiant",
        }[self]


@dataclass(frozen=True, slots=True)
class Product:
    """One medicine presentation of the snapshot, or one product card of the officine.

    ``code`` (CIP13, ACL13 or EAN13) is the key everywhere. ``price`` includes the dispensing fee and VAT; None
    means a free price that is not known. ``rate`` None means not reimbursed. ``presentation`` is empty and
    ``cis``, ``cip7``, ``list_class`` and ``group_id`` are None for a product card. ``archived`` marks a presentation
    whose speciality has left the database: its list and substances are unknown.
    """

    code: str
    name: str
    presentation: str
    cis: str | None
    cip7: str | None
    price: Money | None
    price_without_fee: Money | None
    fee: Money | None
    rate: Rate | None
    vat: Rate
    list_class: ListClass | None
    group_id: str | None
    marketed: bool
    archived: bool

    @property
    def is_medicine(self) -> bool:
        """True for a presentation of the medicines database."""
        return self.cis is not None

    @property
    def is_reimbursed(self) -> bool:
        """True where the Assurance Maladie takes a share."""
        return self.rate is not None

    @property
    def has_free_price(self) -> bool:
        """True for a medicine whose price the law does not set: the officine's own is in no public database."""
        return self.is_medicine and self.price_without_fee is None


@dataclass(frozen=True, slots=True)
class Substance:
    """One active substance, its dosage and what the dosage refers to (« un comprimé »)."""

    name: str
    dosage: str
    reference: str


@dataclass(frozen=True, slots=True)
class Availability:
    """What the ANSM says of the supply: code 1 rupture, 2 tension, 3 arrêt, 4 remise à disposition."""

    code: int
    label: str
    since: dt.date | None
    until: dt.date | None
    updated: dt.date | None

    @property
    def is_missing(self) -> bool:
        """True while the medicine is out of stock or withdrawn."""
        return self.code in {1, 3}


@dataclass(frozen=True, slots=True)
class PrescriptionLimit:
    """The longest prescription allowed: ``count`` of ``unit`` (jour, semaine, mois)."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class ProductDetail:
    """All that the catalogue knows of one product.

    ``group_labels`` are the generic groups by id; ``kind`` is the place of the speciality in its group: 0 princeps,
    1 générique, 2 complémentarité posologique, 4 substituable, None outside of groups. ``fraction_days`` is the length
    of a fractioned supply (7 or 14 days) or None.
    """

    product: Product
    form: str
    routes: tuple[str, ...]
    holder: str
    atc: str | None
    monitored: bool
    substances: tuple[Substance, ...]
    availability: tuple[Availability, ...]
    conditions: tuple[str, ...]
    group_labels: dict[str, str]
    kind: int | None
    hospital_only: bool
    prescription_limit: PrescriptionLimit | None
    fraction_days: int | None
    indications: str


@dataclass(frozen=True, slots=True)
class CatalogVersion:
    """One version of the snapshot: what it is made of, and its SHA-256 (hexadecimal)."""

    version: str
    sha256: str
    source_date: dt.date
    source: str
    specialities: int
    presentations: int
    generic_groups: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """One line that could not be read: its file, its number from 1, and why (French)."""

    file: str
    line: int
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the line in the shape that the commands print."""
        return {"file": self.file, "line": self.line, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import did; ``archived`` counts the presentations kept without their speciality."""

    version: str
    source_date: dt.date
    specialities: int
    presentations: int
    generic_groups: int
    rejected: tuple[Rejected, ...]
    archived: int
    seconds: float
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report in the shape that the commands print."""
        return {
            "version": self.version,
            "source_date": self.source_date.isoformat(),
            "specialities": self.specialities,
            "presentations": self.presentations,
            "generic_groups": self.generic_groups,
            "rejected": [line.as_json() for line in self.rejected],
            "archived": self.archived,
            "seconds": round(self.seconds, 3),
            "findings": [finding.as_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product of the officine's own: parapharmacy or medical device.

    ``kind`` is ``para`` or ``device``; ``lpp`` is the code of the list of reimbursable devices (7 digits) or empty;
    ``price`` includes VAT.
    """

    code: str
    name: str
    brand: str
    kind: str
    price: Money
    vat: Rate
    lpp: str = ""
    rate: Rate | None = None
    source: str = ""
