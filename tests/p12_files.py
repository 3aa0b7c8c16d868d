"""PKCS#12 files as an authority hands them over, and as they should not be."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


def new_key() -> rsa.RSAPrivateKey:
    """Return an RSA key of 2048 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: rsa.RSAPrivateKey, start: dt.datetime, days: int) -> x509.Certificate:
    """Return a self-signed certificate of the key, for ``days`` from ``start``."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PHARMACIE DE L’ESSAI")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + days * DAY)
    return made.sign(key, hashes.SHA256())


def p12(password: str, key: rsa.RSAPrivateKey | None, face: x509.Certificate | None) -> bytes:
    """Return a PKCS#12 file of a key and a certificate, either of which may be missing."""
    sealed = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"essai", key, face, None, sealed)


def pkcs8(key: rsa.RSAPrivateKey) -> bytes:
    """Return the private key as the vault must give it back."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
