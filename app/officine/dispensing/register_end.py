"""Does the ordonnancier still hold the last entry that the audit saw written?

The chain of the register betrays an entry changed, removed or added before its end. Its end cut off together with the
head of the chain leaves a shorter register that is sound in itself: only the audit knows of the entries that are gone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.officine.dispensing.tables import OrdonnancierRow
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_ACTION = "delivery.validate"
_BATCH = 100


def first_missing_entry(session: Session) -> dict[str, Any] | None:
    """Return the first entry that was cut off the end; None where the register goes as far as the audit.

    The result has the keys ``number`` and ``text``. The audit chain itself is verified apart.
    """
    last = session.scalar(select(func.max(OrdonnancierRow.number))) or 0
    if _last_written(session) <= last:
        return None
    number = last + 1
    return {"number": number, "text": f"L’écriture n° {number} et les suivantes ont été retirées."}


def _last_written(session: Session) -> int:
    """Return the number of the last entry that an audited delivery made: numbers and audit grow together."""
    details = session.scalars(
        select(AuditRow.details).where(AuditRow.action == _ACTION).order_by(AuditRow.seq.desc()),
        execution_options={"stream_results": True, "max_row_buffer": _BATCH},
    )
    return next((max(numbers) for numbers in map(_numbers, details) if numbers), 0)


def _numbers(details: str) -> list[int]:
    try:
        read = json.loads(details)
    except ValueError:
        return []
    found = read.get("ordonnancier") if isinstance(read, dict) else None
    return [number for number in found if isinstance(number, int)] if isinstance(found, list) else []
