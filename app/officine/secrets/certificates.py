"""Which certificates has the officine, until when, and how does one come in?

A PKCS#12 file (RFC 7292) is opened once, with its password, and neither is kept: the certificate goes into the database
as it is public, its private key as a secret.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.kernel.outcome import Done, Finding, Refused
from app.officine.secrets import rules
from app.officine.secrets.model import Certificate
from app.officine.secrets.tables import CertificateRow
from app.officine.staff.model import Right
from app.store.upsert import insert_or

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes, PublicKeyTypes

    from app.kernel.outcome import Outcome
    from app.officine.secrets.service import Vault
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

_LARGEST = 1_000_000


class Certificates:
    """The certificates of the officine (CL-ORG: authentication, seal) and their keys."""

    def __init__(self, db: Database, vault: Vault, staff: Staff) -> None:
        """Keep certificates in ``db`` and their keys in ``vault``."""
        self._db = db
        self._vault = vault
        self._staff = staff

    def all(self) -> list[Certificate]:
        """Return every certificate, by usage; their keys need not be reachable."""
        with self._db.read() as session:
            rows = session.scalars(select(CertificateRow).order_by(CertificateRow.usage))
            return [_face(row.usage, row.der) for row in rows]

    def ending(self) -> list[Finding]:
        """Return what is to be said of those that end soon, or have ended."""
        now = self._db.clock.now()
        told = (rules.certificate_ends(one.usage, one.not_after, now) for one in self.all())
        return [finding for finding in told if finding is not None]

    def certificate_der(self, usage: str) -> bytes | None:
        """Return the certificate of a usage (DER); None where there is none."""
        with self._db.read() as session:
            row = session.get(CertificateRow, usage)
        return None if row is None else row.der

    def private_key(self, usage: str) -> bytes | None:
        """Return the private key of a usage (PKCS#8, DER); None where there is none.

        Raises SecretsUnavailable, SealBroken.
        """
        return self._vault.get(_name(usage))

    def import_p12(self, content: bytes, password: str, usage: str, actor: Actor) -> Outcome[Certificate]:
        """Take the certificate and the key of a PKCS#12 file, in the place of those of this usage.

        Refused: a wrong password, no key, a key that is not the certificate's, a certificate out of its dates.
        Raises SecretsUnavailable.
        """
        findings = self._staff.refusal(actor, Right.MANAGE_SECRETS)
        if findings:
            return Refused(tuple(findings))
        read = _read(content, password, usage)
        if isinstance(read, Finding):
            return Refused((read,))
        der, pkcs8 = read
        face, now = _face(usage, der), self._db.clock.now()
        if not face.not_before <= now < face.not_after:
            return Refused((_out_of_dates(usage),))
        # Opened before the write: see Vault.put.
        self._vault.require()
        with self._db.write(actor) as work:
            self._vault.put_in(work, _name(usage), pkcs8)
            values = {"der": der, "imported_at": work.now}
            statement = insert_or(work.session, CertificateRow).values(usage=usage, **values)
            work.session.execute(statement.on_conflict_do_update(index_elements=["usage"], set_=values))
            work.audit("certificate.import", "certificate", usage, details={"sha256": face.fingerprint})
            work.changed("certificate")
        ends = rules.certificate_ends(usage, face.not_after, now)
        return Done(face, () if ends is None else (ends,))


def _read(content: bytes, password: str, usage: str) -> tuple[bytes, bytes] | Finding:
    """Return the certificate (DER) and its key (PKCS#8, DER) of a PKCS#12 file, or what is wrong with it."""
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 -- heavy: at first use
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates  # noqa: PLC0415 -- same

    if not rules.is_name(usage):
        text = "L’usage d’un certificat s’écrit en minuscules, sans espace."
        return rules.certificate_refused("GAL-CLE-20", text, "Par exemple : authentification, cachet.")
    try:
        if len(content) > _LARGEST:
            raise ValueError("too large")  # noqa: TRY301 -- one refusal for all that is no PKCS#12
        key, certificate, _chain = load_key_and_certificates(content, password.encode("utf-8") or None)
    except (ValueError, TypeError):
        text = "Ce fichier ne s’ouvre pas : mot de passe faux, ou ce n’est pas un fichier PKCS#12."
        return rules.certificate_refused("GAL-CLE-21", text, "Vérifiez le mot de passe remis avec le certificat.")
    if key is None or certificate is None:
        text = "Ce fichier n’a pas à la fois un certificat et sa clé privée."
        return rules.certificate_refused("GAL-CLE-22", text, "Exportez-le à nouveau avec sa clé.")
    if _spki(key.public_key()) != _spki(certificate.public_key()):
        text = "La clé privée de ce fichier n’est pas celle de son certificat."
        return rules.certificate_refused("GAL-CLE-23", text, "Demandez un fichier complet à l’ANS.")
    pkcs8 = key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
    return certificate.public_bytes(form.Encoding.DER), pkcs8


def _spki(key: PublicKeyTypes | CertificatePublicKeyTypes) -> bytes:
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 -- heavy: at first use

    return key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)


def _face(usage: str, der: bytes) -> Certificate:
    from cryptography import x509  # noqa: PLC0415 -- heavy: at first use

    read = x509.load_der_x509_certificate(der)
    return Certificate(
        usage=usage,
        subject=read.subject.rfc4514_string(),
        issuer=read.issuer.rfc4514_string(),
        not_before=read.not_valid_before_utc,
        not_after=read.not_valid_after_utc,
        fingerprint=hashlib.sha256(der).hexdigest(),
    )


def _out_of_dates(usage: str) -> Finding:
    text = f"Le certificat « {usage} » a expiré, ou n’est pas encore valable."
    return rules.certificate_refused(
        "GAL-CLE-24", text, "Vérifiez l’horloge du poste, puis demandez un certificat valable."
    )


def _name(usage: str) -> str:
    return f"certificate:{usage}"
