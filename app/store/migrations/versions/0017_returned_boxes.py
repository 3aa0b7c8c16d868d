"""The boxes that come back, one by one; until when the rights of a patient hold."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK
from app.store.migrations.guards import append_only

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "reversal_box",
        sa.Column("reversal_number", PK, nullable=False, autoincrement=False),
        sa.Column("line_rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("rank", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("lot", sa.String(40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("serial", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("reversal_number", "line_rank", "rank", name="pk_reversal_box"),
        sa.ForeignKeyConstraint(
            ["reversal_number"], ["delivery_reversal.number"], name="fk_reversal_box_reversal_number_delivery_reversal"
        ),
    )
    append_only(op, "reversal_box")
    op.add_column("reversal_line", sa.Column("unleft", sa.Integer(), nullable=False, server_default="0"))
    for name in ("exemption_from", "exemption_to", "css_to", "ald_from", "ald_to"):
        op.add_column("patient", sa.Column(f"coverage_{name}", sa.Date(), nullable=True))
    op.add_column(
        "patient", sa.Column("coverage_exemption_reference", sa.String(40), nullable=False, server_default="")
    )
