"""Who collected the boxes of a promis; which lines of an invoice the complementary insurer bore."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("promise_hand_over", sa.Column("bearer", sa.String(300), nullable=False, server_default=""))
    op.add_column("invoice_line", sa.Column("complemented", sa.Boolean(), nullable=False, server_default=sa.true()))
