"""Copies of the paper ordonnances, the delivery that each belongs to, those set aside; which ordonnance was delivered."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, UtcDateTime
from app.store.migrations.guards import append_only

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blob"),
    )
    op.create_table(
        "prescription_copy",
        sa.Column("id", PK, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("operator_id", PK, nullable=True),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prescription_copy"),
    )
    op.create_index("ix_prescription_copy_session_id", "prescription_copy", ["session_id"])
    op.create_index("ix_prescription_copy_sha256", "prescription_copy", ["sha256"])
    append_only(op, "prescription_copy")
    op.create_table(
        "prescription_copy_delivery",
        sa.Column("copy_id", PK, nullable=False, autoincrement=False),
        sa.Column("delivery_number", PK, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name="pk_prescription_copy_delivery"),
        sa.ForeignKeyConstraint(["copy_id"], ["prescription_copy.id"], name="fk_prescription_copy_delivery_copy_id_prescription_copy"),
        sa.ForeignKeyConstraint(
            ["delivery_number"], ["delivery.number"], name="fk_prescription_copy_delivery_delivery_number_delivery"
        ),
    )
    op.create_index("ix_prescription_copy_delivery_delivery_number", "prescription_copy_delivery", ["delivery_number"])
    append_only(op, "prescription_copy_delivery")
    op.create_table(
        "prescription_copy_removal",
        sa.Column("copy_id", PK, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("operator_name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", name="pk_prescription_copy_removal"),
        sa.ForeignKeyConstraint(["copy_id"], ["prescription_copy.id"], name="fk_prescription_copy_removal_copy_id_prescription_copy"),
    )
    append_only(op, "prescription_copy_removal")
    op.create_table(
        "prescription_delivery",
        sa.Column("delivery_number", PK, nullable=False, autoincrement=False),
        sa.Column("prescription_id", PK, nullable=False),
        sa.PrimaryKeyConstraint("delivery_number", name="pk_prescription_delivery"),
        sa.ForeignKeyConstraint(
            ["delivery_number"], ["delivery.number"], name="fk_prescription_delivery_delivery_number_delivery"
        ),
        sa.ForeignKeyConstraint(
            ["prescription_id"], ["prescription.id"], name="fk_prescription_delivery_prescription_id_prescription"
        ),
    )
    op.create_index("ix_prescription_delivery_prescription_id", "prescription_delivery", ["prescription_id"])
    # Of the deliveries made before, the last one of each line is known.
    op.execute(
        "INSERT INTO prescription_delivery (delivery_number, prescription_id) "
        "SELECT last_delivery, min(prescription_id) FROM prescription_line "
        "WHERE last_delivery IN (SELECT number FROM delivery) GROUP BY last_delivery"
    )
    append_only(op, "prescription_delivery")
