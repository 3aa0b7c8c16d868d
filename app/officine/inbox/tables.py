"""Which tables hold the received documents, what happened to each, and where each stands?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, Json, UtcDateTime


class ReceivedRow(Base):
    """A document as it arrived; its bytes lie outside, by their hash. Append-only."""

    __tablename__ = "received_document"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    origin: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(120))
    # Empty where there are no bytes: too big to be taken in, or not in the archive that declares it.
    sha256: Mapped[str] = mapped_column(String(64))
    # The file in which it came, the archive or itself; empty where it was not taken in.
    parcel: Mapped[str] = mapped_column(String(64))
    # Empty for a sound document; else what names it in its file: the same bytes that come again, sound, are another.
    part: Mapped[str] = mapped_column(String(200))
    # What makes it the same as one received before: its own hash, or its file and its part in it.
    identity: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(String(12))
    type_code: Mapped[str] = mapped_column(String(40))
    type_label: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(300))
    author: Mapped[str] = mapped_column(String(200))
    organization: Mapped[str] = mapped_column(String(200))
    # As the document says them, ISO 8601 as far as it goes.
    created_at: Mapped[str] = mapped_column(String(40))
    performed_at: Mapped[str] = mapped_column(String(40))
    document_id: Mapped[str] = mapped_column(String(200))
    set_id: Mapped[str] = mapped_column(String(200))
    version: Mapped[int | None]
    replaces: Mapped[str] = mapped_column(String(200))
    acts: Mapped[str] = mapped_column(String(300))
    care: Mapped[str] = mapped_column(String(200))
    # The patient as written, which nothing corrects.
    family_name: Mapped[str] = mapped_column(String(200))
    birth_names: Mapped[str] = mapped_column(String(200))
    first_name: Mapped[str] = mapped_column(String(200))
    used_name: Mapped[str] = mapped_column(String(200))
    used_first_name: Mapped[str] = mapped_column(String(200))
    sex: Mapped[str] = mapped_column(String(2))
    birth_date: Mapped[str] = mapped_column(String(10))
    birth_place: Mapped[str] = mapped_column(String(5))
    matricule: Mapped[str] = mapped_column(String(15))
    oid: Mapped[str] = mapped_column(String(64))
    findings: Mapped[Any] = mapped_column(Json)
    # Folded words of all that it is looked for by.
    words: Mapped[str] = mapped_column(Text)
    station: Mapped[str] = mapped_column(String(80))
    operator_id: Mapped[int | None] = mapped_column(PK)
    operator_name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (
        UniqueConstraint("identity"),
        Index(None, "at"),
        Index(None, "sha256"),
        Index(None, "document_id"),
        Index(None, "set_id"),
    )


class ReceivedEventRow(Base):
    """One thing that happened to a document: by whom, when and why. Append-only."""

    __tablename__ = "received_event"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    received_id: Mapped[int] = mapped_column(ForeignKey("received_document.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(12))
    patient_id: Mapped[int | None] = mapped_column(PK, ForeignKey("patient.id"))
    # The other document of a replacement.
    other_id: Mapped[int | None] = mapped_column(PK)
    reason: Mapped[str] = mapped_column(String(200))
    operator_id: Mapped[int | None] = mapped_column(PK)
    operator_name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "received_id", "id"),)


class ReceivedStateRow(Base):
    """Where a document stands now, as its events leave it: what the list is read from."""

    __tablename__ = "received_state"

    received_id: Mapped[int] = mapped_column(ForeignKey("received_document.id"), primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(12))
    is_read: Mapped[bool]
    patient_id: Mapped[int | None] = mapped_column(PK, ForeignKey("patient.id"))
    replaced_by: Mapped[int | None] = mapped_column(PK)
    reason: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index(None, "patient_id"), Index(None, "state"))
