"""Is every payment as it was taken? The journal of the till and the audit chain hold a copy of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.officine.cash.verify import first_bad_record, journal_payments
from app.officine.dispensing.tables import PaymentRow
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

_ACTION = "delivery.validate"
_BATCH = 5_000


def first_bad(session: Session) -> dict[str, Any] | None:
    """Return what is first wrong with the till: its journal, the payments of the deliveries, or how they agree."""
    return first_bad_record(session) or first_bad_payment(session) or _first_unlike_journal(session)


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


def _first_unlike_journal(session: Session) -> dict[str, Any] | None:
    """Return the first delivery whose payments are not those of the journal; those made before it began are let be."""
    began, kept = journal_payments(session)
    if began is None:
        return None
    taken = _sums(
        session.execute(
            select(PaymentRow.delivery_number, PaymentRow.method, func.sum(PaymentRow.amount))
            .where(PaymentRow.delivery_number >= began)
            .group_by(PaymentRow.delivery_number, PaymentRow.method)
        )
    )
    unlike = {number for (number, _means), _cents in kept.items() ^ taken.items()}
    return _bad(min(unlike)) if unlike else None


def _sums(rows: Iterable[Any]) -> dict[tuple[int, str], int]:
    return {(number or 0, means): amount.cents for number, means, amount in rows}


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
