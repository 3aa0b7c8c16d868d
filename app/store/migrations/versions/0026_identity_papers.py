"""Copies of identity papers: what was kept, what became of it, and the bytes that no backup takes."""

import sqlalchemy as sa
from alembic import op

from app.store.base import UtcDateTime
from app.store.migrations.guards import append_only

revision = "0026"
down_revision = "0025"

PK = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "identity_paper",
        sa.Column("id", PK, nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("evidence_id", PK, nullable=True),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_identity_paper_patient_id_patient"),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["patient_evidence.id"], name="fk_identity_paper_evidence_id_patient_evidence"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_paper"),
        sa.UniqueConstraint("token", name="uq_identity_paper_token"),
    )
    op.create_index("ix_identity_paper_patient_id_id", "identity_paper", ["patient_id", "id"])
    op.create_table(
        "identity_paper_end",
        sa.Column("paper_id", PK, autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["identity_paper.id"], name="fk_identity_paper_end_paper_id_identity_paper"),
        sa.PrimaryKeyConstraint("paper_id", name="pk_identity_paper_end"),
    )
    for table in ("identity_paper", "identity_paper_end"):
        append_only(op, table)
    # Not append-only: what is here must be able to disappear.
    op.create_table(
        "erasable_key",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_erasable_key"),
    )
    op.create_table(
        "erasable",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_erasable"),
    )
