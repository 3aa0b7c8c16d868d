"""Which table holds the TFR that the officine loaded?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.money import Money
from app.store.base import Base, MoneyType, UtcDateTime


class TfrTariffRow(Base):
    """The tarif forfaitaire de responsabilité of a presentation, from a day on; a list loaded again replaces it."""

    __tablename__ = "tfr_tariff"

    code: Mapped[str] = mapped_column(String(13), primary_key=True)
    valid_from: Mapped[dt.date] = mapped_column(primary_key=True)
    valid_to: Mapped[dt.date | None]
    amount: Mapped[Money] = mapped_column(MoneyType)
    source: Mapped[str] = mapped_column(String(200))
    loaded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
