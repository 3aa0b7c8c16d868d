"""Recalls of lots with who has read them, and boxes in quarantine, counted apart from those for sale."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, Json, UtcDateTime
from app.store.migrations.guards import append_only

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("stock_item", sa.Column("quarantined", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("stock_movement", sa.Column("aside", sa.Integer(), nullable=False, server_default="0"))
    _recalls()
    _quarantine()


def _author() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )


def _recalls() -> None:
    op.create_table(
        "recall",
        sa.Column("id", PK, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("all_lots", sa.Boolean(), nullable=False),
        sa.Column("lots", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        *_author(),
        sa.PrimaryKeyConstraint("id", name="pk_recall"),
        sa.UniqueConstraint("digest", name="uq_recall_digest"),
    )
    op.create_index("ix_recall_code", "recall", ["code"])
    op.create_index("ix_recall_day_id", "recall", ["day", "id"])
    append_only(op, "recall")
    op.create_table(
        "recall_event",
        sa.Column("id", PK, nullable=False),
        sa.Column("recall_id", PK, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_author(),
        sa.PrimaryKeyConstraint("id", name="pk_recall_event"),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name="fk_recall_event_recall_id_recall"),
    )
    op.create_index("ix_recall_event_recall_id_id", "recall_event", ["recall_id", "id"])
    append_only(op, "recall_event")


def _quarantine() -> None:
    op.create_table(
        "quarantine_entry",
        sa.Column("id", PK, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("serial", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("recall_id", PK, nullable=True),
        *_author(),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine_entry"),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name="fk_quarantine_entry_recall_id_recall"),
    )
    op.create_index("ix_quarantine_entry_code_serial", "quarantine_entry", ["code", "serial"])
    op.create_index("ix_quarantine_entry_recall_id", "quarantine_entry", ["recall_id"])
    append_only(op, "quarantine_entry")
    op.create_table(
        "quarantine_exit",
        sa.Column("id", PK, nullable=False),
        sa.Column("entry_id", PK, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("document", sa.String(64), nullable=False),
        sa.Column("second_person", sa.String(120), nullable=False),
        *_author(),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine_exit"),
        sa.ForeignKeyConstraint(["entry_id"], ["quarantine_entry.id"], name="fk_quarantine_exit_entry_id_quarantine_entry"),
    )
    op.create_index("ix_quarantine_exit_entry_id", "quarantine_exit", ["entry_id"])
    append_only(op, "quarantine_exit")
