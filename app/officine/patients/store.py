"""How are patients found and written in the database?"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from app.kernel.text import name_words, words
from app.officine.patients import rules
from app.officine.patients.model import Attribute, Coverage, IdentityStatus, Patient, PatientDraft, Scheme, Sex
from app.officine.patients.tables import PatientRow, PatientWordRow
from app.store.prefixes import WordTable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.officine.patients.identity import Ins, Traits
    from app.officine.patients.rules import PatientQuery

_MOST_ALIKE = 30
_WORDS = WordTable(PatientWordRow.word, PatientWordRow.patient_id)


def get(session: Session, patient_id: int) -> Patient | None:
    """Return a patient's file; None when there is no such one."""
    row = session.get(PatientRow, patient_id)
    return None if row is None else _patient_of(row)


def get_all(session: Session, patient_ids: Collection[int]) -> list[Patient]:
    """Return the files of these patients, in no order."""
    return _listed(session, select(PatientRow).where(PatientRow.id.in_(patient_ids))) if patient_ids else []


def count(session: Session) -> int:
    """Return how many files there are."""
    return session.execute(
        select(func.count()).select_from(PatientRow).where(PatientRow.merged_into.is_(None))
    ).scalar_one()


def search(session: Session, query: PatientQuery, limit: int) -> list[Patient]:
    """Return up to ``limit`` patients who answer the query."""
    if query.matricule:
        return _listed(session, select(PatientRow).where(PatientRow.matricule == query.matricule).limit(limit))
    if query.periods:
        return _listed(session, _born_in(query).limit(limit))
    ids = _WORDS.search(session, query.prefixes, limit)
    found = {patient.id: patient for patient in _listed(session, select(PatientRow).where(PatientRow.id.in_(ids)))}
    return [found[patient_id] for patient_id in ids]


def born_on(session: Session, date: dt.date) -> list[Patient]:
    """Return every patient born on a day; a file that was merged into another is no patient any more."""
    return _listed(session, select(PatientRow).where(PatientRow.birth_date == date, PatientRow.merged_into.is_(None)))


def resembling(session: Session, ins: Ins | None, traits: Traits) -> list[Patient]:
    """Return the files of an INS, those born the same day that share a name, those of the same names."""
    row, alive = PatientRow, PatientRow.merged_into.is_(None)
    found = []
    if ins is not None:
        found += _listed(session, select(row).where(row.matricule == ins.matricule, row.oid == ins.oid, alive))
    mine = name_words(f"{traits.family_name} {traits.birth_names} {traits.first_name} {traits.used_name}")
    with suppress(ValueError):
        born = born_on(session, dt.date.fromisoformat(traits.birth_date))
        found += [one for one in born if not mine.isdisjoint(rules.search_words(one))]
    asked = dict.fromkeys((*words(traits.family_name), *words(traits.first_name)))
    if words(traits.family_name) and words(traits.first_name):
        found += search(session, rules.PatientQuery(prefixes=tuple(asked)[: rules.MAX_WORDS]), _MOST_ALIKE)
    return found


def add(session: Session, rows: Sequence[dict[str, Any]]) -> list[Patient]:
    """Write new files (see ``new_row``) with their search words; return them, in order."""
    made = [PatientRow(**row) for row in rows]
    session.add_all(made)
    session.flush()
    patients = [_patient_of(row) for row in made]
    index(session, patients)
    return patients


def change(session: Session, patient: Patient, draft: PatientDraft, now: dt.datetime) -> Patient | None:
    """Write the draft over a file still at ``patient.version``; return it, None where it was edited meanwhile."""
    row = session.execute(
        update(PatientRow)
        .where(PatientRow.id == patient.id, PatientRow.version == patient.version)
        .values(**_columns(draft), updated_at=now, version=PatientRow.version + 1)
        .returning(PatientRow)
    ).scalar_one_or_none()
    if row is None:
        return None
    changed = _patient_of(row)
    session.execute(delete(PatientWordRow).where(PatientWordRow.patient_id == patient.id))
    index(session, [changed])
    return changed


