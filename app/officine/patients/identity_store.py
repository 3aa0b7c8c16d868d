"""How are identities, their history and their evidence read and written?"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.officine.patients import store
from app.officine.patients.evidence import Trust
from app.officine.patients.identity import Identity, Ins, Traits
from app.officine.patients.identity_model import (
    Event,
    EvidenceRecord,
    HistoryEntry,
    IdentityFile,
    Mode,
    PastIns,
    Review,
    ReviewKind,
)
from app.officine.patients.identity_tables import EvidenceRow, IdentityEventRow, IdentityReviewRow, PastInsRow
from app.officine.patients.model import Attribute, IdentityStatus
from app.officine.patients.tables import PatientRow, PatientWordRow
from app.store import merged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.officine.patients.evidence import EvidenceType
    from app.officine.patients.identity_model import EvidenceDraft
    from app.store.database import UnitOfWork

_WORDS_LIMIT = 300
_UNIQUE_VIOLATION = "23505"
"""SQLSTATE of PostgreSQL; SQLite makes its writers wait for one another."""


def read(session: Session, patient_id: int) -> IdentityFile | None:
    """Return the identity of a file, whole; None for an unknown one."""
    row = session.get(PatientRow, patient_id, populate_existing=True)
    patient = store.get(session, patient_id)
    if row is None or patient is None:
        return None
    identity = _identity_of(row)
    files = merged.whole(session, patient_id)
    rows = list(
        session.scalars(select(PastInsRow).where(PastInsRow.patient_id.in_(files)).order_by(PastInsRow.id.desc()))
    )
    # INSi may repeat the INS in force among the past ones, and a past one may come from several answers.
    known = dict.fromkeys(Ins(one.matricule, one.oid) for one in rows)
    past = tuple(one for one in known if one != identity.ins)
    return IdentityFile(
        patient=patient,
        identity=replace(identity, past=past),
        evidence=_last_evidence(session, files),
        recovered_at=row.recovered_at,
        verified_at=row.verified_at,
        twin_rank=row.twin_rank,
        past=past,
        insi_history=tuple(_past_of(one) for one in reversed(rows) if one.is_insi_history),
        reviews=tuple(open_reviews(session, patient_id)),
    )


def holder_of(session: Session, ins: Ins, besides: int) -> int | None:
    """Return the file, another than ``besides``, in which an INS is in force; None where there is none."""
    found = select(PatientRow.id).where(
        PatientRow.matricule == ins.matricule, PatientRow.oid == ins.oid, PatientRow.id != besides
    )
    return session.execute(found).scalars().first()


class InsHeld(Exception):
    """The INS is in force in another file, whose number it carries (None where only the database says so)."""

    def __init__(self, holder: int | None = None) -> None:
        """Name the file, where it is known."""
        super().__init__("the INS is in force in another file")
        self.holder = holder


def write(
    work: UnitOfWork,
    before: IdentityFile,
    after: Identity,
    *,
    moments: Mapping[str, Any],
    told: Sequence[PastIns] = (),
) -> int | None:
    """Write an identity over the file read as ``before``; return the new version, None where it was edited meanwhile.

    What goes of the INS in force is added to the past ones, with those that INSi ``told``. Raises InsHeld where the
    INS is in force in another file, in the same instant even.
    """
    session = work.session
    if after.ins is not None and after.ins != before.identity.ins:
        holder = holder_of(session, after.ins, before.patient.id)
        if holder is not None:
            raise InsHeld(holder)
    try:
        moved = _update(work, before, after, moments)
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != _UNIQUE_VIOLATION:
            raise
        # Two workstations at once: the words of the database hold the matricule, and go no further.
        raise InsHeld from None
    if moved is None:
        return None
    gone = before.identity.ins
    if gone is not None and gone != after.ins:
        session.execute(insert(PastInsRow), [_past_row(before.patient.id, PastIns(ins=gone), work.now)])
    fresh = [one for one in told if one not in before.insi_history]
    if fresh:
        rows = [_past_row(before.patient.id, one, work.now) | {"is_insi_history": True} for one in fresh]
        session.execute(insert(PastInsRow), rows)
    if before.identity.traits != after.traits:
        session.execute(delete(PatientWordRow).where(PatientWordRow.patient_id == before.patient.id))
        session.expire_all()
        patient = store.get(session, before.patient.id)
        assert patient is not None
        store.index(session, [patient])
    return moved


def _past_row(patient_id: int, past: PastIns, now: dt.datetime) -> dict[str, Any]:
    return {
        "patient_id": patient_id,
        "matricule": past.ins.matricule,
        "oid": past.ins.oid,
        "ended_at": now,
        "start_on": past.start,
        "end_on": past.end,
        "is_insi_history": False,
    }


def _past_of(row: PastInsRow) -> PastIns:
    return PastIns(ins=Ins(row.matricule, row.oid), start=row.start_on, end=row.end_on)


def _update(work: UnitOfWork, before: IdentityFile, after: Identity, moments: Mapping[str, Any]) -> int | None:
    traits = after.traits
    moved: int | None = work.session.execute(
        update(PatientRow)
        .where(PatientRow.id == before.patient.id, PatientRow.version == before.patient.version)
        .values(
            family_name=traits.family_name,
            birth_names=traits.birth_names,
            first_name=traits.first_name,
            sex=traits.sex,
            birth_date=dt.date.fromisoformat(traits.birth_date),
            birth_place=traits.birth_place,
            used_name=traits.used_name,
            used_first_name=traits.used_first_name,
            status=str(after.status),
            is_homonym=Attribute.HOMONYM in after.attributes,
            is_doubtful=Attribute.DOUBTFUL in after.attributes,
            is_fictitious=Attribute.FICTITIOUS in after.attributes,
            matricule=None if after.ins is None else after.ins.matricule,
            oid=None if after.ins is None else after.ins.oid,
            evidence_code=after.evidence,
            presented_matricule=None if after.presented is None else after.presented.matricule,
            presented_oid=None if after.presented is None else after.presented.oid,
            updated_at=work.now,
            version=PatientRow.version + 1,
            **moments,
        )
        .returning(PatientRow.version)
    ).scalar_one_or_none()
    return moved


def add_event(
    work: UnitOfWork,
    patient_id: int,
    event: Event,
    *,
    before: IdentityStatus | None,
    after: IdentityStatus,
    details: Mapping[str, Any],
) -> None:
    """Add an event to the history of an identity."""
    row = {
        "patient_id": patient_id,
        "at": work.now,
        "author_id": work.actor.staff_id,
        "author_name": work.actor.name,
        "event": str(event),
        "before": "" if before is None else str(before),
        "after": str(after),
        "details": json.dumps(details, ensure_ascii=False, sort_keys=True),
    }
    work.session.execute(insert(IdentityEventRow), [row])


def history(session: Session, patient_id: int) -> list[HistoryEntry]:
    """Return the events of an identity, the latest first."""
    found = select(IdentityEventRow).where(IdentityEventRow.patient_id.in_(merged.whole(session, patient_id)))
    return [
        HistoryEntry(
            at=row.at,
            by=row.author_name,
            event=Event(row.event),
            before=IdentityStatus(row.before) if row.before else None,
            after=IdentityStatus(row.after),
            details=json.loads(row.details),
        )
        for row in session.scalars(found.order_by(IdentityEventRow.id.desc()))
    ]


def add_evidence(work: UnitOfWork, patient_id: int, draft: EvidenceDraft, kind: EvidenceType) -> None:
    """Keep a document that was checked, with the trust that the site has in its kind that day."""
    row = {
        "patient_id": patient_id,
        "code": kind.code,
        "label": kind.label,
        "trust": str(kind.trust),
        "mode": str(draft.mode),
        "coherent": draft.coherent,
        "beside": draft.beside,
        "expires": draft.expires,
        "at": work.now,
        "author_id": work.actor.staff_id,
        "author_name": work.actor.name,
    }
    work.session.execute(insert(EvidenceRow), [row])


def add_review(work: UnitOfWork, patient_id: int, kind: ReviewKind, words: str) -> bool:
    """Put an identity on the worklist; one that is there already for the same reason stays as it is: False."""
    there = select(IdentityReviewRow.id).where(
        IdentityReviewRow.patient_id == patient_id,
        IdentityReviewRow.kind == str(kind),
        IdentityReviewRow.settled_at.is_(None),
    )
    if work.session.execute(there).scalars().first() is not None:
        return False
    row = {
        "patient_id": patient_id,
        "kind": str(kind),
        "words": words[:_WORDS_LIMIT],
        "since": work.now,
        "settled_at": None,
        "settled_by": "",
    }
    work.session.execute(insert(IdentityReviewRow), [row])
    return True


def settle_review(work: UnitOfWork, review_id: int) -> int | None:
    """Take an identity off the worklist; return whose it is, None where it is not there any more."""
    return work.session.execute(
        update(IdentityReviewRow)
        .where(IdentityReviewRow.id == review_id, IdentityReviewRow.settled_at.is_(None))
        .values(settled_at=work.now, settled_by=work.actor.name)
        .returning(IdentityReviewRow.patient_id)
    ).scalar_one_or_none()


def settle_kind(work: UnitOfWork, patient_id: int, kind: ReviewKind) -> None:
    """Take an identity off the worklist for one reason, which was answered, under whichever file of the person."""
    work.session.execute(
        update(IdentityReviewRow)
        .where(
            IdentityReviewRow.patient_id.in_(merged.everyone(work.session, patient_id)),
            IdentityReviewRow.kind == str(kind),
            IdentityReviewRow.settled_at.is_(None),
        )
        .values(settled_at=work.now, settled_by=work.actor.name)
    )


def open_reviews(session: Session, patient_id: int | None = None) -> list[Review]:
    """Return what is on the worklist, the oldest first: of one file, or of all."""
    found = (
        select(IdentityReviewRow, PatientRow.family_name, PatientRow.first_name)
        .join(PatientRow, PatientRow.id == IdentityReviewRow.patient_id)
        .where(IdentityReviewRow.settled_at.is_(None))
        .order_by(IdentityReviewRow.id)
    )
    if patient_id is not None:
        found = found.where(IdentityReviewRow.patient_id.in_(merged.whole(session, patient_id)))
    # A file that lives on in another is looked at there.
    heads = merged.heads(session)
    return [
        Review(
            id=row.id,
            patient_id=heads.get(row.patient_id, row.patient_id),
            name=f"{family} {first}",
            kind=ReviewKind(row.kind),
            words=row.words,
            since=row.since,
        )
        for row, family, first in session.execute(found).all()
    ]


def checked(session: Session, patient_id: int) -> list[EvidenceRecord]:
    """Return the documents that were checked against a file, the latest first."""
    files = merged.whole(session, patient_id)
    found = select(EvidenceRow).where(EvidenceRow.patient_id.in_(files)).order_by(EvidenceRow.id.desc())
    return [_record_of(row) for row in session.scalars(found)]


def _last_evidence(session: Session, files: Sequence[int]) -> EvidenceRecord | None:
    found = select(EvidenceRow).where(EvidenceRow.patient_id.in_(files)).order_by(EvidenceRow.id.desc()).limit(1)
    row = session.scalars(found).first()
    return None if row is None else _record_of(row)


def _record_of(row: EvidenceRow) -> EvidenceRecord:
    return EvidenceRecord(
        code=row.code,
        label=row.label,
        trust=Trust(row.trust),
        mode=Mode(row.mode),
        coherent=row.coherent,
        expires=row.expires,
        beside=row.beside,
        at=row.at,
        by=row.author_name,
    )


def _identity_of(row: PatientRow) -> Identity:
    marks = (
        (row.is_homonym, Attribute.HOMONYM),
        (row.is_doubtful, Attribute.DOUBTFUL),
        (row.is_fictitious, Attribute.FICTITIOUS),
    )
    traits = Traits(
        family_name=row.family_name,
        birth_names=row.birth_names or row.first_name,
        first_name=row.first_name,
        sex=row.sex,
        birth_date=row.birth_date.isoformat(),
        birth_place=row.birth_place,
        used_name=row.used_name,
        used_first_name=row.used_first_name,
    )
    return Identity(
        traits=traits,
        ins=Ins(row.matricule, row.oid) if row.matricule and row.oid else None,
        evidence=row.evidence_code,
        attributes=frozenset(attribute for marked, attribute in marks if marked),
        presented=Ins(row.presented_matricule, row.presented_oid)
        if row.presented_matricule and row.presented_oid
        else None,
    )
