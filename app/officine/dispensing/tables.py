"""Which tables hold the counter sessions, the deliveries and the ordonnancier?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.money import Money, Rate
from app.store.base import PK, Base, Json, MoneyType, RateType, UtcDateTime


class CounterSessionRow(Base):
    """A sale being made, in waiting, or done; ``holder`` is the token of the window that may write it."""

    __tablename__ = "counter_session"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32))
    station: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[int | None] = mapped_column(PK)
    owner_name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(300))
    line_count: Mapped[int]
    amount: Mapped[Money] = mapped_column(MoneyType, server_default="0")
    payload: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "state", "updated_at"),)


class DeliveryRow(Base):
    """A delivery; numbered without holes. ``day`` is the date in Paris."""

    __tablename__ = "delivery"

    number: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    session_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    day: Mapped[dt.date]
    station: Mapped[str] = mapped_column(String(80))
    operator_id: Mapped[int | None] = mapped_column(PK)
    operator_name: Mapped[str] = mapped_column(String(120))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    patient_name: Mapped[str] = mapped_column(String(210))
    prescriber_id: Mapped[int | None] = mapped_column(ForeignKey("prescriber.id"))
    prescriber_name: Mapped[str] = mapped_column(String(210))
    prescription_date: Mapped[dt.date | None]
    prescription_kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Money] = mapped_column(MoneyType)
    amo: Mapped[Money] = mapped_column(MoneyType)
    amc: Mapped[Money] = mapped_column(MoneyType)
    patient_share: Mapped[Money] = mapped_column(MoneyType)
    excess: Mapped[Money] = mapped_column(MoneyType)
    reimbursed: Mapped[Money] = mapped_column(MoneyType)
    franchise: Mapped[Money] = mapped_column(MoneyType)
    third_party: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12))
    sale: Mapped[str] = mapped_column(String(12), server_default="ordinary")

    __table_args__ = (
        UniqueConstraint("session_id"),
        Index(None, "day", "number"),
        Index(None, "patient_id", "number"),
        Index(None, "prescriber_id"),
    )


class DeliveryLineRow(Base):
    """One product delivered; ``ordonnancier`` is its number in the register."""

    __tablename__ = "delivery_line"

    delivery_number: Mapped[int] = mapped_column(ForeignKey("delivery.number"), primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    unit_price: Mapped[Money] = mapped_column(MoneyType)
    list_class: Mapped[str | None] = mapped_column(String(12))
    forced_stock: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(PK)
    author_name: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text)
    ordonnancier: Mapped[int | None] = mapped_column(PK)
    posology: Mapped[str] = mapped_column(Text, server_default="")
    days: Mapped[int | None]
    prescribed: Mapped[bool] = mapped_column(server_default=false())
    units: Mapped[int | None]
    replaces: Mapped[str] = mapped_column(String(20), server_default="")
    refused: Mapped[bool] = mapped_column(server_default=false())
    mention: Mapped[str] = mapped_column(String(3), server_default="")
    owed: Mapped[int] = mapped_column(server_default="0")
    promised: Mapped[int] = mapped_column(server_default="0")
    advance: Mapped[int | None] = mapped_column(PK)

    __table_args__ = (Index(None, "code", "delivery_number"),)


class DeliveredBoxRow(Base):
    """A box whose code was scanned when it left."""

    __tablename__ = "delivered_box"

    delivery_number: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    line_rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(20))
    lot: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[dt.date | None]
    serial: Mapped[str] = mapped_column(String(40))

    __table_args__ = (
        ForeignKeyConstraint(["delivery_number", "line_rank"], ["delivery_line.delivery_number", "delivery_line.rank"]),
        Index(None, "code", "serial"),
        Index(None, "code", "lot"),
    )


class InvoiceLineRow(Base):
    """One priced line of a delivery, with the reasons of its amount.

    ``complemented``: the AMC bore its ``tm``. It is true of every line written before it was kept: where the AMC paid
    nothing, the delivery says so.
    """

    __tablename__ = "invoice_line"

    delivery_number: Mapped[int] = mapped_column(ForeignKey("delivery.number"), primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(Text)
    line_id: Mapped[str] = mapped_column(String(12))
    quantity: Mapped[int]
    amount: Mapped[Money] = mapped_column(MoneyType)
    base: Mapped[Money] = mapped_column(MoneyType)
    rate: Mapped[Rate] = mapped_column(RateType)
    amo: Mapped[Money] = mapped_column(MoneyType)
    tm: Mapped[Money] = mapped_column(MoneyType)
    excess: Mapped[Money] = mapped_column(MoneyType)
    vat: Mapped[Rate] = mapped_column(RateType)
    claimed: Mapped[bool]
    exempted: Mapped[bool]
    because: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    units: Mapped[int | None]
    unit_price: Mapped[Money | None] = mapped_column(MoneyType)
    fraction_of: Mapped[int | None]
    apart: Mapped[bool] = mapped_column(server_default=false())
    complemented: Mapped[bool] = mapped_column(server_default=true())


class PaymentRow(Base):
    """One payment of a patient's share; append-only."""

    __tablename__ = "payment"

    delivery_number: Mapped[int] = mapped_column(ForeignKey("delivery.number"), primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    method: Mapped[str] = mapped_column(String(12))
    amount: Mapped[Money] = mapped_column(MoneyType)
    tendered: Mapped[Money | None] = mapped_column(MoneyType)


class OrdonnancierRow(Base):
    """One entry of the ordonnancier (CSP R.5132-10); append-only and chained. ``number`` is what is printed."""

    __tablename__ = "ordonnancier_entry"

    seq: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(PK)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    day: Mapped[dt.date]
    delivery_number: Mapped[int] = mapped_column(PK)
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    list_class: Mapped[str] = mapped_column(String(12))
    quantity: Mapped[int]
    patient_id: Mapped[int | None] = mapped_column(PK)
    patient_name: Mapped[str] = mapped_column(String(210))
    patient_address: Mapped[str] = mapped_column(String(300))
    prescriber_name: Mapped[str] = mapped_column(String(210))
    prescriber_address: Mapped[str] = mapped_column(String(300))
    prescriber_rpps: Mapped[str] = mapped_column(String(11))
    specialty: Mapped[str] = mapped_column(String(100))
    establishment: Mapped[str] = mapped_column(String(100))
    prescription_date: Mapped[dt.date]
    bearer: Mapped[str] = mapped_column(String(300))
    operator_name: Mapped[str] = mapped_column(String(120))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        UniqueConstraint("number"),
        Index(None, "day", "number"),
        Index(None, "patient_id", "number"),
        Index(None, "code", "number"),
        Index(None, "delivery_number"),
    )
