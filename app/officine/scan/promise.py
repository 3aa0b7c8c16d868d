"""Is this the code of a promis, as its ticket bears it?

The format is ours: ``GAL-P-``, the number of the promis on 6 to 9 digits, and the check character of the staff badges
(ISO/IEC 7064, MOD 37,36). It is printed as a Code 128 or a QR.
"""

from __future__ import annotations

import re

from app.officine.scan.badge import check_character
from app.officine.scan.defects import Defect
from app.officine.scan.model import Scan, ScanKind

PREFIX = "GAL-P-"
_CODE = re.compile(rf"{PREFIX}([0-9]{{6,9}})([0-9A-Z])")


def looks_promise(body: str) -> bool:
    """Return True for a text of the form of a promis."""
    return _CODE.fullmatch(body) is not None


def build(number: int) -> str:
    """Return the code of a promis of 1 to 999 999 999. Raises ValueError for another number."""
    digits = f"{number:06d}"
    code = PREFIX + digits + check_character(digits) if number > 0 else ""
    if not looks_promise(code):
        raise ValueError(f"no code for the promis {number}")
    return code


def read(body: str) -> Scan:
    """Read a text that ``looks_promise``; the field is the number, without its zeros."""
    digits, check = body.removeprefix(PREFIX)[:-1], body[-1]
    findings = () if check_character(digits) == check else (Defect.PROMISE.found("promise"),)
    return Scan(ScanKind.PROMISE, {"promise": str(int(digits))}, findings)
