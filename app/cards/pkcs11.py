"""How is a professional's card reached on this workstation? By the PKCS#11 module of the ANS's Cryptolib CPS.

Source of the places: external specification of the Cryptolib CPS v2.0.0 (Windows, Linux), and for macOS and the older
Linux place what published programs load.
"""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cards import module_host
from app.cards.cps_failures import (
    CardChanged,
    CardLocked,
    CardNotUpdated,
    CardPulled,
    CodeBlocked,
    CodeMalformed,
    CodeNotEntered,
    CodeWrong,
    KeyAbsent,
    ModuleAbsent,
    ModuleDied,
    ModuleSlow,
    ModuleUnusable,
    ProfessionalCardAbsent,
    ProfessionalCardFailure,
    SignatureRefused,
)
from app.cards.host_process import HostProcess
from app.cards.professional import MOST_TRIES, CardObject, ModuleFacts, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.cards.professional import KeyUse

LIMIT_S = 1.9
"""How long one call may last, the start of the module included: beyond, a person has already looked elsewhere."""
PINPAD_S = 60.0
"""How long a person may take to type a code on the keys of a reader."""
_PLACES = {
    "win32": (r"{windir}\System32\cps3_pkcs11_w64.dll",),
    "linux": (
        "/usr/lib64/libcps3_pkcs11_lux.so",
        "/opt/santesocial/CPS/lib/libcps3_pkcs11_lux.so",
        "/usr/local/galss/libcps3_pkcs11_lux.so",
    ),
    "darwin": ("/usr/local/lib/libcps3_pkcs11_osx.dylib",),
}
_BAD_UPDATE = "80000001"
"""CKR_ASIP_BAD_EF_ACTUA."""
_FAILURES: dict[str, tuple[type[ProfessionalCardFailure], str]] = {
    "removed": (CardPulled, "La carte a été retirée pendant l’échange."),
    "other-card": (CardChanged, "La carte affichée n’est plus dans le lecteur."),
    "not-unlocked": (CardLocked, "La carte n’est pas déverrouillée."),
    "code-absent": (CodeMalformed, "Le code porteur est vide."),
    "key-absent": (KeyAbsent, "La clé de ce certificat n’est pas sur la carte."),
    "PinLocked": (CodeBlocked, "Le code de cette carte est bloqué."),
    "PinLenRange": (CodeMalformed, "La carte refuse un code de cette longueur."),
    "PinInvalid": (CodeMalformed, "La carte refuse un code fait de ces caractères."),
    "FunctionCancelled": (CodeNotEntered, "Le code n’a pas été tapé sur le lecteur."),
    "TokenNotRecognised": (ProfessionalCardAbsent, "Cette carte n’est pas une carte de professionnel."),
    "MechanismInvalid": (SignatureRefused, "La carte ne signe pas de la façon demandée."),
    "KeyTypeInconsistent": (SignatureRefused, "La clé de la carte ne signe pas de la façon demandée."),
    "UserNotLoggedIn": (CardLocked, "La carte n’est pas déverrouillée."),
}


def places(system: str = sys.platform) -> tuple[str, ...]:
    """Return where the module is by default on a system, in the order in which it is looked for."""
    windir = os.environ.get("WINDIR", r"C:\Windows")
    return tuple(place.format(windir=windir) for place in _PLACES.get(system, _PLACES["linux"]))


def find(chosen: str, defaults: Sequence[str]) -> str:
    """Return the module: the one ``chosen`` in the settings and no other, else the first that exists.

    Raises ModuleAbsent, which names every place looked at.
    """
    tried = [chosen] if chosen else list(defaults)
    for place in tried:
        if Path(place).is_file():
            return place
    raise ModuleAbsent(f"La Cryptolib CPS est introuvable. Chemins essayés : {', '.join(tried)}.")


