"""What is known of the keys and the secrets of the officine, without any of their values?"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.errors import GalienError


_COMMON_NAME = re.compile(r"(?:^|[,+])CN=((?:\\.|[^,+\\])*)")


class Opener(enum.StrEnum):
    """What opens the key of the officine."""

    STATION = "station"
    TRANSFER = "transfer"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationKey:
    """The key of one workstation, by name: ``id`` in its keyring, ``is_ours`` for the workstation that asks."""

    id: str
    station: str
    since: dt.datetime
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultState:
    """How the secrets of this workstation stand.

    ``place`` says in French where its key lies; ``is_clear`` that it lies there unprotected, as in a demonstration
    only; ``failure`` why the secrets can't be read, None where they can. ``secrets`` are the names kept,
    ``unreadable`` those of them that no key of this workstation opens.
    """

    place: str
    is_clear: bool
    failure: GalienError | None
    stations: tuple[StationKey, ...]
    recovery_since: dt.datetime | None
    secrets: tuple[str, ...]
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate of the officine, kept with its private key: what its face says.

    ``usage`` names what it is for, as the technician gave it; ``fingerprint`` is the SHA-256 of its DER (hexadecimal).
    """

    usage: str
    subject: str
    issuer: str
    not_before: dt.datetime
    not_after: dt.datetime
    fingerprint: str

    @property
    def common_name(self) -> str:
        """The common name of the subject, as it reads; empty where it has none (RFC 4514)."""
        found = _COMMON_NAME.search(self.subject)
        return "" if found is None else re.sub(r"\\(.)", r"\1", found[1])
