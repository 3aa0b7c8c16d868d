"""Who is named on a Vitale card, as an aid to find a patient's file, and nothing more?

Neither the layout nor the sequence is published by the GIE SESAM-Vitale: what is read here was observed by third
parties (the projects cardpeek and Rufus) on Vitale 2 cards. No right, no rank and no insurer is read: these come from
the GIE's own component alone. A NIR read this way is not a qualified INS.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.cards import tlv
from app.cards.apdu import expect, read_binary, select
from app.cards.failures import CardSays, CardUnknown
from app.kernel.identifiers import is_nir

if TYPE_CHECKING:
    from app.cards.transport import Link

APPLICATION = bytes.fromhex("D250000002") + b"VITALE"
MASTER_FILE = bytes.fromhex("3F00")
LIST_FILE = 2
"""Short identifier of both lists: of the identities in the master file, of the NIR in the application."""

_PERSON = 0x65
_FAMILY_NAME, _FIRST_NAME, _BIRTH, _COUNTRY, _NIR = 0x80, 0x81, 0x82, 0x90, 0x93


@dataclass(frozen=True, slots=True)
class Identity:
    """A person named on the card, as read.

    ``birth`` is AAAAMMJJ, and need not be a date (lunar calendars); ``nir`` has 15 characters, or is empty: it may be
    that of the insured person for a child. It never shows in a log: ``repr`` leaves it out.
    """

    family_name: str
    first_name: str
    birth: str
    nir: str = field(default="", repr=False)
    country: str = ""


def read_identities(link: Link) -> tuple[Identity, ...]:
    """Return the people named on a Vitale 2, in the card's order: none for a card without beneficiary.

    Raises CardUnknown where it has not the two lists, CardDefect for a damaged content, the CardFailure of the link.
    """
    try:
        expect(link, select(by=0x00, target=MASTER_FILE, described=True))
        people = _entries(read_binary(link, LIST_FILE))
        expect(link, select(by=0x04, target=APPLICATION, described=True))
        numbers = _entries(read_binary(link, LIST_FILE))
    except CardSays as refusal:
        raise CardUnknown("Cette carte n’a pas les listes d’une carte Vitale 2.") from refusal
    return joined(people, numbers)


def joined(people: list[dict[int, bytes]], numbers: list[dict[int, bytes]]) -> tuple[Identity, ...]:
    """Return the identities with their NIR, joined by their places; none has one where the lists differ in length."""
    nirs = [_nir(entry) for entry in numbers] if len(numbers) == len(people) else [""] * len(people)
    return tuple(_identity(entry, nir) for entry, nir in zip(people, nirs, strict=True))


def _entries(content: bytes) -> list[dict[int, bytes]]:
    return [tlv.fields(value) for tag, value in tlv.decode(content) if tag == _PERSON]


def _identity(entry: dict[int, bytes], nir: str) -> Identity:
    return Identity(
        family_name=_text(entry.get(_FAMILY_NAME, b"")),
        first_name=_text(entry.get(_FIRST_NAME, b"")),
        birth=_text(entry.get(_BIRTH, b"")),
        nir=nir,
        country=_text(entry.get(_COUNTRY, b"")),
    )


def _nir(entry: dict[int, bytes]) -> str:
    """Return a NIR with a right key; empty for anything else: a number that is doubtful finds nobody."""
    code = _text(entry.get(_NIR, b"")).upper()
    return code if is_nir(code) else ""


def _text(value: bytes) -> str:
    """Return a text of the card, Latin-1 and padded with spaces; what can't be shown is told by U+FFFD."""
    text = value.rstrip(b"\x00").decode("latin-1").strip()
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
