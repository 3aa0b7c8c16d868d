"""How do the thesaurus, the tables of the officine and the allergies of its patients lie in the database?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, tuple_, update

from app.officine.safety.model import AgeLimit, Allergy, AllergyKind, AtcRow, Recorded
from app.officine.safety.tables import AgeRow, AllergyRow, SafetyAtcRow, ThesaurusBlobRow
from app.store import merged

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

    from app.officine.safety.model import AllergyChoice
    from app.store.database import UnitOfWork

_BATCH = 500


def carry(work: UnitOfWork, sha256: str, content: bytes, kept: Collection[str]) -> None:
    """Keep the bytes of a thesaurus for the other workstations, and let go of all but those ``kept`` (SHA-256)."""
    row = ThesaurusBlobRow
    work.session.execute(delete(row).where(row.sha256.not_in(kept)))
    if work.session.get(row, sha256) is None:
        work.session.execute(insert(row).values(sha256=sha256, content=content))


def carried(session: Session, sha256: str) -> bytes | None:
    """Return the bytes of a thesaurus; None where the database does not carry them."""
    row = ThesaurusBlobRow
    return session.execute(select(row.content).where(row.sha256 == sha256)).scalar_one_or_none()


# --- The tables of the officine ---------------------------------------------------------------------------------------


def write_ages(session: Session, limits: Sequence[AgeLimit]) -> None:
    """Put these limits in the place of those that were known."""
    session.execute(delete(AgeRow))
    values = [
        {
            "subject": limit.subject,
            "route": limit.route,
            "first_months": limit.first_months,
            "last_months": limit.last_months,
            "serious": limit.serious,
            "text": limit.text,
            "source": limit.source,
            "dated": limit.dated,
        }
        for limit in limits
    ]
    session.execute(insert(AgeRow), values)


def write_atc(session: Session, rows: Sequence[AtcRow]) -> None:
    """Put these codes in the place of those that were known."""
    session.execute(delete(SafetyAtcRow))
    values = [{"subject": row.subject, "atc": row.atc, "source": row.source, "dated": row.dated} for row in rows]
    session.execute(insert(SafetyAtcRow), values)


def ages_of(session: Session, subjects: Collection[str]) -> dict[str, tuple[AgeLimit, ...]]:
    """Return the limits of each CIS and substance that has some."""
    found: dict[str, tuple[AgeLimit, ...]] = {}
    for batch in _batches(subjects):
        for row in session.scalars(select(AgeRow).where(AgeRow.subject.in_(batch)).order_by(AgeRow.id)):
            limit = AgeLimit(
                subject=row.subject,
                first_months=row.first_months,
                last_months=row.last_months,
                serious=row.serious,
                text=row.text,
                source=row.source,
                dated=row.dated,
                route=row.route,
            )
            found[row.subject] = (*found.get(row.subject, ()), limit)
    return found


def atc_of(session: Session, subjects: Collection[str]) -> dict[str, AtcRow]:
    """Return the ATC code of each CIS and substance that has one."""
    return {
        row.subject: AtcRow(row.subject, row.atc, row.source, row.dated)
        for batch in _batches(subjects)
        for row in session.scalars(select(SafetyAtcRow).where(SafetyAtcRow.subject.in_(batch)))
    }


def _batches(subjects: Collection[str]) -> Iterable[list[str]]:
    every = sorted(subjects)
    return (every[start : start + _BATCH] for start in range(0, len(every), _BATCH))


# --- Allergies --------------------------------------------------------------------------------------------------------


def recorded(session: Session, patient_id: int) -> Recorded:
    """Return what holds of a patient's allergies, in the order in which it was noted."""
    row = AllergyRow
    files = merged.everyone(session, patient_id)
    query = select(row).where(row.patient_id.in_(files), row.ended_at.is_(None)).order_by(row.id)
    held = [_allergy(found) for found in session.scalars(query)]
    if len(files) > 1:
        held = _of_one_person(held)
    return Recorded(
        tuple(one for one in held if one.kind is not AllergyKind.NONE),
        next((one for one in held if one.kind is AllergyKind.NONE), None),
    )


def _of_one_person(held: list[Allergy]) -> list[Allergy]:
    """Return what the files of one person say: each thing once, and no « none known » beside an allergy."""
    once = list({(str(one.kind), one.key): one for one in reversed(held)}.values())[::-1]
    noted = [one for one in once if one.kind is not AllergyKind.NONE]
    return noted or once


def add_allergy(
    work: UnitOfWork, patient_id: int, choice: AllergyChoice, *, reaction: str, noted_on: dt.date
) -> Allergy:
    """Write an allergy, or the statement of none, and return it."""
    row = AllergyRow(
        patient_id=merged.head(work.session, patient_id),
        kind=str(choice.kind),
        key=choice.key,
        label=choice.label,
        reaction=reaction,
        noted_on=noted_on,
        at=work.now,
        author_name=work.actor.name,
        ended_at=None,
        ended_by="",
    )
    work.session.add(row)
    work.session.flush()
    return _allergy(row)


def end_allergies(work: UnitOfWork, patient_id: int, ids: Collection[int]) -> int:
    """End what no longer holds; return how many rows did until now."""
    row = AllergyRow
    files = merged.everyone(work.session, patient_id)
    ended_ones = select(row.kind, row.key).where(row.patient_id.in_(files), row.id.in_(sorted(ids)))
    # Whichever of the files of the person says it.
    held = (row.patient_id.in_(files), tuple_(row.kind, row.key).in_(ended_ones), row.ended_at.is_(None))
    ended = work.session.execute(
        update(row).where(*held).values(ended_at=work.now, ended_by=work.actor.name).returning(row.id)
    )
    return len(ended.all())


def _allergy(row: AllergyRow) -> Allergy:
    return Allergy(row.id, AllergyKind(row.kind), row.key, row.label, row.reaction, row.noted_on, row.author_name)
