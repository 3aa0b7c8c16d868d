"""The journal of the till and its closings; what is taken back of a delivery."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, MoneyType, RateType, UtcDateTime
from app.store.chain import GENESIS
from app.store.migrations.guards import append_only

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _journal()
    _closings()
    _reversals()


def _journal() -> None:
    op.create_table(
        "cash_record",
        sa.Column("seq", PK, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("operator_id", PK, nullable=True),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("delivery_number", PK, nullable=True),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("means", sa.String(12), nullable=False),
        sa.Column("amount", MoneyType(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("gross", MoneyType(), nullable=False),
        sa.Column("net", MoneyType(), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_cash_record"),
    )
    op.create_index("ix_cash_record_station_kind_seq", "cash_record", ["station", "kind", "seq"])
    op.create_index("ix_cash_record_means_patient_id", "cash_record", ["means", "patient_id"])
    op.create_index("ix_cash_record_delivery_number", "cash_record", ["delivery_number"])
    op.create_index("ix_cash_record_day", "cash_record", ["day"])
    append_only(op, "cash_record")
    heads = sa.table("chain_head", sa.column("name"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(heads, [{"name": "cash", "seq": 0, "hash": GENESIS}])


def _closings() -> None:
    op.create_table(
        "cash_closing",
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_seq", PK, nullable=False),
        sa.Column("last_seq", PK, nullable=False),
        sa.Column("seq", PK, nullable=False),
        sa.PrimaryKeyConstraint("period", "start", name="pk_cash_closing"),
        sa.UniqueConstraint("period", "number", name="uq_cash_closing_period_number"),
        sa.UniqueConstraint("period", "last_seq", name="uq_cash_closing_period_last_seq"),
    )
    append_only(op, "cash_closing")


def _reversals() -> None:
    series = sa.table("sequence", sa.column("name"), sa.column("value"))
    op.bulk_insert(series, [{"name": "reversal", "value": 0}])
    op.create_table(
        "delivery_reversal",
        sa.Column("number", PK, nullable=False, autoincrement=False),
        sa.Column("delivery_number", PK, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("amount", MoneyType(), nullable=False),
        sa.Column("amo", MoneyType(), nullable=False),
        sa.Column("amc", MoneyType(), nullable=False),
        sa.Column("patient_share", MoneyType(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_delivery_reversal"),
        sa.ForeignKeyConstraint(
            ["delivery_number"], ["delivery.number"], name="fk_delivery_reversal_delivery_number_delivery"
        ),
    )
    op.create_index("ix_delivery_reversal_delivery_number", "delivery_reversal", ["delivery_number"])
    op.create_index("ix_delivery_reversal_day", "delivery_reversal", ["day"])
    op.create_table(
        "reversal_line",
        sa.Column("reversal_number", PK, nullable=False, autoincrement=False),
        sa.Column("line_rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("fate", sa.String(12), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("ordonnancier", PK, nullable=True),
        sa.PrimaryKeyConstraint("reversal_number", "line_rank", name="pk_reversal_line"),
        sa.ForeignKeyConstraint(
            ["reversal_number"], ["delivery_reversal.number"], name="fk_reversal_line_reversal_number_delivery_reversal"
        ),
    )
    op.create_table(
        "reversal_invoice_line",
        sa.Column("reversal_number", PK, nullable=False, autoincrement=False),
        sa.Column("invoice_rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", MoneyType(), nullable=False),
        sa.Column("base", MoneyType(), nullable=False),
        sa.Column("amo", MoneyType(), nullable=False),
        sa.Column("tm", MoneyType(), nullable=False),
        sa.Column("excess", MoneyType(), nullable=False),
        sa.Column("vat", RateType(), nullable=False),
        sa.PrimaryKeyConstraint("reversal_number", "invoice_rank", name="pk_reversal_invoice_line"),
        sa.ForeignKeyConstraint(
            ["reversal_number"],
            ["delivery_reversal.number"],
            name="fk_reversal_invoice_line_reversal_number_delivery_reversal",
        ),
    )
    for table in ("delivery_reversal", "reversal_line", "reversal_invoice_line"):
        append_only(op, table)
