"""Which is the first entry of a chain that is not what was sealed, and what was done to it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.store import seals
from app.store.register import Register, bad_entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from app.store.seals import Seal

_FULL = 2 * seals.HASH_OCTETS


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of one chain outside the database: sealed hashes by number, and the witnesses vouched for."""

    heads: dict[int, str] = field(default_factory=dict)
    witnesses: bytes = b""

    @classmethod
    def of(cls, chain: str, sealed: Iterable[Seal], witnesses: bytes) -> Kept:
        """Return what seals and witnesses say of a chain."""
        found = (seal.heads.get(chain) for seal in sealed)
        return cls({head.seq: head.hash for head in found if head is not None and head.seq}, witnesses)

    @property
    def last(self) -> int:
        """The number of the last sealed entry; 0 where nothing is sealed."""
        return max(self.heads, default=0)

    @property
    def witnessed(self) -> int:
        """The number of the last entry of which a witness is kept."""
        return len(self.witnesses) // seals.WITNESS

    def content(self, seq: int) -> bytes | None:
        """Return the witness of what the entry said; None where there is none."""
        if not 1 <= seq <= self.witnessed:
            return None
        end = seq * seals.WITNESS
        return self.witnesses[end - seals.CONTENT_OCTETS : end]

    def place_of(self, content: bytes) -> int | None:
        """Return the number under which this content was sealed; None for one that was not."""
        start = 0
        while (found := self.witnesses.find(content, start)) >= 0:
            number, rest = divmod(found, seals.WITNESS)
            if rest == seals.HASH_OCTETS:
                return number + 1
            start = found + 1
        return None


def first_unlike(session: Session, table: Table, uncovered: Collection[str], kept: Kept) -> dict[str, Any] | None:
    """Return the first entry that is not as it was sealed (``seq``, ``reason``, ``text``); None where all are.

    Only the stored hashes are compared: that each is the hash of its entry is for the walk of the chain to say. Where
    no witness is left, the entry named is the sealed one, and ``since`` the last one before it that is known good.
    """
    register = Register(session, "", table, frozenset(uncovered))
    seq, last = _first_difference(register, kept)
    if seq is None:
        return None
    if seq <= kept.witnessed:
        return bad_entry(seq, _reason(register, kept, seq))
    present = last >= seq
    bad = bad_entry(seq, "altered" if present else "removed")
    good = max((number for number in kept.heads if number < seq), default=0)
    if present and good < seq - 1:
        bad["since"] = good
        bad["text"] = f"Entre les écritures n° {good + 1} et n° {seq}, une au moins n’est plus celle qui a été scellée."
    return bad


def named(session: Session, table: Table, uncovered: Collection[str], kept: Kept, seq: int) -> dict[str, Any]:
    """Say what was done to an entry that the walk of its chain found bad, from what was sealed of it."""
    return bad_entry(seq, _reason(Register(session, "", table, frozenset(uncovered)), kept, seq))


def _first_difference(register: Register, kept: Kept) -> tuple[int | None, int]:
    """Return the first number at which the stored hashes leave the sealed ones, and the last number read."""
    expected, hexadecimal, step = 0, kept.witnesses.hex(), 2 * seals.WITNESS
    for number, said in register.stored_hashes(kept.last):
        expected += 1
        if number != expected:
            return min(number, expected), number
        start = (expected - 1) * step
        if start < len(hexadecimal) and said[:_FULL] != hexadecimal[start : start + _FULL]:
            return expected, number
        if kept.heads.get(expected, said) != said:
            return expected, number
    return (None, expected) if expected >= kept.last else (expected + 1, expected)


def _reason(register: Register, kept: Kept, seq: int) -> str:
    """Say what became of an entry: what it says now, and what its neighbour says, against what was sealed of them."""
    found = register.contents(seq, seq + 1)
    if seq <= 0:
        return "inserted"
    if seq not in found:
        return "removed"
    now, sealed = _content(found[seq]), kept.content(seq)
    place = None if sealed is None or now == sealed else kept.place_of(now)
    if place is not None and _content(register.contents(place, place).get(place, "")) == sealed:
        return "reordered"
    if place == seq + 1:
        return "removed"
    is_pushed = sealed is not None and now != sealed and seq + 1 in found and _content(found[seq + 1]) == sealed
    return "inserted" if is_pushed else "altered"


def _content(said: str) -> bytes:
    return seals.witness_of("0" * _FULL, said)[seals.HASH_OCTETS :]
