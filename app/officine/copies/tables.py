"""Which tables say what copies of the paper ordonnances there are, of which delivery, and which were set aside?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class CopyRow(Base):
    """One scan or photo of an ordonnance; its bytes lie outside, by their hash. Append-only."""

    __tablename__ = "prescription_copy"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    # The sale at which it was joined, empty for one joined to a delivery already made.
    session_id: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    pages: Mapped[int]
    source: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(120))
    station: Mapped[str] = mapped_column(String(80))
    operator_id: Mapped[int | None] = mapped_column(PK)
    operator_name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "session_id"), Index(None, "sha256"))


class CopyDeliveryRow(Base):
    """Of which delivery a copy is, written in the act of the delivery or when it is joined later. Append-only."""

    __tablename__ = "prescription_copy_delivery"

    copy_id: Mapped[int] = mapped_column(ForeignKey("prescription_copy.id"), primary_key=True, autoincrement=False)
    delivery_number: Mapped[int] = mapped_column(ForeignKey("delivery.number"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "delivery_number"),)


class CopyRemovalRow(Base):
    """The mark of a copy set aside: by whom, when and why; its bytes stay. Append-only."""

    __tablename__ = "prescription_copy_removal"

    copy_id: Mapped[int] = mapped_column(ForeignKey("prescription_copy.id"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(200))
    operator_name: Mapped[str] = mapped_column(String(120))


class PrescriptionDeliveryRow(Base):
    """Which ordonnance a delivery was made from: its renewals share its copies. Append-only."""

    __tablename__ = "prescription_delivery"

    delivery_number: Mapped[int] = mapped_column(ForeignKey("delivery.number"), primary_key=True, autoincrement=False)
    prescription_id: Mapped[int] = mapped_column(ForeignKey("prescription.id"))

    __table_args__ = (Index(None, "prescription_id"),)
