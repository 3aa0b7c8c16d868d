"""Who is named in the certificate of a professional's card, until when, and is it to be believed?

Sources: the shapes of the subjects of IGC-Santé certificates (public samples; read by identifier of attribute, never by
cutting their text: the last name of a subject holds several values, in any order); RFC 5280, 6.1 for the chain. Which
private extensions the present profile has is not public: nothing here depends on them. Revocation: ``revocation``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.cards.cps_failures import CertificateDefect
from app.kernel import french
from app.kernel.identifiers import is_digits
from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, typographic

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from cryptography.x509 import Certificate, Name

_PROFESSIONS = Path(__file__).resolve().parents[2] / "resources" / "cards" / "professions.json"
_RPPS_PREFIX = "8"
"""First digit of the national identifier of a professional where the rest is an RPPS number."""
_NOTICE_DAYS, _SOON_DAYS, _AT_ONCE_DAYS = 60, 30, 7
_LONGEST_CHAIN = 6
_RENEW = "Demandez le renouvellement de la carte à l’ANS ; d’ici là, mot de passe et second facteur restent possibles."
_RENEW_AT_ONCE = (
    "Ce jour-là, la carte n’ouvrira plus ce poste : vérifiez mot de passe et second facteur (Équipe, Alt+0)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What a certificate says of its holder.

    ``national_id`` is the identifier as written (8 and the RPPS, or a structure and its own number), ``rpps`` the
    eleven digits, empty for who has none; ``profession_code`` is empty where the title is not one of our table.
    """

    national_id: str
    rpps: str
    family_name: str
    given_name: str
    profession_label: str
    profession_code: str
    structure_id: str
    structure_name: str
    issuer: str
    is_test: bool
    not_before: dt.datetime
    not_after: dt.datetime


def facts_of(der: bytes) -> CertificateFacts:
    """Return what a certificate (DER) says. Raises CertificateDefect where it can't be read."""
    certificate = _load(der)
    try:
        subject, issuer = certificate.subject, certificate.issuer
        # Dates and names are parsed at their first reading only.
        not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except ValueError as error:
        raise _defect() from error
    national_id, title = _first(subject, "2.5.4.3"), _first(subject, "2.5.4.12")
    digits = national_id[1:]
    has_rpps = national_id.startswith(_RPPS_PREFIX) and len(digits) == 11 and is_digits(digits)
    return CertificateFacts(
        national_id=national_id,
        rpps=digits if has_rpps else "",
        # An employee's card has a pseudonym where others have a name.
        family_name=_first(subject, "2.5.4.4") or _first(subject, "2.5.4.65"),
        given_name=_first(subject, "2.5.4.42"),
        profession_label=title,
        profession_code=_codes().get(fold(title), ""),
        structure_id=_first(subject, "2.5.4.11"),
        structure_name=_first(subject, "2.5.4.10"),
        issuer=_first(issuer, "2.5.4.3"),
        # The test chain has the shape of the real one, and names that begin with TEST.
        is_test=any(value.upper().startswith("TEST") for value in _values(issuer)),
        not_before=not_before,
        not_after=not_after,
    )


def validity(facts: CertificateFacts, now: dt.datetime) -> list[Finding]:
    """Return what is to be said of the dates of a certificate: over, not begun, or over within two months.

    A note within 60 days, a warning within 30, one that presses within 7.
    """
    if now > facts.not_after:
        text = f"Le certificat de cette carte a expiré le {french.short_date(facts.not_after.date())}."
        return [_error("GAL-CPS-31", text, _RENEW)]
    if now < facts.not_before:
        text = f"Le certificat de cette carte ne vaut qu’à partir du {french.short_date(facts.not_before.date())}."
        return [_error("GAL-CPS-32", text, "Vérifiez la date et l’heure de ce poste.")]
    days = (facts.not_after - now).days
    if days > _NOTICE_DAYS:
        return []
    text = f"Le certificat de cette carte expire dans {days} j, le {french.short_date(facts.not_after.date())}."
    advice = _RENEW_AT_ONCE if days <= _AT_ONCE_DAYS else _RENEW
    severity = Severity.INFO if days > _SOON_DAYS else Severity.WARNING
    return [Finding("GAL-CPS-30", severity, typographic(text), typographic(advice))]


