"""Received documents: what arrived, what happened to each, and where each stands."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, Json, UtcDateTime
from app.store.migrations.guards import append_only

revision = "0028"
down_revision = "0027"

_TEXTS = (
    ("origin", 12), ("name", 120), ("sha256", 64), ("parcel", 64), ("part", 200), ("identity", 300), ("media_type", 40),
    ("body", 12), ("type_code", 40), ("type_label", 120), ("title", 300), ("author", 200), ("organization", 200),
    ("created_at", 40), ("performed_at", 40), ("document_id", 200), ("set_id", 200), ("replaces", 200), ("acts", 300),
    ("care", 200), ("family_name", 200), ("birth_names", 200), ("first_name", 200), ("used_name", 200),
    ("used_first_name", 200), ("sex", 2), ("birth_date", 10), ("birth_place", 5), ("matricule", 15), ("oid", 64),
    ("station", 80), ("operator_name", 120),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "received_document",
        sa.Column("id", PK, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in _TEXTS),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("findings", Json, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("operator_id", PK, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_received_document"),
        sa.UniqueConstraint("identity", name="uq_received_document_identity"),
    )
    for column in ("at", "sha256", "document_id", "set_id"):
        op.create_index(f"ix_received_document_{column}", "received_document", [column])
    op.create_table(
        "received_event",
        sa.Column("id", PK, nullable=False),
        sa.Column("received_id", PK, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(12), nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("other_id", PK, nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("operator_id", PK, nullable=True),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_received_event"),
        sa.ForeignKeyConstraint(
            ["received_id"], ["received_document.id"], name="fk_received_event_received_id_received_document"
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_received_event_patient_id_patient"),
    )
    op.create_index("ix_received_event_received_id_id", "received_event", ["received_id", "id"])
    for table in ("received_document", "received_event"):
        append_only(op, table)
    # Not append-only: it says where a document stands, and its events how it came there.
    op.create_table(
        "received_state",
        sa.Column("received_id", PK, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("replaced_by", PK, nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("received_id", name="pk_received_state"),
        sa.ForeignKeyConstraint(
            ["received_id"], ["received_document.id"], name="fk_received_state_received_id_received_document"
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_received_state_patient_id_patient"),
    )
    op.create_index("ix_received_state_patient_id", "received_state", ["patient_id"])
    op.create_index("ix_received_state_state", "received_state", ["state"])
