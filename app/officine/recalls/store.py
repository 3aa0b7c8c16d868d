"""How are recalls written and read?"""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, insert, select

from app.officine.recalls.model import Level, Recall, Seen, Source, lot_key
from app.officine.recalls.tables import RecallEventRow, RecallRow
from app.store.upsert import insert_or

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.officine.recalls.model import RecallDraft
    from app.store.database import UnitOfWork

SEEN, LIFTED = "seen", "lifted"
_CHUNK = 1_000

_IN_FORCE: ColumnElement[bool] = ~exists().where(
    RecallEventRow.recall_id == RecallRow.id, RecallEventRow.kind == LIFTED
)


def in_force(session: Session, codes: Iterable[str]) -> dict[str, tuple[Recall, ...]]:
    """Return the recalls in force of each product that has one, the newest first."""
    found: dict[str, list[RecallRow]] = {}
    for chunk in _chunks(sorted(set(codes))):
        query = select(RecallRow).where(RecallRow.code.in_(chunk), _IN_FORCE)
        for row in session.scalars(query.order_by(RecallRow.day.desc(), RecallRow.id.desc())):
            found.setdefault(row.code, []).append(row)
    return {code: tuple(_recall(row) for row in rows) for code, rows in found.items()}


def newest(session: Session, limit: int, *, with_lifted: bool) -> list[Recall]:
    """Return the last recalls with what was done about them, the newest first."""
    query = select(RecallRow).order_by(RecallRow.day.desc(), RecallRow.id.desc()).limit(limit)
    if not with_lifted:
        query = query.where(_IN_FORCE)
    return _with_events(session, session.scalars(query).all())


def read(session: Session, recall_id: int) -> Recall | None:
    """Return a recall with what was done about it; None for an unknown one."""
    row = session.get(RecallRow, recall_id)
    return None if row is None else _with_events(session, [row])[0]


def unseen(session: Session) -> int:
    """Return how many recalls in force nobody has said that they had read."""
    seen = exists().where(RecallEventRow.recall_id == RecallRow.id, RecallEventRow.kind == SEEN)
    return session.execute(select(func.count()).select_from(RecallRow).where(_IN_FORCE, ~seen)).scalar_one()


def is_empty(session: Session) -> bool:
    """Return True where there is no recall, in force or lifted."""
    return session.execute(select(RecallRow.id).limit(1)).first() is None


def digests(session: Session, wanted: Iterable[str]) -> set[str]:
    """Return those of the digests that a recall bears already."""
    found: set[str] = set()
    for chunk in _chunks(wanted):
        found.update(session.scalars(select(RecallRow.digest).where(RecallRow.digest.in_(chunk))))
    return found


def add(work: UnitOfWork, drafts: Sequence[tuple[RecallDraft, str]], source: Source) -> None:
    """Write recalls with their digests; one that another workstation wrote meanwhile is left as it is."""
    rows = [_row(work, draft, digest, source) for draft, digest in drafts]
    if rows:
        work.session.execute(
            insert_or(work.session, RecallRow).on_conflict_do_nothing(index_elements=[RecallRow.digest]), rows
        )


def by_digest(session: Session, digest: str) -> Recall | None:
    """Return the recall that bears a digest; None for none."""
    row = session.scalars(select(RecallRow).where(RecallRow.digest == digest)).one_or_none()
    return None if row is None else _with_events(session, [row])[0]


def note(work: UnitOfWork, recall_id: int, kind: str, reason: str = "") -> None:
    """Write that a recall was read, or lifted."""
    work.session.execute(insert(RecallEventRow).values(recall_id=recall_id, kind=kind, reason=reason, **_author(work)))


def digest_of(draft: RecallDraft | Recall) -> str:
    """Return what tells the same notice read twice: all that it says, whatever the order of its lots."""
    lots = sorted({lot_key(lot) for lot in draft.lots}) if not draft.all_lots else ["*"]
    texts = [text.strip() for text in (draft.reason, draft.instruction, draft.reference)]
    said = [draft.code, lots, draft.level, str(draft.day), *texts]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _row(work: UnitOfWork, draft: RecallDraft, digest: str, source: Source) -> dict[str, Any]:
    return {
        "code": draft.code,
        "all_lots": draft.all_lots,
        "lots": [] if draft.all_lots else list(draft.lots),
        "reason": draft.reason.strip(),
        "level": str(draft.level),
        "day": draft.day,
        "instruction": draft.instruction.strip(),
        "source": str(source),
        "reference": draft.reference.strip(),
        "digest": digest,
        **_author(work),
    }


def _author(work: UnitOfWork) -> dict[str, Any]:
    return {"author_id": work.actor.staff_id, "author_name": work.actor.name, "at": work.now}


def _with_events(session: Session, rows: Sequence[RecallRow]) -> list[Recall]:
    seen: dict[int, list[Seen]] = {}
    lifted: dict[int, str] = {}
    for chunk in _chunks(row.id for row in rows):
        query = select(RecallEventRow).where(RecallEventRow.recall_id.in_(chunk)).order_by(RecallEventRow.id)
        for event in session.scalars(query):
            if event.kind == SEEN:
                seen.setdefault(event.recall_id, []).append(Seen(event.author_name, event.at))
            else:
                lifted[event.recall_id] = event.reason
    return [_recall(row, tuple(seen.get(row.id, ())), lifted.get(row.id, "")) for row in rows]


def _recall(row: RecallRow, seen: tuple[Seen, ...] = (), lifted: str = "") -> Recall:
    return Recall(
        id=row.id,
        code=row.code,
        lots=() if row.all_lots else tuple(row.lots),
        reason=row.reason,
        level=Level(row.level),
        day=row.day,
        instruction=row.instruction,
        source=Source(row.source),
        reference=row.reference,
        author_name=row.author_name,
        at=row.at,
        seen=seen,
        lifted=lifted,
    )


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(values)
    while chunk := list(islice(left, _CHUNK)):
        yield chunk
