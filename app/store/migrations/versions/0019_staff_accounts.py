"""With what the staff sign in, what they tried, their cards and their sessions at the workstations."""

import sqlalchemy as sa
from alembic import op

from app.store.base import PK, UtcDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("staff", sa.Column("is_identity_super_user", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("staff", sa.Column("student_until", sa.Date(), nullable=True))
    _accounts()
    _sessions()


def _accounts() -> None:
    op.create_table(
        "staff_account",
        sa.Column("staff_id", PK, nullable=False, autoincrement=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("password_at", UtcDateTime(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("pin_hash", sa.String(200), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_pending", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_account"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_account_staff_id_staff"),
    )
    op.create_table(
        "staff_try",
        sa.Column("staff_id", PK, nullable=False, autoincrement=False),
        sa.Column("factor", sa.String(12), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("unheard", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "factor", name="pk_staff_try"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_try_staff_id_staff"),
    )
    op.create_table(
        "staff_card",
        sa.Column("serial", sa.String(40), nullable=False),
        sa.Column("staff_id", PK, nullable=False),
        sa.Column("holder_name", sa.String(120), nullable=False),
        sa.Column("bound_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_staff_card"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_card_staff_id_staff"),
    )
    op.create_index("ix_staff_card_staff_id", "staff_card", ["staff_id"])


def _sessions() -> None:
    op.create_table(
        "staff_session",
        sa.Column("id", PK, nullable=False),
        sa.Column("staff_id", PK, nullable=False),
        sa.Column("station", sa.String(80), nullable=False),
        sa.Column("means", sa.String(20), nullable=False),
        sa.Column("card_serial", sa.String(40), nullable=False),
        sa.Column("root_id", PK, nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_session"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_session_staff_id_staff"),
    )
    op.create_index("ix_staff_session_station_ended_at", "staff_session", ["station", "ended_at"])
    op.create_index("ix_staff_session_staff_id_opened_at", "staff_session", ["staff_id", "opened_at"])
