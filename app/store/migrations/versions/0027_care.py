"""The documents of the pharmacist: what was written, what was deleted, and the drafts that wait."""

import sqlalchemy as sa
from alembic import op

from app.store.base import UtcDateTime
from app.store.migrations.guards import append_only

revision = "0027"
down_revision = "0026"

PK = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "care_document",
        sa.Column("id", PK, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("patient_name", sa.String(210), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document_id", sa.String(64), nullable=False),
        sa.Column("set_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces", PK, nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("performed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("author_id", PK, nullable=False),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("supervisor_id", PK, nullable=True),
        sa.Column("supervisor_name", sa.String(120), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("carries_ins", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("cda_sha256", sa.String(64), nullable=False),
        sa.Column("cda_size", sa.Integer(), nullable=False),
        sa.Column("pdf_sha256", sa.String(64), nullable=False),
        sa.Column("pdf_size", sa.Integer(), nullable=False),
        sa.Column("kit", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_care_document_patient_id_patient"),
        sa.ForeignKeyConstraint(["replaces"], ["care_document.id"], name="fk_care_document_replaces_care_document"),
        sa.PrimaryKeyConstraint("id", name="pk_care_document"),
        sa.UniqueConstraint("document_id", name="uq_care_document_document_id"),
        sa.UniqueConstraint("set_id", "version", name="uq_care_document_set_id_version"),
        sa.UniqueConstraint("replaces", name="uq_care_document_replaces"),
    )
    op.create_index("ix_care_document_patient_id_id", "care_document", ["patient_id", "id"])
    op.create_table(
        "care_deletion",
        sa.Column("document_id", PK, autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["care_document.id"], name="fk_care_deletion_document_id_care_document"
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_care_deletion"),
    )
    for table in ("care_document", "care_deletion"):
        append_only(op, table)
    # Not append-only: a draft is written over at each change, and goes when its document is written.
    op.create_table(
        "care_draft",
        sa.Column("id", PK, nullable=False),
        sa.Column("operator_id", PK, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_care_draft_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_care_draft"),
        sa.UniqueConstraint("operator_id", "kind", "patient_id", name="uq_care_draft_operator_id_kind_patient_id"),
    )
