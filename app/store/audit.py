"""Who did what, when, on whom, from where: how is it written so that it can't be altered?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import bindparam, insert, select, update

from app.kernel.actor import Actor
from app.store.chain import canonical, entry_hash
from app.store.tables import AuditRow, ChainHeadRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

__all__ = ["CHAIN", "Actor", "AuditEvent", "advance_head", "append", "lock_head"]

CHAIN = "audit"

# Built once: each is run with every write.
_HEADS = cast("Table", ChainHeadRow.__table__)
_HEAD = select(ChainHeadRow).where(ChainHeadRow.name == bindparam("chain")).with_for_update()
_ADVANCE = (
    update(_HEADS).where(_HEADS.c.name == bindparam("chain")).values(seq=bindparam("last"), hash=bindparam("digest"))
)
_INSERT = insert(cast("Table", AuditRow.__table__))


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing done, before it takes its place in the chain."""

    action: str
    subject: str
    subject_id: str
    patient_id: int | None
    details: Mapping[str, Any]
    result: str


def lock_head(session: Session, chain: str) -> ChainHeadRow:
    """Return the head of a chain, locked until the transaction ends.

    The migrations make the head of each chain; its absence is damage, and raises NoResultFound.
    """
    return session.execute(_HEAD, {"chain": chain}).scalar_one()


def advance_head(session: Session, chain: str, seq: int, digest: str) -> None:
    """Record the last number and hash of a chain."""
    session.connection().execute(_ADVANCE, {"chain": chain, "last": seq, "digest": digest})


def append(session: Session, actor: Actor, at: dt.datetime, events: Sequence[AuditEvent]) -> None:
    """Add the events to the audit chain, in order, in the session's transaction."""
    if not events:
        return
    head = lock_head(session, CHAIN)
    seq, digest = head.seq, head.hash
    rows: list[dict[str, Any]] = []
    for event in events:
        seq += 1
        row: dict[str, Any] = {
            "seq": seq,
            "at": at,
            "station": actor.station,
            "actor_id": actor.staff_id,
            "actor_name": actor.name,
            "action": event.action,
            "subject": event.subject,
            "subject_id": event.subject_id,
            "patient_id": event.patient_id,
            "details": canonical(event.details),
            "result": event.result,
        }
        row["prev_hash"], digest = digest, entry_hash(digest, row)
        row["hash"] = digest
        rows.append(row)
    session.connection().execute(_INSERT, rows)
    advance_head(session, CHAIN, seq, digest)
