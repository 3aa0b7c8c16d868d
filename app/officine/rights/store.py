"""By which reading was a file last brought up to date? The journal says."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.officine.rights.model import Kept, Medium
from app.store import merged
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ACTION = "patient.rights"
"""Under which act a reading that was taken over is traced."""


def last(session: Session, patient_id: int) -> Kept | None:
    """Return the last reading taken over for a patient; None where there is none."""
    row = session.scalars(
        select(AuditRow)
        .where(AuditRow.patient_id.in_(merged.everyone(session, patient_id)), AuditRow.action == ACTION)
        .order_by(AuditRow.seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    details = json.loads(row.details)
    return Kept(
        source=Medium(details["medium"]).label,
        read_at=dt.datetime.fromisoformat(details["read_at"]),
        is_simulated=bool(details["simulated"]),
        author=row.actor_name,
    )
