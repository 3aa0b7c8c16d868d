"""What does a room ask of the one that keeps secrets, without knowing where the key lies?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from app.kernel.errors import EnvironmentFailure, InputDefect

if TYPE_CHECKING:
    from collections.abc import Sequence


class SecretsUnavailable(EnvironmentFailure):
    """The key of this workstation can't be reached: no system keyring, a locked one, no passphrase, or a key lost."""

    code = "GAL-CLE-01"
    advice = "Voyez « galien secrets state » : il dit ce qui manque et comment le rendre. Rien n’a été effacé."


class SealBroken(InputDefect):
    """A sealed value was altered, moved to another place, or sealed under a key that this officine no longer has."""

    code = "GAL-CLE-02"
    advice = "Saisissez ce secret à nouveau ; la valeur illisible est gardée telle quelle."


class SecretBox(Protocol):
    """Seals short values (keys, tokens, TOTP secrets) so that they may lie in the database and in backups.

    ``about`` names what the value is and whose (« totp:12 »): a value moved to another place does not open there.
    Both raise SecretsUnavailable while the key can't be reached. Neither writes to the database: they may be called
    inside a unit of work.
    """

    def encrypt(self, plain: bytes, about: str) -> bytes:
        """Return ``plain`` sealed (AES-256-GCM, NIST SP 800-38D): 40 bytes longer, never twice the same."""
        ...

    def decrypt(self, sealed: bytes, about: str) -> bytes:
        """Return what was sealed with the same ``about``. Raises SealBroken where it does not open."""
        ...


class SecretStore(Protocol):
    """Keeps named secrets of the officine, sealed, in its database."""

    def put(self, name: str, value: bytes) -> None:
        """Keep ``value`` under ``name``, in the place of what was there. Raises SecretsUnavailable."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return the value kept under ``name``; None where there is none. Raises SecretsUnavailable, SealBroken."""
        ...

    def delete(self, name: str) -> bool:
        """Forget ``name``; return False where it was not kept."""
        ...

    def list(self) -> Sequence[str]:
        """Return the names kept, sorted; no value."""
        ...
