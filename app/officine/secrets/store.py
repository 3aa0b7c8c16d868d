"""Which rows of the keys and of the secrets are read and written?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import delete, func, or_, select

from app.officine.secrets.tables import SecretRow, VaultKeyRow
from app.store.upsert import insert_or

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from sqlalchemy import CursorResult
    from sqlalchemy.orm import Session

    from app.officine.secrets.model import Opener

SERIES = "vault_key"
"""The series that numbers the keys of the officine; taking a number makes the others wait."""


def keys(session: Session, *openers: Opener) -> list[VaultKeyRow]:
    """Return the sealed keys that these open, the newest key of the officine first."""
    row = VaultKeyRow
    query = select(row).where(row.opener.in_([str(opener) for opener in openers]))
    return list(session.scalars(query.order_by(row.number.desc(), row.created_at.desc(), row.key_id)))


def newest(session: Session) -> int:
    """Return the number of the key of the officine in use; 0 where there is none yet."""
    return session.scalar(select(func.max(VaultKeyRow.number))) or 0


def add_keys(session: Session, rows: Iterable[VaultKeyRow]) -> None:
    """Add sealed keys."""
    session.add_all(rows)
    session.flush()


def remove_keys(session: Session, key_ids: Collection[str]) -> int:
    """Remove every sealed key of these ids; return how many rows went."""
    done = session.execute(delete(VaultKeyRow).where(VaultKeyRow.key_id.in_(key_ids)))
    return cast("CursorResult[Any]", done).rowcount


def remove_codes(session: Session, opener: Opener, *, expired_at: dt.datetime | None = None) -> None:
    """Remove the codes of a kind; with ``expired_at``, those only that had ended by then."""
    row = VaultKeyRow
    statement = delete(row).where(row.opener == str(opener))
    if expired_at is not None:
        statement = statement.where(or_(row.expires_at.is_(None), row.expires_at <= expired_at))
    session.execute(statement)


def secret(session: Session, name: str) -> SecretRow | None:
    """Return the sealed secret of a name; None where there is none."""
    return session.get(SecretRow, name)


def secrets(session: Session) -> list[SecretRow]:
    """Return every sealed secret, by name."""
    return list(session.scalars(select(SecretRow).order_by(SecretRow.name)))


def put_secret(session: Session, name: str, version: int, sealed: bytes, at: dt.datetime) -> None:
    """Keep a sealed secret, in the place of the one of that name."""
    values = {"version": version, "sealed": sealed, "changed_at": at}
    statement = insert_or(session, SecretRow).values(name=name, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def remove_secret(session: Session, name: str) -> bool:
    """Remove a secret; return False where there was none."""
    done = session.execute(delete(SecretRow).where(SecretRow.name == name))
    return cast("CursorResult[Any]", done).rowcount > 0
