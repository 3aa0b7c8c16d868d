"""Which tables hold the promis, and each hand-over of their boxes?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class PromiseRow(Base):
    """Boxes not handed over; numbered without holes. ``handed`` counts those handed over since.

    ``billed`` False: they are billed when they leave, by what ``kept`` says of their line.
    """

    __tablename__ = "promise"

    number: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    delivery_number: Mapped[int] = mapped_column(PK)
    line_rank: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    handed: Mapped[int]
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    customer: Mapped[str] = mapped_column(String(210))
    phone: Mapped[str] = mapped_column(String(30))
    billed: Mapped[bool] = mapped_column(server_default=true())
    kept: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200))
    operator_name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (
        ForeignKeyConstraint(["delivery_number", "line_rank"], ["delivery_line.delivery_number", "delivery_line.rank"]),
        Index(None, "state", "number"),
        Index(None, "patient_id", "state"),
        Index(None, "code", "state"),
        Index(None, "delivery_number"),
    )


class HandOverRow(Base):
    """Boxes of a promis handed over; append-only. Their lots and serial numbers are with the line of the delivery.

    ``bearer`` is who collected them, empty for the patient; ``delivery_number`` the delivery that billed them then.
    """

    __tablename__ = "promise_hand_over"

    promise_number: Mapped[int] = mapped_column(ForeignKey("promise.number"), primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    quantity: Mapped[int]
    ordonnancier: Mapped[int | None] = mapped_column(PK)
    operator_name: Mapped[str] = mapped_column(String(120))
    bearer: Mapped[str] = mapped_column(String(300), server_default="")
    delivery_number: Mapped[int | None] = mapped_column(PK)
