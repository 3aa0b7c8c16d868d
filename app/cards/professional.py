"""What does a professional's card hold, and what is asked of whatever reaches it: a PKCS#11 module, or a virtual card?

Sources: PKCS#11 2.20 (flags of a token); the specifications of the ANS's Cryptolib CPS (labels, objects, three tries, a
code of four digits); the data of a situation as third parties observed them (dossier of the DMP-compatible clients).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.cards import tlv
from app.cards.cps_failures import CertificateAbsent, CodeBlocked, CodeMalformed, LastTry
from app.cards.failures import CardDefect

if TYPE_CHECKING:
    from collections.abc import Iterable

CODE_LENGTH = 4
"""Digits of the « code porteur »; a code of another length is refused by the module too, and costs no try there."""
MOST_TRIES = 3
SITUATIONS = tuple(f"CPS_ACTIVITY_{place:02d}_PS" for place in range(1, 17))
"""The situations d’exercice of a card; the places may have holes."""
_LOGIN_FLAGS = {"low": 0x00010000, "final": 0x00020000, "locked": 0x00040000}
_PINPAD = 0x00000100
# A CPS3, and a CPS4 as its header and as its specification name it.
_COUNTING_MODELS = ("IAS ECC", "ChipDoc", "NXP")
_ACTIVITY, _STRUCTURE_NAME, _STRUCTURE_ID, _SECTOR = 0xEE, 0x84, 0x85, 0x86


class KeyUse(enum.StrEnum):
    """What a key of the card is for: they are never taken one for the other."""

    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"

    @property
    def key_label(self) -> str:
        """The label of its private key, as the ANS's own test programs name it."""
        return {KeyUse.AUTHENTICATION: "CPS_PRIV_AUT", KeyUse.SIGNATURE: "CPS_PRIV_SIG"}[self]

    @property
    def id_end(self) -> int:
        """The last byte of the identifier of its pair, as observed."""
        return {KeyUse.AUTHENTICATION: 0x20, KeyUse.SIGNATURE: 0x10}[self]

    @property
    def label_part(self) -> str:
        """What the label of its certificate holds."""
        return {KeyUse.AUTHENTICATION: "d'authentification", KeyUse.SIGNATURE: "sign"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFacts:
    """What a module says of itself, and where it was found."""

    path: str
    description: str
    maker: str
    version: str
    standard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A card as its module sees it; ``reader`` is how the module names its slot, ``flags`` those of CK_TOKEN_INFO."""

    serial: str
    label: str
    model: str
    maker: str
    reader: str
    flags: int

    @property
    def tries_left(self) -> int | None:
        """How many codes may be presented; None where the card does not tell."""
        if self.flags & _LOGIN_FLAGS["locked"]:
            return 0
        if self.flags & _LOGIN_FLAGS["final"]:
            return 1
        if self.flags & _LOGIN_FLAGS["low"]:
            return MOST_TRIES - 1
        return MOST_TRIES if self.model.startswith(_COUNTING_MODELS) else None

    @property
    def has_pinpad(self) -> bool:
        """True where the code is typed on the reader and never here (CKF_PROTECTED_AUTHENTICATION_PATH)."""
        return bool(self.flags & _PINPAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardObject:
    """A certificate (``id`` names its pair of keys) or a data object, as the card gives it."""

    kind: str
    label: str
    value: bytes
    id: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSituation:
    """One situation d’exercice, as observed by third parties; a field is empty where the card has none."""

    structure_name: str = ""
    structure_id: str = ""
    sector: str = ""


class CardModule(Protocol):
    """Whatever reaches professional cards. Its methods raise ProfessionalCardFailure, within two seconds."""

    @property
    def is_simulated(self) -> bool:
        """True where the cards are fictitious."""
        ...

    def about(self) -> ModuleFacts:
        """Return what the module says of itself."""
        ...

    def tokens(self) -> tuple[Token, ...]:
        """Return the cards that are there."""
        ...

    def read(self, serial: str) -> tuple[CardObject, ...]:
        """Return what a card shows to anyone."""
        ...

    def unlock(self, serial: str, code: bytearray | None) -> tuple[CardObject, ...]:
        """Present the code once (None: typed on the reader); return what it opens. The card stays unlocked."""
        ...

    def sign(self, serial: str, key: CardObject, use: KeyUse, data: bytes) -> bytes:
        """Sign ``data`` by SHA256-RSA-PKCS with the private key of the certificate ``key``."""
        ...

    def lock(self) -> None:
        """Shut what a code had opened; nothing where nothing is open."""
        ...

    def close(self) -> None:
        """End the module; the next call begins it anew."""
        ...


def certificate_for(use: KeyUse, objects: Iterable[CardObject]) -> CardObject:
    """Return the certificate for a use: by its label, else by the identifier of its pair.

    Raises CertificateAbsent: the technical certificate of the contactless side is neither.
    """
    certificates = [one for one in objects if one.kind == "certificate" and one.value]
    for one in certificates:
        if use.label_part in one.label.replace("’", "'").lower():
            return one
    for one in certificates:
        if one.id[-1:] == bytes([use.id_end]) and "technique" not in one.label.lower():
            return one
    raise CertificateAbsent(
        "Cette carte ne montre pas de certificat d’authentification."
        if use is KeyUse.AUTHENTICATION
        else "Cette carte ne montre pas de certificat de signature."
    )


def check_code(token: Token, code: bytearray | None, *, last_try: bool) -> None:
    """Refuse to present a code where that would waste a try. Raises CodeBlocked, CodeMalformed or LastTry."""
    if token.tries_left == 0:
        raise CodeBlocked("Le code de cette carte est bloqué.")
    if not token.has_pinpad and (code is None or len(code) != CODE_LENGTH or not code.isdigit()):
        raise CodeMalformed(f"Le code porteur se compose de {CODE_LENGTH} chiffres.")
    if token.tries_left == 1 and not last_try:
        raise LastTry("Il reste un seul essai avant le blocage de la carte.")


def situations_of(objects: Iterable[CardObject]) -> tuple[CardSituation, ...]:
    """Return the situations d’exercice among what the code opened; one that can't be read is left out."""
    by_label = {one.label: one.value for one in objects if one.kind == "data"}
    found = (_situation(by_label[label]) for label in SITUATIONS if by_label.get(label))
    return tuple(one for one in found if one != CardSituation())


def _situation(value: bytes) -> CardSituation:
    try:
        fields = tlv.fields(tlv.fields(value).get(_ACTIVITY, b""))
    except CardDefect:
        return CardSituation()
    return CardSituation(
        structure_name=_words(fields.get(_STRUCTURE_NAME, b"")),
        structure_id=_words(fields.get(_STRUCTURE_ID, b"")),
        sector=_words(fields.get(_SECTOR, b"")),
    )


def _words(value: bytes) -> str:
    return value.decode("utf-8", "replace").strip(" \0")


def same_card(serial: str, other: str) -> bool:
    """Return True where two ways to write the number of a card name one card.

    The file of the card holds 20 digits, the token of PKCS#11 shows 16 characters at most: one ends with the other.
    """
    one, two = (text.replace(" ", "").upper() for text in (serial, other))
    short, long = sorted((one, two), key=len)
    return len(short) >= 8 and long.endswith(short)


def same_reader(described: str, reader: str) -> bool:
    """Return True where a slot of PKCS#11 is a reader of PC/SC: it bears its name, cut at 64 characters."""
    return bool(described) and reader[:64].strip() == described[:64].strip()