def signed_by(der: bytes, data: bytes, signature: bytes) -> bool:
    """Return True where ``signature`` is that of ``data`` by the key of a certificate (SHA256-RSA-PKCS)."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 -- loaded only where a card signs
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 -- the same
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 -- the same

    key = _load(der).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def chain(der: bytes, anchors: Sequence[bytes], now: dt.datetime) -> list[Finding]:
    """Return why a certificate does not lead to one of the authorities trusted here; nothing where it does.

    ``anchors`` are certificates (DER or PEM) of authorities, roots and intermediates, all trusted as they are given.
    """
    if not anchors:
        text = "Aucune autorité de certification n’est connue de ce poste : cette carte ne peut pas être vérifiée."
        advice = "Déposez les certificats de l’IGC-Santé dans le dossier indiqué (Réglages, page Cartes)."
        return [_error("GAL-CPS-33", text, advice)]
    known = [_load(one) for one in anchors]
    own = current = _load(der)
    for _ in range(_LONGEST_CHAIN):
        issuer = _issuer(current, known)
        if issuer is None:
            # Every authority met is one of those given; the card's own certificate never stands for itself.
            return [_untrusted()] if current is own else []
        if not issuer.not_valid_before_utc <= now <= issuer.not_valid_after_utc:
            text = f"L’autorité « {_first(issuer.subject, '2.5.4.3')} » qui a émis cette carte n’est pas en vigueur."
            return [_error("GAL-CPS-35", text, "Mettez à jour les certificats de l’IGC-Santé de ce poste.")]
        if issuer == current:
            return []
        current = issuer
    return [_untrusted()]


def path(der: bytes, anchors: Sequence[bytes]) -> list[tuple[Certificate, Certificate]]:
    """Return each certificate with its issuer, from ``der`` upwards, as far as the authorities given lead.

    A root that stands for itself is not in it: nobody takes it back.
    """
    known, current = [_load(one) for one in anchors], _load(der)
    found: list[tuple[Certificate, Certificate]] = []
    while len(found) < _LONGEST_CHAIN:
        issuer = _issuer(current, known)
        if issuer is None or issuer == current:
            break
        found.append((current, issuer))
        current = issuer
    return found


def common_name(certificate: Certificate) -> str:
    """Return the common name of a subject; empty without it."""
    return _first(certificate.subject, "2.5.4.3")


def authorities(anchors: Sequence[bytes]) -> list[Certificate]:
    """Return the certificates of authorities (DER or PEM) as they can be asked. Raises CertificateDefect."""
    return [_load(one) for one in anchors]


def key_mark(certificate: Certificate) -> str:
    """Return eight hexadecimal digits that tell the key of a certificate from another's."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 -- seldom asked

    shape = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(shape).hexdigest()[:8]


def load_anchors(folder: str) -> tuple[bytes, ...]:
    """Return the certificates of authorities that lie in a folder; none without folder. Other files are passed over."""
    place = Path(folder)
    if not folder or not place.is_dir():
        return ()
    files = sorted(file for file in place.iterdir() if file.suffix.lower() in {".cer", ".crt", ".der", ".pem"})
    return tuple(content for content in (file.read_bytes() for file in files) if _is_certificate(content))


def _issuer(certificate: Certificate, known: Iterable[Certificate]) -> Certificate | None:
    """Return the authority that issued a certificate: it signed it, and may."""
    for authority in known:
        if authority.subject == certificate.issuer and _may_issue(authority) and _is_issued(certificate, authority):
            return authority
    return None


def _may_issue(authority: Certificate) -> bool:
    from cryptography import x509  # noqa: PLC0415 -- loaded only where a card signs

    try:
        limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    try:
        usage = authority.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return limits.ca
    return limits.ca and usage.key_cert_sign


def _is_issued(certificate: Certificate, authority: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 -- loaded only where a card signs

    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _load(content: bytes) -> Certificate:
    from cryptography import x509  # noqa: PLC0415 -- loaded only where a card is read

    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError as error:
        raise _defect() from error


def _is_certificate(content: bytes) -> bool:
    try:
        _load(content)
    except CertificateDefect:
        return False
    return True


def _first(name: Name, oid: str) -> str:
    """Return the first value of an attribute, wherever it stands in the name; empty without it."""
    return next(
        (_text(attribute.value) for rdn in name.rdns for attribute in rdn if attribute.oid.dotted_string == oid), ""
    )


def _values(name: Name) -> list[str]:
    return [_text(attribute.value) for attribute in name]


def _text(value: str | bytes) -> str:
    return (value if isinstance(value, str) else value.decode("latin-1")).strip()


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    content = json.loads(_PROFESSIONS.read_text(encoding="utf-8"))
    return {fold(label): code for code, label in content["professions"]}


def _untrusted() -> Finding:
    text = "Cette carte n’est pas émise par une autorité que ce poste connaît."
    return _error("GAL-CPS-34", text, "Mettez à jour les certificats de l’IGC-Santé de ce poste.")


def _defect() -> CertificateDefect:
    return CertificateDefect("Le certificat de cette carte est illisible.")


def _error(code: str, text: str, advice: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice))
