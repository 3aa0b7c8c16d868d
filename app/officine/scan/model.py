"""What did a scan give: which kind of code, which fields, which defects?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.kernel.outcome import is_refused

if TYPE_CHECKING:
    from app.kernel.outcome import Finding

GS = "\x1d"
"""The group separator: what a reader transmits for an FNC1 that closes a field."""


class ScanKind(enum.StrEnum):
    """What the scanned code is.

    ``APCV`` is the code of a phone of the demonstration only: the content of the real QR is not public.
    """

    GS1 = "gs1"
    CIP13 = "cip13"
    CIP7 = "cip7"
    EAN13 = "ean13"
    INS = "ins"
    EPRESCRIPTION = "eprescription"
    APCV = "apcv"
    STAFF = "staff"
    PROMISE = "promise"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scan:
    """One code as read.

    ``fields`` by kind (text, dates as ``YYYY-MM-DD``, None where the code says nothing certain):
    gs1 ``gtin, cip13, lot, expiry, serial``; cip13 ``cip13, cip7``; cip7 ``cip7, cip13``; ean13 ``ean13``;
    ins ``matricule, oid, birth_names, family_name, sex, birth_date, birth_place``; eprescription ``number``;
    staff ``badge``; promise ``promise``; apcv ``phone, shown_at``. ``raw`` is the text as it arrived.
    """

    kind: ScanKind
    fields: dict[str, str | None] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    raw: str = ""

    @property
    def ok(self) -> bool:
        """True when nothing forbids the use of the code."""
        return not is_refused(self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return the scan in the shape that the commands print."""
        findings = [finding.as_json() for finding in self.findings]
        return {"kind": str(self.kind), "fields": dict(self.fields), "findings": findings}
