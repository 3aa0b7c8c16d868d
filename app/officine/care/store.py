"""How are the documents of the pharmacist, their drafts, and what a patient received, written and found?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, column, delete, select, table
from sqlalchemy.orm import aliased

from app.officine.care import drafts, rules
from app.officine.care.model import DocumentKind, KeptDraft, WrittenDocument
from app.officine.care.tables import CareDeletionRow, CareDocumentRow, CareDraftRow
from app.store import merged
from app.store.upsert import insert_or

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from app.kernel.actor import Actor
    from app.kernel.outcome import Finding
    from app.officine.care.model import CareDraft
    from app.store.database import UnitOfWork

_NEXT = aliased(CareDocumentRow)
_DONE = "done"
# The deliveries belong to another feature: only what a patient received is asked.
_DELIVERY = table(
    "delivery",
    *(column(name) for name in ("number", "patient_id", "prescriber_id", "state")),
    column("day", Date()),
)
_LINE = table(
    "delivery_line",
    *(column(name) for name in ("delivery_number", "rank", "code", "label", "quantity", "posology")),
)


@dataclass(frozen=True, slots=True)
class Octets:
    """Where the octets of a document lie: the SHA-256 of its CDA and of its PDF."""

    id: int
    patient_id: int
    cda: str
    pdf: str


@dataclass(frozen=True, slots=True)
class Received:
    """One product that a patient received: when, what, how it is taken, by whose ordonnance."""

    day: dt.date
    code: str
    label: str
    posology: str
    prescriber_id: int | None


# --- Documents --------------------------------------------------------------------------------------------------------


def add(session: Session, values: Mapping[str, Any]) -> int:
    """Write a document and return its id."""
    row = CareDocumentRow(**values)
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, document_id: int) -> WrittenDocument | None:
    """Return a document; None for an unknown one."""
    found = session.execute(_documents().where(CareDocumentRow.id == document_id)).one_or_none()
    return None if found is None else _document_of(*found)


def same(session: Session, draft: CareDraft, author_id: int) -> WrittenDocument | None:
    """Return the document that an author wrote already from this very draft, and that stands; None without one.

    A draft that replaces another document is the same only as the version that took that document's place.
    """
    row = CareDocumentRow
    query = _documents().where(
        row.patient_id == draft.patient_id,
        row.kind == str(draft.kind),
        row.author_id == author_id,
        row.performed_at == draft.performed_at,
        row.replaces.is_not_distinct_from(draft.replaces),
    )
    for found in session.execute(query.order_by(row.id)):
        document = _document_of(*found)
        if document.is_live and drafts.from_json(found[0].content) == draft:
            return document
    return None


def of(session: Session, patient_id: int) -> list[WrittenDocument]:
    """Return the documents of a person, in whichever of their files, newest first."""
    files = merged.everyone(session, patient_id)
    query = _documents().where(CareDocumentRow.patient_id.in_(files))
    return [_document_of(*found) for found in session.execute(query.order_by(CareDocumentRow.id.desc()))]


def recent(session: Session, limit: int) -> list[WrittenDocument]:
    """Return the newest documents of the officine."""
    query = _documents().order_by(CareDocumentRow.id.desc()).limit(limit)
    return [_document_of(*found) for found in session.execute(query)]


def draft_of(session: Session, document_id: int) -> CareDraft | None:
    """Return what a document was written from; None for an unknown one."""
    query = select(CareDocumentRow.content).where(CareDocumentRow.id == document_id)
    content = session.execute(query).scalar_one_or_none()
    return None if content is None else drafts.from_json(content)


def octets(session: Session, document_id: int | None = None) -> list[Octets]:
    """Return where the octets of every document lie, or of one."""
    row = CareDocumentRow
    query = select(row.id, row.patient_id, row.cda_sha256, row.pdf_sha256).order_by(row.id)
    if document_id is not None:
        query = query.where(row.id == document_id)
    return [Octets(*found) for found in session.execute(query)]


def delete_document(work: UnitOfWork, document_id: int, reason: str) -> None:
    """Mark a document as deleted."""
    actor = work.actor
    work.session.add(
        CareDeletionRow(
            document_id=document_id, at=work.now, reason=reason, author_id=actor.staff_id, author_name=actor.name
        )
    )
    work.session.flush()


def _documents() -> Select[CareDocumentRow, int, str]:
    return (
        select(CareDocumentRow, _NEXT.id, CareDeletionRow.reason)
        .outerjoin(_NEXT, _NEXT.replaces == CareDocumentRow.id)
        .outerjoin(CareDeletionRow, CareDeletionRow.document_id == CareDocumentRow.id)
    )


def _document_of(row: CareDocumentRow, replaced_by: int | None, deletion: str | None) -> WrittenDocument:
    return WrittenDocument(
        id=row.id,
        kind=DocumentKind(row.kind),
        state=rules.state_of(replaced=replaced_by is not None, deleted=deletion is not None),
        patient_id=row.patient_id,
        patient_name=row.patient_name,
        title=row.title,
        document_id=row.document_id,
        set_id=row.set_id,
        version=row.version,
        performed_at=row.performed_at,
        created_at=row.created_at,
        author_name=row.author_name,
        recipients=drafts.from_json(row.content).recipients,
        replaced_by=replaced_by,
        deletion=deletion or "",
        carries_ins=row.carries_ins,
        supervisor_name=row.supervisor_name,
        replaces=row.replaces,
        reason=row.reason,
        is_judged=bool(row.kit),
    )


# --- Drafts -----------------------------------------------------------------------------------------------------------


def keep_draft(work: UnitOfWork, draft: CareDraft, findings: tuple[Finding, ...] = ()) -> KeptDraft:
    """Write a draft over the operator's earlier one of this kind in this file."""
    values = {
        "operator_id": _operator(work.actor),
        "kind": str(draft.kind),
        "patient_id": draft.patient_id,
        "at": work.now,
        "content": drafts.to_json(draft),
        "findings": drafts.findings_to_json(findings),
    }
    statement = insert_or(work.session, CareDraftRow).values(**values)
    statement = statement.on_conflict_do_update(
        index_elements=["operator_id", "kind", "patient_id"],
        set_={name: getattr(statement.excluded, name) for name in ("at", "content", "findings")},
    )
    kept_id = work.session.execute(statement.returning(CareDraftRow.id)).scalar_one()
    return KeptDraft(kept_id, work.now, draft, findings)


