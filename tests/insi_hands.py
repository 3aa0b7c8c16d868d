"""Who asks INSi in the tests: a software, questions, certificates of an organisation, the card of a professional."""

from __future__ import annotations

import datetime as dt
import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from app.remote.insi.credentials import OrganisationCredential
from app.remote.insi.model import Operation, Query, Software
from app.sandbox.insi.server import AUTHORISATION

if TYPE_CHECKING:
    from app.sandbox.pki import Pki

INSTANCE = "6f0c2f6e-0f0f-4f4e-9d5a-0123456789ab"
SOFTWARE = Software(idam=AUTHORISATION, version="0.1.0", instance=INSTANCE, name="GALIEN")
DAY = dt.timedelta(days=1)


def question(operation: Operation = Operation.BY_TRAITS, **said: Any) -> Query:  # noqa: ANN401 -- any field of a question
    """Return a question with a new message id: ADRUN ZOE, unless something else is said."""
    by_traits = {"family_name": "ADRUN", "first_name": "ZOE", "sex": "F", "birth_date": "1975-12-31"}
    traits = {} if operation is Operation.BY_CARD else by_traits
    return Query(operation=operation, message_id=str(uuid.uuid4()), **{**traits, **said})


def organisation(pki: Pki, kind: str = "manu") -> OrganisationCredential:
    """Return one of the organisation’s certificates, the good ones or the bad."""
    made = pki.organisation(kind)
    return OrganisationCredential(certificate_der=made.certificate, private_key_pkcs8=made.key, chain=made.chain)


class CardAuthority:
    """Who issues the cards: not the authority of the organisations."""

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """Its key."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def der(self) -> bytes:
        """Its own certificate."""
        return certificate("TEST AC FICTIVE DES CARTES", self.key, self, dt.datetime.now(dt.UTC)).public_bytes(
            Encoding.DER
        )


class TrialCard:
    """A card in its reader, that may be pulled out, changed, or sign wrongly; counts what it signed."""

    __test__ = False

    def __init__(self, authority: CardAuthority, *, now: dt.datetime, days: int = 300) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.identifier = "889970001007"
        self.card_serial = "80250000019900000042"
        self.billing_id = "639999010"
        self.sector = "SA33"
        made = certificate(self.identifier, self._key, authority, now, days=days)
        self.certificate_der = made.public_bytes(Encoding.DER)
        self.is_in = True
        self.signed = 0
        self.spoils = False

    def sign(self, data: bytes) -> bytes:
        """Sign, as PKCS#11 does with CKM_SHA256_RSA_PKCS."""
        self.signed += 1
        told = data + b"!" if self.spoils else data
        return self._key.sign(told, padding.PKCS1v15(), hashes.SHA256())

    def is_present(self) -> bool:
        """Return True while it is in the reader."""
        return self.is_in


def certificate(
    name: str, key: rsa.RSAPrivateKey, authority: CardAuthority, now: dt.datetime, *, days: int = 300
) -> x509.Certificate:
    """Return a certificate of a card, valid until ``days`` after ``now``."""
    own, issuer = (
        x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, text)])
        for text in (name, "TEST AC FICTIVE DES CARTES")
    )
    serial = x509.random_serial_number()
    begin, end = now - 400 * DAY, now + days * DAY
    builder = x509.CertificateBuilder(issuer, own, key.public_key(), serial, begin, end)
    return builder.sign(authority.key, hashes.SHA256())


def answer(inside: str, *, prefix: str = "ns2", result: str = "http://www.cnamts.fr/INSiResultat") -> bytes:
    """Return an envelope around the inside of a ``RESULTAT``, whose elements are written with ``P:``."""
    content = inside.replace("P:", f"{prefix}:" if prefix else "")
    name = f"{prefix}:RESULTAT" if prefix else "RESULTAT"
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    return (
        '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Header/>'
        f'<env:Body><{name} {declared}="{result}">{content}</{name}></env:Body></env:Envelope>'
    ).encode()


def number(matricule: str, *, element: str = "INSACTIF", dates: str = "", oid: str = "1.2.250.1.213.1.4.8") -> str:
    """Return an ``INSACTIF`` or an ``INSHISTO``; ``dates`` stand before the number, as some samples have them."""
    return (
        f"<P:{element}>{dates}<P:IdIndividu><P:NumIdentifiant>{matricule[:13]}</P:NumIdentifiant>"
        f"<P:Cle>{matricule[13:]}</P:Cle></P:IdIndividu><P:OID>{oid}</P:OID></P:{element}>"
    )


REPORT = "<P:CR><P:CodeCR>00</P:CodeCR><P:LibelleCR>OK</P:LibelleCR></P:CR>"
TRAITS = (
    "<P:TIQ><P:NomNaissance>ADRUN</P:NomNaissance><P:ListePrenom>ZOE</P:ListePrenom><P:Sexe>F</P:Sexe>"
    "<P:DateNaissance>1975-12-31</P:DateNaissance><P:LieuNaissance>63220</P:LieuNaissance></P:TIQ>"
)
FOUND = f"{REPORT}<P:INDIVIDU>{number('275126322074974')}{TRAITS}</P:INDIVIDU>"
