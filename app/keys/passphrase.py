"""How is the key of this workstation kept under a passphrase, where the system has no keyring?

The key is random; the passphrase, through scrypt (RFC 7914; N = 2^17, r = 8, p = 1 as OWASP advises), seals it in a
file of the data folder. The passphrase itself is written nowhere by Galien: it is asked, or handed over by the system.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from app.kernel.secret import SecretsUnavailable
from app.keys.files import write_key_file

if TYPE_CHECKING:
    from collections.abc import Callable

MIN_LENGTH = 14
"""Characters of the shortest passphrase taken (ANSSI, « Recommandations relatives à l’authentification multifacteur et
aux mots de passe », 2021: from 12 to 14 for a high level; ours guards a file that may be copied)."""

CREDENTIAL = "galien-passphrase"
"""The name of the credential that systemd hands over."""

_N, _R, _P = 2**17, 8, 1
_SALT_BYTES, _NONCE_BYTES = 16, 12
_LIMITS = {"n": 2**20, "r": 16, "p": 4}
"""What a file may ask of this machine at most: an altered one must not take all its memory."""


class PassphraseKeys:
    """The keys kept in files under a passphrase."""

    is_clear = False
    label = "fichier de ce dossier, sous phrase de passe"

    def __init__(self, folder: Path, passphrase: Callable[[], str]) -> None:
        """Keep keys in ``folder``; ``passphrase`` gives it or raises SecretsUnavailable, and is asked at each use."""
        self._folder = folder
        self._passphrase = passphrase

    def read(self, key_id: str) -> bytes | None:
        """Return a key; None where there is no file of that id.

        Raises SecretsUnavailable, for a wrong passphrase too.
        """
        try:
            raw = self._file(key_id).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable() from error
        try:
            kept = json.loads(raw)
            cost = tuple(int(kept[name]) for name in _LIMITS)
            salt, nonce, sealed = (base64.b64decode(kept[name], validate=True) for name in ("salt", "nonce", "sealed"))
        except (ValueError, KeyError, TypeError) as error:
            raise _unusable() from error
        if any(not 1 <= value <= limit for value, limit in zip(cost, _LIMITS.values(), strict=True)):
            raise _unusable()
        return _opened(sealed, nonce, _stretched(self._passphrase(), salt, cost), key_id)

    def keep(self, key_id: str, key: bytes) -> None:
        """Keep a key. Raises SecretsUnavailable for a passphrase too short, DiskFull, DatabaseReadOnly."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- heavy: at first use

        passphrase = self._passphrase()
        if len(passphrase) < MIN_LENGTH:
            raise SecretsUnavailable(
                f"La phrase de passe doit avoir {MIN_LENGTH} caractères au moins.",
                code="GAL-CLE-12",
                advice="Cinq mots tirés au hasard se retiennent, et suffisent.",
            )
        salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
        sealed = AESGCM(_stretched(passphrase, salt, (_N, _R, _P))).encrypt(nonce, key, key_id.encode("ascii"))
        texts = {name: base64.b64encode(value).decode("ascii") for name, value in
                 (("salt", salt), ("nonce", nonce), ("sealed", sealed))}  # fmt: skip
        content = json.dumps({"n": _N, "r": _R, "p": _P, **texts}, indent=1).encode("ascii")
        write_key_file(self._file(key_id), content)
        if self.read(key_id) != key:
            raise _unusable()

    def forget(self, key_id: str) -> None:
        """Remove a key; nothing where there is none."""
        self._file(key_id).unlink(missing_ok=True)

    def _file(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.json"


class Passphrase:
    """The passphrase of this workstation: given by hand, or handed over in a file that the settings or systemd name."""

    def __init__(self, file: Path | None) -> None:
        """Read it in ``file`` where nobody gives it; None for no file."""
        self._file = file
        self._given: str | None = None

    def __repr__(self) -> str:
        """Say nothing of the words."""
        return "Passphrase(…)"

    @property
    def is_to_ask(self) -> bool:
        """True where a person must give it."""
        return self._given is None and self._source() is None

    def give(self, passphrase: str) -> None:
        """Take what a person typed, for as long as the program runs."""
        self._given = passphrase

    def __call__(self) -> str:
        """Return the passphrase. Raises SecretsUnavailable where nobody gave it."""
        if self._given is not None:
            return self._given
        source = self._source()
        if source is None:
            raise SecretsUnavailable(
                "La phrase de passe de ce poste n’a pas été donnée.",
                code="GAL-CLE-15",
                advice="Donnez-la au démarrage, ou par un « credential » systemd nommé galien-passphrase.",
            )
        return passphrase_in(source)

    def _source(self) -> Path | None:
        """Return the file that hands it over: named by the settings, else a credential of systemd (LoadCredential=)."""
        if self._file is not None:
            return self._file
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        handed = Path(folder, CREDENTIAL) if folder else None
        return handed if handed is not None and handed.is_file() else None


def passphrase_in(file: Path) -> str:
    """Return the passphrase that a file holds, without its line end.

    Raises SecretsUnavailable unless it belongs to this account and no other may read it (POSIX).
    """
    try:
        found = file.stat()
        if os.name == "posix" and (found.st_uid not in {os.getuid(), 0} or stat.S_IMODE(found.st_mode) & 0o077):
            raise SecretsUnavailable(
                "Le fichier de la phrase de passe peut être lu par d’autres que ce compte.",
                code="GAL-CLE-13",
                advice="Donnez-lui le mode 0600 et le compte de Galien pour propriétaire.",
            )
        return file.read_text("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretsUnavailable(
            "Le fichier de la phrase de passe est absent ou illisible.",
            code="GAL-CLE-13",
            advice="Vérifiez le réglage « secret_passphrase_file », ou la ligne LoadCredential du service.",
        ) from error


def _stretched(passphrase: str, salt: bytes, cost: tuple[int, ...]) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415 -- heavy: at first use

    n, r, p = cost
    try:
        return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase.encode("utf-8"))
    except (ValueError, MemoryError) as error:
        raise _unusable() from error


def _opened(sealed: bytes, nonce: bytes, key: bytes, key_id: str) -> bytes:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- heavy: at first use
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- the same

    try:
        return AESGCM(key).decrypt(nonce, sealed, key_id.encode("ascii"))
    except (InvalidTag, ValueError):
        raise SecretsUnavailable(
            "La phrase de passe n’ouvre pas la clé de ce poste.",
            code="GAL-CLE-14",
            advice="Vérifiez-la, puis recommencez.",
        ) from None


def _unusable() -> SecretsUnavailable:
    return SecretsUnavailable(
        "Le fichier de la clé de ce poste est illisible ou altéré.",
        code="GAL-CLE-07",
        advice="Inscrivez le poste à nouveau par un code : galien secrets enrol. Rien n’a été effacé.",
    )
