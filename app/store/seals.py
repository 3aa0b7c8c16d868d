"""What is a seal of the registers, and how is it read and signed outside the database?

A seal says where each chain stood at one moment: number and hash of its last entry. It names the hash of the seal
before it, and is signed by the workstation (Ed25519, RFC 8032). One seal is one line of canonical JSON.

Beside the seals lie the *witnesses*: for each entry, eight octets of its hash and four of what it says. A seal covers
those of its span by their SHA-256. The seal betrays any change; the witnesses name the first entry that was touched,
even where whoever did it reckoned every hash anew.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.store.chain import GENESIS, canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

CHAIN = "seals"
"""The head of the seals themselves, in the database."""

HASH_OCTETS, CONTENT_OCTETS = 8, 4
WITNESS = HASH_OCTETS + CONTENT_OCTETS
"""Octets kept of each entry."""

_FORMAT = 1


class NotASeal(ValueError):
    """A line that no seal is written on."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where one chain stood: its last number and hash, and the SHA-256 of the witnesses from ``first`` on."""

    seq: int
    hash: str
    first: int
    witness: str


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal; ``at`` in ISO 8601 (UTC), ``key`` the public key and ``signature``, both hexadecimal."""

    number: int
    at: str
    station: str
    reason: str
    installation: str
    heads: Mapping[str, Head]
    previous: str
    key: str
    signature: str = ""

    @property
    def payload(self) -> str:
        """What is hashed and signed."""
        return canonical(self._fields())

    @property
    def hash(self) -> str:
        """SHA-256 of what is signed."""
        return hashlib.sha256(self.payload.encode()).hexdigest()

    @property
    def line(self) -> str:
        """The seal as it is written."""
        return canonical({**self._fields(), "signature": self.signature})

    def _fields(self) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "number": self.number,
            "at": self.at,
            "station": self.station,
            "reason": self.reason,
            "installation": self.installation,
            "chains": {
                name: {"seq": head.seq, "hash": head.hash, "first": head.first, "witness": head.witness}
                for name, head in self.heads.items()
            },
            "previous": self.previous,
            "key": self.key,
        }


def parse(line: str) -> Seal:
    """Return the seal written on a line; raises NotASeal for anything else."""
    try:
        raw = json.loads(line)
        chains = {
            str(name): Head(int(one["seq"]), _hexadecimal(one["hash"]), int(one["first"]), _hexadecimal(one["witness"]))
            for name, one in raw["chains"].items()
        }
        seal = Seal(
            number=int(raw["number"]),
            at=str(raw["at"]),
            station=str(raw["station"]),
            reason=str(raw["reason"]),
            installation=str(raw["installation"]),
            heads=chains,
            previous=_hexadecimal(raw["previous"]),
            key=_hexadecimal(raw["key"]),
            signature=str(raw["signature"]),
        )
        known = raw["format"] == _FORMAT
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise NotASeal from error
    if not known or seal.line != line:
        raise NotASeal
    return seal


def problem(seal: Seal, before: Seal | None) -> str:
    """Say in French what is wrong with a seal, which comes after ``before``; empty for a good one."""
    if seal.number != (before.number + 1 if before else 1):
        expected = before.number + 1 if before else 1
        return f"Le scellé n° {expected} manque."
    if seal.previous != (before.hash if before else GENESIS):
        return f"Le scellé n° {seal.number} ne suit pas celui qui le précède."
    if before is not None and seal.installation != before.installation:
        return f"Le scellé n° {seal.number} est celui d’une autre base."
    if not _is_signed(seal):
        return f"La signature du scellé n° {seal.number} n’est pas la bonne."
    return ""


def fingerprint(key: str) -> str:
    """Return the public key as people compare it: sixteen letters of its SHA-256, four by four."""
    digest = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16].upper()
    return " ".join(digest[place : place + 4] for place in range(0, 16, 4))


def witness_of(digest: str, content: str) -> bytes:
    """Return what is kept of an entry: the head of its hash, and that of the SHA-256 of what it says."""
    return bytes.fromhex(digest[: 2 * HASH_OCTETS]) + hashlib.sha256(content.encode()).digest()[:CONTENT_OCTETS]


def _is_signed(seal: Seal) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 -- heavy, and not needed to start
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 -- the same

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.key))
        key.verify(bytes.fromhex(seal.signature), seal.payload.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _hexadecimal(value: object) -> str:
    """Return a SHA-256 or a public key; raises NotASeal for what is not 32 octets."""
    if not isinstance(value, str) or len(bytes.fromhex(value)) != 32:
        raise NotASeal
    return value
