"""How are the entries of a register chained so that no change goes unseen?

An entry's hash is SHA-256 of the previous hash followed by the canonical JSON of the entry: every column but the two
hashes, keys sorted, no spaces, moments in UTC with microseconds, amounts in cents.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from app.kernel.money import Money, Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

GENESIS = "0" * 64
"""Hash that precedes the first entry of a chain."""

HASHES = frozenset({"prev_hash", "hash"})
"""The columns that an entry's hash does not cover."""


def canonical(value: Mapping[str, Any]) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, moments in UTC with microseconds."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def hashed_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry that its hash covers: all but the hashes."""
    return {name: value for name, value in row.items() if name not in HASHES}


def entry_hash(prev_hash: str, entry: Mapping[str, Any]) -> str:
    """Return SHA-256 (hexadecimal) of the previous hash followed by the entry's canonical JSON."""
    return hashlib.sha256((prev_hash + canonical(entry)).encode()).hexdigest()


def _plain(value: object) -> str | int:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Money):
        return value.cents
    if isinstance(value, Rate):
        return value.hundredths
    raise TypeError(type(value).__name__)
