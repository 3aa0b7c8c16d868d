"""How an identity came to be what it is: history, evidence, past INS, identities to review."""

import sqlalchemy as sa
from alembic import op

from app.store.base import UtcDateTime
from app.store.migrations.guards import append_only

revision = "0022"
down_revision = "0021"

PK = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("patient", sa.Column("evidence_code", sa.String(10), nullable=False, server_default=""))
    op.add_column("patient", sa.Column("recovered_at", UtcDateTime(), nullable=True))
    op.add_column("patient", sa.Column("verified_at", UtcDateTime(), nullable=True))
    op.add_column("patient", sa.Column("presented_matricule", sa.String(15), nullable=True))
    op.add_column("patient", sa.Column("presented_oid", sa.String(64), nullable=True))
    op.add_column("patient", sa.Column("twin_rank", sa.Integer(), nullable=True))
    # Only the files of fictitious people were ever above provisoire until now: their document was not kept.
    op.execute("UPDATE patient SET evidence_code = 'CN' WHERE status IN ('validee', 'qualifiee')")
    op.execute("UPDATE patient SET recovered_at = updated_at WHERE matricule IS NOT NULL")
    op.create_table(
        "patient_identity_event",
        sa.Column("id", PK, nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("event", sa.String(30), nullable=False),
        sa.Column("before", sa.String(12), nullable=False),
        sa.Column("after", sa.String(12), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_identity_event_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_identity_event"),
    )
    op.create_index("ix_patient_identity_event_patient_id_id", "patient_identity_event", ["patient_id", "id"])
    op.create_table(
        "patient_evidence",
        sa.Column("id", PK, nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("trust", sa.String(10), nullable=False),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("coherent", sa.Boolean(), nullable=False),
        sa.Column("beside", sa.String(120), nullable=False),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_evidence_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_evidence"),
    )
    op.create_index("ix_patient_evidence_patient_id_id", "patient_evidence", ["patient_id", "id"])
    op.create_table(
        "patient_past_ins",
        sa.Column("id", PK, nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("matricule", sa.String(15), nullable=False),
        sa.Column("oid", sa.String(64), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_past_ins_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_past_ins"),
    )
    op.create_index("ix_patient_past_ins_patient_id_id", "patient_past_ins", ["patient_id", "id"])
    op.create_table(
        "patient_identity_review",
        sa.Column("id", PK, nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_patient_identity_review_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_identity_review"),
    )
    op.create_index("ix_patient_identity_review_patient_id", "patient_identity_review", ["patient_id"])
    for table in ("patient_identity_event", "patient_evidence", "patient_past_ins"):
        append_only(op, table)
