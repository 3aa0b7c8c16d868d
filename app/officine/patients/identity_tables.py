"""Which tables hold how an identity came to be what it is: history, evidence, past INS, what is to review?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class IdentityEventRow(Base):
    """One event of an identity; never changed (INS.17, INS.26)."""

    __tablename__ = "patient_identity_event"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    patient_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    event: Mapped[str] = mapped_column(String(30))
    before: Mapped[str] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    details: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index(None, "patient_id", "id"),)


class EvidenceRow(Base):
    """A document that was checked against a file; never changed: what became of it is in the history."""

    __tablename__ = "patient_evidence"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    patient_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"))
    code: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(120))
    trust: Mapped[str] = mapped_column(String(10))
    mode: Mapped[str] = mapped_column(String(20))
    coherent: Mapped[bool]
    beside: Mapped[str] = mapped_column(String(120))
    expires: Mapped[dt.date | None] = mapped_column(Date)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "patient_id", "id"),)


class PastInsRow(Base):
    """An INS that is no longer in force for a file; never changed."""

    __tablename__ = "patient_past_ins"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    patient_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"))
    matricule: Mapped[str] = mapped_column(String(15))
    oid: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    start_on: Mapped[str] = mapped_column(String(10), server_default="")
    end_on: Mapped[str] = mapped_column(String(10), server_default="")
    is_insi_history: Mapped[bool] = mapped_column(server_default=false())
    """True for one that INSi told; its dates are kept as INSi gave them."""

    __table_args__ = (Index(None, "patient_id", "id"),)


class IdentityReviewRow(Base):
    """An identity that somebody must look at again, until it is settled."""

    __tablename__ = "patient_identity_review"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    patient_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"))
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(300))
    since: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "patient_id"),)
