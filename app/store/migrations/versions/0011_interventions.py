"""Interventions pharmaceutiques: what was found in the step Contrôle, why it was passed, by whom."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, UtcDateTime
from app.store.chain import GENESIS
from app.store.migrations.guards import append_only

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "intervention_entry",
        sa.Column("seq", PK, nullable=False, autoincrement=False),
        sa.Column("completes", PK, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("delivery_number", PK, nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("patient_name", sa.String(210), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("finding", sa.String(20), nullable=False),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("problem", sa.String(4), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_intervention_entry"),
    )
    op.create_index("ix_intervention_entry_day_seq", "intervention_entry", ["day", "seq"])
    op.create_index("ix_intervention_entry_patient_id_seq", "intervention_entry", ["patient_id", "seq"])
    op.create_index("ix_intervention_entry_completes", "intervention_entry", ["completes"])
    op.create_index("ix_intervention_entry_delivery_number", "intervention_entry", ["delivery_number"])
    append_only(op, "intervention_entry")
    heads = sa.table("chain_head", sa.column("name"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(heads, [{"name": "interventions", "seq": 0, "hash": GENESIS}])
