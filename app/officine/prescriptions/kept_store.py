"""How are the ordonnances that were delivered from written and read?"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import bindparam, insert, select, update

from app.officine.prescriptions.model import KeptLine, KeptPrescription, PrescribedLine, PrescriptionKind
from app.officine.prescriptions.tables import PrescriberRow, PrescriptionLineRow, PrescriptionRow
from app.store import merged

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from app.officine.prescriptions.model import Execution

# ``due_on`` is reckoned when the ordonnance is taken again.
_WRITTEN = tuple(field.name for field in fields(PrescribedLine) if field.name != "due_on")
_LINE = cast("Table", PrescriptionLineRow.__table__)
_INSERT_LINE = insert(_LINE)
_DELIVERED = (
    update(_LINE)
    .where(_LINE.c.prescription_id == bindparam("asked"), _LINE.c.line_id.in_(bindparam("lines", expanding=True)))
    .values(deliveries=_LINE.c.deliveries + 1, last_on=bindparam("day"), last_delivery=bindparam("delivery"))
)


def of_patient(session: Session, patient_id: int, limit: int) -> list[KeptPrescription]:
    """Return the last ordonnances of a patient, the newest first."""
    row = PrescriptionRow
    query = (
        select(row, PrescriberRow.family_name, PrescriberRow.given_name)
        .join(PrescriberRow, PrescriberRow.id == row.prescriber_id)
        .where(row.patient_id.in_(merged.everyone(session, patient_id)))
        .order_by(row.written_on.desc(), row.id.desc())
        .limit(limit)
    )
    found = session.execute(query).all()
    lines = _lines(session, [kept.id for kept, _, _ in found])
    return [
        KeptPrescription(
            id=kept.id,
            patient_id=kept.patient_id,
            prescriber_id=kept.prescriber_id,
            prescriber_name=f"{family} {given}".strip(),
            written_on=kept.written_on,
            kind=PrescriptionKind(kept.kind),
            lines=tuple(lines.get(kept.id, ())),
        )
        for kept, family, given in found
    ]


def write_execution(session: Session, execution: Execution, now: dt.datetime) -> int:
    """Write what a delivery makes of an ordonnance, new or known; return its id.

    A line that the ordonnance did not have yet is added to it: it was typed at a later visit.
    """
    prescription_id = execution.prescription_id
    if prescription_id is None:
        row = PrescriptionRow(
            patient_id=execution.patient_id,
            prescriber_id=execution.prescriber_id,
            written_on=execution.written_on,
            kind=str(execution.kind),
            created_at=now,
        )
        session.add(row)
        session.flush()
        prescription_id = row.id
    known = set(session.scalars(select(_LINE.c.line_id).where(_LINE.c.prescription_id == prescription_id)))
    fresh = [line for line in execution.lines if line.line_id not in known]
    if fresh:
        session.execute(_INSERT_LINE, list(_rows(prescription_id, fresh, len(known))))
    if execution.delivered:
        asked = {"asked": prescription_id, "lines": sorted(execution.delivered)}
        session.execute(_DELIVERED, asked | {"day": execution.day, "delivery": execution.delivery})
    return prescription_id


def _rows(prescription_id: int, lines: Iterable[PrescribedLine], known: int) -> Iterable[dict[str, Any]]:
    for rank, line in enumerate(lines, start=known + 1):
        written = {name: getattr(line, name) for name in _WRITTEN}
        yield {"prescription_id": prescription_id, "rank": rank, "deliveries": 0, **written}


def _lines(session: Session, ids: list[int]) -> dict[int, list[KeptLine]]:
    row = PrescriptionLineRow
    found: dict[int, list[KeptLine]] = {}
    for one in session.scalars(select(row).where(row.prescription_id.in_(ids)).order_by(row.prescription_id, row.rank)):
        line = PrescribedLine(**{name: getattr(one, name) for name in _WRITTEN})
        found.setdefault(one.prescription_id, []).append(
            KeptLine(line=line, deliveries=one.deliveries, last_on=one.last_on)
        )
    return found
