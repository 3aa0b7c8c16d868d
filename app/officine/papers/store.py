"""How are the copies of identity papers written and found in the database?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import column, func, select, table

from app.officine.papers.tables import PaperEndRow, PaperRow
from app.store import merged
from app.store.base import UtcDateTime
from app.store.upsert import insert_or

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from app.officine.papers.model import End
    from app.store.database import UnitOfWork

# The tables of other features: only whether a file is there, what was checked and when, when it was last served.
_PATIENT = table("patient", column("id"))
_EVIDENCE = table(
    "patient_evidence", *(column(name) for name in ("id", "patient_id", "label")), column("at", UtcDateTime())
)
_DELIVERY = table("delivery", column("patient_id"), column("at", UtcDateTime()))
_CARE = table("care_document", column("patient_id"), column("performed_at", UtcDateTime()))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPaper:
    """What is written of a copy that is being kept."""

    patient_id: int
    evidence_id: int | None
    token: str
    media_type: str
    size: int
    pages: int


def patient_exists(session: Session, patient_id: int) -> bool:
    """Return True where there is such a file."""
    return session.execute(select(_PATIENT.c.id).where(_PATIENT.c.id == patient_id)).first() is not None


def evidence_is_of(session: Session, evidence_id: int, patient_id: int) -> bool:
    """Return True where a check was made for this file."""
    found = session.scalar(select(_EVIDENCE.c.patient_id).where(_EVIDENCE.c.id == evidence_id))
    return found is not None and found == patient_id


def last_evidence(session: Session, patient_id: int) -> int | None:
    """Return the last check of a document for a file; None where there is none."""
    query = select(func.max(_EVIDENCE.c.id)).where(_EVIDENCE.c.patient_id == patient_id)
    found: int | None = session.execute(query).scalar_one()
    return found


def add(work: UnitOfWork, paper: NewPaper) -> int:
    """Write a copy and return its id."""
    row = PaperRow(
        patient_id=paper.patient_id,
        evidence_id=paper.evidence_id,
        token=paper.token,
        media_type=paper.media_type,
        size=paper.size,
        pages=paper.pages,
        at=work.now,
        author_id=work.actor.staff_id,
        author_name=work.actor.name,
    )
    work.session.add(row)
    work.session.flush()
    return row.id


def end(work: UnitOfWork, paper_id: int, why: End, reason: str) -> bool:
    """Write that a copy is gone; False where another workstation wrote it first, be it at this very moment."""
    values = {
        "paper_id": paper_id,
        "at": work.now,
        "why": str(why),
        "reason": reason,
        "author_id": work.actor.staff_id,
        "author_name": work.actor.name,
    }
    statement = insert_or(work.session, PaperEndRow).values(**values).on_conflict_do_nothing()
    return work.session.execute(statement.returning(PaperEndRow.paper_id)).scalar_one_or_none() is not None


def live(session: Session, *, patient_id: int | None = None, paper_id: int | None = None) -> list[tuple[PaperRow, str]]:
    """Return the copies that are not gone, each with the name of the document checked, in order."""
    query = _live()
    if patient_id is not None:
        query = query.where(PaperRow.patient_id.in_(merged.everyone(session, patient_id)))
    if paper_id is not None:
        query = query.where(PaperRow.id == paper_id)
    return [(row, label or "") for row, label in session.execute(query.order_by(PaperRow.id))]


def ended_tokens(session: Session, tokens: Collection[str]) -> set[str]:
    """Return those of the tokens whose copy is gone."""
    query = select(PaperRow.token).join(PaperEndRow, PaperEndRow.paper_id == PaperRow.id)
    return set(session.scalars(query)) & set(tokens)


def last_visits(session: Session, patient_ids: Collection[int]) -> dict[int, dt.datetime]:
    """Return when each patient was last there: served, cared for, or a document checked. Opening a file is no visit.

    What was done under any of the files of one person, merged since, is a visit of theirs.
    """
    heads = merged.heads(session)
    wanted = {heads.get(one, one) for one in patient_ids}
    files = wanted | {absorbed for absorbed, kept in heads.items() if kept in wanted}
    last: dict[int, dt.datetime] = {}
    visits = (
        (_DELIVERY.c.patient_id, _DELIVERY.c.at),
        (_CARE.c.patient_id, _CARE.c.performed_at),
        (_EVIDENCE.c.patient_id, _EVIDENCE.c.at),
    )
    for owner, at in visits:
        query = select(owner, func.max(at)).where(owner.in_(files)).group_by(owner)
        for patient_id, seen in session.execute(query):
            person = heads.get(patient_id, patient_id)
            last[person] = max(seen, last.get(person, seen))
    people = {one: heads.get(one, one) for one in patient_ids}
    return {one: last[person] for one, person in people.items() if person in last}


def _live() -> Select[PaperRow, str | None]:
    ended = select(PaperEndRow.paper_id)
    joined = select(PaperRow, _EVIDENCE.c.label).outerjoin(_EVIDENCE, _EVIDENCE.c.id == PaperRow.evidence_id)
    return joined.where(PaperRow.id.not_in(ended))
