"""With which key does this workstation sign its seals, and where does that key lie?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from app.kernel.errors import FileUnusable
from app.kernel.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from app.kernel.secret import SecretBox

_ABOUT = "seal-key"
_OCTETS = 32


class SealKey:
    """The Ed25519 key of one workstation, made at its first use.

    With a ``box`` the file holds the key encrypted; without one, bare, readable by its owner alone.
    """

    def __init__(self, file: Path, box: SecretBox | None) -> None:
        """Keep the key in ``file``, sealed by ``box``."""
        self._file = file
        self._box = box
        self._private: Ed25519PrivateKey | None = None

    @property
    def is_encrypted(self) -> bool:
        """True where the file is of no use without the secrets of the system."""
        return self._box is not None

    @property
    def public(self) -> str:
        """The public key, hexadecimal. Raises as ``sign``."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 -- heavy

        return self._key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, payload: str) -> str:
        """Return the signature, hexadecimal.

        Raises SecretsUnavailable or SealBroken where the key does not open, FileUnusable where its file is none.
        """
        return self._key().sign(payload.encode()).hex()

    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 -- heavy

        if self._private is None:
            raw = self._read() if self._file.exists() else self._make()
            self._private = Ed25519PrivateKey.from_private_bytes(raw)
        return self._private

    def _read(self) -> bytes:
        try:
            kept = self._file.read_bytes()
        except OSError as error:
            raise FileUnusable("La clé des scellés ne peut pas être lue.", code="GAL-SCL-10") from error
        raw = kept if self._box is None or len(kept) == _OCTETS else self._box.decrypt(kept, _ABOUT)
        if len(raw) != _OCTETS:
            raise FileUnusable(
                "La clé des scellés de ce poste est illisible.",
                code="GAL-SCL-10",
                advice="Écartez le fichier « seal.key » du dossier de données : le poste en fera une autre, que les "
                "scellés suivants nommeront.",
            )
        if self._box is not None and len(kept) == _OCTETS:
            # Made before the workstation had a place for its secrets.
            self._write(raw)
        return raw

    def _make(self) -> bytes:
        raw = os.urandom(_OCTETS)
        self._write(raw)
        return raw

    def _write(self, raw: bytes) -> None:
        content = raw if self._box is None else self._box.encrypt(raw, _ABOUT)
        old = os.umask(0o077)
        try:
            write_whole(
                self._file,
                content,
                full="Le disque est plein : la clé des scellés n’a pas été écrite.",
                refused="La clé des scellés ne peut pas être écrite.",
            )
        finally:
            os.umask(old)
