"""Which tables hold what the checks know: the thesaurus on its way, ages, ATC codes, the allergies of the patients?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class ThesaurusBlobRow(Base):
    """The bytes of a thesaurus in service or kept, from which other workstations take it; used on PostgreSQL."""

    __tablename__ = "thesaurus_blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class AllergyRow(Base):
    """An allergy of a patient, or the statement that none is known; what no longer holds is ended, never removed."""

    __tablename__ = "allergy"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    patient_id: Mapped[int] = mapped_column(PK, ForeignKey("patient.id"))
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(200))
    label: Mapped[str] = mapped_column(String(200))
    reaction: Mapped[str] = mapped_column(String(200))
    noted_on: Mapped[dt.date]
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    author_name: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "patient_id"),)


class AgeRow(Base):
    """From which age, to which age, in months, a product (CIS) or a substance may be given."""

    __tablename__ = "safety_age"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    route: Mapped[str] = mapped_column(String(60))
    first_months: Mapped[int | None]
    last_months: Mapped[int | None]
    serious: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200))
    dated: Mapped[dt.date]

    __table_args__ = (Index(None, "subject"),)


class SafetyAtcRow(Base):
    """The ATC code of a product (CIS) or of a substance."""

    __tablename__ = "safety_atc"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    atc: Mapped[str] = mapped_column(String(7))
    source: Mapped[str] = mapped_column(String(200))
    dated: Mapped[dt.date]
