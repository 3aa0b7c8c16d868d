"""What is a code of ours, a name of a secret, and what is refused?"""

from __future__ import annotations

import datetime as dt
import os
import re

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic

TRANSFER_LASTS = dt.timedelta(minutes=30)
"""How long a transfer code may be typed on the workstation that joins."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 of Crockford: no letter that could be read as a digit."""

_CODE_LENGTH, _GROUP = 28, 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NAME = re.compile(r"[a-z0-9][a-z0-9._:-]{0,99}")
SOON = (dt.timedelta(days=60), dt.timedelta(days=30), dt.timedelta(days=7))
"""When the end of a certificate is told: 60, 30 and 7 days before (our choice)."""


def new_code() -> str:
    """Return a code of 140 random bits, in groups of four."""
    letters = "".join(_ALPHABET[byte & 31] for byte in os.urandom(_CODE_LENGTH))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _CODE_LENGTH, _GROUP))


def plain_code(typed: str) -> str | None:
    """Return a typed code without its dashes, O, I and L read as digits; None where it can be none of ours."""
    code = re.sub(r"[\s-]", "", typed).upper().translate(_READ_AS)
    return code if len(code) == _CODE_LENGTH and set(code) <= set(_ALPHABET) else None


def is_name(name: str) -> bool:
    """Return True for the name of a secret: it is written in clear, and must name nobody."""
    return _NAME.fullmatch(name) is not None


def code_refused() -> Finding:
    """Return the finding for a code that opens nothing: mistyped, used already, or too old."""
    text = "Ce code n’ouvre rien : mal recopié, déjà utilisé, ou demandé il y a plus de 30 minutes."
    return _error("GAL-CLE-10", text, "Recopiez-le, ou demandez-en un autre sur un poste déjà inscrit.")


def station_unknown() -> Finding:
    """Return the finding for a workstation that has no key to take away."""
    return _error("GAL-CLE-11", "Aucun autre poste n’est inscrit sous ce nom.", "Voyez : galien secrets state")


def certificate_refused(code: str, text: str, advice: str) -> Finding:
    """Return the finding for a PKCS#12 file that is not taken."""
    return _error(code, text, advice)


def certificate_ends(usage: str, not_after: dt.datetime, now: dt.datetime) -> Finding | None:
    """Return what is to be said of the end of a certificate; None while it is far."""
    left = not_after - now
    if left <= dt.timedelta():
        text = f"Le certificat « {usage} » a expiré."
        return _error("GAL-CLE-26", text, "Importez le nouveau : galien secrets import-p12.")
    if left > SOON[0]:
        return None
    days = max(left.days, 1)
    text = f"Le certificat « {usage} » expire dans {days} {'jour' if days == 1 else 'jours'}."
    return Finding("GAL-CLE-27", Severity.WARNING, typographic(text), "Demandez le nouveau à l’ANS dès maintenant.")


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), advice, subject)
