"""Which table holds the supplies made beyond what an ordonnance gave?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base


class ExceptionalSupplyRow(Base):
    """A delivery made beyond its ordonnance: under which rule, for how many days, and what was written on the paper."""

    __tablename__ = "exceptional_supply"

    delivery_number: Mapped[int] = mapped_column(
        PK, ForeignKey("delivery.number"), primary_key=True, autoincrement=False
    )
    prescription_id: Mapped[int] = mapped_column(PK, ForeignKey("prescription.id"))
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[dt.date]
    days: Mapped[int]
    mention: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index(None, "prescription_id"),)
