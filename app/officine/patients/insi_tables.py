"""Which tables keep every call of INSi, and what was decided of its answer?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class InsiCallRow(Base):
    """One call, whatever came of it; never changed (INS-04b, INS-37, INS-39, INS-48)."""

    __tablename__ = "insi_call"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    station: Mapped[str] = mapped_column(String(40))
    patient_id: Mapped[int | None] = mapped_column(PK, ForeignKey("patient.id"))
    operation: Mapped[str] = mapped_column(String(40))
    mode: Mapped[str] = mapped_column(String(10))
    caller: Mapped[str] = mapped_column(String(120))
    message_id: Mapped[str] = mapped_column(String(36), unique=True)
    sent: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(200))
    fault: Mapped[str] = mapped_column(String(80))
    severity: Mapped[str] = mapped_column(String(20))
    failure: Mapped[str] = mapped_column(String(400))
    http_status: Mapped[int]
    milliseconds: Mapped[int]
    is_simulated: Mapped[bool]
    found: Mapped[str] = mapped_column(Text)
    exchange: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The exchange as it went over the line, under the key of the officine; None where there was no key."""

    __table_args__ = (Index(None, "patient_id", "id"), Index(None, "at"))


class InsiDecisionRow(Base):
    """What was decided of the answer to a call; never changed."""

    __tablename__ = "insi_decision"

    call_id: Mapped[int] = mapped_column(PK, ForeignKey("insi_call.id"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_name: Mapped[str] = mapped_column(String(120))
    decision: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200))
