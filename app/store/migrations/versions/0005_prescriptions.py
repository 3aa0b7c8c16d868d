"""Ordonnances kept with their lines and what was delivered of each; posology and duration of a delivered line."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "prescription",
        sa.Column("id", PK, nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("prescriber_id", PK, nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prescription"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_prescription_patient_id_patient"),
        sa.ForeignKeyConstraint(["prescriber_id"], ["prescriber.id"], name="fk_prescription_prescriber_id_prescriber"),
    )
    op.create_index("ix_prescription_patient_id_written_on", "prescription", ["patient_id", "written_on"])
    op.create_table(
        "prescription_line",
        sa.Column("prescription_id", PK, nullable=False, autoincrement=False),
        sa.Column("line_id", sa.String(12), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("posology", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("ald", sa.Boolean(), nullable=False),
        sa.Column("mention", sa.String(3), nullable=False),
        sa.Column("cis", sa.String(8), nullable=False),
        sa.Column("group_id", sa.String(20), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("last_delivery", PK, nullable=True),
        sa.PrimaryKeyConstraint("prescription_id", "line_id", name="pk_prescription_line"),
        sa.ForeignKeyConstraint(
            ["prescription_id"], ["prescription.id"], name="fk_prescription_line_prescription_id_prescription"
        ),
    )
    op.add_column("delivery_line", sa.Column("posology", sa.Text(), nullable=False, server_default=""))
    op.add_column("delivery_line", sa.Column("days", sa.Integer(), nullable=True))
    op.add_column("delivery_line", sa.Column("prescribed", sa.Boolean(), nullable=False, server_default=sa.false()))
