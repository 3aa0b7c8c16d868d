"""Is this the code that a phone of the demonstration shows, in the place of the appli carte Vitale?

The content of the real QR is not public: Galien recognises none. This format is ours, for simulations only: ``GAL-A-``,
the number of the phone on 2 digits, the moment at which it is shown in seconds since 1970 on 10 digits, and the check
character of the staff badges (ISO/IEC 7064, MOD 37,36).
"""

from __future__ import annotations

import datetime as dt
import re

from app.officine.scan.badge import check_character
from app.officine.scan.defects import Defect
from app.officine.scan.model import Scan, ScanKind

PREFIX = "GAL-A-"
_CODE = re.compile(rf"{PREFIX}([0-9]{{2}})([0-9]{{10}})([0-9A-Z])")


def looks_apcv(body: str) -> bool:
    """Return True for a text of the form of a phone's code."""
    return _CODE.fullmatch(body) is not None


def build(phone: int, shown_at: dt.datetime) -> str:
    """Return the code of a phone of the demonstration (1 to 99), shown at an aware moment."""
    digits = f"{phone:02d}{int(shown_at.timestamp()):010d}"
    return PREFIX + digits + check_character(digits)


def read(body: str) -> Scan:
    """Read a text that ``looks_apcv``; the fields are the number of the phone, and the moment in UTC (ISO 8601)."""
    digits, check = body.removeprefix(PREFIX)[:-1], body[-1]
    shown = dt.datetime.fromtimestamp(int(digits[2:]), dt.UTC).isoformat()
    findings = () if check_character(digits) == check else (Defect.PHONE.found("phone"),)
    return Scan(ScanKind.APCV, {"phone": digits[:2], "shown_at": shown}, findings)
