"""Which tables hold the stock?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class StockItemRow(Base):
    """What is held of one product; ``quantity`` changes only together with a movement."""

    __tablename__ = "stock_item"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    quantity: Mapped[int]
    place: Mapped[str] = mapped_column(String(40))
    minimum: Mapped[int]
    maximum: Mapped[int]
    version: Mapped[int]
    quarantined: Mapped[int] = mapped_column(server_default="0")


class StockMovementRow(Base):
    """One change of quantity; append-only, guarded by triggers."""

    __tablename__ = "stock_movement"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    delta: Mapped[int]
    balance_after: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(64))
    lot: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[dt.date | None] = mapped_column(Date)
    serial: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(PK)
    actor_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    aside: Mapped[int] = mapped_column(server_default="0")

    # By product, newest first, page after page; and all that one delivery or receipt moved.
    __table_args__ = (Index(None, "code", "id"), Index(None, "reference"))
