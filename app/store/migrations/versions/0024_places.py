"""The official list of communes and countries, once it was imported."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, PrefixText

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("id", PK, nullable=False),
        sa.Column("code", PrefixText, nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
    )
    op.create_index("ix_place_code", "place", ["code"])
    op.create_index("ix_place_kind", "place", ["kind"])
    op.create_table(
        "place_word",
        sa.Column("word", PrefixText, nullable=False),
        sa.Column("place_id", PK, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("word", "place_id", name="pk_place_word"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_place_word_place_id_place", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_place_word_place_id_word", "place_word", ["place_id", "word"])
