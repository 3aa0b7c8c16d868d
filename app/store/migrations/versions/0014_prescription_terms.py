"""What the prescriber wrote of a line: fractions, at once, chevauchement, no renewal; the supplies beyond an ordonnance."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK
from app.store.migrations.guards import append_only

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("prescription_line", sa.Column("total_days", sa.Integer(), nullable=True))
    for name in ("at_once", "overlap", "not_renewable"):
        op.add_column("prescription_line", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "exceptional_supply",
        sa.Column("delivery_number", PK, nullable=False, autoincrement=False),
        sa.Column("prescription_id", PK, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("mention", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("delivery_number", name="pk_exceptional_supply"),
        sa.ForeignKeyConstraint(
            ["delivery_number"], ["delivery.number"], name="fk_exceptional_supply_delivery_number_delivery"
        ),
        sa.ForeignKeyConstraint(
            ["prescription_id"], ["prescription.id"], name="fk_exceptional_supply_prescription_id_prescription"
        ),
    )
    op.create_index("ix_exceptional_supply_prescription_id", "exceptional_supply", ["prescription_id"])
    append_only(op, "exceptional_supply")
