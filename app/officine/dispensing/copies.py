"""Must a copy of this ordonnance be kept, and what are the copies of a sale joined to?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.catalog.model import ListClass
from app.officine.copies.model import Target
from app.officine.copies.rules import missing_copy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.outcome import Finding
    from app.officine.copies.service import Copies
    from app.officine.dispensing.model import CounterSession, Delivery

KEY = "Ctrl+J"
_COPIED = frozenset({ListClass.NARCOTIC, ListClass.ASSIMILATED})


def target_of(session: CounterSession) -> Target:
    """Return what the copies of a sale are joined to."""
    prescription = session.prescription
    return Target(
        session_id=session.id,
        prescription_id=None if prescription is None else prescription.prescription_id,
        patient_id=session.patient_id,
    )


def needs_copy(lists: Iterable[ListClass | None]) -> bool:
    """Return True where one of the medicines has its ordonnance copied: stupéfiants and assimilés (CSP R.5132-35)."""
    return not _COPIED.isdisjoint(lists)


def delivery_needs_copy(delivery: Delivery) -> bool:
    """Return True where the ordonnance of a delivery is to be copied."""
    return needs_copy(line.list_class for line in delivery.lines)


def check_copy(session: CounterSession, lists: Iterable[ListClass | None], copies: Copies | None) -> list[Finding]:
    """Return what is said where the copy that the law asks for is not joined yet; the delivery may go on."""
    if copies is None or not needs_copy(lists) or copies.count(target_of(session)):
        return []
    kept = copies.retention
    return [missing_copy(kept.years, kept.source, KEY)]
