"""Was the certificate of a card, or an authority above it, taken back? As the lists given to this workstation say.

Sources: RFC 5280, 5 and 6.3 (a list counts where the issuer of the certificate signed it; complete lists only). Lists
lie beside the authorities, in the folder of the settings: nothing is fetched from the network when somebody signs in.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.cards import certificates
from app.kernel import french
from app.kernel.errors import InputDefect
from app.kernel.files import write_whole
from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, typographic

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from cryptography.x509 import Certificate, CertificateRevocationList

_DELTA = "2.5.29.27"
"""A list with this extension holds only what changed since another (RFC 5280, 5.2.4)."""
_WHICH = "Prenez une liste complète de l’IGC-Santé (.crl)."
_MEANWHILE = "D’ici là, mot de passe et second facteur restent possibles."
_UPDATE = "Le technicien met en service la liste à jour de l’IGC-Santé : galien cards crl import FICHIER."


@dataclass(frozen=True, slots=True)
class Admission:
    """A list that may serve: its authority, its dates, how many certificates it takes back, and what is to be said."""

    authority: str
    file_name: str
    issued_at: dt.datetime
    until: dt.datetime | None
    count: int
    findings: tuple[Finding, ...] = ()


def load_lists(folder: str) -> tuple[bytes, ...]:
    """Return the revocation lists (``.crl``, DER or PEM) that lie in a folder; none without folder."""
    place = Path(folder)
    if not folder or not place.is_dir():
        return ()
    return tuple(file.read_bytes() for file in sorted(place.iterdir()) if file.suffix.lower() == ".crl")


def admit(content: bytes, anchors: Sequence[bytes], now: dt.datetime) -> Admission:
    """Judge a list (DER or PEM) that is to serve here, by the authorities of this workstation.

    Raises InputDefect for what is no complete list, or is not signed by one of them: it would protect nobody. What is
    out of force is told and still admitted, as a certificate that it took back stays so.
    """
    read = _read(content)
    if read is None:
        raise InputDefect("Ce fichier n’est pas une liste de révocation.", code="GAL-CPS-42", advice=_WHICH)
    if any(extension.oid.dotted_string == _DELTA for extension in read.extensions):
        raise InputDefect("Cette liste est partielle (« delta CRL ») : seule une liste complète convient.",
                          code="GAL-CPS-43", advice=_WHICH)  # fmt: skip
    issuer = next((one for one in certificates.authorities(anchors) if _is_of(read, one)), None)
    if issuer is None:
        text = "Aucune autorité de ce poste n’a signé cette liste."
        advice = "Déposez d’abord le certificat de l’autorité dans le dossier des autorités (Réglages, page Cartes)."
        raise InputDefect(text, code="GAL-CPS-44", advice=advice)
    name, until = _named(issuer), read.next_update_utc
    found = [_stale(name, until)] if until is not None and until < now else []
    return Admission(name, _file_name(issuer), read.last_update_utc, until, len(read), tuple(found))


def keep(content: bytes, admission: Admission, folder: str) -> Path:
    """Put an admitted list into the folder of the authorities, in the place of the older one of the same authority.

    Raises InputDefect where the one in place is more recent: what was taken back since would come back to life.
    """
    file = Path(folder) / admission.file_name
    with contextlib.suppress(OSError):
        before = _read(file.read_bytes())
        if before is not None and before.last_update_utc > admission.issued_at:
            text = f"La liste en place, du {french.short_date(before.last_update_utc.date())}, est plus récente."
            raise InputDefect(text, code="GAL-CPS-45", advice="Rien n’a changé. Demandez la dernière liste.")
    refused = "Le dossier des autorités ne peut pas être écrit : aucune liste n’a changé."
    return write_whole(file, content, full="Plus de place : aucune liste n’a changé.", refused=refused)


def check(der: bytes, anchors: Sequence[bytes], lists: Sequence[bytes], now: dt.datetime) -> list[Finding]:
    """Return what the lists say of a certificate (DER) and of the authorities above it, from the card upwards.

    An error where one was taken back, whatever the age of the list; a warning where the list of an authority is absent
    or no longer in force: it can't be known then, and the sign-in goes on.
    """
    known = [_read(one) for one in lists]
    usable = [one for one in known if one is not None]
    found: list[Finding] = []
    for certificate, issuer in certificates.path(der, anchors):
        own = [one for one in usable if _is_of(one, issuer)]
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


def _is_of(read: CertificateRevocationList, issuer: Certificate) -> bool:
    return read.issuer == issuer.subject and read.is_signature_valid(issuer.public_key())  # type: ignore[arg-type] # the key of an authority that signs


def _file_name(issuer: Certificate) -> str:
    """Return a name that two authorities of one name, or two keys of one authority, do not share."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(_named(issuer)).lower()).strip("-")
    return f"{words}-{certificates.key_mark(issuer)}.crl"


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
