"""Which ePrescription number does this QR hold?

The content of the QR is not public: a number of 18 upper-case letters and digits is known from the published samples
(root 1.2.250.1.215.500.1.1), without any check key. It is taken alone, or as a token of a URL or of ``key=value`` text.
"""

from __future__ import annotations

import re

from app.officine.scan.defects import Defect
from app.officine.scan.model import Scan, ScanKind

_TOKEN = re.compile(r"(?<![0-9A-Za-z])(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[0-9A-Z]{18}(?![0-9A-Za-z])")
_DIGITS_ALONE = re.compile(r"[0-9]{18}")
_OTHER_LENGTH = re.compile(r"01(?=[0-9]*[A-Z])[0-9A-HJKMNP-TV-Z]{13,22}")
_PAYLOAD = re.compile(r"://|[=?&|;]")


def number_of(body: str) -> str | None:
    """Return the number that the text holds; None without one.

    A word of 18 capitals without any digit is a name (HYDROXYCHLOROQUINE), never a number.
    """
    if _DIGITS_ALONE.fullmatch(body) or _OTHER_LENGTH.fullmatch(body):
        return body
    match = _TOKEN.fullmatch(body) or (_TOKEN.search(body) if _PAYLOAD.search(body) else None)
    return match[0] if match else None


def read(number: str) -> Scan:
    """Return the scan of a number; another length than 18 is told, as the rule of the number is not public."""
    odd = len(number) != 18
    findings = (Defect.NUMBER_LENGTH.found("number", count=len(number)),) if odd else ()
    return Scan(ScanKind.EPRESCRIPTION, {"number": number}, findings)
