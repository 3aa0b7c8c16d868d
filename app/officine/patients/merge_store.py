"""How are merges written, undone and read, and how are the files that look alike found?"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Date, column, delete, func, insert, or_, select, table, update

from app.kernel.text import plural
from app.officine.patients import store
from app.officine.patients.identity import Ins
from app.officine.patients.identity_tables import PastInsRow
from app.officine.patients.likeness import Person
from app.officine.patients.merge_model import Merge
from app.officine.patients.merge_tables import DistinctRow, MergeRow, UndoneRow
from app.officine.patients.tables import PatientRow, PatientWordRow
from app.store import merged
from app.store.base import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.store.database import UnitOfWork

Values = dict[str, Any]
"""The columns of a file by name, as JSON holds them."""

_COLUMNS = PatientRow.__table__.columns
_MOVING = frozenset({"id", "version", "updated_at", "merged_into"})
"""What tells the row and its edits apart, and is never given back."""
_FOLLOWING = (
    ("delivery", "délivrance", "délivrances", ""),
    ("prescription", "ordonnance", "ordonnances", ""),
    ("promise", "promis en cours", "promis en cours", "open"),
    ("advance", "avance", "avances", ""),
    ("allergy", "allergie notée", "allergies notées", ""),
)


def values_of(session: Session, patient_id: int) -> Values:
    """Return the columns of a file as they are in the base. Raises NoResultFound for an unknown one."""
    row = session.execute(select(*_COLUMNS).where(PatientRow.id == patient_id)).mappings().one()
    return {name: _packed(value) for name, value in row.items() if name not in _MOVING}


def write(
    work: UnitOfWork, patient_id: int, version: int, values: Mapping[str, Any], merged_into: int | None = None
) -> bool:
    """Write the columns of a file that is still at ``version``, and what it was merged into; False where it moved."""
    session = work.session
    kept = {name: _unpacked(name, value) for name, value in values.items()}
    moved = session.execute(
        update(PatientRow)
        .where(PatientRow.id == patient_id, PatientRow.version == version)
        .values(**kept, merged_into=merged_into, updated_at=work.now, version=PatientRow.version + 1)
        .returning(PatientRow.id)
    ).scalar_one_or_none()
    if moved is None:
        return False
    session.expire_all()
    session.execute(delete(PatientWordRow).where(PatientWordRow.patient_id == patient_id))
    patient = store.get(session, patient_id)
    # Nobody finds a file that lives on in another.
    if patient is not None and merged_into is None:
        store.index(session, [patient])
    return True


def add(work: UnitOfWork, kept_id: int, absorbed_id: int, reason: str, snapshot: Mapping[str, Values]) -> int:
    """Write a merge and return its number."""
    row = {
        "kept_id": kept_id,
        "absorbed_id": absorbed_id,
        **_signed(work, reason),
        "snapshot": json.dumps(snapshot, ensure_ascii=False, sort_keys=True),
    }
    made: int = work.session.execute(insert(MergeRow).values(**row).returning(MergeRow.id)).scalar_one()
    return made


def end(work: UnitOfWork, merge_id: int, reason: str) -> None:
    """Write that a merge is undone."""
    work.session.execute(insert(UndoneRow), [{"merge_id": merge_id, **_signed(work, reason)}])


def tell_apart(work: UnitOfWork, one: int, other: int, reason: str) -> None:
    """Write that two files are two people; said again, it stays as it was."""
    first, second = sorted((one, other))
    there = select(DistinctRow.first_id).where(DistinctRow.first_id == first, DistinctRow.second_id == second)
    if work.session.execute(there).first() is None:
        row = {"first_id": first, "second_id": second, **_signed(work, reason)}
        work.session.execute(insert(DistinctRow), [row])


def standing(session: Session, merge_id: int) -> tuple[int, int, dict[str, Values]] | None:
    """Return which file a merge keeps, which it absorbed, and its snapshot; None where there is none, or no more."""
    query = (
        select(MergeRow.kept_id, MergeRow.absorbed_id, MergeRow.snapshot)
        .outerjoin(UndoneRow, UndoneRow.merge_id == MergeRow.id)
        .where(MergeRow.id == merge_id, UndoneRow.merge_id.is_(None))
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found.kept_id, found.absorbed_id, json.loads(found.snapshot))


def later(session: Session, merge_id: int, kept_id: int) -> int | None:
    """Return the kept file of a later merge, still standing, that took from or absorbed a kept file; None without."""
    query = (
        select(MergeRow.kept_id)
        .outerjoin(UndoneRow, UndoneRow.merge_id == MergeRow.id)
        .where(
            MergeRow.id > merge_id,
            or_(MergeRow.kept_id == kept_id, MergeRow.absorbed_id == kept_id),
            UndoneRow.merge_id.is_(None),
        )
        .order_by(MergeRow.id.desc())
    )
    return session.execute(query).scalars().first()


def of(session: Session, patient_id: int) -> list[Merge]:
    """Return the merges that made or took the files of a person, the latest first."""
    files = merged.everyone(session, patient_id)
    query = (
        select(MergeRow, UndoneRow)
        .outerjoin(UndoneRow, UndoneRow.merge_id == MergeRow.id)
        .where(or_(MergeRow.kept_id.in_(files), MergeRow.absorbed_id.in_(files)))
        .order_by(MergeRow.id.desc())
    )
    found = session.execute(query).all()
    names = _names(session, {number for row, _ in found for number in (row.kept_id, row.absorbed_id)})
    return [_merge(row, undone, names) for row, undone in found]


def apart(session: Session) -> set[tuple[int, int]]:
    """Return the pairs that are two people."""
    return {(first, second) for first, second in session.execute(select(DistinctRow.first_id, DistinctRow.second_id))}


def people(session: Session, near: int | None = None) -> list[Person]:
    """Return what is compared of each file that lives; of those born the same day as ``near``, or of its INS, only."""
    told: dict[int, set[Ins]] = {}
    past = select(PastInsRow.patient_id, PastInsRow.matricule, PastInsRow.oid).where(PastInsRow.is_insi_history)
    for patient_id, matricule, oid in session.execute(past):
        told.setdefault(patient_id, set()).add(Ins(matricule, oid))
    row = PatientRow
    query = select(
        row.id,
        row.family_name,
        row.first_name,
        row.birth_names,
        row.used_name,
        row.used_first_name,
        row.birth_date,
        row.sex,
        row.birth_place,
        row.matricule,
        row.oid,
        row.is_homonym,
    ).where(row.merged_into.is_(None))
    if near is not None:
        born = select(row.birth_date).where(row.id == near).scalar_subquery()
        mine = _ins_of(session, near, told)
        by_ins = [one for one, held in told.items() if held & mine]
        query = query.where(or_(row.birth_date == born, row.id.in_(by_ins), _holds(told.get(near, set()))))
    return [
        Person(
            *found[:9],
            ins=Ins(found[9], found[10]) if found[9] else None,
            told=frozenset(told.get(found[0], ())),
            is_homonym=found[11],
        )
        for found in session.execute(query)
    ]


def _ins_of(session: Session, patient_id: int, told: Mapping[int, set[Ins]]) -> set[Ins]:
    """Return the INS in force in a file, with those that INSi told of it."""
    found = session.execute(
        select(PatientRow.matricule, PatientRow.oid).where(PatientRow.id == patient_id)
    ).one_or_none()
    held = {Ins(found.matricule, found.oid)} if found is not None and found.matricule else set()
    return held | told.get(patient_id, set())


def _holds(told: set[Ins]) -> ColumnElement[bool]:
    """Return the condition that one of these INS is in force in a file."""
    return PatientRow.matricule.in_([one.matricule for one in told])


def following(session: Session, patient_id: int) -> tuple[str, ...]:
    """Return in words what a file brings along: « 12 délivrances », « 1 promis en cours »."""
    files = merged.whole(session, patient_id)
    said = []
    for name, singular, several, state in _FOLLOWING:
        rows = table(name, column("patient_id", BigInteger), column("state"))
        query = select(func.count()).select_from(rows).where(rows.c.patient_id.in_(files))
        count = session.execute(query.where(rows.c.state == state) if state else query).scalar_one()
        if count:
            said.append(plural(count, singular, several))
    return tuple(said)


def _signed(work: UnitOfWork, reason: str) -> Values:
    return {"at": work.now, "author_id": work.actor.staff_id, "author_name": work.actor.name, "reason": reason}


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    query = select(PatientRow.id, PatientRow.family_name, PatientRow.first_name).where(PatientRow.id.in_(ids))
    return {number: f"{family} {first}" for number, family, first in session.execute(query)}


def _merge(row: MergeRow, undone: UndoneRow | None, names: Mapping[int, str]) -> Merge:
    return Merge(
        id=row.id,
        kept_id=row.kept_id,
        kept_name=names[row.kept_id],
        absorbed_id=row.absorbed_id,
        absorbed_name=names[row.absorbed_id],
        at=row.at,
        by=row.author_name,
        reason=row.reason,
        undone_at=None if undone is None else undone.at,
        undone_by="" if undone is None else undone.author_name,
        undone_reason="" if undone is None else undone.reason,
    )


def _packed(value: Any) -> Any:  # noqa: ANN401 -- a column of any type
    return value.isoformat() if isinstance(value, dt.date) else value


def _unpacked(name: str, value: Any) -> Any:  # noqa: ANN401 -- the same
    kind = _COLUMNS[name].type
    if value is None or not isinstance(kind, Date | UtcDateTime):
        return value
    return dt.date.fromisoformat(value) if isinstance(kind, Date) else dt.datetime.fromisoformat(value)
