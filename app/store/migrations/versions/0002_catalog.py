"""Version of the catalogue in force, and the officine's own knowledge of its products."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, MoneyType, PrefixText, RateType, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "catalog_version",
        sa.Column("id", PK, nullable=False),
        sa.Column("version", sa.String(80), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=False),
        sa.Column("specialities", sa.Integer(), nullable=False),
        sa.Column("presentations", sa.Integer(), nullable=False),
        sa.Column("generic_groups", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("installed_at", UtcDateTime(), nullable=False),
        sa.Column("installed_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_version"),
    )
    op.create_index("ix_catalog_version_state", "catalog_version", ["state"])
    op.create_table(
        "catalog_blob",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_catalog_blob"),
    )
    op.create_table(
        "product_card",
        sa.Column("code", sa.String(14), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("price", MoneyType(), nullable=False),
        sa.Column("vat", RateType(), nullable=False),
        sa.Column("lpp", sa.String(7), nullable=False),
        sa.Column("rate", RateType(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("folded", PrefixText, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_product_card"),
    )
    op.create_table(
        "product_use",
        sa.Column("code", sa.String(14), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("price", MoneyType(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_product_use"),
    )
