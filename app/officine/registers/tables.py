"""Which tables hold the registers of stupéfiants and of medicines derived from blood, and the notes beside entries?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class NarcoticEntryRow(Base):
    """One entry of the register of stupéfiants; append-only and chained. Units are unités de prise."""

    __tablename__ = "narcotic_entry"

    seq: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    day: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    boxes: Mapped[int]
    units: Mapped[int]
    balance: Mapped[int]
    lot: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(64))
    ordonnancier: Mapped[int | None] = mapped_column(PK)
    patient_id: Mapped[int | None] = mapped_column(PK)
    patient_name: Mapped[str] = mapped_column(String(210))
    patient_address: Mapped[str] = mapped_column(String(300))
    prescriber_name: Mapped[str] = mapped_column(String(210))
    prescriber_address: Mapped[str] = mapped_column(String(300))
    bearer: Mapped[str] = mapped_column(String(300))
    second_person: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(200))
    stated: Mapped[int | None]
    month: Mapped[str] = mapped_column(String(7))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index(None, "code", "seq"), Index(None, "day", "seq"), Index(None, "reference"))


class NarcoticUnitsRow(Base):
    """How many unités de prise a box holds, as a pharmacist said it; the last word holds. Append-only."""

    __tablename__ = "narcotic_units"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    units: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "code", "id"),)


class DerivedEntryRow(Base):
    """One entry of the register of medicines derived from blood (CSP R.5121-186); append-only and chained."""

    __tablename__ = "derived_entry"

    seq: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    day: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    lot: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    patient_id: Mapped[int | None] = mapped_column(PK)
    patient_name: Mapped[str] = mapped_column(String(210))
    patient_birth_date: Mapped[dt.date | None]
    patient_address: Mapped[str] = mapped_column(String(300))
    prescriber_name: Mapped[str] = mapped_column(String(210))
    prescriber_address: Mapped[str] = mapped_column(String(300))
    prescription_date: Mapped[dt.date | None]
    bearer: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(String(200))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index(None, "code", "lot"), Index(None, "day", "seq"), Index(None, "reference"))


class DerivedFlagRow(Base):
    """What a pharmacist says of a product: derived from blood, or not; the last word holds. Append-only."""

    __tablename__ = "derived_flag"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    derived: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "code", "id"),)


class RegisterNoteRow(Base):
    """What is added beside an entry that can't be changed: an annulation, a remark. Append-only, chained."""

    __tablename__ = "register_note"

    seq: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    register: Mapped[str] = mapped_column(String(20))
    number: Mapped[int] = mapped_column(PK)
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(300))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index(None, "register", "number"),)
