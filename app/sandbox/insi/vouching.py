"""Is an assertion signed by a professional’s card that may be trusted, and does it say what it must?

An independent reading of the standards (SAML 2.0, XML Signature): nothing is shared with the client.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence

_NS = {"s": "urn:oasis:names:tc:SAML:2.0:assertion", "d": "http://www.w3.org/2000/09/xmldsig#"}
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ALGORITHMS = {
    "d:CanonicalizationMethod": [_EXCLUSIVE],
    "d:SignatureMethod": ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"],
    "d:Reference/d:Transforms/d:Transform": ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", _EXCLUSIVE],
    "d:Reference/d:DigestMethod": ["http://www.w3.org/2001/04/xmlenc#sha256"],
}
_LIFE, _DRIFT = dt.timedelta(hours=1), dt.timedelta(minutes=5)
_ISSUER_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
_DN_NAMES = {
    NameOID.SURNAME: "sn",
    NameOID.GIVEN_NAME: "givenName",
    NameOID.TITLE: "title",
    NameOID.PSEUDONYM: "pseudonym",
}
_NAMED = ("identifiantFacturation", "secteurActivite")


class Doubtful(ValueError):
    """An assertion that does not vouch for anybody; says why, in French."""


def holder_of(assertion: etree._Element, issuers: Sequence[bytes], now: dt.datetime) -> str:
    """Return the identifier of whom an assertion vouches for. Raises Doubtful.

    ``issuers`` are the certificates (DER) of the authorities whose cards are trusted.
    """
    if assertion.get("Version") != "2.0" or not (assertion.get("ID") or "").startswith("_"):
        raise Doubtful("assertion sans version 2.0 ou sans identifiant")
    _check_age(assertion.get("IssueInstant") or "", now)
    certificate = _certificate(assertion)
    _check_trust(certificate, issuers, now)
    _check_signature(assertion, certificate)
    names = assertion.findall("s:Subject/s:NameID", _NS)
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1 or names[0].get("NameQualifier") != "CPS" or not common or names[0].text != common[0].value:
        raise Doubtful("NameID qui n’est pas l’identifiant de la carte")
    issuer = assertion.find("s:Issuer", _NS)
    if issuer is None or issuer.get("Format") != _ISSUER_FORMAT:
        raise Doubtful("Issuer sans le format X509SubjectName")
    if issuer.text != certificate.subject.rfc4514_string(_DN_NAMES):
        raise Doubtful("Issuer qui n’est pas le sujet du certificat")
    told = {
        one.get("Name"): one.findtext("s:AttributeValue", "", _NS)
        for one in assertion.findall("s:AttributeStatement/s:Attribute", _NS)
    }
    if any(not told.get(name) for name in _NAMED):
        raise Doubtful("attributs identifiantFacturation et secteurActivite attendus")
    return str(names[0].text)


def _check_age(issued: str, now: dt.datetime) -> None:
    try:
        since = dt.datetime.strptime(issued, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise Doubtful("IssueInstant mal écrit") from error
    if not now - _LIFE < since <= now + _DRIFT:
        raise Doubtful("assertion périmée, ou émise dans l’avenir")


def _certificate(assertion: etree._Element) -> x509.Certificate:
    text = assertion.findtext("d:Signature/d:KeyInfo/d:X509Data/d:X509Certificate", "", _NS)
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error) as error:
        raise Doubtful("certificat de la carte illisible") from error


def _check_trust(certificate: x509.Certificate, issuers: Sequence[bytes], now: dt.datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Doubtful("certificat de la carte hors de ses dates")
    for der in issuers:
        try:
            certificate.verify_directly_issued_by(x509.load_der_x509_certificate(der))
        except (ValueError, TypeError, InvalidSignature):
            continue
        return
    raise Doubtful("certificat de la carte d’une autorité inconnue")


def _check_signature(assertion: etree._Element, certificate: x509.Certificate) -> None:
    signatures = assertion.findall("d:Signature", _NS)
    if len(signatures) != 1:
        raise Doubtful("une signature est attendue")
    signature = signatures[0]
    info = signature.find("d:SignedInfo", _NS)
    if info is None or any(
        [one.get("Algorithm") for one in info.findall(path, _NS)] != wanted for path, wanted in _ALGORITHMS.items()
    ):
        raise Doubtful("algorithmes de signature autres que ceux attendus")
    references = info.findall("d:Reference", _NS)
    if [one.get("URI") for one in references] != [f"#{assertion.get('ID')}"]:
        raise Doubtful("la signature ne porte pas sur cette assertion")
    try:
        digest = base64.b64decode(references[0].findtext("d:DigestValue", "", _NS), validate=True)
        value = base64.b64decode(signature.findtext("d:SignatureValue", "", _NS), validate=True)
    except binascii.Error as error:
        raise Doubtful("signature mal écrite") from error
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise Doubtful("clé de carte autre que RSA")
    try:
        key.verify(value, _canonical(info), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise Doubtful("signature fausse") from error
    if hashlib.sha256(_canonical(_without(assertion, signature))).digest() != digest:
        raise Doubtful("assertion modifiée après sa signature")


def _without(assertion: etree._Element, signature: etree._Element) -> etree._Element:
    """Return a copy of the assertion without its signature, as the transform « enveloped » has it."""
    place = assertion.index(signature)
    copy = etree.fromstring(_canonical(assertion))
    copy.remove(copy[place])
    return copy


def _canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))
