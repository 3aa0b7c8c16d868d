"""Which tables hold the boxes in quarantine?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class QuarantineEntryRow(Base):
    """Boxes set aside at once; append-only, guarded by triggers: what is left of them, their exits say."""

    __tablename__ = "quarantine_entry"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[int]
    lot: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[dt.date | None] = mapped_column(Date)
    serial: Mapped[str] = mapped_column(String(40))
    cause: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(64))
    recall_id: Mapped[int | None] = mapped_column(ForeignKey("recall.id"))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "code", "serial"), Index(None, "recall_id"))


class QuarantineExitRow(Base):
    """Boxes of an entry that left quarantine; append-only, guarded by triggers."""

    __tablename__ = "quarantine_exit"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("quarantine_entry.id"))
    quantity: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(String(64))
    second_person: Mapped[str] = mapped_column(String(120))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "entry_id"),)
