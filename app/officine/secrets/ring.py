"""Which keys of the officine does this workstation, or a code, open?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from app.kernel.secret import SealBroken, SecretsUnavailable
from app.officine.secrets import sealing
from app.officine.secrets.sealing import KeyBox
from app.officine.secrets.tables import VaultKeyRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from app.officine.secrets.model import Opener
    from app.officine.secrets.ports import KeyPlace


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys of the officine that were opened, by number, and the id of the key that opened them."""

    opened_by: str | None = None
    held: Mapping[int, bytes] = field(default_factory=dict, repr=False)

    def opens(self, sealed: bytes, about: str) -> bool:
        """Return True where one of the keys opens this value."""
        return self.value(sealed, about) is not None

    def value(self, sealed: bytes, about: str) -> bytes | None:
        """Return what was sealed; None where no key of this ring opens it."""
        try:
            number = sealing.number_of(sealed)
            return KeyBox(self.held[number], number).decrypt(sealed, about) if number in self.held else None
        except SealBroken:
            return None


def open_with_place(rows: Iterable[VaultKeyRow], place: KeyPlace, station: str) -> Ring:
    """Return the ring that the key of this workstation opens; an empty one where its place has no such key.

    Raises SecretsUnavailable where the place can't be reached, SealBroken where the rows were altered.
    """
    for key_id, sealed in _by_key(rows, station):
        key = place.read(key_id)
        if key is not None and len(key) != sealing.KEY_BYTES:
            raise SecretsUnavailable(
                "Ce qui tient lieu de clé à ce poste n’en est pas une.",
                code="GAL-CLE-07",
                advice="Inscrivez le poste à nouveau par un code : galien secrets enrol. Rien n’a été effacé.",
            )
        if key is not None:
            return _unsealed(key_id, sealed, key)
    return Ring()


def open_with_code(rows: Iterable[VaultKeyRow], code: str) -> Ring:
    """Return the ring that a code opens; an empty one where it opens none."""
    for key_id, sealed in _by_key(rows, ""):
        try:
            return _unsealed(key_id, sealed, sealing.key_of_code(code, key_id))
        except SealBroken:
            continue
    return Ring()


def sealed_rows(
    held: Mapping[int, bytes],
    key_id: str,
    key: bytes,
    *,
    opener: Opener,
    station: str,
    now: dt.datetime,
    until: dt.datetime | None = None,
) -> list[VaultKeyRow]:
    """Return the rows that let ``key`` open each key of the officine held."""
    box = KeyBox(key)
    return [
        VaultKeyRow(
            key_id=key_id,
            number=number,
            opener=str(opener),
            station=station,
            sealed=box.encrypt(secret, _about(key_id, number)),
            created_at=now,
            expires_at=until,
        )
        for number, secret in held.items()
    ]


def new_id() -> str:
    """Return the id of a first key: a stem of its own, and its generation."""
    return f"{secrets.token_hex(6)}.1"


def next_id(key_id: str) -> str:
    """Return the id that follows a key: always the same, so that an interrupted rotation leaves no other one behind."""
    stem, _, generation = key_id.rpartition(".")
    return f"{stem}.{int(generation) + 1}"


def previous_id(key_id: str) -> str:
    """Return the id that a key replaced."""
    stem, _, generation = key_id.rpartition(".")
    return f"{stem}.{int(generation) - 1}"


def _by_key(rows: Iterable[VaultKeyRow], station: str) -> Iterator[tuple[str, list[VaultKeyRow]]]:
    """Give the rows of each key, those named after this workstation first: most often its own."""
    ordered = sorted(rows, key=lambda row: (row.station != station, row.key_id, row.number))
    for key_id, group in groupby(ordered, key=lambda row: row.key_id):
        yield key_id, list(group)


def _unsealed(key_id: str, rows: list[VaultKeyRow], key: bytes) -> Ring:
    box = KeyBox(key)
    return Ring(key_id, {row.number: box.decrypt(row.sealed, _about(key_id, row.number)) for row in rows})


def _about(key_id: str, number: int) -> str:
    return f"key:{key_id}:{number}"
