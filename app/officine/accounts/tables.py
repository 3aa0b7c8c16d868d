"""Which tables hold the accounts of customers, their entries and their invoices?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.money import Money
from app.store.base import PK, Base, Json, MoneyType, UtcDateTime


class AccountRow(Base):
    """A customer who is invoiced later; ``version`` counts the edits."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(120))
    address_line: Mapped[str] = mapped_column(String(120))
    postal_code: Mapped[str] = mapped_column(String(5))
    city: Mapped[str] = mapped_column(String(120))
    siret: Mapped[str] = mapped_column(String(14))
    terms_days: Mapped[int]
    ceiling: Mapped[Money | None] = mapped_column(MoneyType)
    active: Mapped[bool]
    version: Mapped[int]


class AccountEntryRow(Base):
    """What was taken, credited or paid on an account; append-only."""

    __tablename__ = "account_entry"

    seq: Mapped[int] = mapped_column(PK, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    day: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(String(12))
    amount: Mapped[Money] = mapped_column(MoneyType)
    document: Mapped[int] = mapped_column(PK)
    reference: Mapped[str] = mapped_column(String(40))
    patient_name: Mapped[str] = mapped_column(String(210))
    vat: Mapped[Any] = mapped_column(Json)
    lines: Mapped[Any] = mapped_column(Json)
    operator_name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "account_id", "seq"), Index(None, "document"))


class AccountInvoiceRow(Base):
    """A facture récapitulative; append-only, numbered without holes."""

    __tablename__ = "account_invoice"

    number: Mapped[int] = mapped_column(PK, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    due_on: Mapped[dt.date]
    customer: Mapped[Any] = mapped_column(Json)
    siret: Mapped[str] = mapped_column(String(14))
    amount: Mapped[Money] = mapped_column(MoneyType)
    vat: Mapped[Any] = mapped_column(Json)
    operator_name: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index(None, "account_id", "number"),)


class AccountInvoiceLineRow(Base):
    """Which entries an invoice holds; append-only: each entry is on one invoice at most."""

    __tablename__ = "account_invoice_line"

    invoice_number: Mapped[int] = mapped_column(
        ForeignKey("account_invoice.number"), primary_key=True, autoincrement=False
    )
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_seq: Mapped[int] = mapped_column(ForeignKey("account_entry.seq"))

    __table_args__ = (UniqueConstraint("entry_seq"),)
