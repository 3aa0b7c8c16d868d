"""Which tables hold the avances, and what became of them?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.money import Money
from app.store.base import PK, Base, MoneyType, UtcDateTime


class AdvanceRow(Base):
    """Boxes that left before their ordonnance; append-only, numbered without holes."""

    __tablename__ = "advance"

    number: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    delivery_number: Mapped[int] = mapped_column(PK)
    line_rank: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    patient_name: Mapped[str] = mapped_column(String(210))
    price: Mapped[Money] = mapped_column(MoneyType)
    unit_price: Mapped[Money] = mapped_column(MoneyType)
    reason: Mapped[str] = mapped_column(String(200))
    ordonnancier: Mapped[int | None] = mapped_column(PK)
    operator_name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (
        ForeignKeyConstraint(["delivery_number", "line_rank"], ["delivery_line.delivery_number", "delivery_line.rank"]),
        Index(None, "patient_id", "number"),
        Index(None, "delivery_number"),
    )


class AdvanceClosingRow(Base):
    """What became of some boxes of an avance; append-only. ``quantity`` is below zero where they wait again."""

    __tablename__ = "advance_closing"

    advance_number: Mapped[int] = mapped_column(ForeignKey("advance.number"), primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(12))
    quantity: Mapped[int]
    document: Mapped[int] = mapped_column(PK)
    operator_name: Mapped[str] = mapped_column(String(120))
