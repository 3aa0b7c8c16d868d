"""Which table holds the seals of the registers, for every workstation of the officine?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class SealRow(Base):
    """One seal, as it was signed; append-only. The files outside the database are what it is compared with."""

    __tablename__ = "seal"

    number: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    line: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
