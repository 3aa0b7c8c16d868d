"""Audit chain, outbox, numbering and facts: what every feature stands on."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, Json, UtcDateTime
from app.store.chain import GENESIS
from app.store.migrations.guards import append_only

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", PK, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("actor_id", PK, nullable=True),
        sa.Column("actor_name", sa.String(120), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_patient_id_seq", "audit_entry", ["patient_id", "seq"])
    op.create_index("ix_audit_entry_subject_subject_id", "audit_entry", ["subject", "subject_id"])
    append_only(op, "audit_entry")

    heads = op.create_table(
        "chain_head",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("seq", PK, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chain_head"),
    )
    op.bulk_insert(heads, [{"name": name, "seq": 0, "hash": GENESIS} for name in ("audit", "ordonnancier")])

    series = op.create_table(
        "sequence",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("value", PK, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sequence"),
    )
    op.bulk_insert(series, [{"name": name, "value": 0} for name in ("ordonnancier", "delivery")])

    op.create_table(
        "outbox",
        sa.Column("id", PK, nullable=False),
        sa.Column("lane", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(80), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("idempotency_key", name="uq_outbox_idempotency_key"),
    )
    op.create_index("ix_outbox_state_lane_id", "outbox", ["state", "lane", "id"])

    op.create_table(
        "fact",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fact"),
    )
