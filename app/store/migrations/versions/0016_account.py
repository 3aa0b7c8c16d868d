"""Avances and what became of them; accounts of customers, their invoices; under which terms a delivery was made."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, Json, MoneyType, UtcDateTime
from app.store.migrations.guards import append_only

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("sale", sa.String(12), nullable=False, server_default="ordinary"))
    op.add_column("delivery_line", sa.Column("advance", PK, nullable=True))
    _advances()
    _accounts()
    _invoices()
    sequence = sa.table("sequence", sa.column("name", sa.String), sa.column("value", sa.Integer))
    op.bulk_insert(sequence, [{"name": "advance", "value": 0}, {"name": "account_invoice", "value": 0}])


def _advances() -> None:
    op.create_table(
        "advance",
        sa.Column("number", PK, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("delivery_number", PK, nullable=False),
        sa.Column("line_rank", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("patient_name", sa.String(210), nullable=False),
        sa.Column("price", MoneyType(), nullable=False),
        sa.Column("unit_price", MoneyType(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("ordonnancier", PK, nullable=True),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_advance"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_advance_patient_id_patient"),
        sa.ForeignKeyConstraint(
            ["delivery_number", "line_rank"],
            ["delivery_line.delivery_number", "delivery_line.rank"],
            name="fk_advance_delivery_number_line_rank_delivery_line",
        ),
    )
    op.create_index("ix_advance_patient_id_number", "advance", ["patient_id", "number"])
    op.create_index("ix_advance_delivery_number", "advance", ["delivery_number"])
    op.create_table(
        "advance_closing",
        sa.Column("advance_number", PK, nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("document", PK, nullable=False),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("advance_number", "rank", name="pk_advance_closing"),
        sa.ForeignKeyConstraint(["advance_number"], ["advance.number"], name="fk_advance_closing_advance_number_advance"),
    )
    for table in ("advance", "advance_closing"):
        append_only(op, table)


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", PK, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("address_line", sa.String(120), nullable=False),
        sa.Column("postal_code", sa.String(5), nullable=False),
        sa.Column("city", sa.String(120), nullable=False),
        sa.Column("siret", sa.String(14), nullable=False),
        sa.Column("terms_days", sa.Integer(), nullable=False),
        sa.Column("ceiling", MoneyType(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
    )
    op.create_table(
        "account_entry",
        sa.Column("seq", PK, nullable=False),
        sa.Column("account_id", PK, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("amount", MoneyType(), nullable=False),
        sa.Column("document", PK, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("patient_name", sa.String(210), nullable=False),
        sa.Column("vat", Json, nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_account_entry"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_entry_account_id_account"),
    )
    op.create_index("ix_account_entry_account_id_seq", "account_entry", ["account_id", "seq"])
    op.create_index("ix_account_entry_document", "account_entry", ["document"])
    append_only(op, "account_entry")


def _invoices() -> None:
    op.create_table(
        "account_invoice",
        sa.Column("number", PK, nullable=False, autoincrement=False),
        sa.Column("account_id", PK, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("customer", Json, nullable=False),
        sa.Column("siret", sa.String(14), nullable=False),
        sa.Column("amount", MoneyType(), nullable=False),
        sa.Column("vat", Json, nullable=False),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_account_invoice"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_invoice_account_id_account"),
    )
    op.create_index("ix_account_invoice_account_id_number", "account_invoice", ["account_id", "number"])
    op.create_table(
        "account_invoice_line",
        sa.Column("invoice_number", PK, nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("entry_seq", PK, nullable=False),
        sa.PrimaryKeyConstraint("invoice_number", "rank", name="pk_account_invoice_line"),
        sa.ForeignKeyConstraint(
            ["invoice_number"], ["account_invoice.number"], name="fk_account_invoice_line_invoice_number_account_invoice"
        ),
        sa.ForeignKeyConstraint(
            ["entry_seq"], ["account_entry.seq"], name="fk_account_invoice_line_entry_seq_account_entry"
        ),
        sa.UniqueConstraint("entry_seq", name="uq_account_invoice_line_entry_seq"),
    )
    for table in ("account_invoice", "account_invoice_line"):
        append_only(op, table)
