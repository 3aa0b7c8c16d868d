"""How is a password or a PIN kept so that its copy gives nothing away?"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

TIME_COST, MEMORY_KIB, LANES = 3, 65536, 1
"""argon2id, second recommended choice of RFC 9106 (64 MiB, 3 passes) on one lane: more than 100 ms a try on the
workstations of an officine, measured by ``galien bench operator_switch``."""


def hashed(secret: bytes) -> str:
    """Return the hash to keep, with its salt and parameters (PHC string)."""
    return _hasher().hash(secret)


def matches(kept: str, secret: bytes) -> bool:
    """Return True where the secret is the one kept. A nobody’s hash (empty) takes as long, and never matches."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 -- heavy: at first use

    try:
        return _hasher().verify(kept or _nobody(), secret) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Return True where the hash was made with other parameters than today’s."""
    return _hasher().check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 -- heavy: at first use

    return PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hashed(b"nobody")
