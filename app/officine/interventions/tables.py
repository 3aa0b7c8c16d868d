"""Which table holds the interventions pharmaceutiques?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class InterventionRow(Base):
    """An intervention, or a later word on the one numbered ``completes``; append-only and chained.

    The word is its outcome, or (``outcome`` an ``Undoing``, ``reason`` the act) that its delivery was taken back.
    """

    __tablename__ = "intervention_entry"

    seq: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    completes: Mapped[int | None] = mapped_column(PK)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    day: Mapped[dt.date]
    delivery_number: Mapped[int] = mapped_column(PK)
    patient_id: Mapped[int | None] = mapped_column(PK)
    patient_name: Mapped[str] = mapped_column(String(210))
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    finding: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(200))
    problem: Mapped[str] = mapped_column(String(4))
    kind: Mapped[str] = mapped_column(String(4))
    outcome: Mapped[str] = mapped_column(String(12))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index(None, "day", "seq"),
        Index(None, "patient_id", "seq"),
        Index(None, "completes"),
        Index(None, "delivery_number"),
    )
