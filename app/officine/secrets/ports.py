"""Where does the key of this workstation lie? The outside that the secrets ask for."""

from __future__ import annotations

from typing import Protocol


class KeyPlace(Protocol):
    """Keeps short keys of this workstation outside the database: system keyring, or a file under a passphrase.

    All but the two properties raise SecretsUnavailable where the place can't be reached.
    """

    @property
    def label(self) -> str:
        """The place, in French, for the screens."""
        ...

    @property
    def is_clear(self) -> bool:
        """True where the key lies unprotected: a demonstration’s own file."""
        ...

    def read(self, key_id: str) -> bytes | None:
        """Return a key; None where this place has none of that id."""
        ...

    def keep(self, key_id: str, key: bytes) -> None:
        """Keep a key, read back before it returns; in the place of what had this id."""
        ...

    def forget(self, key_id: str) -> None:
        """Remove a key; nothing where there is none."""
        ...
