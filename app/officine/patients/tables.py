"""Which tables hold the patients?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, PrefixText, UtcDateTime


class PatientRow(Base):
    """A patient's file."""

    __tablename__ = "patient"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    family_name: Mapped[str] = mapped_column(String(100))
    first_name: Mapped[str] = mapped_column(String(100))
    birth_names: Mapped[str] = mapped_column(String(100))
    birth_date: Mapped[dt.date] = mapped_column(Date)
    birth_date_uncertain: Mapped[bool]
    sex: Mapped[str] = mapped_column(String(1))
    birth_place: Mapped[str] = mapped_column(String(5))
    used_name: Mapped[str] = mapped_column(String(100))
    used_first_name: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(120))
    address_line: Mapped[str] = mapped_column(String(100))
    postal_code: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(100))
    coverage_scheme: Mapped[str] = mapped_column(String(20))
    coverage_exemption: Mapped[str | None] = mapped_column(String(20))
    coverage_css: Mapped[bool]
    coverage_amc: Mapped[str | None] = mapped_column(String(20))
    coverage_ald: Mapped[bool]
    coverage_exemption_from: Mapped[dt.date | None]
    coverage_exemption_to: Mapped[dt.date | None]
    coverage_css_to: Mapped[dt.date | None]
    coverage_ald_from: Mapped[dt.date | None]
    coverage_ald_to: Mapped[dt.date | None]
    coverage_exemption_reference: Mapped[str] = mapped_column(String(40), server_default="")
    allergies: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12))
    is_homonym: Mapped[bool]
    is_doubtful: Mapped[bool]
    is_fictitious: Mapped[bool]
    matricule: Mapped[str | None] = mapped_column(String(15))
    oid: Mapped[str | None] = mapped_column(String(64))
    evidence_code: Mapped[str] = mapped_column(String(10), server_default="")
    recovered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    verified_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    presented_matricule: Mapped[str | None] = mapped_column(String(15))
    presented_oid: Mapped[str | None] = mapped_column(String(64))
    twin_rank: Mapped[int | None]
    merged_into: Mapped[int | None] = mapped_column(PK)
    """The file that absorbed this one, which is then neither found nor written."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    version: Mapped[int]

    __table_args__ = (
        Index(None, "birth_date"),
        Index(None, "merged_into"),
        # The same active INS on two files is a duplicate: the second is refused.
        UniqueConstraint("matricule", "oid"),
        CheckConstraint(
            "CASE WHEN status IN ('recuperee', 'qualifiee') THEN matricule IS NOT NULL AND oid IS NOT NULL "
            "ELSE matricule IS NULL AND oid IS NULL END",
            name="ins_with_status",
        ),
    )


class PatientWordRow(Base):
    """One folded word of one of a patient's names, searched by its beginning."""

    __tablename__ = "patient_word"

    word: Mapped[str] = mapped_column(PrefixText, primary_key=True)
    patient_id: Mapped[int] = mapped_column(
        PK, ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )

    __table_args__ = (Index(None, "patient_id", "word"), {"sqlite_with_rowid": False})
