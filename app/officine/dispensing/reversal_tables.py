"""Which tables hold what was taken back of a delivery? Append-only: the delivery itself is never edited."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.money import Money, Rate
from app.store.base import PK, Base, MoneyType, RateType, UtcDateTime


class ReversalRow(Base):
    """An annulation or an avoir; amounts are what is taken back, above zero."""

    __tablename__ = "delivery_reversal"

    number: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    delivery_number: Mapped[int] = mapped_column(ForeignKey("delivery.number"))
    kind: Mapped[str] = mapped_column(String(12))
    whole: Mapped[bool]
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    day: Mapped[dt.date]
    station: Mapped[str] = mapped_column(String(80))
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(300))
    amount: Mapped[Money] = mapped_column(MoneyType)
    amo: Mapped[Money] = mapped_column(MoneyType)
    amc: Mapped[Money] = mapped_column(MoneyType)
    patient_share: Mapped[Money] = mapped_column(MoneyType)

    __table_args__ = (Index(None, "delivery_number"), Index(None, "day"))


class ReversalLineRow(Base):
    """Boxes taken back of one line of the delivery, and where they went."""

    __tablename__ = "reversal_line"

    reversal_number: Mapped[int] = mapped_column(
        ForeignKey("delivery_reversal.number"), primary_key=True, autoincrement=False
    )
    line_rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    fate: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(300))
    ordonnancier: Mapped[int | None] = mapped_column(PK)
    unleft: Mapped[int]


class ReversalInvoiceLineRow(Base):
    """The negative of an invoice line, ``invoice_rank`` being that of the original."""

    __tablename__ = "reversal_invoice_line"

    reversal_number: Mapped[int] = mapped_column(
        ForeignKey("delivery_reversal.number"), primary_key=True, autoincrement=False
    )
    invoice_rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    amount: Mapped[Money] = mapped_column(MoneyType)
    base: Mapped[Money] = mapped_column(MoneyType)
    amo: Mapped[Money] = mapped_column(MoneyType)
    tm: Mapped[Money] = mapped_column(MoneyType)
    excess: Mapped[Money] = mapped_column(MoneyType)
    vat: Mapped[Rate] = mapped_column(RateType)


class ReversalBoxRow(Base):
    """A box taken back whose code was scanned when it left: it is told apart from those that stay delivered."""

    __tablename__ = "reversal_box"

    reversal_number: Mapped[int] = mapped_column(
        ForeignKey("delivery_reversal.number"), primary_key=True, autoincrement=False
    )
    line_rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lot: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[dt.date | None]
    serial: Mapped[str] = mapped_column(String(40))
