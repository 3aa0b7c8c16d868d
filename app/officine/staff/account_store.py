"""How are accounts, failures, cards and sessions of the staff read and written?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update

from app.officine.staff import credentials
from app.officine.staff.credentials import Factor, Tries
from app.officine.staff.session import Factors, Means, SessionSummary
from app.officine.staff.tables import StaffAccountRow, StaffCardRow, StaffRow, StaffSessionRow, StaffTryRow
from app.store.upsert import insert_or

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.store.database import UnitOfWork


def account(session: Session, member_id: int) -> StaffAccountRow | None:
    """Return with what a member signs in; None where there is nothing yet."""
    return session.get(StaffAccountRow, member_id)


def account_to_change(session: Session, member_id: int) -> StaffAccountRow:
    """Return the account of a member, made where there is none, to be changed in this transaction."""
    empty = {"staff_id": member_id, "password_hash": "", "must_change": False, "pin_hash": ""}
    session.execute(insert_or(session, StaffAccountRow).values(**empty).on_conflict_do_nothing())
    return session.execute(
        select(StaffAccountRow).where(StaffAccountRow.staff_id == member_id).with_for_update()
    ).scalar_one()


def factors(session: Session, member_id: int, now: dt.datetime) -> Factors:
    """Return what a member may sign in with, and what stands in the way."""
    row = account(session, member_id)
    tries = {factor: tries_of(session, member_id, factor) for factor in Factor}
    is_locked = credentials.is_shut(tries[Factor.PASSWORD], Factor.PASSWORD)
    return Factors(
        password=row is not None and bool(row.password_hash),
        pin=row is not None and bool(row.pin_hash),
        totp=row is not None and row.totp_sealed is not None,
        cards=tuple(
            session.scalars(
                select(StaffCardRow.serial).where(StaffCardRow.staff_id == member_id).order_by(StaffCardRow.serial)
            )
        ),
        locked_until=None if is_locked else credentials.locked_until(tries[Factor.PASSWORD], now),
        is_locked=is_locked,
        pin_locked=credentials.is_shut(tries[Factor.PIN], Factor.PIN),
        must_change=row is not None and row.must_change,
    )


def any_account(session: Session) -> bool:
    """Return True where an active member can sign in, or is about to."""
    has_card = select(StaffCardRow).where(StaffCardRow.staff_id == StaffRow.id).exists()
    has_password = (
        select(StaffAccountRow)
        .where(StaffAccountRow.staff_id == StaffRow.id, StaffAccountRow.password_hash != "")
        .exists()
    )
    found = session.scalars(select(StaffRow.id).where(StaffRow.active, or_(has_card, has_password)).limit(1))
    return found.first() is not None


def tries_of(session: Session, member_id: int, factor: Factor) -> Tries:
    """Return the failures in a row of a factor."""
    row = session.get(StaffTryRow, (member_id, str(factor)))
    return Tries() if row is None else Tries(row.failures, row.last_at)


def take_try(work: UnitOfWork, member_id: int, factor: Factor) -> tuple[bool, Tries]:
    """Count a try before it is made; return whether it may be, and the failures in a row with it.

    One that must wait is not counted among them. The row is locked until the transaction ends: of tries made at
    once, each counts.
    """
    session = work.session
    key = {"staff_id": member_id, "factor": str(factor)}
    first = insert_or(session, StaffTryRow).values(**key, failures=0, last_at=work.now, unheard=0)
    # An update that changes nothing locks the row: a success of another workstation may delete it at this moment.
    session.execute(
        first.on_conflict_do_update(
            index_elements=[StaffTryRow.staff_id, StaffTryRow.factor], set_={"factor": str(factor)}
        )
    )
    where = (StaffTryRow.staff_id == member_id, StaffTryRow.factor == str(factor))
    row = session.execute(
        select(StaffTryRow).where(*where).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
    before = Tries(row.failures, row.last_at)
    if credentials.must_wait(before, factor, work.now):
        row.unheard += 1
        return False, before
    row.failures, row.last_at = row.failures + 1, work.now
    return True, Tries(row.failures, work.now)


def add_unheard(session: Session, member_id: int, factor: Factor, count: int) -> None:
    """Add to the tries refused unheard."""
    where = (StaffTryRow.staff_id == member_id, StaffTryRow.factor == str(factor))
    session.execute(update(StaffTryRow).where(*where).values(unheard=StaffTryRow.unheard + count))


def clear_tries(session: Session, member_id: int, *factors_: Factor) -> int:
    """Forget the failures of a member; return how many tries were refused unheard."""
    where = (StaffTryRow.staff_id == member_id, StaffTryRow.factor.in_([str(factor) for factor in factors_]))
    unheard = sum(session.scalars(select(StaffTryRow.unheard).where(*where)))
    session.execute(delete(StaffTryRow).where(*where))
    return unheard


def spend_code(session: Session, member_id: int, step: int) -> bool:
    """Mark the time step of an accepted code; False where it, or a later one, served already (RFC 6238, 5.2)."""
    unspent = or_(StaffAccountRow.totp_step.is_(None), StaffAccountRow.totp_step < step)
    changed = session.execute(
        update(StaffAccountRow)
        .where(StaffAccountRow.staff_id == member_id, unspent)
        .values(totp_step=step)
        .returning(StaffAccountRow.staff_id)
    )
    return changed.first() is not None


def card_owner(session: Session, serial: str) -> int | None:
    """Return whose a card is; None for a card of nobody here."""
    return session.execute(select(StaffCardRow.staff_id).where(StaffCardRow.serial == serial)).scalar_one_or_none()


def end_sessions(session: Session, now: dt.datetime, why: str, *conditions: object) -> list[int]:
    """End the open sessions that the conditions choose; return their numbers."""
    return list(
        session.scalars(
            update(StaffSessionRow)
            .where(StaffSessionRow.ended_at.is_(None), *conditions)  # type: ignore[arg-type]
            .values(ended_at=now, ended_why=why)
            .returning(StaffSessionRow.id)
        )
    )


def summary(row: StaffSessionRow) -> SessionSummary:
    """Return a session as the team's room lists it."""
    return SessionSummary(
        id=row.id,
        member_id=row.staff_id,
        station=row.station,
        means=Means(row.means),
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        last_seen_at=row.last_seen_at,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
    )
