"""Which certificates do the simulated services and their callers have? Made for one run, and trusted by nothing else.

Every name says TEST and FICTIF. The good ones and the bad ones are declared in two tables; keys are made at first use
(elliptic curve P-256: at once) and never leave the process.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DAY = dt.timedelta(days=1)
_MAKER = "GALIEN ESSAI FICTIF"
_HERE = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A certificate to be made: its name, when it is valid (days from now), by which authority, whether revoked."""

    name: str
    since: int = -2500
    until: int = 365
    issuer: str = "organisations"
    hosts: tuple[str, ...] = ()
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate with its key and the authorities between it and the root, as DER; ``pem`` for a server."""

    certificate: bytes
    key: bytes
    chain: tuple[bytes, ...]
    pem: bytes


CLIENTS: Mapping[str, Wanted] = {
    "manu": Wanted(name="INSI-MANU"),
    "auto": Wanted(name="INSI-AUTO"),
    "wrong_name": Wanted(name="OFFICINE-FICTIVE"),
    "expired": Wanted(name="INSI-MANU", since=-400, until=-1),
    "early": Wanted(name="INSI-MANU", since=5),
    "revoked": Wanted(name="INSI-MANU", revoked=True),
    "foreign": Wanted(name="INSI-MANU", issuer="foreign"),
}
SERVERS: Mapping[str, Wanted] = {
    "good": Wanted(name="localhost", issuer="servers", hosts=_HERE),
    "expired": Wanted(name="localhost", issuer="servers", hosts=_HERE, since=-400, until=-1),
    "early": Wanted(name="localhost", issuer="servers", hosts=_HERE, since=5),
    "other_host": Wanted(name="ailleurs.invalid", issuer="servers", hosts=("ailleurs.invalid",)),
    "foreign": Wanted(name="localhost", issuer="foreign", hosts=_HERE),
}
_AUTHORITIES = {
    "root": ("TEST AC RACINE FICTIVE", "root"),
    "organisations": ("TEST AC FICTIVE ELEMENTAIRE ORGANISATIONS", "root"),
    "servers": ("TEST AC FICTIVE SERVEURS", "root"),
    "foreign": ("TEST AC FICTIVE ETRANGERE", "foreign"),
}


class Pki:
    """The authorities and the certificates of one run."""

    def __init__(self, *, now: dt.datetime | None = None, structure_id: str = "1639999010") -> None:
        """Count the dates from ``now`` (by default the machine’s); ``structure_id`` is whom the clients act for."""
        self._now = now or dt.datetime.now(dt.UTC)
        self._structure_id = structure_id
        self._authorities: dict[str, tuple[x509.Certificate, ec.EllipticCurvePrivateKey]] = {}
        self._issued: dict[Wanted, Issued] = {}
        self._serials: dict[Wanted, int] = {}

    def organisation(self, kind: str = "manu") -> Issued:
        """Return one of the certificates of ``CLIENTS``."""
        return self._made(CLIENTS[kind], self._client_name(CLIENTS[kind].name), ExtendedKeyUsageOID.CLIENT_AUTH)

    def server(self, kind: str = "good") -> Issued:
        """Return one of the certificates of ``SERVERS``."""
        return self._made(SERVERS[kind], _name(SERVERS[kind].name), ExtendedKeyUsageOID.SERVER_AUTH)

    @property
    def chain(self) -> tuple[bytes, ...]:
        """What goes with the certificate of an organisation (DER)."""
        return (self._authority("organisations")[0].public_bytes(Encoding.DER),)

    @cached_property
    def authorities(self) -> bytes:
        """The root (PEM), which clients and servers trust."""
        return self._authority("root")[0].public_bytes(Encoding.PEM)

    @cached_property
    def foreign_root(self) -> bytes:
        """The root (PEM) of the authority that nobody should trust."""
        return self._authority("foreign")[0].public_bytes(Encoding.PEM)

    def trusted_clients(self) -> bytes:
        """Return what a server needs to judge its clients (PEM): the root, their issuer, and what it revoked."""
        certificate, key = self._authority("organisations")
        builder = x509.CertificateRevocationListBuilder(certificate.subject, self._now - _DAY, self._now + 30 * _DAY)
        for wanted in CLIENTS.values():
            if wanted.revoked:
                serial = self._serial(wanted)
                one = x509.RevokedCertificateBuilder(serial, self._now - _DAY).build()
                builder = builder.add_revoked_certificate(one)
        crl = builder.sign(key, hashes.SHA256())
        return self.authorities + certificate.public_bytes(Encoding.PEM) + crl.public_bytes(Encoding.PEM)

    # --- Making -------------------------------------------------------------------------------------------------------

    def _client_name(self, common_name: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "PHARMACIE FICTIVE"),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, self._structure_id),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )

    def _authority(self, kind: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        if kind not in self._authorities:
            label, parent = _AUTHORITIES[kind]
            name, key = _name(label), ec.generate_private_key(ec.SECP256R1())
            issuer, issuer_key = (name, key) if parent == kind else self._issuer(parent)
            serial = x509.random_serial_number()
            begin, end = self._now - 3000 * _DAY, self._now + 3650 * _DAY
            builder = x509.CertificateBuilder(issuer, name, key.public_key(), serial, begin, end)
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            builder = builder.add_extension(_usage(authority=True), critical=True)
            self._authorities[kind] = builder.sign(issuer_key, hashes.SHA256()), key
        return self._authorities[kind]

    def _issuer(self, kind: str) -> tuple[x509.Name, ec.EllipticCurvePrivateKey]:
        certificate, key = self._authority(kind)
        return certificate.subject, key

    def _made(self, wanted: Wanted, subject: x509.Name, purpose: x509.ObjectIdentifier) -> Issued:
        if wanted not in self._issued:
            self._issued[wanted] = self._issue(wanted, subject, purpose)
        return self._issued[wanted]

    def _issue(self, wanted: Wanted, subject: x509.Name, purpose: x509.ObjectIdentifier) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        authority, authority_key = self._authority(wanted.issuer)
        begin, end = self._now + wanted.since * _DAY, self._now + wanted.until * _DAY
        builder = x509.CertificateBuilder(
            authority.subject, subject, key.public_key(), self._serial(wanted), begin, end
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(authority=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        if wanted.hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(_hosts(wanted.hosts)), critical=False)
        made = builder.sign(authority_key, hashes.SHA256())
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        between = () if wanted.issuer == "foreign" else (authority,)
        return Issued(
            certificate=made.public_bytes(Encoding.DER),
            key=private,
            chain=tuple(one.public_bytes(Encoding.DER) for one in between),
            pem=key_pem + b"".join(one.public_bytes(Encoding.PEM) for one in (made, *between)),
        )

    def _serial(self, wanted: Wanted) -> int:
        return self._serials.setdefault(wanted, x509.random_serial_number())


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _MAKER),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _hosts(hosts: Sequence[str]) -> list[x509.GeneralName]:
    return [x509.IPAddress(ipaddress.ip_address(host)) if host[:1].isdigit() else x509.DNSName(host) for host in hosts]


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
