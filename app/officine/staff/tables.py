"""Which table holds the staff?"""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base


class StaffRow(Base):
    """One member of the staff; never deleted, made inactive."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    family_name: Mapped[str] = mapped_column(String(60))
    given_name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    rpps: Mapped[str] = mapped_column(String(11))
    # NULL rather than empty without a badge: a badge belongs to one person.
    badge: Mapped[str | None] = mapped_column(String(30))
    active: Mapped[bool]

    __table_args__ = (UniqueConstraint("badge"),)