class Pkcs11Module:
    """The module of this workstation, in a process of its own."""

    is_simulated = False

    def __init__(
        self, chosen: Callable[[], str] = str, *, defaults: Sequence[str] | None = None, limit_s: float = LIMIT_S
    ) -> None:
        """Use the path that ``chosen`` gives at each call (empty: the default places), each call within ``limit_s``."""
        self._chosen = chosen
        self._defaults = places() if defaults is None else tuple(defaults)
        self._limit_s = limit_s
        self._path = ""
        self._process: HostProcess | None = None

    def about(self) -> ModuleFacts:
        """Return what the module says of itself (C_GetInfo)."""
        told = self._ask({"do": "about"})
        return ModuleFacts(
            path=self._path,
            description=told["description"],
            maker=told["maker"],
            version=told["version"],
            standard=told["standard"],
        )

    def tokens(self) -> tuple[Token, ...]:
        """Return the cards that are there."""
        return tuple(Token(**one) for one in self._ask({"do": "tokens"})["tokens"])

    def read(self, serial: str) -> tuple[CardObject, ...]:
        """Return the certificates and public data of a card."""
        return _objects(self._ask({"do": "read", "serial": serial}))

    def unlock(self, serial: str, code: bytearray | None) -> tuple[CardObject, ...]:
        """Present the code once and keep the card unlocked; return what it opens. ``code`` is zeroed."""
        order = {"do": "unlock", "serial": serial, "pinpad": code is None}
        return _objects(self._ask(order, PINPAD_S if code is None else self._limit_s, code))

    def sign(self, serial: str, key: CardObject, use: KeyUse, data: bytes) -> bytes:
        """Sign by SHA256-RSA-PKCS with the private key of a certificate."""
        told = self._ask(
            {
                "do": "sign",
                "serial": serial,
                "id": base64.b64encode(key.id).decode("ascii"),
                "label": use.key_label,
                "data": base64.b64encode(data).decode("ascii"),
            }
        )
        return base64.b64decode(told["signature"])

    def lock(self) -> None:
        """Shut what a code had opened."""
        process = self._process
        if process is not None:
            process.ask({"do": "lock"}, self._limit_s)

    def close(self) -> None:
        """End the process of the module."""
        process, self._process = self._process, None
        if process is not None:
            process.close()

    def _ask(self, order: dict[str, Any], seconds: float = 0.0, code: bytearray | None = None) -> dict[str, Any]:
        path = find(self._chosen(), self._defaults)
        # Kept apart: ``close`` may come from another thread at any moment.
        process = self._process
        if process is None or path != self._path:
            self.close()
            process = HostProcess([module_host.__file__, path], slow=_slow, died=_died)
            self._path, self._process = path, process
        told = process.ask(order, seconds or self._limit_s, code)
        if "error" in told:
            raise self._failure(told)
        return told

    def _failure(self, told: dict[str, Any]) -> ProfessionalCardFailure:
        name, code = told["error"], told.get("code", "")
        if code == _BAD_UPDATE:
            return CardNotUpdated("La mise à jour de cette carte n’a pas été menée à son terme.")
        if name == "PinIncorrect":
            return code_wrong(Token(**told["token"]).tries_left)
        if name in _FAILURES:
            kind, text = _FAILURES[name]
            return kind(text)
        if name == "PKCS11Error" and not code:
            return ModuleUnusable(f"La Cryptolib CPS trouvée à {self._path} ne se charge pas.")
        return ProfessionalCardFailure(f"La Cryptolib CPS a échoué ({code or name}).")


def code_wrong(left: int | None) -> ProfessionalCardFailure:
    """Return the failure that stands for a wrong code, with what it leaves."""
    if left == 0:
        return CodeBlocked("Code faux : le code de cette carte est maintenant bloqué.")
    if left is None:
        return CodeWrong("Code faux.", None)
    words = "il reste un seul essai" if left == 1 else f"il reste {left} essais sur {MOST_TRIES}"
    return CodeWrong(f"Code faux : {words}.", left)


def _objects(told: dict[str, Any]) -> tuple[CardObject, ...]:
    return tuple(
        CardObject(
            kind=one["kind"],
            label=one["label"],
            value=base64.b64decode(one["value"]),
            id=base64.b64decode(one.get("id", "")),
        )
        for one in told["objects"]
    )


def _slow() -> ModuleSlow:
    return ModuleSlow("La Cryptolib CPS n’a pas répondu à temps.")


def _died() -> ModuleDied:
    return ModuleDied("La Cryptolib CPS s’est arrêtée d’elle-même.")
