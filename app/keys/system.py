"""How does the keyring of the system keep the key of this workstation?

Windows: Credential Manager, protected by the session of the Windows user (DPAPI); Linux: Secret Service or KWallet;
macOS: Keychain. A back end that would write in clear, or that no one vouches for, is refused.
"""

from __future__ import annotations

import base64
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from app.kernel.secret import SecretsUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyring.backend import KeyringBackend

SERVICE = "Galien"
ACCEPTED = {
    "keyring.backends.Windows": "Gestionnaire d’identification de Windows",
    "keyring.backends.macOS": "Trousseau de macOS",
    "keyring.backends.SecretService": "trousseau du bureau (Secret Service)",
    "keyring.backends.libsecret": "trousseau du bureau (libsecret)",
    "keyring.backends.kwallet": "portefeuille de KDE",
}
"""The modules of keyring whose back ends encrypt what they keep, and their names."""

_CHAINER = "keyring.backends.chainer"
_PROBE_CHARACTERS = 1_000
"""A back end that takes one character may still fall back to a file in clear, or refuse 44: Windows takes 1,280."""


class SystemKeys:
    """The keys kept by the system for its user."""

    is_clear = False

    @property
    def label(self) -> str:
        """The keyring in use, in French; why there is none where there is none."""
        try:
            return ACCEPTED[_module(_backend())]
        except SecretsUnavailable:
            return "trousseau du système (absent)"

    def read(self, key_id: str) -> bytes | None:
        """Return a key; None where the keyring has none of that id. Raises SecretsUnavailable."""
        backend = _backend()
        with _errors():
            kept = backend.get_password(SERVICE, key_id)
        if kept is None:
            return None
        try:
            return base64.b64decode(kept, validate=True)
        except ValueError:
            raise SecretsUnavailable(
                "L’entrée « Galien » du trousseau de ce poste a été modifiée : ce n’est plus une clé.",
                code="GAL-CLE-07",
                advice="Inscrivez le poste à nouveau par un code : galien secrets enrol. Rien n’a été effacé.",
            ) from None

    def keep(self, key_id: str, key: bytes) -> None:
        """Keep a key of 32 bytes (44 characters), read back. Raises SecretsUnavailable."""
        backend = _backend()
        with _errors():
            _prove(backend)
            text = base64.b64encode(key).decode("ascii")
            backend.set_password(SERVICE, key_id, text)
            if backend.get_password(SERVICE, key_id) != text:
                raise _unfaithful()

    def forget(self, key_id: str) -> None:
        """Remove a key; nothing where there is none. Raises SecretsUnavailable."""
        from keyring.errors import PasswordDeleteError  # noqa: PLC0415 -- heavy: at first use

        backend = _backend()
        with _errors(), suppress(PasswordDeleteError):
            backend.delete_password(SERVICE, key_id)


def _backend() -> KeyringBackend:
    """Return the first back end that encrypts. Raises SecretsUnavailable where there is none."""
    import keyring  # noqa: PLC0415 -- heavy: at first use

    with _errors():
        found = keyring.get_keyring()
        members = list(getattr(found, "backends", ())) if _module(found) == _CHAINER else [found]
    for backend in members:
        if _module(backend) in ACCEPTED:
            return backend
    raise SecretsUnavailable(
        "Ce système n’a pas de trousseau qui chiffre : serveur sans écran, ou session sans portefeuille.",
        code="GAL-CLE-03",
        advice="Ouvrez un trousseau, ou choisissez une phrase de passe : galien secrets begin --passphrase. "
        "Galien n’écrit jamais la clé en clair de lui-même.",
    )


def _module(backend: object) -> str:
    return type(backend).__module__


def _prove(backend: KeyringBackend) -> None:
    """Raise SecretsUnavailable where the back end does not give back what it was given."""
    name, text = f"essai-{secrets.token_hex(4)}", secrets.token_hex(_PROBE_CHARACTERS // 2)
    backend.set_password(SERVICE, name, text)
    given_back = backend.get_password(SERVICE, name)
    backend.delete_password(SERVICE, name)
    if given_back != text:
        raise _unfaithful()


def _unfaithful() -> SecretsUnavailable:
    return SecretsUnavailable("Le trousseau du système ne rend pas ce qu’on lui confie.", code="GAL-CLE-03")


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what a keyring raises into SecretsUnavailable, without its words: some quote what they were given."""
    from keyring.errors import KeyringError, KeyringLocked, NoKeyringError  # noqa: PLC0415 -- heavy: at first use

    try:
        yield
    except KeyringLocked:
        raise SecretsUnavailable(
            "Le trousseau du système est verrouillé.",
            code="GAL-CLE-08",
            advice="Déverrouillez-le (mot de passe de la session), puis recommencez. Rien n’a été effacé.",
        ) from None
    except NoKeyringError:
        raise SecretsUnavailable("Ce système n’a pas de trousseau.", code="GAL-CLE-03") from None
    except (KeyringError, OSError, RuntimeError) as error:
        raise SecretsUnavailable(
            f"Le trousseau du système ne répond pas ({type(error).__name__}).", code="GAL-CLE-09"
        ) from None
