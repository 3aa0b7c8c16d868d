"""How is a value sealed under a key, and a key under a code?"""

from __future__ import annotations

import os

from app.kernel.secret import SealBroken

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_MARK = b"galien-seal1"
OVERHEAD = len(_MARK) + _NONCE_BYTES + _TAG_BYTES
"""How much longer a value gets: the mark of the format, the nonce and the tag."""


class KeyBox:
    """A SecretBox under one key of 32 bytes: AES-256-GCM with a random nonce of 96 bits (NIST SP 800-38D, 8.2.2)."""

    def __init__(self, key: bytes) -> None:
        """Hold the key; raises ValueError where it is not of 32 bytes."""
        if len(key) != KEY_BYTES:
            raise ValueError("an AES-256 key has 32 bytes")
        self._key = key

    def __repr__(self) -> str:
        """Say nothing of the key: a box may be shown in a trace."""
        return "KeyBox(…)"

    def encrypt(self, plain: bytes, about: str) -> bytes:
        """Return ``plain`` sealed; it opens with the same ``about`` only."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- heavy: at first use

        nonce = os.urandom(_NONCE_BYTES)
        return _MARK + nonce + AESGCM(self._key).encrypt(nonce, plain, _bound(about))

    def decrypt(self, sealed: bytes, about: str) -> bytes:
        """Return what was sealed with the same ``about``. Raises SealBroken."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- heavy: at first use
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- the same

        if len(sealed) < OVERHEAD or not sealed.startswith(_MARK):
            raise SealBroken("Ce secret n’a pas la forme d’une valeur chiffrée par Galien.")
        nonce, rest = sealed[len(_MARK) : len(_MARK) + _NONCE_BYTES], sealed[len(_MARK) + _NONCE_BYTES :]
        try:
            return AESGCM(self._key).decrypt(nonce, rest, _bound(about))
        except InvalidTag as error:
            raise SealBroken("Ce secret ne s’ouvre pas : altéré, déplacé, ou chiffré par une autre clé.") from error


def _bound(about: str) -> bytes:
    return _MARK + about.encode("utf-8")
