"""Which tables hold, for the workstations of one PostgreSQL, the bytes that must be able to disappear for good?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, UtcDateTime

NAMES = ("erasable_key", "erasable")
"""The tables whose rows no backup takes."""


class ErasableKeyRow(Base):
    """The sealed key of some bytes; removed, the bytes are noise. Used on PostgreSQL only."""

    __tablename__ = "erasable_key"

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ErasableRow(Base):
    """The enciphered bytes; used on PostgreSQL only, the embedded database has files beside it."""

    __tablename__ = "erasable"

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
