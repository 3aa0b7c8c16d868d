"""Is every payment as it was taken? The audit chain holds a copy that can't be altered unseen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.officine.dispensing.tables import PaymentRow
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

_ACTION = "delivery.validate"
_BATCH = 5_000


def first_bad_payment(session: Session) -> dict[str, Any] | None:
    """Return the first delivery whose payments are not those of its audit entry; None where all agree.

    The result has the keys ``delivery`` and ``text``. The audit chain itself is verified apart.
    """
    taken = _taken(session)
    for number, details in _validated(session):
        if taken.pop(number, []) != details.get("payments", []):
            return _bad(number)
    return _bad(min(taken)) if taken else None


def _taken(session: Session) -> dict[int, list[list[Any]]]:
    """Return the payments by delivery, in their order, as the audit writes them."""
    found: dict[int, list[list[Any]]] = {}
    rows = session.execute(
        select(PaymentRow.delivery_number, PaymentRow.method, PaymentRow.amount).order_by(
            PaymentRow.delivery_number, PaymentRow.rank
        )
    )
    for number, method, amount in rows:
        found.setdefault(number, []).append([method, amount.cents])
    return found


def _validated(session: Session) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = session.execute(
        select(AuditRow.subject_id, AuditRow.details).where(AuditRow.action == _ACTION).order_by(AuditRow.seq),
        execution_options={"stream_results": True, "max_row_buffer": _BATCH},
    )
    return ((int(number), _read(details)) for number, details in rows if number.isdecimal())


def _read(details: str) -> dict[str, Any]:
    try:
        read = json.loads(details)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _bad(number: int) -> dict[str, Any]:
    text = f"Les paiements de la délivrance n° {number} ne sont plus ceux qui ont été reçus."
    return {"delivery": number, "text": text}
