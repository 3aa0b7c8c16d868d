"""How are received documents written and found in the database?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, func, insert, or_, select, true, update

from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold
from app.officine.inbox.model import Event, Happened, Origin, Query, Received, Sort, State
from app.officine.inbox.tables import ReceivedEventRow, ReceivedRow, ReceivedStateRow
from app.officine.patients.identity import TRAITS, Ins, Traits
from app.store import merged
from app.store.upsert import insert_or

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from app.officine.inbox.model import Arrival
    from app.store.audit import Actor

_PLAIN = ("name", "sha256", "parcel", "media_type", "body", "type_code", "type_label", "title", "author",
          "organization", "created_at", "performed_at", "document_id", "set_id", "version", "replaces", "acts", "care",
          "operator_name", "part")  # fmt: skip
_OF_ARRIVAL = ("part", "media_type", "body", "type_code", "type_label", "title", "author", "organization", "created_at",
               "performed_at", "document_id", "set_id", "version", "replaces", "acts", "care")  # fmt: skip
_MOST_VERSIONS = 200
_KIND = case(
    (ReceivedRow.type_label != "", ReceivedRow.type_label),
    (ReceivedRow.type_code != "", ReceivedRow.type_code),
    (ReceivedRow.body == "pdf", "PDF"),
    else_="Fichier",
)
"""As ``Received.kind`` says it."""


def known(session: Session, identity: str) -> int | None:
    """Return the document that was received before under the same identity; None where there is none."""
    return session.execute(select(ReceivedRow.id).where(ReceivedRow.identity == identity)).scalar_one_or_none()


def add(
    session: Session,
    arrival: Arrival,
    *,
    at: dt.datetime,
    origin: Origin,
    name: str,
    identity: str,
    sha256: str,
    parcel: str,
    words: str,
    actor: Actor,
) -> int | None:
    """Write a document, unread, and return its id; None where one of that identity is there already."""
    values = {
        "at": at,
        "origin": str(origin),
        "name": name,
        "identity": identity,
        "sha256": sha256,
        "parcel": parcel,
        "words": words,
        "matricule": "" if arrival.ins is None else arrival.ins.matricule,
        "oid": "" if arrival.ins is None else arrival.ins.oid,
        "findings": [one.as_json() for one in arrival.findings],
        "station": actor.station,
        "operator_id": actor.staff_id,
        "operator_name": actor.name,
        **{field: getattr(arrival, field) for field in _OF_ARRIVAL},
        **{trait: getattr(arrival.traits, trait) for trait in TRAITS},
    }
    statement = insert_or(session, ReceivedRow).values(**values).on_conflict_do_nothing(index_elements=["identity"])
    made: int | None = session.execute(statement.returning(ReceivedRow.id)).scalar_one_or_none()
    if made is not None:
        state = State.ASIDE if arrival.is_aside else State.WAITING
        session.execute(insert(ReceivedStateRow).values(received_id=made, state=str(state), is_read=False, reason=""))
    return made


def happen(
    session: Session,
    received_id: int,
    event: Event,
    *,
    at: dt.datetime,
    actor: Actor,
    patient_id: int | None = None,
    other_id: int | None = None,
    reason: str = "",
) -> None:
    """Write that something happened to a document."""
    session.add(
        ReceivedEventRow(
            received_id=received_id,
            at=at,
            event=str(event),
            patient_id=patient_id,
            other_id=other_id,
            reason=reason,
            operator_id=actor.staff_id,
            operator_name=actor.name,
        )
    )


def move(session: Session, received_id: int, before: State, **values: Any) -> bool:  # noqa: ANN401 -- columns
    """Change where a document stands; False where it stands no more as ``before``: somebody was faster."""
    row = ReceivedStateRow
    statement = update(row).where(row.received_id == received_id, row.state == str(before))
    return bool(session.execute(statement.values(**values)).rowcount)  # type: ignore[attr-defined] # of an UPDATE


def mark(session: Session, received_id: int, *, is_read: bool) -> bool:
    """Say that a document is read, or unread; False where it was so already."""
    row = ReceivedStateRow
    statement = update(row).where(row.received_id == received_id, row.is_read.is_(not is_read))
    return bool(session.execute(statement.values(is_read=is_read)).rowcount)  # type: ignore[attr-defined] # the same


def replace_by(session: Session, received_id: int, other_id: int | None) -> None:
    """Say which document took the place of another; None where it is in force."""
    row = ReceivedStateRow
    session.execute(update(row).where(row.received_id == received_id).values(replaced_by=other_id))


# --- Reading ----------------------------------------------------------------------------------------------------------


def get(session: Session, received_id: int) -> Received | None:
    """Return a document; None for an unknown one."""
    found = session.execute(_documents().where(ReceivedRow.id == received_id)).one_or_none()
    return None if found is None else _named(session, [_received_of(*found)])[0]


def get_all(session: Session, ids: Sequence[int]) -> list[Received]:
    """Return documents, in the order of ``ids``."""
    rows = session.execute(_documents().where(ReceivedRow.id.in_(ids))) if ids else ()
    found = {one.id: one for one in _named(session, [_received_of(*row) for row in rows])}
    return [found[one] for one in ids if one in found]


def search(session: Session, query: Query) -> tuple[list[Received], int]:
    """Return the documents that answer, at most ``query.limit``, and how many there are."""
    wanted = and_(true(), *_conditions(session, query))
    count = select(func.count()).select_from(ReceivedRow).join(ReceivedStateRow).where(wanted)
    total = int(session.execute(count).scalar_one())
    rows = session.execute(_documents().where(wanted).order_by(*_order(query.sort)).limit(query.limit))
    return _named(session, [_received_of(*row) for row in rows]), total


def unread(session: Session) -> int:
    """Return how many documents are unread and in force."""
    row = ReceivedStateRow
    wanted = row.is_read.is_(False), row.state.in_((str(State.WAITING), str(State.ASIDE), str(State.FILED)))
    return int(session.execute(select(func.count()).select_from(row).where(*wanted)).scalar_one())


def kinds(session: Session) -> tuple[str, ...]:
    """Return the types of the documents that there are, in order."""
    return tuple(sorted(session.scalars(select(_KIND).distinct()), key=fold))


def family(session: Session, *, set_id: str, document_id: str, replaces: str) -> list[Received]:
    """Return the versions of a document, the last first: those of its set, and those that a replacement joins."""
    found: dict[int, Received] = {}
    waiting = [(set_id, document_id, replaces)]
    asked: set[tuple[str, str, str]] = set()
    while waiting and len(found) < _MOST_VERSIONS:
        named = waiting.pop()
        ways = [] if named in asked else _joined(*named)
        asked.add(named)
        for row in session.execute(_documents().where(or_(*ways)).limit(_MOST_VERSIONS)) if ways else ():
            one = _received_of(*row)
            if one.id not in found:
                found[one.id] = one
                waiting.append((one.set_id, one.document_id, one.replaces))
    ordered = sorted(found.values(), key=lambda one: (one.version or 0, one.at, one.id), reverse=True)
    return _named(session, ordered)


def _joined(set_id: str, document_id: str, replaces: str) -> list[ColumnElement[bool]]:
    row = ReceivedRow
    ways: list[ColumnElement[bool]] = []
    if set_id:
        ways.append(row.set_id == set_id)
    if replaces:
        ways.append(row.document_id == replaces)
    if document_id:
        ways += [row.replaces == document_id, row.document_id == document_id]
    return ways


def same_identifier(session: Session, document_id: str) -> bool:
    """Return True where a sound document bears the identifier already."""
    row = ReceivedRow
    query = select(row.id).where(row.document_id == document_id, row.part == "").limit(1)
    return bool(document_id) and session.execute(query).first() is not None


def history(session: Session, received_id: int) -> list[Happened]:
    """Return what happened to a document, the latest first."""
    row = ReceivedEventRow
    rows = session.scalars(select(row).where(row.received_id == received_id).order_by(row.id.desc()))
    return [Happened(one.at, Event(one.event), one.operator_name, one.reason, one.patient_id) for one in rows]


def hashes(session: Session) -> set[str]:
    """Return the names of all the bytes that received documents have."""
    found: set[str] = set()
    for held in (ReceivedRow.sha256, ReceivedRow.parcel):
        found.update(session.scalars(select(held).distinct()))
    return found - {""}


def every(session: Session) -> list[tuple[int, str, str, str]]:
    """Return the id, the title, the hash and the hash of the file of each document, for the verification."""
    row = ReceivedRow
    rows = session.execute(select(row.id, row.title, row.sha256, row.parcel).order_by(row.id))
    return [(one, title, sha256, parcel) for one, title, sha256, parcel in rows]


def _documents() -> Select[ReceivedRow, ReceivedStateRow]:
    return select(ReceivedRow, ReceivedStateRow).join(ReceivedStateRow, ReceivedStateRow.received_id == ReceivedRow.id)


def _conditions(session: Session, query: Query) -> list[ColumnElement[bool]]:
    row, state = ReceivedRow, ReceivedStateRow
    asked = [row.words.contains(word, autoescape=True) for word in fold(query.text).split()]
    if query.todo:
        undecided = state.state.in_((str(State.WAITING), str(State.ASIDE)))
        unseen = and_(state.state == str(State.FILED), state.is_read.is_(False))
        asked.append(or_(undecided, unseen, row.id == query.keep))
    if query.states:
        asked.append(state.state.in_(sorted(query.states)))
    if query.unread:
        asked.append(or_(state.is_read.is_(False), row.id == query.keep))
    if query.replaced is not None:
        asked.append(state.replaced_by.is_not(None) if query.replaced else state.replaced_by.is_(None))
    if query.since is not None:
        asked.append(row.at >= query.since)
    if query.kind:
        asked.append(_KIND.in_([query.kind]))
    if query.patient_id is not None:
        asked.append(state.patient_id.in_(merged.everyone(session, query.patient_id)))
    return asked


def _order(sort: Sort) -> tuple[Any, ...]:
    row = ReceivedRow
    newest = row.at.desc(), row.id.desc()
    dated = case((row.performed_at != "", row.performed_at), else_=row.created_at)
    return {
        Sort.RECEIVED: newest,
        Sort.DATED: (dated.desc(), *newest),
        Sort.PATIENT: ((row.family_name == "").asc(), row.family_name, row.first_name, *newest),
        Sort.TYPE: (_KIND, *newest),
    }[sort]


def _named(session: Session, documents: Sequence[Received]) -> list[Received]:
    """Return documents with the file in which each lives on: one that was merged is no more."""
    filed = {one.patient_id for one in documents if one.patient_id is not None}
    heads = {one: merged.head(session, one) for one in filed}
    return [one if one.patient_id is None else replace(one, patient_id=heads[one.patient_id]) for one in documents]


def _received_of(row: ReceivedRow, state: ReceivedStateRow) -> Received:
    return Received(
        id=row.id,
        at=row.at,
        origin=Origin(row.origin),
        traits=Traits(**{trait: getattr(row, trait) for trait in TRAITS}),
        ins=Ins(row.matricule, row.oid) if row.matricule else None,
        findings=tuple(_finding_of(one) for one in row.findings),
        state=State(state.state),
        is_read=state.is_read,
        patient_id=state.patient_id,
        replaced_by=state.replaced_by,
        reason=state.reason,
        **{field: getattr(row, field) for field in _PLAIN},
    )


def _finding_of(told: dict[str, str]) -> Finding:
    return Finding(
        told["code"], Severity(told["severity"]), told["text"], told.get("advice", ""), told.get("subject", "")
    )
