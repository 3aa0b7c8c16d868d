"""Which tables serve every feature: audit, outbox, numbering, what this database is?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, Json, UtcDateTime


class AuditRow(Base):
    """One entry of the audit chain; append-only, guarded by triggers."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    station: Mapped[str] = mapped_column(String(80))
    actor_id: Mapped[int | None] = mapped_column(PK)
    actor_name: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[str] = mapped_column(String(64))
    patient_id: Mapped[int | None] = mapped_column(PK)
    details: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(String(20))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index(None, "at"),
        Index(None, "patient_id", "seq"),
        Index(None, "subject", "subject_id"),
        Index(None, "actor_id", "seq"),
        Index(None, "action", "seq"),
        Index(None, "station", "seq"),
    )


class ChainHeadRow(Base):
    """The last number and hash of each chain; locked while an entry is added."""

    __tablename__ = "chain_head"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(PK)
    hash: Mapped[str] = mapped_column(String(64))


class OutboxRow(Base):
    """One write that a remote service still has to take, or has taken."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    lane: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(60))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str] = mapped_column(String(80), default="")
    claimed_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("idempotency_key"), Index(None, "state", "lane", "id"))


class SequenceRow(Base):
    """The last number given of a series without holes."""

    __tablename__ = "sequence"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(PK)


class FactRow(Base):
    """What this database is: mode, installation id, name and address of the officine."""

    __tablename__ = "fact"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
