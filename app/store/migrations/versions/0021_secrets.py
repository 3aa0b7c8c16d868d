"""The secrets of the officine, sealed, and its keys, sealed for each workstation."""

import sqlalchemy as sa
from alembic import op

from app.store.base import UtcDateTime

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "vault_key",
        sa.Column("key_id", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("opener", sa.String(20), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", "number", name="pk_vault_key"),
    )
    op.create_table(
        "secret",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secret"),
    )
    op.create_table(
        "officine_certificate",
        sa.Column("usage", sa.String(60), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("usage", name="pk_officine_certificate"),
    )
    op.execute("INSERT INTO sequence (name, value) VALUES ('vault_key', 0)")
