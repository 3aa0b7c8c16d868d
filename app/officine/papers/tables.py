"""Which tables say what copies of identity papers were kept, and what became of them?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class PaperRow(Base):
    """One copy that was kept; its bytes lie elsewhere, by ``token``. Append-only."""

    __tablename__ = "identity_paper"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    patient_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"))
    # The check at which the document was shown; None for a copy that goes with none.
    evidence_id: Mapped[int | None] = mapped_column(PK, ForeignKey("patient_evidence.id"))
    token: Mapped[str] = mapped_column(String(32))
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    pages: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "patient_id", "id"), UniqueConstraint("token"))


class PaperEndRow(Base):
    """The end of a copy: purged or deleted, when, why and by whom. Append-only."""

    __tablename__ = "identity_paper_end"

    paper_id: Mapped[int] = mapped_column(PK, ForeignKey("identity_paper.id"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
