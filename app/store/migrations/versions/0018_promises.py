"""Promis billed when they are handed over, and who collected them; which lines of an invoice the AMC bore."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("promise", sa.Column("billed", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("promise", sa.Column("kept", sa.Text(), nullable=False, server_default=""))
    op.add_column("promise_hand_over", sa.Column("bearer", sa.String(300), nullable=False, server_default=""))
    op.add_column("promise_hand_over", sa.Column("delivery_number", PK, nullable=True))
    op.add_column("delivery_line", sa.Column("promised", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("invoice_line", sa.Column("complemented", sa.Boolean(), nullable=False, server_default=sa.true()))
