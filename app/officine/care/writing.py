"""How is a document written, replaced or deleted within one act, its trace included?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from app.docs.clinical import Vaccine
from app.kernel.outcome import Done, Refused
from app.officine.care import drafts, rules, store
from app.officine.care.looking import replaceable
from app.officine.care.model import VaccinationPart
from app.store.audit import CHAIN, lock_head

if TYPE_CHECKING:
    from app.docs.clinical import Document
    from app.kernel.outcome import Outcome
    from app.officine.care.building import People
    from app.officine.care.looking import Ready
    from app.officine.care.model import CareDraft, Part, WrittenDocument
    from app.officine.patients.identity_model import IdentityFile
    from app.store.database import UnitOfWork

TOPIC: Final = "care"
SUBJECT: Final = "care_document"


@dataclass(frozen=True, slots=True)
class Octets:
    """The octets of a document, kept under their SHA-256, and who judged them."""

    cda: str
    cda_size: int
    pdf: str
    pdf_size: int
    kit: str


def written(work: UnitOfWork, ready: Ready, octets: Octets, given: CareDraft) -> Outcome[WrittenDocument]:
    """Write the row that names the octets of a document, and trace it; refused where it may replace no other any more.

    A draft that its author has written already gives the document that it made. ``given`` is the draft as it was set
    down, in a file that may have been merged since: it is forgotten.
    """
    document, draft, people, known = ready.document, ready.draft, ready.people, ready.known
    assert document is not None
    assert people is not None
    assert known is not None
    # Taken first, so that the same draft at two workstations is one act after the other, on the server too.
    lock_head(work.session, CHAIN)
    # Asked again because the answer was lost, or the key pressed twice: one act is one document.
    same = store.same(work.session, draft, people.author.id)
    if same is not None:
        store.drop_draft_of(work.session, work.actor, given)
        return Done(same)
    if draft.replaces is not None:
        findings = replaceable(work.session, draft, store.get(work.session, draft.replaces))[1]
        if findings:
            return Refused(tuple(findings))
    row = _row(document, draft, people, known) | {
        "title": rules.title_of(draft.kind, _named_part(draft, document)),
        "station": work.actor.station,
        "cda_sha256": octets.cda,
        "cda_size": octets.cda_size,
        "pdf_sha256": octets.pdf,
        "pdf_size": octets.pdf_size,
        "kit": octets.kit,
    }
    document_id = store.add(work.session, row)
    store.drop_draft_of(work.session, work.actor, given)
    details = {"kind": str(draft.kind), "version": document.key.version, "sha256": octets.cda}
    if draft.replaces is not None:
        details |= {"replaces": draft.replaces, "reason": draft.reason}
    work.audit(
        "care.record" if draft.replaces is None else "care.replace",
        SUBJECT,
        str(document_id),
        patient_id=draft.patient_id,
        details=details,
    )
    work.changed(TOPIC, f"{TOPIC}:{document_id}", f"patient:{draft.patient_id}")
    kept = store.get(work.session, document_id)
    assert kept is not None
    return Done(kept)


def deleted(work: UnitOfWork, document_id: int, reason: str) -> Outcome[WrittenDocument]:
    """Mark a document as deleted, and trace it; refused for one that was replaced or deleted meanwhile."""
    lock_head(work.session, CHAIN)
    document = store.get(work.session, document_id)
    findings = [rules.unknown()] if document is None else rules.not_live(document)
    if document is None or findings:
        return Refused(tuple(findings))
    store.delete_document(work, document_id, reason)
    patient_id = document.patient_id
    work.audit("care.delete", SUBJECT, str(document_id), patient_id=patient_id, details={"reason": reason})
    work.changed(TOPIC, f"{TOPIC}:{document_id}", f"patient:{patient_id}")
    marked = store.get(work.session, document_id)
    assert marked is not None
    return Done(marked)


def _row(document: Document, draft: CareDraft, people: People, known: IdentityFile) -> dict[str, object]:
    """Return what is written of a document, but for its octets."""
    supervisor = people.supervisor
    return {
        "kind": str(draft.kind),
        "patient_id": draft.patient_id,
        "patient_name": known.patient.display_name,
        "document_id": document.key.id,
        "set_id": document.key.set_id,
        "version": document.key.version,
        "replaces": draft.replaces,
        "reason": draft.reason if draft.replaces is not None else "",
        "performed_at": draft.performed_at,
        "created_at": document.created_at,
        "author_id": people.author.id,
        "author_name": people.author.name,
        "supervisor_id": None if supervisor is None else supervisor.id,
        "supervisor_name": "" if supervisor is None else supervisor.name,
        "carries_ins": document.subject.has_ins,
        "content": drafts.to_json(draft),
    }


def _named_part(draft: CareDraft, document: Document) -> Part:
    """Return the part with the name that the document gives its vaccine: the catalogue's, where none was typed."""
    if isinstance(draft.part, VaccinationPart) and isinstance(document.content, Vaccine):
        return replace(draft.part, name=document.content.name)
    return draft.part
