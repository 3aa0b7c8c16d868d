"""Is this a badge of the pharmacy's staff?

The format is ours: ``GAL-S-``, 3 to 19 upper-case letters or digits, and a check character (ISO/IEC 7064, MOD 37,36),
which finds any wrong character and nearly all exchanged ones. It is printed as a Code 128 or a QR.
"""

from __future__ import annotations

import re

from app.officine.scan.defects import Defect
from app.officine.scan.model import Scan, ScanKind

PREFIX = "GAL-S-"
_BADGE = re.compile(rf"{PREFIX}([0-9A-Z]{{4,20}})")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def looks_badge(body: str) -> bool:
    """Return True for a text of the badge's form."""
    return _BADGE.fullmatch(body) is not None


def build(code: str) -> str:
    """Return the badge of a code of 3 to 19 upper-case letters or digits. Raises ValueError for another."""
    badge = PREFIX + code + (check_character(code) if code and set(code) <= set(_ALPHABET) else "")
    if len(code) < 3 or not looks_badge(badge):
        raise ValueError(f"no badge can bear {code!r}")
    return badge


def read(body: str) -> Scan:
    """Read a text that ``looks_badge``; the field is the whole badge, as it is kept with the member of the staff."""
    code = body.removeprefix(PREFIX)
    findings = () if check_character(code[:-1]) == code[-1] else (Defect.BADGE.found("badge"),)
    return Scan(ScanKind.STAFF, {"badge": body}, findings)


def check_character(code: str) -> str:
    """Return the ISO/IEC 7064 MOD 37,36 check character of upper-case letters and digits."""
    modulus = len(_ALPHABET)
    product = modulus
    for char in code:
        total = (product + _ALPHABET.index(char)) % modulus or modulus
        product = total * 2 % (modulus + 1)
    return _ALPHABET[(1 - product) % modulus]
