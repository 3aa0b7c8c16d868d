"""How does a professional’s card vouch for a call: which assertion is signed by it, and how long does it serve?

Sources: SAML 2.0 core; XML Signature (exclusive canonicalisation, RSA-SHA256, enveloped); the assertions of the public
clients of the téléservices. The service admits one for about an hour: it serves fifty minutes here, for one card and
as long as that card stays in its reader.
"""

from __future__ import annotations

import base64
import copy
import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.remote import soap
from app.remote.insi import credentials
from app.remote.insi.failures import FailureKind, InsiFailure
from app.remote.insi.messages import utc

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from app.remote.insi.credentials import Card
    from app.remote.soap import Element

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
LIFE = dt.timedelta(minutes=50)
_X509_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
_DN_NAMES = {"2.5.4.4": "sn", "2.5.4.12": "title", "2.5.4.42": "givenName", "2.5.4.65": "pseudonym"}
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_ENVELOPED = f"{DS}enveloped-signature"


@dataclass(frozen=True, slots=True)
class _Kept:
    """An assertion, for which card and since when."""

    about: tuple[str, ...]
    since: dt.datetime
    element: Element


class Assertions:
    """The assertion of the card in the reader, signed when it is needed."""

    def __init__(self) -> None:
        self._kept: _Kept | None = None

    def of(self, card: Card, now: dt.datetime) -> Element:
        """Return the assertion of a card at ``now``, a new one where none serves.

        Raises InsiFailure where the card was taken out or can’t sign; what the card itself raises goes through.
        """
        if not card.is_present():
            self.drop()
            raise _gone()
        certificate = card.certificate_der
        fingerprint = hashlib.sha256(certificate).hexdigest()
        about = (card.card_serial, card.identifier, fingerprint, card.billing_id, card.sector)
        kept = self._kept
        if kept is None or kept.about != about or not kept.since <= now < kept.since + LIFE:
            self.drop()
            element = signed(card, now)
            if not card.is_present():
                raise _gone()
            self._kept = kept = _Kept(about, now, element)
        return copy.deepcopy(kept.element)

    def serves(self, card_serial: str, now: dt.datetime) -> bool:
        """Return True where the assertion that is kept is of that card, and still of use."""
        kept = self._kept
        return kept is not None and kept.about[0] == card_serial and kept.since <= now < kept.since + LIFE

    def drop(self) -> None:
        """Forget the assertion."""
        self._kept = None


def signed(card: Card, now: dt.datetime) -> Element:
    """Return a new assertion, signed by a card. Raises InsiFailure for a certificate that is not valid."""
    certificate = credentials.load(card.certificate_der)
    credentials.check_dates(certificate, now, "Le certificat de la carte")
    assertion = _unsigned(card, subject_of(certificate), now)
    digest = hashlib.sha256(_canonical(assertion)).digest()
    signature = soap.element(DS, "Signature", "ds")
    # Signed where it stands, so that its canonical form is the one that is checked.
    assertion.insert(1, signature)
    info = _signed_info(signature, str(assertion.get("ID")), digest)
    value = card.sign(_canonical(info))
    _check(card.certificate_der, value, _canonical(info))
    soap.add(signature, "SignatureValue", _base64(value))
    data = soap.add(soap.add(signature, "KeyInfo"), "X509Data")
    soap.add(data, "X509Certificate", _base64(card.certificate_der))
    return assertion


def subject_of(certificate: Certificate) -> str:
    """Return the subject of a certificate as RFC 4514 writes it; what it has no short name for, by that of RFC 4519."""
    from cryptography.x509 import ObjectIdentifier  # noqa: PLC0415 -- loaded by the first call only

    return certificate.subject.rfc4514_string({ObjectIdentifier(oid): name for oid, name in _DN_NAMES.items()})


def _unsigned(card: Card, subject: str, now: dt.datetime) -> Element:
    assertion = soap.element(
        SAML, "Assertion", "saml", None, Version="2.0", ID=f"_{uuid.uuid4()}", IssueInstant=utc(now)
    )
    soap.add(assertion, "Issuer", subject, Format=_X509_NAME)
    soap.add(soap.add(assertion, "Subject"), "NameID", card.identifier, NameQualifier="CPS")
    told = [("identifiantFacturation", card.billing_id), ("secteurActivite", card.sector)]
    told = [(name, value) for name, value in told if value]
    if told:
        statement = soap.add(assertion, "AttributeStatement")
        for name, value in told:
            soap.add(soap.add(statement, "Attribute", Name=name), "AttributeValue", value)
    return assertion


def _signed_info(signature: Element, reference_id: str, digest: bytes) -> Element:
    info = soap.add(signature, "SignedInfo")
    soap.add(info, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    soap.add(info, "SignatureMethod", Algorithm=_RSA_SHA256)
    reference = soap.add(info, "Reference", URI=f"#{reference_id}")
    transforms = soap.add(reference, "Transforms")
    soap.add(transforms, "Transform", Algorithm=_ENVELOPED)
    soap.add(transforms, "Transform", Algorithm=EXCLUSIVE)
    soap.add(reference, "DigestMethod", Algorithm=_SHA256)
    soap.add(reference, "DigestValue", _base64(digest))
    return info


def _canonical(element: Element) -> bytes:
    from lxml import etree  # noqa: PLC0415 -- loaded by the first call only

    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))


def _check(certificate_der: bytes, value: bytes, data: bytes) -> None:
    """Say whether a signature is that of the card’s certificate: another one would only be refused far away."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 -- loaded by the first call only
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 -- the same
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 -- the same

    key = credentials.load(certificate_der).public_key()
    text = "La signature de la carte n’est pas celle de son certificat."
    advice = "Retirez la carte, remettez-la, puis recommencez. Si cela dure, prévenez votre éditeur."
    failure = InsiFailure(text, code="GAL-DIS-56", advice=advice, kind=FailureKind.CARD)
    if not isinstance(key, rsa.RSAPublicKey):
        raise failure
    try:
        key.verify(value, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise failure from error


def _gone() -> InsiFailure:
    text = "La carte de professionnel a été retirée ou changée : INSi n’a pas été appelé."
    advice = "Remettez la carte dans le lecteur, puis recommencez."
    return InsiFailure(text, code="GAL-DIS-55", advice=advice, kind=FailureKind.CARD)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
