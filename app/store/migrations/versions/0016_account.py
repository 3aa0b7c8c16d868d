"""Avances and what became of them; under which terms a delivery was made."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, MoneyType, UtcDateTime
from app.store.migrations.guards import append_only

revision = "0016"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("sale", sa.String(12), nullable=False, server_default="ordinary"))
    op.add_column("delivery_line", sa.Column("advance", PK, nullable=True))
    _advances()
    sequence = sa.table("sequence", sa.column("name", sa.String), sa.column("value", sa.Integer))
    op.bulk_insert(sequence, [{"name": "advance", "value": 0}])


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
