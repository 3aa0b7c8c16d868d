"""Counter sessions, deliveries, their invoices and payments, the ordonnancier."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, Json, MoneyType, RateType, UtcDateTime
from app.store.migrations.guards import append_only

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _sessions()
    _deliveries()
    _invoices()
    _ordonnancier()


def _sessions() -> None:
    op.create_table(
        "counter_session",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("owner_id", PK, nullable=True),
        sa.Column("owner_name", sa.String(120), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_counter_session"),
    )
    op.create_index("ix_counter_session_state_updated_at", "counter_session", ["state", "updated_at"])


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("number", PK, nullable=False, autoincrement=False),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("operator_id", PK, nullable=True),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("patient_name", sa.String(210), nullable=False),
        sa.Column("prescriber_id", PK, nullable=True),
        sa.Column("prescriber_name", sa.String(210), nullable=False),
        sa.Column("prescription_date", sa.Date(), nullable=True),
        sa.Column("prescription_kind", sa.String(20), nullable=False),
        sa.Column("amount", MoneyType(), nullable=False),
        sa.Column("amo", MoneyType(), nullable=False),
        sa.Column("amc", MoneyType(), nullable=False),
        sa.Column("patient_share", MoneyType(), nullable=False),
        sa.Column("excess", MoneyType(), nullable=False),
        sa.Column("reimbursed", MoneyType(), nullable=False),
        sa.Column("franchise", MoneyType(), nullable=False),
        sa.Column("third_party", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_delivery"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_delivery_patient_id_patient"),
        sa.ForeignKeyConstraint(["prescriber_id"], ["prescriber.id"], name="fk_delivery_prescriber_id_prescriber"),
        sa.UniqueConstraint("session_id", name="uq_delivery_session_id"),
    )
    op.create_index("ix_delivery_day_number", "delivery", ["day", "number"])
    op.create_index("ix_delivery_patient_id_number", "delivery", ["patient_id", "number"])
    op.create_index("ix_delivery_prescriber_id", "delivery", ["prescriber_id"])
    op.create_table(
        "delivery_line",
        sa.Column("delivery_number", PK, nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", MoneyType(), nullable=False),
        sa.Column("list_class", sa.String(12), nullable=True),
        sa.Column("forced_stock", sa.Boolean(), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("ordonnancier", PK, nullable=True),
        sa.PrimaryKeyConstraint("delivery_number", "rank", name="pk_delivery_line"),
        sa.ForeignKeyConstraint(
            ["delivery_number"], ["delivery.number"], name="fk_delivery_line_delivery_number_delivery"
        ),
    )
    op.create_index("ix_delivery_line_code_delivery_number", "delivery_line", ["code", "delivery_number"])
    op.create_table(
        "delivered_box",
        sa.Column("delivery_number", PK, nullable=False, autoincrement=False),
        sa.Column("line_rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("lot", sa.String(40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("serial", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("delivery_number", "line_rank", "rank", name="pk_delivered_box"),
        sa.ForeignKeyConstraint(
            ["delivery_number", "line_rank"],
            ["delivery_line.delivery_number", "delivery_line.rank"],
            name="fk_delivered_box_delivery_number_line_rank_delivery_line",
        ),
    )
    op.create_index("ix_delivered_box_code_serial", "delivered_box", ["code", "serial"])
    op.create_index("ix_delivered_box_code_lot", "delivered_box", ["code", "lot"])


def _invoices() -> None:
    op.create_table(
        "invoice_line",
        sa.Column("delivery_number", PK, nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("line_id", sa.String(12), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", MoneyType(), nullable=False),
        sa.Column("base", MoneyType(), nullable=False),
        sa.Column("rate", RateType(), nullable=False),
        sa.Column("amo", MoneyType(), nullable=False),
        sa.Column("tm", MoneyType(), nullable=False),
        sa.Column("excess", MoneyType(), nullable=False),
        sa.Column("vat", RateType(), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("exempted", sa.Boolean(), nullable=False),
        sa.Column("because", Json, nullable=False),
        sa.PrimaryKeyConstraint("delivery_number", "rank", name="pk_invoice_line"),
        sa.ForeignKeyConstraint(
            ["delivery_number"], ["delivery.number"], name="fk_invoice_line_delivery_number_delivery"
        ),
    )
    op.create_table(
        "payment",
        sa.Column("delivery_number", PK, nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("method", sa.String(12), nullable=False),
        sa.Column("amount", MoneyType(), nullable=False),
        sa.Column("tendered", MoneyType(), nullable=True),
        sa.PrimaryKeyConstraint("delivery_number", "rank", name="pk_payment"),
        sa.ForeignKeyConstraint(["delivery_number"], ["delivery.number"], name="fk_payment_delivery_number_delivery"),
    )
    append_only(op, "payment")


def _ordonnancier() -> None:
    op.create_table(
        "ordonnancier_entry",
        sa.Column("seq", PK, nullable=False, autoincrement=False),
        sa.Column("number", PK, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("delivery_number", PK, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("list_class", sa.String(12), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("patient_name", sa.String(210), nullable=False),
        sa.Column("patient_address", sa.String(300), nullable=False),
        sa.Column("prescriber_name", sa.String(210), nullable=False),
        sa.Column("prescriber_address", sa.String(300), nullable=False),
        sa.Column("prescriber_rpps", sa.String(11), nullable=False),
        sa.Column("specialty", sa.String(100), nullable=False),
        sa.Column("establishment", sa.String(100), nullable=False),
        sa.Column("prescription_date", sa.Date(), nullable=False),
        sa.Column("bearer", sa.String(300), nullable=False),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ordonnancier_entry"),
        sa.UniqueConstraint("number", name="uq_ordonnancier_entry_number"),
    )
    op.create_index("ix_ordonnancier_entry_day_number", "ordonnancier_entry", ["day", "number"])
    op.create_index("ix_ordonnancier_entry_patient_id_number", "ordonnancier_entry", ["patient_id", "number"])
    op.create_index("ix_ordonnancier_entry_code_number", "ordonnancier_entry", ["code", "number"])
    op.create_index("ix_ordonnancier_entry_delivery_number", "ordonnancier_entry", ["delivery_number"])
    append_only(op, "ordonnancier_entry")
