"""TFR loaded by the officine, opened boxes, and what a delivery line says of its substitution and of its units."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, MoneyType, UtcDateTime
from app.store.migrations.guards import append_only

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _tfr()
    _open_boxes()
    _lines()


def _tfr() -> None:
    op.create_table(
        "tfr_tariff",
        sa.Column("code", sa.String(13), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("amount", MoneyType(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", name="pk_tfr_tariff"),
    )


def _open_boxes() -> None:
    op.create_table(
        "open_box",
        sa.Column("id", PK, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("lot", sa.String(40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("serial", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_open_box"),
    )
    op.create_index("ix_open_box_code_remaining", "open_box", ["code", "remaining"])
    op.create_table(
        "open_box_movement",
        sa.Column("id", PK, nullable=False),
        sa.Column("open_box_id", PK, nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("balance_after", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("actor_id", PK, nullable=True),
        sa.Column("actor_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_open_box_movement"),
        sa.ForeignKeyConstraint(["open_box_id"], ["open_box.id"], name="fk_open_box_movement_open_box_id_open_box"),
    )
    op.create_index("ix_open_box_movement_open_box_id", "open_box_movement", ["open_box_id"])
    op.create_index("ix_open_box_movement_reference", "open_box_movement", ["reference"])
    append_only(op, "open_box_movement")


def _lines() -> None:
    """Lines written before were whole boxes, of which nothing was said: that is what the defaults mean."""
    op.add_column("delivery_line", sa.Column("units", sa.Integer(), nullable=True))
    op.add_column("delivery_line", sa.Column("replaces", sa.String(20), nullable=False, server_default=""))
    op.add_column("delivery_line", sa.Column("refused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("delivery_line", sa.Column("mention", sa.String(3), nullable=False, server_default=""))
    op.add_column("invoice_line", sa.Column("units", sa.Integer(), nullable=True))
    op.add_column("invoice_line", sa.Column("unit_price", MoneyType(), nullable=True))
    op.add_column("invoice_line", sa.Column("fraction_of", sa.Integer(), nullable=True))
    op.add_column("invoice_line", sa.Column("apart", sa.Boolean(), nullable=False, server_default=sa.false()))
