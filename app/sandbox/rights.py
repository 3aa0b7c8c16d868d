"""Which rights, of people who do not exist, do the cards and phones of a demonstration say?

They come as the groups that the public lists of the SSV interface number, so that they are read as real ones would be.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.sandbox import cards

if TYPE_CHECKING:
    from app.sandbox.cards import Named

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"
COVER_CODES = _FOLDER / "cover_codes.json"
"""The meanings of the codes couverture that only these cards bear."""
_SCHEME = ("01", "349", "0000", "10")
_YEARS_VALID = 3


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone with the appli carte Vitale: the card that it stands for, and since when it shows its code."""

    number: int
    title: str
    about: str
    card: str
    shown_ago: dt.timedelta


def phones() -> tuple[Phone, ...]:
    """Return the phones of the demonstration."""
    return tuple(
        Phone(one["number"], one["title"], one["about"], one["card"], dt.timedelta(minutes=one["minutes_ago"]))
        for one in _content()["phones"]
    )


def groups_of(key: str, day: dt.date) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the groups of a card (101 to 109) for a day; none for a card without rights."""
    people = next((one.people for one in cards.read().cards if one.key == key), ())
    held = _content()["cards"].get(key)
    if not held or not people:
        return ()
    until = day.replace(year=day.year + _YEARS_VALID, month=12, day=31)
    groups: list[tuple[int, tuple[str, ...]]] = [
        (101, ("0", "0000000001", f"{until:%Y%m%d}", "", "", "", "0", *_split(people[0].nir), *_SCHEME, ""))
    ]
    for person, rights in zip(people, held, strict=True):
        groups += _person(person, rights, day)
    return tuple(groups)


def _person(person: Named, rights: dict[str, Any], day: dt.date) -> list[tuple[int, tuple[str, ...]]]:
    service, *dates = rights["service"]
    nir = person.nir if rights["quality"] == "0" else ""
    head = (person.family_name, person.family_name, person.first_name, *[""] * 5, *_split(nir), "")
    groups: list[tuple[int, tuple[str, ...]]] = [
        (104, (*head, person.birth, "1", rights["quality"], service, *_days(dates, day), ""))
    ]
    groups += [(105, _days(period, day)) for period in rights["periods"]]
    groups += [(106, (*_days(cover[:2], day), *cover[2:])) for cover in rights["covers"]]
    if "amc" in rights:
        number, member, *span = rights["amc"]
        groups.append((109, (number, number, member, "33", *_days(span, day))))
    return groups


def _days(span: list[int], day: dt.date) -> tuple[str, ...]:
    """Return the first and the last day, ``AAAAMMJJ``; two empty texts where there are none."""
    return tuple(f"{day + dt.timedelta(days=step):%Y%m%d}" for step in span) or ("", "")


def _split(nir: str) -> tuple[str, str]:
    return nir[:13], nir[13:]


def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_FOLDER / "rights.json").read_text(encoding="utf-8"))
    return content
