"""What does a professional's card answer that exists in no reader? For the demonstration: people who do not exist.

The certificates are those of an authority made for one run of the program, named TEST as that of the ANS's test cards:
nothing outside this process trusts it, and production refuses it.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from app.cards import tlv
from app.cards.cps_failures import CardChanged, CardLocked, CardPulled, CodeBlocked, CodeNotEntered
from app.cards.pkcs11 import code_wrong
from app.cards.professional import MOST_TRIES, CardObject, KeyUse, ModuleFacts, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate, Name

_LOW, _FINAL, _LOCKED = 0x00010000, 0x00020000, 0x00040000
_READY = 0x0000040D
_SHOWN_SERIAL = 16
_LABELS = {
    KeyUse.AUTHENTICATION: "Certificat d'Authentification CPS",
    KeyUse.SIGNATURE: "Certificat de Signature CPS",
}
_DAYS = 365


class VirtualAuthority:
    """The authority of one run: it issues the certificates of the virtual cards."""

    @cached_property
    def key(self) -> RSAPrivateKey:
        """Its key, made at first use."""
        return _new_key()

    @cached_property
    def certificate(self) -> Certificate:
        """Its own certificate."""
        name = _name({"2.5.4.6": "FR", "2.5.4.10": "TEST GALIEN", "2.5.4.3": "TEST AC DE DEMONSTRATION"})
        return _issued(name, self.key, name, self.key, days=10 * _DAYS, authority=True)

    @property
    def der(self) -> bytes:
        """Its certificate, as a trust anchor is given."""
        from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 -- only a demonstration

        return self.certificate.public_bytes(Encoding.DER)


@dataclass(slots=True)
class VirtualCps:
    """A card: whose it is, its code, and the tries it has left, which it remembers while it is out."""

    serial: str
    family_name: str
    given_name: str
    rpps: str
    title: str
    code: str
    structure_id: str
    structure_name: str
    authority: VirtualAuthority
    tries: int = MOST_TRIES
    days: int = _DAYS
    _made: dict[KeyUse, tuple[RSAPrivateKey, bytes]] = field(default_factory=dict)

    def token(self, reader: str) -> Token:
        """Return the card as a module would show it in a reader."""
        flags = {0: _LOCKED, 1: _LOW | _FINAL, MOST_TRIES: 0}.get(self.tries, _LOW)
        return Token(
            serial=self.serial[-_SHOWN_SERIAL:],
            label="CPS SIMULEE",
            model="IAS ECC",
            maker="Galien",
            reader=reader,
            flags=_READY | flags,
        )

    def certificate(self, use: KeyUse) -> CardObject:
        """Return a certificate of the card."""
        return CardObject(
            kind="certificate", label=_LABELS[use], value=self._pair(use)[1], id=bytes([0x01, use.id_end])
        )

    def sign(self, use: KeyUse, data: bytes) -> bytes:
        """Sign with a key of the card."""
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 -- only a demonstration
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415 -- the same

        return self._pair(use)[0].sign(data, padding.PKCS1v15(), hashes.SHA256())

    def situation(self) -> CardObject:
        """Return the situation d’exercice that the code opens."""
        fields = ((0x84, self.structure_name), (0x85, self.structure_id), (0x86, "SA33"))
        value = tlv.encode(0xEE, b"".join(tlv.encode(tag, text.encode()) for tag, text in fields))
        return CardObject(kind="data", label="CPS_ACTIVITY_01_PS", value=value)

    def _pair(self, use: KeyUse) -> tuple[RSAPrivateKey, bytes]:
        from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 -- only a demonstration

        if use not in self._made:
            key = _new_key()
            person = {"2.5.4.3": f"8{self.rpps}", "2.5.4.4": self.family_name, "2.5.4.42": self.given_name}
            subject = _name({"2.5.4.6": "FR", "2.5.4.12": self.title}, person)
            issuer = self.authority
            made = _issued(subject, key, issuer.certificate.subject, issuer.key, days=self.days)
            self._made[use] = key, made.public_bytes(Encoding.DER)
        return self._made[use]


class VirtualModule:
    """The cards of a simulation, behind the same words as a PKCS#11 module."""

    is_simulated = True

    def __init__(self, held: Callable[[], Mapping[str, VirtualCps]]) -> None:
        """Reach the cards that ``held`` returns, by the reader in which each is."""
        self._held = held
        self._unlocked = ""

    def about(self) -> ModuleFacts:
        """Say that it is none."""
        return ModuleFacts(
            path="", description="Cartes simulées de la démonstration", maker="Galien", version="1.0", standard="2.20"
        )

    def tokens(self) -> tuple[Token, ...]:
        """Return the cards that are in a reader."""
        return tuple(card.token(reader) for reader, card in self._held().items())

    def read(self, serial: str) -> tuple[CardObject, ...]:
        """Return the certificates of a card."""
        card = self._card(serial)
        return tuple(card.certificate(use) for use in KeyUse)

    def unlock(self, serial: str, code: bytearray | None) -> tuple[CardObject, ...]:
        """Present a code: three wrong ones in a row block the card."""
        card = self._card(serial)
        if code is None:
            raise CodeNotEntered("Le code n’a pas été tapé.")
        if not card.tries:
            raise CodeBlocked("Le code de cette carte est bloqué.")
        if not hmac.compare_digest(bytes(code), card.code.encode()):
            card.tries -= 1
            raise code_wrong(card.tries)
        card.tries, self._unlocked = MOST_TRIES, serial
        return (*self.read(serial), card.situation())

    def sign(self, serial: str, key: CardObject, use: KeyUse, data: bytes) -> bytes:
        """Sign with a key of the card that is unlocked."""
        card = self._card(serial)
        if self._unlocked != serial:
            raise CardLocked("La carte n’est pas déverrouillée.")
        if key.id[-1] != use.id_end:
            raise CardChanged("Cette clé n’est pas celle de la carte.")
        return card.sign(use, data)

    def lock(self) -> None:
        """Shut what a code had opened."""
        self._unlocked = ""

    def close(self) -> None:
        """Shut what a code had opened."""
        self._unlocked = ""

    def _card(self, serial: str) -> VirtualCps:
        for card in self._held().values():
            if card.serial.endswith(serial):
                return card
        raise CardPulled("La carte a été retirée pendant l’échange.")


def _new_key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 -- only a demonstration

    return rsa.generate_private_key(65537, 2048)


def _name(*parts: dict[str, str]) -> Name:
    """Return a name of one value at a time for the first part, and of several at once for the next."""
    from cryptography import x509  # noqa: PLC0415 -- only a demonstration

    def attribute(oid: str, value: str) -> x509.NameAttribute[str]:
        return x509.NameAttribute(x509.ObjectIdentifier(oid), value)

    single = [x509.RelativeDistinguishedName([attribute(*pair)]) for pair in parts[0].items()]
    several = [x509.RelativeDistinguishedName([attribute(*pair) for pair in part.items()]) for part in parts[1:]]
    return x509.Name([*single, *several])


def _issued(
    subject: Name, key: RSAPrivateKey, issuer: Name, by: RSAPrivateKey, *, days: int, authority: bool = False
) -> Certificate:
    from cryptography import x509  # noqa: PLC0415 -- only a demonstration
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 -- the same

    # From long before any clock of a demonstration or of a test, to long after.
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=20 * _DAYS + days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(by, hashes.SHA256())
    )
