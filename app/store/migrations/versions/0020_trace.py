"""The seals of the registers, and the indexes by which the trace is searched."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, UtcDateTime
from app.store.chain import GENESIS
from app.store.migrations.guards import append_only

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "seal",
        sa.Column("number", PK, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_seal"),
    )
    append_only(op, "seal")
    heads = sa.table("chain_head", sa.column("name"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(heads, [{"name": "seals", "seq": 0, "hash": GENESIS}])
    op.create_index("ix_audit_entry_actor_id_seq", "audit_entry", ["actor_id", "seq"])
    op.create_index("ix_audit_entry_action_seq", "audit_entry", ["action", "seq"])
    op.create_index("ix_audit_entry_station_seq", "audit_entry", ["station", "seq"])