def new_row(draft: PatientDraft, now: dt.datetime) -> dict[str, Any]:
    """Return the columns of a new file, of provisoire status, for a draft that passed its checks."""
    return _columns(draft) | {
        "status": str(IdentityStatus.PROVISIONAL),
        "is_homonym": False,
        "is_doubtful": False,
        "is_fictitious": False,
        "matricule": None,
        "oid": None,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


def _born_in(query: PatientQuery) -> Any:  # noqa: ANN401 -- the type of a select changes with each clause
    days: list[ColumnElement[bool]] = [
        PatientRow.birth_date.between(period.first, period.last) for period in query.periods
    ]
    if query.completed:
        days.append(and_(PatientRow.birth_date.in_(query.completed), PatientRow.birth_date_uncertain))
    return (
        select(PatientRow)
        .where(or_(*days), PatientRow.merged_into.is_(None), *_WORDS.having(PatientRow.id, query.prefixes))
        .order_by(PatientRow.family_name, PatientRow.first_name, PatientRow.id)
    )


def _listed(session: Session, query: Any) -> list[Patient]:  # noqa: ANN401 -- the same
    return [_patient_of(row) for row in session.scalars(query)]


def index(session: Session, patients: Sequence[Patient]) -> None:
    """Write the search words of files; none of theirs may be there."""
    words = [
        {"word": word, "patient_id": patient.id} for patient in patients for word in sorted(rules.search_words(patient))
    ]
    session.execute(insert(PatientWordRow), words)


_DATED = ("exemption_from", "exemption_to", "exemption_reference", "css_to", "ald_from", "ald_to")
"""What the coverage says of when its rights hold."""


def _columns(draft: PatientDraft) -> dict[str, Any]:
    assert draft.sex is not None
    assert draft.birth_date is not None
    return {
        "family_name": draft.family_name,
        "first_name": draft.first_name,
        "birth_names": draft.birth_names,
        "birth_date": draft.birth_date,
        "birth_date_uncertain": draft.birth_date_uncertain,
        "sex": str(draft.sex),
        "birth_place": draft.birth_place,
        "used_name": draft.used_name,
        "used_first_name": draft.used_first_name,
        "phone": draft.phone,
        "email": draft.email,
        "address_line": draft.address_line,
        "postal_code": draft.postal_code,
        "city": draft.city,
        "coverage_scheme": str(draft.coverage.scheme),
        "coverage_exemption": draft.coverage.exemption,
        "coverage_css": draft.coverage.css,
        "coverage_amc": draft.coverage.amc,
        "coverage_ald": draft.coverage.ald,
        **{f"coverage_{name}": getattr(draft.coverage, name) for name in _DATED},
        "allergies": draft.allergies,
    }


def _patient_of(row: PatientRow) -> Patient:
    return Patient(
        id=row.id,
        family_name=row.family_name,
        first_name=row.first_name,
        birth_names=row.birth_names,
        birth_date=row.birth_date,
        birth_date_uncertain=row.birth_date_uncertain,
        sex=Sex(row.sex),
        birth_place=row.birth_place,
        used_name=row.used_name,
        used_first_name=row.used_first_name,
        phone=row.phone,
        email=row.email,
        address_line=row.address_line,
        postal_code=row.postal_code,
        city=row.city,
        coverage=_coverage_of(row),
        allergies=row.allergies,
        status=IdentityStatus(row.status),
        attributes=_attributes_of(row),
        matricule=row.matricule,
        oid=row.oid,
        version=row.version,
        merged_into=row.merged_into,
    )


def _coverage_of(row: PatientRow) -> Coverage:
    return Coverage(
        scheme=Scheme(row.coverage_scheme),
        exemption=row.coverage_exemption,
        css=row.coverage_css,
        amc=row.coverage_amc,
        ald=row.coverage_ald,
        **{name: getattr(row, f"coverage_{name}") for name in _DATED},
    )


def _attributes_of(row: PatientRow) -> frozenset[Attribute]:
    marks = (
        (row.is_homonym, Attribute.HOMONYM),
        (row.is_doubtful, Attribute.DOUBTFUL),
        (row.is_fictitious, Attribute.FICTITIOUS),
    )
    return frozenset(attribute for marked, attribute in marks if marked)
