"""Which tables hold the recalls?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, Json, UtcDateTime


class RecallRow(Base):
    """One recall; append-only, guarded by triggers. ``digest`` tells the same notice read twice."""

    __tablename__ = "recall"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    all_lots: Mapped[bool]
    lots: Mapped[list[str]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(12))
    day: Mapped[dt.date] = mapped_column(Date)
    instruction: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(12))
    reference: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("digest"), Index(None, "code"), Index(None, "day", "id"))


class RecallEventRow(Base):
    """What was done about a recall (``seen``, ``lifted``), by whom and why; append-only, guarded by triggers."""

    __tablename__ = "recall_event"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "recall_id", "id"),)
