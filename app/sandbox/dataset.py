"""Which people, who do not exist, live in a demonstration?"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pharmacy:
    """The officine."""

    name: str
    finess: str
    address_line: str
    postal_code: str
    city: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A member of the staff; ``role`` and ``badge`` as the officine keeps them."""

    family_name: str
    given_name: str
    role: str
    rpps: str
    badge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Practitioner:
    """A prescriber; ``key`` (M1…) is how the scenarios name them."""

    key: str
    family_name: str
    given_name: str
    rpps: str
    specialty: str
    finess: str
    address_line: str
    postal_code: str
    city: str
    phone: str
    mss: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient as one would type them; ``key`` (P1…) is how the scenarios name them, ``about`` what they are for.

    ``coverage`` has the keys scheme, exemption, css, amc, ald where they differ from the ordinary.
    """

    key: str
    family_name: str
    first_name: str
    birth_date: dt.date
    sex: str
    birth_place: str
    birth_names: str = ""
    birth_date_uncertain: bool = False
    used_name: str = ""
    used_first_name: str = ""
    phone: str = ""
    email: str = ""
    address_line: str = ""
    postal_code: str = ""
    city: str = ""
    coverage: dict[str, Any] = field(default_factory=dict)
    allergies: str = ""
    status: str = "provisoire"
    attributes: tuple[str, ...] = ()
    matricule: str = ""
    oid: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLine:
    """Boxes of one product that left; ``price_cents`` is what a product of free price was sold at.

    ``directions`` is what the ordonnance says of the line, typed in one go: ``1 matin 30 j r5``.
    """

    code: str
    quantity: int
    ald: bool = False
    price_cents: int | None = None
    directions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDelivery:
    """A delivery made some days before the demonstration's first day.

    ``patient`` is empty for an unknown customer, ``prescriber`` for a sale without ordonnance.
    """

    days_ago: int
    lines: tuple[PastLine, ...]
    patient: str = ""
    prescriber: str = ""
    written_days_ago: int = 0
    kind: str = "ordinary"
    renewal: int = 0


@dataclass(frozen=True, slots=True)
class Dataset:
    """All that a demonstration begins with; ``products`` are the codes of its catalogue."""

    pharmacy: Pharmacy
    staff: tuple[Colleague, ...]
    prescribers: tuple[Practitioner, ...]
    patients: tuple[Person, ...]
    deliveries: tuple[PastDelivery, ...]
    products: tuple[str, ...]


def read() -> Dataset:
    """Return the demonstration's data, read from its files."""
    team, catalog = _json("team.json"), _json("catalog.json")
    boxes = [box["cip13"] for speciality in catalog["specialities"] for box in speciality["presentations"]]
    return Dataset(
        pharmacy=Pharmacy(**team["pharmacy"]),
        staff=tuple(Colleague(**one) for one in team["staff"]),
        prescribers=tuple(Practitioner(**one) for one in team["prescribers"]),
        patients=tuple(_person(one) for one in _json("patients.json")["patients"]),
        deliveries=tuple(_delivery(one) for one in _json("history.json")["deliveries"]),
        products=tuple(sorted([*boxes, *(card["code"] for card in catalog["cards"])])),
    )


def _json(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    return content


def _person(data: dict[str, Any]) -> Person:
    typed = {
        "birth_date": dt.date.fromisoformat(data["birth_date"]),
        "attributes": tuple(data.get("attributes", ())),
    }
    return Person(**data | typed)


def _delivery(data: dict[str, Any]) -> PastDelivery:
    return PastDelivery(**data | {"lines": tuple(PastLine(**line) for line in data["lines"])})
