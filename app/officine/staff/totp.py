"""Is this the code that the authenticator shows now? RFC 6238, with the half minute before and after."""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import TYPE_CHECKING

from app.officine.staff import credentials
from app.officine.staff.session import TotpEnrolment

if TYPE_CHECKING:
    import datetime as dt

STEP_SECONDS = 30
_DIGITS = 6
_SECRET_BYTES = 20
_ISSUER = "Galien"


def new_secret() -> bytes:
    """Return a new secret, as long as the hash of the algorithm (RFC 4226, 4: 160 bits)."""
    return secrets.token_bytes(_SECRET_BYTES)


def enrolment(secret: bytes, name: str, officine: str = "") -> TotpEnrolment:
    """Return what an authenticator application needs to show the codes of ``name``."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=")
    issuer = _quoted(f"{_ISSUER} {officine}".strip())
    account = _quoted(name)
    uri = f"otpauth://totp/{issuer}:{account}?secret={text}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    return TotpEnrolment(text, uri)


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a time step: HMAC-SHA-1, six digits, as every authenticator application makes it."""
    from cryptography.hazmat.primitives.hashes import SHA1  # noqa: PLC0415 -- heavy: at first use
    from cryptography.hazmat.primitives.twofactor.hotp import HOTP  # noqa: PLC0415 -- the same

    return HOTP(secret, _DIGITS, SHA1()).generate(step).decode("ascii")  # noqa: S303 -- RFC 6238 asks for it


def step_of(now: dt.datetime) -> int:
    """Return the time step of a moment."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, now: dt.datetime, last: int | None) -> int | None:
    """Return the time step whose code this is, among now, the one before and the one after; None where there is none.

    A step at or before ``last``, the last one accepted, never serves again (RFC 6238, 5.2).
    """
    if not credentials.is_code(code):
        return None
    present = step_of(now)
    for step in (present, present - 1, present + 1):
        if step >= 0 and (last is None or step > last) and hmac.compare_digest(code_at(secret, step), code):
            return step
    return None


def _quoted(text: str) -> str:
    """Return the text as a part of an address (RFC 3986, 2.1): all but letters and digits of ASCII by their octets."""
    octets = text.encode("utf-8", "replace")
    return "".join(chr(octet) if chr(octet).isalnum() and octet < 128 else f"%{octet:02X}" for octet in octets)
