"""Which tables hold the documents of the pharmacist, their deletions, and the drafts that wait?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, Json, UtcDateTime


class CareDocumentRow(Base):
    """A document that was written; the octets of its CDA and of its PDF lie outside, by their hash. Append-only.

    ``replaces`` is unique: a document is replaced once, whatever two workstations do at the same moment.
    """

    __tablename__ = "care_document"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    patient_name: Mapped[str] = mapped_column(String(210))
    title: Mapped[str] = mapped_column(Text)
    document_id: Mapped[str] = mapped_column(String(64))
    set_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    replaces: Mapped[int | None] = mapped_column(ForeignKey("care_document.id"))
    # Why it replaces another, empty for a first version.
    reason: Mapped[str] = mapped_column(String(200))
    performed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    supervisor_id: Mapped[int | None] = mapped_column(PK)
    supervisor_name: Mapped[str] = mapped_column(String(120))
    station: Mapped[str] = mapped_column(String(80))
    carries_ins: Mapped[bool]
    # The draft as it was written: what the next version begins with.
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    cda_sha256: Mapped[str] = mapped_column(String(64))
    cda_size: Mapped[int]
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    pdf_size: Mapped[int]
    # The fingerprint of the official kit that judged it, empty where none was installed.
    kit: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        UniqueConstraint("document_id"),
        UniqueConstraint("set_id", "version"),
        UniqueConstraint("replaces"),
        Index(None, "patient_id", "id"),
    )


class CareDeletionRow(Base):
    """The mark of a document that was deleted: by whom, when and why; its row and its octets stay. Append-only."""

    __tablename__ = "care_deletion"

    document_id: Mapped[int] = mapped_column(ForeignKey("care_document.id"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(200))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))


class CareDraftRow(Base):
    """What an operator has begun for a patient and not written yet; one a kind, over the one before."""

    __tablename__ = "care_draft"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    # 0 for Galien itself.
    operator_id: Mapped[int] = mapped_column(PK)
    kind: Mapped[str] = mapped_column(String(12))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(Json)

    __table_args__ = (UniqueConstraint("operator_id", "kind", "patient_id"),)
