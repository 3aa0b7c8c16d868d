"""Which tables hold the prescribers?"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, PrefixText


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
