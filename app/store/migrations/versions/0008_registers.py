"""Registers of stupéfiants and of medicines derived from blood, what pharmacists say of products, notes beside entries."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, UtcDateTime
from app.store.chain import GENESIS
from app.store.migrations.guards import append_only

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _narcotics()
    _derived()
    _notes()
    heads = sa.table("chain_head", sa.column("name"), sa.column("seq"), sa.column("hash"))
    chains = ("stupefiants", "derives", "annotations")
    op.bulk_insert(heads, [{"name": name, "seq": 0, "hash": GENESIS} for name in chains])


def _narcotics() -> None:
    op.create_table(
        "narcotic_entry",
        sa.Column("seq", PK, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("boxes", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("ordonnancier", PK, nullable=True),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("patient_name", sa.String(210), nullable=False),
        sa.Column("patient_address", sa.String(300), nullable=False),
        sa.Column("prescriber_name", sa.String(210), nullable=False),
        sa.Column("prescriber_address", sa.String(300), nullable=False),
        sa.Column("bearer", sa.String(300), nullable=False),
        sa.Column("second_person", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("stated", sa.Integer(), nullable=True),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_narcotic_entry"),
    )
    op.create_index("ix_narcotic_entry_code_seq", "narcotic_entry", ["code", "seq"])
    op.create_index("ix_narcotic_entry_day_seq", "narcotic_entry", ["day", "seq"])
    op.create_index("ix_narcotic_entry_reference", "narcotic_entry", ["reference"])
    append_only(op, "narcotic_entry")
    op.create_table(
        "narcotic_units",
        sa.Column("id", PK, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_narcotic_units"),
    )
    op.create_index("ix_narcotic_units_code_id", "narcotic_units", ["code", "id"])
    append_only(op, "narcotic_units")


def _derived() -> None:
    op.create_table(
        "derived_entry",
        sa.Column("seq", PK, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("lot", sa.String(40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("patient_id", PK, nullable=True),
        sa.Column("patient_name", sa.String(210), nullable=False),
        sa.Column("patient_birth_date", sa.Date(), nullable=True),
        sa.Column("patient_address", sa.String(300), nullable=False),
        sa.Column("prescriber_name", sa.String(210), nullable=False),
        sa.Column("prescriber_address", sa.String(300), nullable=False),
        sa.Column("prescription_date", sa.Date(), nullable=True),
        sa.Column("bearer", sa.String(300), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_derived_entry"),
    )
    op.create_index("ix_derived_entry_code_lot", "derived_entry", ["code", "lot"])
    op.create_index("ix_derived_entry_day_seq", "derived_entry", ["day", "seq"])
    op.create_index("ix_derived_entry_reference", "derived_entry", ["reference"])
    append_only(op, "derived_entry")
    op.create_table(
        "derived_flag",
        sa.Column("id", PK, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("derived", sa.Boolean(), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_derived_flag"),
    )
    op.create_index("ix_derived_flag_code_id", "derived_flag", ["code", "id"])
    append_only(op, "derived_flag")


def _notes() -> None:
    op.create_table(
        "register_note",
        sa.Column("seq", PK, nullable=False, autoincrement=False),
        sa.Column("register", sa.String(20), nullable=False),
        sa.Column("number", PK, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("author_id", PK, nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_register_note"),
    )
    op.create_index("ix_register_note_register_number", "register_note", ["register", "number"])
    append_only(op, "register_note")
