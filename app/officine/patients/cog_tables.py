"""Which tables hold the official list of places of birth, once it was imported?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, PrefixText


class PlaceRow(Base):
    """A commune or a country under one name, with the days on which it holds; replaced whole by each import."""

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    code: Mapped[str] = mapped_column(PrefixText)
    label: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    valid_from: Mapped[dt.date | None] = mapped_column(Date)
    valid_to: Mapped[dt.date | None] = mapped_column(Date)

    __table_args__ = (Index(None, "code"), Index(None, "kind"))


class PlaceWordRow(Base):
    """One folded word of the name of a place, searched by its beginning."""

    __tablename__ = "place_word"

    word: Mapped[str] = mapped_column(PrefixText, primary_key=True)
    place_id: Mapped[int] = mapped_column(
        PK, ForeignKey("place.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )

    __table_args__ = (Index(None, "place_id", "word"), {"sqlite_with_rowid": False})
