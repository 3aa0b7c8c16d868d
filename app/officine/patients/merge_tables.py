"""Which tables hold the merges of files, what undid them, and the pairs that are two people?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class MergeRow(Base):
    """A file absorbed by another; never changed. ``snapshot`` holds both as they were, and what the kept one became."""

    __tablename__ = "patient_merge"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    kept_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"))
    absorbed_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(200))
    snapshot: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index(None, "kept_id"), Index(None, "absorbed_id"))


class UndoneRow(Base):
    """The end of a merge; never changed."""

    __tablename__ = "patient_merge_undone"

    merge_id: Mapped[int] = mapped_column(PK, ForeignKey("patient_merge.id"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(200))


class DistinctRow(Base):
    """Two files that somebody compared, and that are two people (twins among them); ``first_id`` is the lower."""

    __tablename__ = "patient_distinct"

    first_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"), primary_key=True, autoincrement=False)
    second_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(200))
