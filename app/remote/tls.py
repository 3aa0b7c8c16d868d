"""How is a remote service reached in private, and which certificate is to blame where that fails?

Sources: OpenSSL’s verification codes (``x509_vfy.h``) and the alerts of TLS (RFC 8446, 6.2). The names of the alerts
have changed their beginning from one OpenSSL to the next, never their end.
"""

from __future__ import annotations

import enum
import secrets
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.kernel.errors import RemoteFailure
from app.kernel.text import typographic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class TlsDefect(enum.StrEnum):
    """Which certificate, or what else, forbids a private line."""

    UNKNOWN_AUTHORITY = "unknown_authority"
    SERVER_EXPIRED = "server_expired"
    SERVER_EARLY = "server_early"
    SERVER_NAME = "server_name"
    SERVER_FOREIGN = "server_foreign"
    SERVER_OTHER = "server_other"
    CLIENT_EXPIRED = "client_expired"
    CLIENT_REVOKED = "client_revoked"
    CLIENT_UNKNOWN = "client_unknown"
    CLIENT_MISSING = "client_missing"
    CLIENT_REFUSED = "client_refused"
    PROTOCOL = "protocol"


_VERIFY_CODES = {
    9: TlsDefect.SERVER_EARLY,
    10: TlsDefect.SERVER_EXPIRED,
    2: TlsDefect.UNKNOWN_AUTHORITY,
    18: TlsDefect.UNKNOWN_AUTHORITY,
    19: TlsDefect.UNKNOWN_AUTHORITY,
    20: TlsDefect.UNKNOWN_AUTHORITY,
    21: TlsDefect.UNKNOWN_AUTHORITY,
    62: TlsDefect.SERVER_NAME,
    64: TlsDefect.SERVER_NAME,
}
# A line that waits or that ended, which is no refusal.
_NO_DEFECT = (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
_ALERTS = {
    "ALERT_CERTIFICATE_EXPIRED": TlsDefect.CLIENT_EXPIRED,
    "ALERT_CERTIFICATE_REVOKED": TlsDefect.CLIENT_REVOKED,
    "ALERT_UNKNOWN_CA": TlsDefect.CLIENT_UNKNOWN,
    "ALERT_CERTIFICATE_REQUIRED": TlsDefect.CLIENT_MISSING,
    "ALERT_NO_CERTIFICATE": TlsDefect.CLIENT_MISSING,
    "ALERT_BAD_CERTIFICATE": TlsDefect.CLIENT_REFUSED,
    "ALERT_CERTIFICATE_UNKNOWN": TlsDefect.CLIENT_REFUSED,
    "ALERT_UNSUPPORTED_CERTIFICATE": TlsDefect.CLIENT_REFUSED,
    "ALERT_ACCESS_DENIED": TlsDefect.CLIENT_REFUSED,
}


def client_context(
    authorities: bytes, *, certificate: bytes = b"", private_key: bytes = b"", chain: Sequence[bytes] = ()
) -> ssl.SSLContext:
    """Return how to open a line: TLS 1.2 at least, the server verified, by name and up to ``authorities``.

    ``authorities`` is PEM; empty for those of the system; one that is not a root is trusted as it is. ``certificate``
    (DER), its ``private_key`` (PKCS#8 DER) and the ``chain`` of its issuers say who calls, where the service asks.
    Raises RemoteFailure where one of them can't be read.
    """
    context = ssl.create_default_context() if not authorities else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities:
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        try:
            context.load_verify_locations(cadata=authorities.decode("ascii"))
        except (ssl.SSLError, ValueError) as error:
            text = "Les autorités de confiance données pour ce service ne se lisent pas."
            advice = "Réglages : collez les certificats de ces autorités au format PEM."
            raise RemoteFailure(text, code="GAL-DIS-58", advice=typographic(advice)) from error
    if certificate:
        _present(context, certificate, private_key, chain)
    return context


def defect_of(error: BaseException) -> TlsDefect | None:
    """Return what TLS blames for an exception, by those that caused it; None where TLS has no part in it."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _VERIFY_CODES.get(cause.verify_code, TlsDefect.SERVER_OTHER)
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, _NO_DEFECT):
            reason = cause.reason or ""
            return next((found for end, found in _ALERTS.items() if reason.endswith(end)), TlsDefect.PROTOCOL)
    return None


def causes(error: BaseException) -> Iterator[BaseException]:
    """Go through an exception, what it holds and what caused it."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        waiting += [cause for cause in (one.__cause__, one.__context__) if cause is not None]


def names_of(line: ssl.SSLObject | ssl.SSLSocket) -> tuple[str, ...]:
    """Return the names that the server’s certificate bears, verified or not against the one called."""
    told = line.getpeercert() or {}
    found = [str(value) for kind, value in _pairs(told.get("subjectAltName")) if kind in {"DNS", "IP Address"}]
    subject = [pair for part in _parts(told.get("subject")) for pair in _pairs(part)]
    found += [str(value) for kind, value in subject if kind == "commonName"]
    return tuple(dict.fromkeys(name.lower() for name in found))


def is_admitted(names: Sequence[str], suffixes: Sequence[str]) -> bool:
    """Return True where one of the names is, or lies under, one of the suffixes; no suffix admits all."""
    ends = [suffix.lower().lstrip(".") for suffix in suffixes]
    return not ends or any(name == end or name.endswith("." + end) for name in names for end in ends)


def _pairs(value: object) -> list[tuple[object, object]]:
    pairs = value if isinstance(value, tuple) else ()
    return [(pair[0], pair[1]) for pair in pairs if isinstance(pair, tuple) and len(pair) == 2]


def _parts(value: object) -> list[object]:
    return list(value) if isinstance(value, tuple) else []


def _present(context: ssl.SSLContext, certificate: bytes, private_key: bytes, chain: Sequence[bytes]) -> None:
    """Give the context who calls.

    Python reads a key from a file only: it goes there under a passphrase that nobody ever sees, for that moment.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 -- loaded by the first call only

    passphrase = secrets.token_hex(32)
    text = "Le certificat de l’officine ou sa clé ne se lit pas."
    advice = "Enregistrez de nouveau le fichier .p12 du certificat dans les réglages."
    try:
        key = serialization.load_der_private_key(private_key, None)
        locked = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        )
        pem = b"".join(ssl.DER_cert_to_PEM_cert(der).encode() for der in (certificate, *chain))
        with tempfile.TemporaryDirectory(prefix="galien-") as folder:
            file = Path(folder, "line.pem")
            file.write_bytes(locked + pem)
            context.load_cert_chain(file, password=passphrase)
    except (ValueError, TypeError, ssl.SSLError) as error:
        raise RemoteFailure(text, code="GAL-DIS-47", advice=typographic(advice)) from error
