"""Which tables hold the staff, what they sign in with and their sessions?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import PK, Base, UtcDateTime


class StaffRow(Base):
    """One member of the staff; never deleted, made inactive."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    family_name: Mapped[str] = mapped_column(String(60))
    given_name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    rpps: Mapped[str] = mapped_column(String(11))
    # NULL rather than empty without a badge: a badge belongs to one person.
    badge: Mapped[str | None] = mapped_column(String(30))
    active: Mapped[bool]
    is_identity_super_user: Mapped[bool] = mapped_column(default=False)
    student_until: Mapped[dt.date | None]

    __table_args__ = (UniqueConstraint("badge"),)


class StaffAccountRow(Base):
    """With what a member signs in: hashes, and the sealed secret of the authenticator. No row: with nothing."""

    __tablename__ = "staff_account"

    staff_id: Mapped[int] = mapped_column(PK, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    password_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(default=False)
    pin_hash: Mapped[str] = mapped_column(String(200), default="")
    totp_sealed: Mapped[bytes | None]
    # The secret shown but not proved yet: what is in force serves until the new one gave a code.
    totp_pending: Mapped[bytes | None]
    totp_step: Mapped[int | None] = mapped_column(BigInteger)


class StaffTryRow(Base):
    """The failures in a row of one factor of a member; counted before each try, so that none is given twice."""

    __tablename__ = "staff_try"

    staff_id: Mapped[int] = mapped_column(PK, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    factor: Mapped[str] = mapped_column(String(12), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    # Tries refused unheard while one had to wait: told with the next entry of the trace rather than one by one.
    unheard: Mapped[int] = mapped_column(default=0)


class StaffCardRow(Base):
    """A card bound to a member; a card is of one person."""

    __tablename__ = "staff_card"

    serial: Mapped[str] = mapped_column(String(40), primary_key=True)
    staff_id: Mapped[int] = mapped_column(PK, ForeignKey("staff.id"))
    holder_name: Mapped[str] = mapped_column(String(120))
    bound_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "staff_id"),)


class StaffSessionRow(Base):
    """A member at work at a workstation; ``root_id`` is the full sign-in under which a switch was made."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(PK, primary_key=True)
    staff_id: Mapped[int] = mapped_column(PK, ForeignKey("staff.id"))
    station: Mapped[str] = mapped_column(String(80))
    means: Mapped[str] = mapped_column(String(20))
    card_serial: Mapped[str] = mapped_column(String(40))
    root_id: Mapped[int | None] = mapped_column(PK)
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str] = mapped_column(String(20), default="")

    __table_args__ = (Index(None, "station", "ended_at"), Index(None, "staff_id", "opened_at"))
