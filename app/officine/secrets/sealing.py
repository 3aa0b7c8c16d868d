"""How is a value sealed under a key, and a key under a code?"""

from __future__ import annotations

import os

from app.kernel.secret import SealBroken

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_MARK = b"galien1:"
_NUMBER_BYTES = 4
_HEAD_BYTES = len(_MARK) + _NUMBER_BYTES
OVERHEAD = _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES
"""How much longer a value gets: the mark of the format, the number of its key, the nonce and the tag."""


class KeyBox:
    """A SecretBox under one key of 32 bytes: AES-256-GCM with a random nonce of 96 bits (NIST SP 800-38D, 8.2.2).

    ``number`` says which key of the officine it is; it is written, and bound, with each value.
    """

    def __init__(self, key: bytes, number: int = 0) -> None:
        """Hold the key; raises ValueError where it is not of 32 bytes."""
        if len(key) != KEY_BYTES:
            raise ValueError("an AES-256 key has 32 bytes")
        self._key = key
        self._head = _MARK + number.to_bytes(_NUMBER_BYTES, "big")

    def __repr__(self) -> str:
        """Say nothing of the key: a box may be shown in a trace."""
        return "KeyBox(…)"

    def encrypt(self, plain: bytes, about: str) -> bytes:
        """Return ``plain`` sealed; it opens with the same ``about`` only."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- heavy: at first use

        nonce = os.urandom(_NONCE_BYTES)
        return self._head + nonce + AESGCM(self._key).encrypt(nonce, plain, self._bound(about))

    def decrypt(self, sealed: bytes, about: str) -> bytes:
        """Return what was sealed with the same ``about``. Raises SealBroken."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- heavy: at first use
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- the same

        number_of(sealed)
        nonce, rest = sealed[_HEAD_BYTES : _HEAD_BYTES + _NONCE_BYTES], sealed[_HEAD_BYTES + _NONCE_BYTES :]
        try:
            # The head is the box's own: a value that says another key than ours does not open.
            return AESGCM(self._key).decrypt(nonce, rest, self._bound(about))
        except InvalidTag as error:
            raise SealBroken("Ce secret ne s’ouvre pas : altéré, déplacé, ou chiffré par une autre clé.") from error

    def _bound(self, about: str) -> bytes:
        return self._head + about.encode("utf-8")


def number_of(sealed: bytes) -> int:
    """Return the number of the key under which a value was sealed. Raises SealBroken for no sealed value."""
    if len(sealed) < OVERHEAD or not sealed.startswith(_MARK):
        raise SealBroken("Ce secret n’a pas la forme d’une valeur chiffrée par Galien.")
    return int.from_bytes(sealed[len(_MARK) : _HEAD_BYTES], "big")


def new_key() -> bytes:
    """Return 32 bytes from the random source of the system."""
    return os.urandom(KEY_BYTES)


def key_of_code(code: str, salt: str) -> bytes:
    """Return the key that a code of ours makes: HKDF-SHA-256 (RFC 5869), enough for a code of 140 random bits."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 -- heavy: at first use
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 -- the same

    kdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt.encode("ascii"), info=b"galien code")
    return kdf.derive(code.encode("ascii"))
