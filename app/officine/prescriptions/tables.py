"""Which tables hold the prescribers, and the ordonnances that were delivered from?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, PrefixText, UtcDateTime


class PrescriberRow(Base):
    """A prescriber known to the officine."""

    __tablename__ = "prescriber"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    family_name: Mapped[str] = mapped_column(String(100))
    given_name: Mapped[str] = mapped_column(String(100))
    # NULL rather than empty where it is not known: a number belongs to one person.
    rpps: Mapped[str | None] = mapped_column(String(11))
    specialty: Mapped[str] = mapped_column(String(100))
    finess: Mapped[str] = mapped_column(String(9))
    address_line: Mapped[str] = mapped_column(String(100))
    postal_code: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str] = mapped_column(String(30))
    mss: Mapped[str] = mapped_column(String(120))

    __table_args__ = (UniqueConstraint("rpps"),)


class PrescriberWordRow(Base):
    """One folded word of a prescriber's name, or the RPPS, searched by its beginning."""

    __tablename__ = "prescriber_word"

    word: Mapped[str] = mapped_column(PrefixText, primary_key=True)
    prescriber_id: Mapped[int] = mapped_column(
        PK, ForeignKey("prescriber.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )

    __table_args__ = (Index(None, "prescriber_id", "word"), {"sqlite_with_rowid": False})


class PrescriptionRow(Base):
    """An ordonnance that was delivered from."""

    __tablename__ = "prescription"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    prescriber_id: Mapped[int] = mapped_column(ForeignKey("prescriber.id"))
    written_on: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "patient_id", "written_on"),)


class PrescriptionLineRow(Base):
    """One line of an ordonnance as written; ``deliveries``, ``last_on`` and ``last_delivery`` say what came of it."""

    __tablename__ = "prescription_line"

    prescription_id: Mapped[int] = mapped_column(
        PK, ForeignKey("prescription.id"), primary_key=True, autoincrement=False
    )
    line_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    rank: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    posology: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    days: Mapped[int | None]
    renewals: Mapped[int]
    ald: Mapped[bool]
    mention: Mapped[str] = mapped_column(String(3))
    cis: Mapped[str] = mapped_column(String(8))
    group_id: Mapped[str] = mapped_column(String(20))
    total_days: Mapped[int | None]
    at_once: Mapped[bool] = mapped_column(server_default=false())
    overlap: Mapped[bool] = mapped_column(server_default=false())
    not_renewable: Mapped[bool] = mapped_column(server_default=false())
    deliveries: Mapped[int]
    last_on: Mapped[dt.date | None]
    last_delivery: Mapped[int | None] = mapped_column(PK)
