"""Places for the key of a workstation that a test can look into, lock and lose."""

from __future__ import annotations

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from app.kernel.secret import SecretsUnavailable


class TrialPlace:
    """A KeyPlace of this process."""

    label = "trousseau d’essai"
    is_clear = False

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.is_locked = False

    def read(self, key_id: str) -> bytes | None:
        """Give a key, unless locked."""
        self._require_open()
        return self.kept.get(key_id)

    def keep(self, key_id: str, key: bytes) -> None:
        """Keep a key, unless locked."""
        self._require_open()
        self.kept[key_id] = key

    def forget(self, key_id: str) -> None:
        """Remove a key, unless locked."""
        self._require_open()
        self.kept.pop(key_id, None)

    def _require_open(self) -> None:
        if self.is_locked:
            raise SecretsUnavailable("Verrouillé.", code="GAL-CLE-08")


class TrialKeyring(KeyringBackend):
    """A keyring of the system that keeps in memory, within the limits of Windows."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False
        self.garbles = False

    def get_password(self, service: str, username: str) -> str | None:
        """Give a text, unless locked."""
        self._require_open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a text; cut where it garbles."""
        self._require_open()
        assert len(password) <= 1_280, "the Credential Manager of Windows takes no more"
        self.kept[service, username] = password[:40] if self.garbles else password

    def delete_password(self, service: str, username: str) -> None:
        """Remove a text."""
        self._require_open()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("none")

    def _require_open(self) -> None:
        if self.is_locked:
            raise KeyringLocked("locked")
