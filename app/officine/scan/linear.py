"""Is this a bare product code: CIP13, CIP7, EAN13, or GTIN of a single box?"""

from __future__ import annotations

from app.kernel.identifiers import CIP13_PREFIX, cip7_of_cip13, cip13_of_cip7, is_cip13, is_digits, is_ean13, is_gtin14
from app.officine.scan.defects import Defect
from app.officine.scan.model import Scan, ScanKind


def looks_linear(body: str) -> bool:
    """Return True for the digits of a product code, or of two that arrived as one."""
    return is_digits(body) and (len(body) in (7, 13) or _is_single_box(body) or _is_pair(body))


def read(body: str) -> Scan:
    """Read a text that ``looks_linear``. The key of a CIP7 is never judged: the newer ranges have none."""
    if _is_pair(body):
        return Scan(ScanKind.CIP13 if is_cip13(body[:13]) else ScanKind.EAN13, {}, (Defect.GLUED.found(),))
    if len(body) == 7:
        return Scan(ScanKind.CIP7, {"cip7": body, "cip13": cip13_of_cip7(body)})
    code = body[-13:]
    findings = () if is_ean13(code) else (Defect.CHECK_DIGIT.found(code=code),)
    if code.startswith(CIP13_PREFIX):
        return Scan(ScanKind.CIP13, {"cip13": code, "cip7": cip7_of_cip13(code)}, findings)
    return Scan(ScanKind.EAN13, {"ean13": code}, findings)


def _is_single_box(body: str) -> bool:
    """A GTIN-14 that begins with 0 is the EAN-13 of one box."""
    return body.startswith("0") and is_gtin14(body)


def _is_pair(body: str) -> bool:
    return len(body) == 26 and is_ean13(body[:13]) and is_ean13(body[13:])
