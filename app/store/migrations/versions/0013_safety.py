"""Allergies recorded one by one, and the tables of the officine's own: limits of age, ATC codes."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "allergy",
        sa.Column("id", PK, nullable=False),
        sa.Column("patient_id", PK, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("reaction", sa.String(200), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_allergy"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_allergy_patient_id_patient"),
    )
    op.create_index("ix_allergy_patient_id", "allergy", ["patient_id"])
    op.create_table(
        "safety_age",
        sa.Column("id", PK, nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("route", sa.String(60), nullable=False),
        sa.Column("first_months", sa.Integer(), nullable=True),
        sa.Column("last_months", sa.Integer(), nullable=True),
        sa.Column("serious", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_safety_age"),
    )
    op.create_index("ix_safety_age_subject", "safety_age", ["subject"])
    op.create_table(
        "safety_atc",
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("atc", sa.String(7), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_safety_atc"),
    )
