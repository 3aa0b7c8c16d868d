"""Which tables hold the journal of the till and its closings?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.money import Money
from app.store.base import PK, Base, MoneyType, UtcDateTime


class CashRecordRow(Base):
    """One event of the till; append-only and chained. ``gross`` and ``net`` are the perpetual totals after it."""

    __tablename__ = "cash_record"

    seq: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    day: Mapped[dt.date]
    station: Mapped[str] = mapped_column(String(80))
    operator_id: Mapped[int | None] = mapped_column(PK)
    operator_name: Mapped[str] = mapped_column(String(120))
    mode: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(12))
    delivery_number: Mapped[int | None] = mapped_column(PK)
    patient_id: Mapped[int | None] = mapped_column(PK)
    means: Mapped[str] = mapped_column(String(12))
    amount: Mapped[Money] = mapped_column(MoneyType)
    reason: Mapped[str] = mapped_column(String(300))
    details: Mapped[str] = mapped_column(Text)
    gross: Mapped[Money] = mapped_column(MoneyType)
    net: Mapped[Money] = mapped_column(MoneyType)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index(None, "station", "kind", "seq"),
        Index(None, "means", "patient_id"),
        Index(None, "delivery_number"),
        Index(None, "day"),
    )


class CashClosingRow(Base):
    """Which entries each closing covers; append-only. Its totals are in its own entry of the journal."""

    __tablename__ = "cash_closing"

    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    start: Mapped[dt.date] = mapped_column(primary_key=True)
    number: Mapped[int]
    first_seq: Mapped[int] = mapped_column(PK)
    last_seq: Mapped[int] = mapped_column(PK)
    seq: Mapped[int] = mapped_column(PK)

    __table_args__ = (UniqueConstraint("period", "number"), UniqueConstraint("period", "last_seq"))
