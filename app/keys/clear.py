"""Where does the key of a demonstration lie? In a file of its own folder, in clear, and said to be so."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from app.kernel.secret import SecretsUnavailable
from app.keys.files import write_key_file

if TYPE_CHECKING:
    from pathlib import Path


class ClearKeys:
    """The keys of a simulation, which guard fictitious secrets only: files that their owner alone may read."""

    is_clear = True
    label = "fichier en clair (simulation : aucun secret réel)"

    def __init__(self, folder: Path) -> None:
        """Keep keys in ``folder``."""
        self._folder = folder

    def read(self, key_id: str) -> bytes | None:
        """Return a key; None where there is no file of that id. Raises SecretsUnavailable."""
        try:
            return base64.b64decode(self._file(key_id).read_bytes(), validate=True)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise SecretsUnavailable("Le fichier de la clé de cette simulation est illisible.") from error

    def keep(self, key_id: str, key: bytes) -> None:
        """Keep a key. Raises DiskFull, DatabaseReadOnly."""
        write_key_file(self._file(key_id), base64.b64encode(key))

    def forget(self, key_id: str) -> None:
        """Remove a key; nothing where there is none."""
        self._file(key_id).unlink(missing_ok=True)

    def _file(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.key"
