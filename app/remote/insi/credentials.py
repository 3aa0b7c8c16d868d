"""By which certificate does the officine call INSi, and may it be used now?

Sources: the rules of the CL-ORG certificates (SEL-MP-043): the CN is exactly INSI-MANU, for calls that a person makes,
or INSI-AUTO; any other is refused by the service (desir_560). The caller named in the contexts is the OU of the subject
for an organisation, the identifier of the card for a professional.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from app.kernel import french
from app.remote.insi.failures import FailureKind, InsiFailure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from cryptography.x509 import Certificate

ORGANISATION_NAMES = ("INSI-MANU", "INSI-AUTO")
_COMMON_NAME, _UNIT = "2.5.4.3", "2.5.4.11"
_RENEW = "Demandez un nouveau certificat à l’ANS, puis enregistrez-le dans les réglages."
_CLOCK = "Vérifiez la date et l’heure de ce poste."
_SAVE_AGAIN = "Enregistrez de nouveau le fichier .p12 du certificat dans les réglages."


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCredential:
    """The certificate of an organisation (DER), its key (PKCS#8 DER), and the certificates of its issuers (DER)."""

    certificate_der: bytes
    private_key_pkcs8: bytes = field(repr=False)
    chain: tuple[bytes, ...] = ()

    @property
    def mode(self) -> str:
        """How the officine is known to INSi."""
        return "cl_org"

    @property
    def caller(self) -> str:
        """The identifier of the structure, as the certificate has it. Raises InsiFailure where it has none."""
        caller = _first(load(self.certificate_der), _UNIT)
        if not caller:
            text = "Le certificat de l’officine ne porte pas l’identifiant de la structure (OU)."
            raise certificate_failure(text, "44", "Demandez à l’ANS un certificat ORG AUTH_CLI pour INSi.")
        return caller

    def check(self, now: dt.datetime) -> None:
        """Say whether the service can be called with it at ``now``. Raises InsiFailure; nothing is sent."""
        certificate = load(self.certificate_der)
        name = _first(certificate, _COMMON_NAME)
        if name not in ORGANISATION_NAMES:
            admitted = " ou ".join(ORGANISATION_NAMES)
            text = f"Le certificat de l’officine est au nom de « {name[:60]} » : INSi n’admet que {admitted}."
            advice = "Demandez à l’ANS un certificat dont le nom (CN) est INSI-MANU."
            raise certificate_failure(text, "44", advice)
        check_dates(certificate, now, "Le certificat de l’officine")
        _check_key(certificate, self.private_key_pkcs8)
        assert self.caller


class Card(Protocol):
    """A professional’s card that calls INSi; read anew at each call, so that another card is noticed."""

    @property
    def certificate_der(self) -> bytes:
        """The certificate whose key signs."""
        ...

    @property
    def identifier(self) -> str:
        """The identifier of the professional, as the card has it."""
        ...

    @property
    def card_serial(self) -> str:
        """The serial number of the card."""
        ...

    @property
    def billing_id(self) -> str:
        """The attribute ``identifiantFacturation``; empty: not sent."""
        ...

    @property
    def sector(self) -> str:
        """The attribute ``secteurActivite``; empty: not sent."""
        ...

    @property
    def sign(self) -> Callable[[bytes], bytes]:
        """What returns the signature of bytes (RSA PKCS#1 v1.5, SHA-256)."""
        ...

    @property
    def is_present(self) -> Callable[[], bool]:
        """What returns True while this very card is in its reader."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCredential:
    """A card, as values and two acts."""

    certificate_der: bytes
    identifier: str
    card_serial: str
    sign: Callable[[bytes], bytes] = field(repr=False)
    is_present: Callable[[], bool] = field(repr=False)
    billing_id: str = ""
    sector: str = ""


def load(der: bytes) -> Certificate:
    """Return a certificate. Raises InsiFailure where it can't be read."""
    from cryptography import x509  # noqa: PLC0415 -- loaded by the first call only

    try:
        certificate = x509.load_der_x509_certificate(der)
        # The names and the dates are read at their first use only.
        assert certificate.subject is not None
        assert certificate.not_valid_after_utc is not None
    except ValueError as error:
        raise certificate_failure("Le certificat ne se lit pas.", "47", _SAVE_AGAIN) from error
    return certificate


def check_dates(certificate: Certificate, now: dt.datetime, whose: str) -> None:
    """Say whether a certificate is valid at ``now``; ``whose`` begins the sentence. Raises InsiFailure."""
    if now > certificate.not_valid_after_utc:
        text = f"{whose} a expiré le {french.short_date(certificate.not_valid_after_utc.date())}."
        raise certificate_failure(text, "42", _RENEW)
    if now < certificate.not_valid_before_utc:
        text = f"{whose} ne vaut qu’à partir du {french.short_date(certificate.not_valid_before_utc.date())}."
        raise certificate_failure(text, "43", _CLOCK)


def certificate_failure(text: str, number: str, advice: str) -> InsiFailure:
    """Return the failure of a certificate that was refused here, before any call."""
    return InsiFailure(text, code=f"GAL-DIS-{number}", advice=advice, kind=FailureKind.CERTIFICATE)


def _check_key(certificate: Certificate, private_key: bytes) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 -- loaded by the first call only
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 -- the same

    try:
        key = serialization.load_der_private_key(private_key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise certificate_failure("La clé du certificat de l’officine ne se lit pas.", "47", _SAVE_AGAIN) from error
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise certificate_failure("La clé donnée n’est pas celle du certificat de l’officine.", "47", _SAVE_AGAIN)


def _first(certificate: Certificate, oid: str) -> str:
    from cryptography import x509  # noqa: PLC0415 -- loaded by the first call only

    found = certificate.subject.get_attributes_for_oid(x509.ObjectIdentifier(oid))
    return str(found[0].value) if found else ""
