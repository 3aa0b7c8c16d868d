"""How is a draft kept as JSON, and read back as it was?"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from app.kernel.outcome import Finding, Severity
from app.officine.care.model import (
    Addressee,
    BilanPart,
    CareDraft,
    DocumentKind,
    EntretienPart,
    Part,
    SectionPart,
    TreatmentPart,
    VaccinationPart,
)


def to_json(draft: CareDraft) -> dict[str, Any]:
    """Return a draft as JSON values: dates as ``YYYY-MM-DD``, moments with their offset."""
    shape = asdict(draft) | {"kind": str(draft.kind), "performed_at": draft.performed_at.isoformat()}
    if isinstance(draft.part, VaccinationPart) and draft.part.expiry is not None:
        shape["part"]["expiry"] = draft.part.expiry.isoformat()
    return shape


def from_json(shape: dict[str, Any]) -> CareDraft:
    """Return the draft that ``to_json`` wrote."""
    kind = DocumentKind(shape["kind"])
    return CareDraft(
        **shape
        | {
            "kind": kind,
            "performed_at": dt.datetime.fromisoformat(shape["performed_at"]),
            "part": _part(kind, shape["part"]),
            "recipients": tuple(Addressee(**one) for one in shape["recipients"]),
        }
    )


def _part(kind: DocumentKind, shape: dict[str, Any]) -> Part:
    if kind is DocumentKind.VACCINATION:
        expiry = shape["expiry"]
        return VaccinationPart(**shape | {"expiry": None if expiry is None else dt.date.fromisoformat(expiry)})
    if kind is DocumentKind.ENTRETIEN:
        return EntretienPart(shape["theme"], tuple(SectionPart(**one) for one in shape["sections"]))
    return BilanPart(**shape | {"treatments": tuple(TreatmentPart(**one) for one in shape["treatments"])})


def findings_to_json(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """Return findings as JSON values."""
    return [finding.as_json() for finding in findings]


def findings_from_json(shapes: list[dict[str, Any]]) -> tuple[Finding, ...]:
    """Return the findings that ``findings_to_json`` wrote."""
    return tuple(Finding(**shape | {"severity": Severity(shape["severity"])}) for shape in shapes)