def kept_drafts(
    session: Session, actor: Actor, kind: DocumentKind | None = None, patient_id: int | None = None
) -> list[KeptDraft]:
    """Return the drafts of an operator, newest first."""
    row = CareDraftRow
    query = select(row).where(row.operator_id == _operator(actor)).order_by(row.at.desc(), row.id.desc())
    if kind is not None:
        query = query.where(row.kind == str(kind))
    if patient_id is not None:
        query = query.where(row.patient_id.in_(merged.everyone(session, patient_id)))
    return [
        KeptDraft(one.id, one.at, drafts.from_json(one.content), drafts.findings_from_json(one.findings))
        for one in session.scalars(query)
    ]


def drop_draft(session: Session, actor: Actor, draft_id: int) -> bool:
    """Forget a draft of the operator's own; False where there is none."""
    row = CareDraftRow
    statement = delete(row).where(row.id == draft_id, row.operator_id == _operator(actor)).returning(row.id)
    return session.execute(statement).first() is not None


def drop_draft_of(session: Session, actor: Actor, draft: CareDraft) -> None:
    """Forget what the operator had set down of this kind in this very file: it is written now.

    Another draft, begun in a file that was merged since, is another document, and stays.
    """
    row = CareDraftRow
    own = (row.operator_id == _operator(actor), row.kind == str(draft.kind), row.patient_id == draft.patient_id)
    session.execute(delete(row).where(*own))


def _operator(actor: Actor) -> int:
    return actor.staff_id or 0


# --- What a patient received ------------------------------------------------------------------------------------------


def received(session: Session, patient_id: int, since: dt.date) -> list[Received]:
    """Return what a person received since a day, newest first; what was taken back is not among it."""
    query = (
        select(_DELIVERY.c.day, _LINE.c.code, _LINE.c.label, _LINE.c.posology, _DELIVERY.c.prescriber_id)
        .join_from(_LINE, _DELIVERY, _DELIVERY.c.number == _LINE.c.delivery_number)
        .where(
            _DELIVERY.c.patient_id.in_(merged.everyone(session, patient_id)),
            _DELIVERY.c.state == _DONE,
            _DELIVERY.c.day >= since,
            _LINE.c.quantity > 0,
        )
        .order_by(_DELIVERY.c.number.desc(), _LINE.c.rank)
    )
    return [Received(*found) for found in session.execute(query)]
