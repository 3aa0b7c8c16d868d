"""Which tables hold the boxes that were opened to give their units?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class OpenBoxRow(Base):
    """One opened box; ``remaining`` changes only together with a movement. ``patient_id``: for whose treatment."""

    __tablename__ = "open_box"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    lot: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[dt.date | None] = mapped_column(Date)
    serial: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    remaining: Mapped[int]
    patient_id: Mapped[int | None] = mapped_column(PK)
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "code", "remaining"),)


class OpenBoxMovementRow(Base):
    """Units that left an opened box, or were thrown away; append-only, guarded by triggers."""

    __tablename__ = "open_box_movement"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    open_box_id: Mapped[int] = mapped_column(ForeignKey("open_box.id"))
    delta: Mapped[int]
    balance_after: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None] = mapped_column(PK)
    actor_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "open_box_id"), Index(None, "reference"))
