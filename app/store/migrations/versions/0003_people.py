"""Staff, patients, prescribers and stock."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, PrefixText, UtcDateTime
from app.store.migrations.guards import append_only

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _staff()
    _patients()
    _prescribers()
    _stock()


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", PK, nullable=False),
        sa.Column("family_name", sa.String(60), nullable=False),
        sa.Column("given_name", sa.String(60), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("rpps", sa.String(11), nullable=False),
        sa.Column("badge", sa.String(30), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("badge", name="uq_staff_badge"),
    )


def _patients() -> None:
    op.create_table(
        "patient",
        sa.Column("id", PK, nullable=False),
        sa.Column("family_name", sa.String(100), nullable=False),
        sa.Column("first_name", sa.String(100), nullable=False),
        sa.Column("birth_names", sa.String(100), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("birth_date_uncertain", sa.Boolean(), nullable=False),
        sa.Column("sex", sa.String(1), nullable=False),
        sa.Column("birth_place", sa.String(5), nullable=False),
        sa.Column("used_name", sa.String(100), nullable=False),
        sa.Column("used_first_name", sa.String(100), nullable=False),
        sa.Column("phone", sa.String(30), nullable=False),
        sa.Column("email", sa.String(120), nullable=False),
        sa.Column("address_line", sa.String(100), nullable=False),
        sa.Column("postal_code", sa.String(10), nullable=False),
        sa.Column("city", sa.String(100), nullable=False),
        sa.Column("coverage_scheme", sa.String(20), nullable=False),
        sa.Column("coverage_exemption", sa.String(20), nullable=True),
        sa.Column("coverage_css", sa.Boolean(), nullable=False),
        sa.Column("coverage_amc", sa.String(20), nullable=True),
        sa.Column("coverage_ald", sa.Boolean(), nullable=False),
        sa.Column("allergies", sa.Text(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("is_homonym", sa.Boolean(), nullable=False),
        sa.Column("is_doubtful", sa.Boolean(), nullable=False),
        sa.Column("is_fictitious", sa.Boolean(), nullable=False),
        sa.Column("matricule", sa.String(15), nullable=True),
        sa.Column("oid", sa.String(64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sa.UniqueConstraint("matricule", "oid", name="uq_patient_matricule_oid"),
        sa.CheckConstraint(
            "CASE WHEN status IN ('recuperee', 'qualifiee') THEN matricule IS NOT NULL AND oid IS NOT NULL "
            "ELSE matricule IS NULL AND oid IS NULL END",
            name=op.f("ck_patient_ins_with_status"),
        ),
    )
    op.create_index("ix_patient_birth_date", "patient", ["birth_date"])
    _word_table("patient_word", "patient")


def _prescribers() -> None:
    op.create_table(
        "prescriber",
        sa.Column("id", PK, nullable=False),
        sa.Column("family_name", sa.String(100), nullable=False),
        sa.Column("given_name", sa.String(100), nullable=False),
        sa.Column("rpps", sa.String(11), nullable=True),
        sa.Column("specialty", sa.String(100), nullable=False),
        sa.Column("finess", sa.String(9), nullable=False),
        sa.Column("address_line", sa.String(100), nullable=False),
        sa.Column("postal_code", sa.String(10), nullable=False),
        sa.Column("city", sa.String(100), nullable=False),
        sa.Column("phone", sa.String(30), nullable=False),
        sa.Column("mss", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prescriber"),
        sa.UniqueConstraint("rpps", name="uq_prescriber_rpps"),
    )
    _word_table("prescriber_word", "prescriber")


def _stock() -> None:
    op.create_table(
        "stock_item",
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_stock_item"),
    )
    op.create_table(
        "stock_movement",
        sa.Column("id", PK, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("balance_after", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("lot", sa.String(40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("serial", sa.String(40), nullable=False),
        sa.Column("actor_id", PK, nullable=True),
        sa.Column("actor_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_movement"),
    )
    op.create_index("ix_stock_movement_code_id", "stock_movement", ["code", "id"])
    op.create_index("ix_stock_movement_reference", "stock_movement", ["reference"])
    append_only(op, "stock_movement")


def _word_table(name: str, owner: str) -> None:
    owner_id = f"{owner}_id"
    op.create_table(
        name,
        sa.Column("word", PrefixText, nullable=False),
        sa.Column(owner_id, PK, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("word", owner_id, name=f"pk_{name}"),
        sa.ForeignKeyConstraint([owner_id], [f"{owner}.id"], name=f"fk_{name}_{owner_id}_{owner}", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{name}_{owner_id}_word", name, [owner_id, "word"])
