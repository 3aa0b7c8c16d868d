"""Files of one person merged into one, the merges undone, and the pairs that are not the same person."""

import sqlalchemy as sa
from alembic import op

from app.store.base import UtcDateTime
from app.store.migrations.guards import append_only

revision = "0025"
down_revision = "0024"

PK = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _by() -> list[sa.Column[object]]:
    return [
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
    ]


def upgrade() -> None:
    op.add_column("patient", sa.Column("merged_into", PK, nullable=True))
    op.create_index("ix_patient_merged_into", "patient", ["merged_into"])
    op.create_table(
        "patient_merge",
        sa.Column("id", PK, nullable=False),
        sa.Column("kept_id", PK, nullable=False),
        sa.Column("absorbed_id", PK, nullable=False),
        *_by(),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["kept_id"], ["patient.id"], name="fk_patient_merge_kept_id_patient"),
        sa.ForeignKeyConstraint(["absorbed_id"], ["patient.id"], name="fk_patient_merge_absorbed_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_patient_merge"),
    )
    op.create_index("ix_patient_merge_kept_id", "patient_merge", ["kept_id"])
    op.create_index("ix_patient_merge_absorbed_id", "patient_merge", ["absorbed_id"])
    op.create_table(
        "patient_merge_undone",
        sa.Column("merge_id", PK, autoincrement=False, nullable=False),
        *_by(),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["patient_merge.id"], name="fk_patient_merge_undone_merge_id_patient_merge"
        ),
        sa.PrimaryKeyConstraint("merge_id", name="pk_patient_merge_undone"),
    )
    op.create_table(
        "patient_distinct",
        sa.Column("first_id", PK, autoincrement=False, nullable=False),
        sa.Column("second_id", PK, autoincrement=False, nullable=False),
        *_by(),
        sa.ForeignKeyConstraint(["first_id"], ["patient.id"], name="fk_patient_distinct_first_id_patient"),
        sa.ForeignKeyConstraint(["second_id"], ["patient.id"], name="fk_patient_distinct_second_id_patient"),
        sa.PrimaryKeyConstraint("first_id", "second_id", name="pk_patient_distinct"),
    )
    for table in ("patient_merge", "patient_merge_undone", "patient_distinct"):
        append_only(op, table)
