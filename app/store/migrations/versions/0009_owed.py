"""Promis: boxes billed and not handed over, and each hand-over; what a line owed; the amount of a sale in waiting."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, MoneyType, UtcDateTime
from app.store.migrations.guards import append_only

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("delivery_line", sa.Column("owed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("counter_session", sa.Column("amount", MoneyType(), nullable=False, server_default="0"))
    op.create_table(
        "promise",
        sa.Column("number", PK, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("delivery_number", PK, nullable=False),
        sa.Column("line_rank", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("customer", sa.String(210), nullable=False),
        sa.Column("phone", sa.String(30), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_promise"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_promise_patient_id_patient"),
        sa.ForeignKeyConstraint(
            ["delivery_number", "line_rank"],
            ["delivery_line.delivery_number", "delivery_line.rank"],
            name="fk_promise_delivery_number_line_rank_delivery_line",
        ),
    )
    op.create_index("ix_promise_state_number", "promise", ["state", "number"])
    op.create_index("ix_promise_patient_id_state", "promise", ["patient_id", "state"])
    op.create_index("ix_promise_code_state", "promise", ["code", "state"])
    op.create_index("ix_promise_delivery_number", "promise", ["delivery_number"])
    op.create_table(
        "promise_hand_over",
        sa.Column("promise_number", PK, nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("ordonnancier", PK, nullable=True),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("promise_number", "rank", name="pk_promise_hand_over"),
        sa.ForeignKeyConstraint(
            ["promise_number"], ["promise.number"], name="fk_promise_hand_over_promise_number_promise"
        ),
    )
    append_only(op, "promise_hand_over")
    sequence = sa.table("sequence", sa.column("name", sa.String), sa.column("value", sa.Integer))
    op.bulk_insert(sequence, [{"name": "promise", "value": 0}])
