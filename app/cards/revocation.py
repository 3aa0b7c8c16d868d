"""Was the certificate of a card, or an authority above it, taken back? As the lists given to this workstation say.

Sources: RFC 5280, 5 and 6.3 (a list counts where the issuer of the certificate signed it; complete lists only). Lists
lie beside the authorities, in the folder of the settings: nothing is fetched from the network when somebody signs in.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.cards import certificates
from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from cryptography.x509 import Certificate, CertificateRevocationList

_MEANWHILE = "D’ici là, mot de passe et second facteur restent possibles."
_UPDATE = "Déposez la liste à jour de l’IGC-Santé (.crl) dans le dossier des autorités (Réglages, page Cartes)."


def load_lists(folder: str) -> tuple[bytes, ...]:
    """Return the revocation lists (``.crl``, DER or PEM) that lie in a folder; none without folder."""
    place = Path(folder)
    if not folder or not place.is_dir():
        return ()
    return tuple(file.read_bytes() for file in sorted(place.iterdir()) if file.suffix.lower() == ".crl")


def check(der: bytes, anchors: Sequence[bytes], lists: Sequence[bytes], now: dt.datetime) -> list[Finding]:
    """Return what the lists say of a certificate (DER) and of the authorities above it, from the card upwards.

    An error where one was taken back, whatever the age of the list; a warning where the list of an authority is absent
    or no longer in force: it can't be known then, and the sign-in goes on.
    """
    known = [_read(one) for one in lists]
    usable = [one for one in known if one is not None]
    found: list[Finding] = []
    for certificate, issuer in certificates.path(der, anchors):
        own = [one for one in usable if one.issuer == issuer.subject and one.is_signature_valid(issuer.public_key())]  # type: ignore[arg-type] # the key of an authority that signs
        if not own:
            found.append(_unknown(_named(issuer)))
            continue
        newest = max(own, key=lambda one: one.last_update_utc)
        entry = newest.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and entry.revocation_date_utc <= now:
            return [_revoked(certificate, entry.revocation_date_utc, is_card=certificate.subject != issuer.subject)]
        if newest.next_update_utc is not None and newest.next_update_utc < now:
            found.append(_stale(_named(issuer), newest.next_update_utc))
    return found


def _read(content: bytes) -> CertificateRevocationList | None:
    from cryptography import x509  # noqa: PLC0415 -- loaded only where a card signs

    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(content)
        return x509.load_der_x509_crl(content)
    except ValueError:
        return None


def _named(issuer: Certificate) -> str:
    return certificates.common_name(issuer) or "sans nom"


def _revoked(certificate: Certificate, at: dt.datetime, *, is_card: bool) -> Finding:
    who = "Le certificat de cette carte" if is_card else f"L’autorité « {_named(certificate)} »"
    text = f"{who} a été révoqué{'' if is_card else 'e'} le {french.short_date(at.date())}."
    advice = f"Cette carte n’ouvre plus rien : signalez-la à l’ANS. {_MEANWHILE}"
    return Finding("GAL-CPS-39", Severity.ERROR, typographic(text), typographic(advice))


def _unknown(name: str) -> Finding:
    text = f"Révocation non vérifiée : ce poste n’a pas de liste de « {name} »."
    return Finding("GAL-CPS-40", Severity.WARNING, typographic(text), typographic(_UPDATE))


def _stale(name: str, until: dt.datetime) -> Finding:
    text = f"La liste de révocation de « {name} » n’est plus en vigueur depuis le {french.short_date(until.date())}."
    return Finding("GAL-CPS-41", Severity.WARNING, typographic(text), typographic(_UPDATE))
