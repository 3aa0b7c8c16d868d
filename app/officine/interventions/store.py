"""How are the interventions written, chained, and read with their last outcome?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, insert, select

from app.officine.interventions.model import Intervention, Undoing
from app.officine.interventions.tables import InterventionRow
from app.store import audit, merged
from app.store.chain import entry_hash

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from app.store.database import UnitOfWork

CHAIN = "interventions"

_COPIED = (
    "delivery_number", "patient_id", "patient_name", "code", "label", "finding", "level", "text", "source", "reason",
    "problem", "kind",
)  # fmt: skip


def table() -> Table:
    """Return the table of the register."""
    return cast("Table", InterventionRow.__table__)


def append(work: UnitOfWork, entries: Sequence[Mapping[str, Any]]) -> int:
    """Add entries, chained to those before; return the number of the last one."""
    head = audit.lock_head(work.session, CHAIN)
    seq, digest = head.seq, head.hash
    rows: list[dict[str, Any]] = []
    for entry in entries:
        seq += 1
        row = {**entry, "seq": seq}
        row["prev_hash"], digest = digest, entry_hash(digest, row)
        row["hash"] = digest
        rows.append(row)
    work.session.execute(insert(table()), rows)
    audit.advance_head(work.session, CHAIN, seq, digest)
    return seq


def facts_of(session: Session, seq: int) -> dict[str, Any] | None:
    """Return what a later word on an intervention repeats of it; None where there is no such intervention."""
    row = session.get(InterventionRow, seq)
    if row is None or row.completes is not None:
        return None
    return _facts(row)


def facts_of_delivery(session: Session, delivery: int) -> list[tuple[int, dict[str, Any]]]:
    """Return the interventions of a delivery by their numbers, each with what a later word repeats of it."""
    row = InterventionRow
    query = select(row).where(row.delivery_number == delivery, row.completes.is_(None)).order_by(row.seq)
    return [(one.seq, _facts(one)) for one in session.scalars(query)]


def _facts(row: InterventionRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COPIED}


def interventions(
    session: Session,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    patient_id: int | None = None,
    limit: int | None = None,
) -> list[Intervention]:
    """Return the interventions of a period or of a patient, each with its last outcome, the newest first."""
    row = InterventionRow
    query = select(row).where(row.completes.is_(None))
    if first is not None:
        query = query.where(row.day >= first)
    if last is not None:
        query = query.where(row.day <= last)
    if patient_id is not None:
        query = query.where(row.patient_id.in_(merged.everyone(session, patient_id)))
    found = list(session.scalars(query.order_by(row.seq.desc()).limit(limit)))
    numbers = [one.seq for one in found]
    later, undone = _later(session, numbers, undoing=False), _later(session, numbers, undoing=True)
    return [_read(one, later.get(one.seq), undone.get(one.seq)) for one in found]


def _later(session: Session, numbers: Sequence[int], *, undoing: bool) -> dict[int, InterventionRow]:
    """Return the last word on each of the interventions, by number: in the range of ``numbers``, whatever it holds.

    ``undoing``: of those that tell that the delivery was taken back; else of those that say an outcome.
    """
    if not numbers:
        return {}
    row = InterventionRow
    tells = row.outcome.in_([str(one) for one in Undoing])
    newest = (
        select(func.max(row.seq))
        .where(row.completes.between(min(numbers), max(numbers)), tells if undoing else ~tells)
        .group_by(row.completes)
    )
    return {one.completes: one for one in session.scalars(select(row).where(row.seq.in_(newest))) if one.completes}


def _read(row: InterventionRow, later: InterventionRow | None, undone: InterventionRow | None) -> Intervention:
    return Intervention(
        seq=row.seq,
        at=row.at,
        day=row.day,
        delivery=row.delivery_number,
        patient_id=row.patient_id,
        patient_name=row.patient_name,
        code=row.code,
        label=row.label,
        finding=row.finding,
        level=row.level,
        text=row.text,
        source=row.source,
        reason=row.reason,
        problem=row.problem,
        kind=row.kind,
        outcome=row.outcome if later is None else later.outcome,
        author_name=row.author_name,
        outcome_by="" if later is None else later.author_name,
        undone="" if undone is None else undone.outcome,
        undone_why="" if undone is None else undone.reason,
    )
