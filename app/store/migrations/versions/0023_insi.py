"""Every call of INSi with what was decided of its answer, and what INSi told of past INS."""

import sqlalchemy as sa
from alembic import op

from app.store.base import UtcDateTime
from app.store.migrations.guards import append_only

revision = "0023"
down_revision = "0022"

PK = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("patient_past_ins", sa.Column("start_on", sa.String(10), nullable=False, server_default=""))
    op.add_column("patient_past_ins", sa.Column("end_on", sa.String(10), nullable=False, server_default=""))
    op.add_column(
        "patient_past_ins", sa.Column("is_insi_history", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "insi_call",
        sa.Column("id", PK, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("station", sa.String(40), nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("operation", sa.String(40), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("caller", sa.String(120), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("sent", sa.Text(), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("fault", sa.String(80), nullable=False),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("failure", sa.String(400), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("exchange", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_insi_call_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_insi_call"),
        sa.UniqueConstraint("message_id", name="uq_insi_call_message_id"),
    )
    op.create_index("ix_insi_call_patient_id_id", "insi_call", ["patient_id", "id"])
    op.create_index("ix_insi_call_at", "insi_call", ["at"])
    op.create_table(
        "insi_decision",
        sa.Column("call_id", PK, autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("decision", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["insi_call.id"], name="fk_insi_decision_call_id_insi_call"),
        sa.PrimaryKeyConstraint("call_id", name="pk_insi_decision"),
    )
    for table in ("insi_call", "insi_decision"):
        append_only(op, table)
