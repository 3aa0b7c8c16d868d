"""Which version of the catalogue is in force, and what does the officine itself know of its products?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.money import Money, Rate
from app.store.base import PK, Base, MoneyType, PrefixText, RateType, UtcDateTime


class CatalogVersionRow(Base):
    """One installation of a snapshot; the row whose ``state`` is ``in_force`` is the one that counters read."""

    __tablename__ = "catalog_version"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    version: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    source_date: Mapped[dt.date]
    specialities: Mapped[int]
    presentations: Mapped[int]
    generic_groups: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    installed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    installed_by: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "state"),)


class CatalogBlobRow(Base):
    """The bytes of a snapshot, from which the other workstations take it; used on PostgreSQL."""

    __tablename__ = "catalog_blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ProductCardRow(Base):
    """A product of the officine's own: parapharmacy or medical device.

    ``folded`` holds a space, then the folded words of name and brand: what a search looks through.
    """

    __tablename__ = "product_card"

    code: Mapped[str] = mapped_column(String(14), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    brand: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(String(20))
    price: Mapped[Money] = mapped_column(MoneyType)
    vat: Mapped[Rate] = mapped_column(RateType)
    lpp: Mapped[str] = mapped_column(String(7), default="")
    rate: Mapped[Rate | None] = mapped_column(RateType)
    source: Mapped[str] = mapped_column(Text, default="")
    folded: Mapped[str] = mapped_column(PrefixText)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class ProductUseRow(Base):
    """What the officine's own sales say of a product: how often it left, and its price where the law sets none."""

    __tablename__ = "product_use"

    code: Mapped[str] = mapped_column(String(14), primary_key=True)
    count: Mapped[int]
    price: Mapped[Money | None] = mapped_column(MoneyType)
