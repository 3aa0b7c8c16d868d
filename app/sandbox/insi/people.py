"""Whom does the simulated INSi know, and whom does a question find?"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILE = Path(__file__).resolve().parents[3] / "resources" / "demo" / "insi.json"
OID_NIR = "1.2.250.1.213.1.4.8"
_SIGNS = re.compile(r"[-' ]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person as INSi knows them; ``oid`` is empty for a NIR, whose authority is the server’s.

    ``history`` has past matricules with their dates; ``holder``, ``card_birth_date`` and ``rank`` are what a Vitale
    says of them; ``is_verified`` is False for one whose verification fails. ``asked_as`` is a first name that finds
    them besides those of the list, ``told_birth_date`` the date that answers give: both play answers to be weighed.
    """

    family_name: str
    birth_names: str
    sex: str
    birth_date: str
    birth_place: str
    matricule: str
    oid: str = ""
    history: tuple[tuple[str, str, str], ...] = ()
    holder: str
    card_birth_date: str
    rank: int = 1
    is_verified: bool = True
    asked_as: str = ""
    told_birth_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a question says of a person; empty where it says nothing."""

    family_name: str = ""
    first_name: str = ""
    birth_names: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTraits:
    """What a question by card says: numbers of 15 characters or their 13, the date as the card has it."""

    individual: str = ""
    holder: str = ""
    family_name: str = ""
    birth_date: str = ""
    rank: int = 1


def read() -> tuple[Known, ...]:
    """Return everybody, read from their file."""
    return tuple(_known(one) for one in json.loads(_FILE.read_text(encoding="utf-8"))["people"])


def by_traits(people: Iterable[Known], asked: Traits) -> list[Known]:
    """Return whom traits find: all of them equal, the first name as the beginning of the list, the place where said."""
    return [
        one
        for one in people
        if (one.family_name, one.sex, one.birth_date) == (asked.family_name, asked.sex, asked.birth_date)
        and (_begins(one.birth_names, asked.first_name) or asked.first_name == one.asked_as != "")
        and asked.birth_place in {"", one.birth_place}
    ]


def by_card(people: Iterable[Known], asked: CardTraits) -> list[Known]:
    """Return whom a card finds: by their own number where it has one, else by the holder’s, the date and the rank."""
    if asked.individual:
        return [one for one in people if _same(one.matricule, asked.individual)]
    return [
        one
        for one in people
        if _same(one.holder, asked.holder)
        and (one.card_birth_date, one.rank) == (asked.birth_date, asked.rank)
        and asked.family_name in {"", one.family_name}
    ]


def is_verified(people: Iterable[Known], matricule: str, asked: Traits) -> bool:
    """Return True where an INS is active and its traits are those known."""
    return any(
        _same(one.matricule, matricule)
        and one.is_verified
        and asked.birth_names in {"", one.birth_names}
        and one in by_traits(people, asked)
        for one in people
    )


def _begins(names: str, first_name: str) -> bool:
    whole, wanted = (_SIGNS.sub(" ", text).strip() for text in (names, first_name))
    return bool(wanted) and (whole == wanted or whole.startswith(f"{wanted} "))


def _same(known: str, asked: str) -> bool:
    """Return True for the same number, whose key may be missing."""
    return bool(asked) and asked in {known, known[:13]}


def _known(one: dict[str, object]) -> Known:
    card = one.get("card", {})
    assert isinstance(card, dict)
    history = one.get("history", [])
    assert isinstance(history, list)
    return Known(
        family_name=str(one["family_name"]),
        birth_names=str(one["birth_names"]),
        sex=str(one["sex"]),
        birth_date=str(one["birth_date"]),
        birth_place=str(one["birth_place"]),
        matricule=str(one["matricule"]),
        oid=str(one.get("oid", "")),
        history=tuple((str(number), str(start), str(end)) for number, start, end in history),
        holder=str(card.get("holder", one["matricule"])),
        card_birth_date=str(card.get("birth_date", one["birth_date"])),
        rank=int(card.get("rank", 1)),
        is_verified=bool(one.get("verified", True)),
        asked_as=str(one.get("asked_as", "")),
        told_birth_date=str(one.get("told_birth_date", one["birth_date"])),
    )
