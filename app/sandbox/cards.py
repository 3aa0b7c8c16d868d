"""Which cards, of people who do not exist, may be put in during a demonstration?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).resolve().parents[2] / "resources" / "demo" / "cards.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person named on a card, as the card writes them; ``birth`` is AAAAMMJJ, ``nir`` may be empty."""

    family_name: str
    first_name: str
    birth: str
    nir: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose professional card it is, its code, and how many wrong ones it still takes."""

    family_name: str
    given_name: str
    rpps: str
    code: str
    tries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FictitiousCard:
    """One card: its ``kind``, whom it names, ``nirs`` where they are not one a person; ``about`` what it shows.

    ``holder`` is whose professional card it is, None for another kind.
    """

    key: str
    title: str
    about: str
    kind: str
    people: tuple[Named, ...] = ()
    nirs: tuple[str, ...] | None = None
    serial: str = ""
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class FictitiousCards:
    """The readers of a demonstration, and the cards that go into them."""

    readers: tuple[str, ...]
    cards: tuple[FictitiousCard, ...]


def read() -> FictitiousCards:
    """Return the cards of the demonstration, read from their file."""
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    cards = [
        FictitiousCard(
            key=one["key"],
            title=one["title"],
            about=one["about"],
            kind=one["kind"],
            people=tuple(_named(*person) for person in one.get("people", ())),
            nirs=tuple(one["nirs"]) if "nirs" in one else None,
            serial=one.get("serial", ""),
            holder=Holder(**one["holder"]) if "holder" in one else None,
        )
        for one in content["cards"]
    ]
    return FictitiousCards(tuple(content["readers"]), tuple(cards))


def _named(family_name: str, first_name: str, birth: str, nir: str) -> Named:
    return Named(family_name=family_name, first_name=first_name, birth=birth, nir=nir)
