"""What is this database: whose, of which mode, from which installation?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.kernel.errors import InputDefect
from app.store.tables import FactRow
from app.store.upsert import insert_or

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.kernel.mode import Mode
    from app.store.database import Database, UnitOfWork


def read(db: Database, name: str) -> Any | None:  # noqa: ANN401 -- a JSON value
    """Return a fact; None where it is not known."""
    with db.read() as session:
        return get(session, name)


def get(session: Session, name: str) -> Any | None:  # noqa: ANN401 -- the same
    """Return a fact as an open session sees it; None where it is not known."""
    return session.execute(select(FactRow.value).where(FactRow.name == name)).scalar_one_or_none()


def write(work: UnitOfWork, name: str, value: Any) -> None:  # noqa: ANN401 -- a JSON value
    """Record a fact, in place of what it was."""
    statement = insert_or(work.session, FactRow).values(name=name, value=value)
    work.session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
    )
    work.changed(f"fact:{name}")


def install(work: UnitOfWork, mode: Mode, installation: str) -> None:
    """Mark a new database with its mode, for good, and with the id of its installation."""
    write(work, "mode", str(mode))
    write(work, "installation", installation)
    work.audit("install", "database", installation, details={"mode": str(mode)})


def require_mode(db: Database, mode: Mode) -> None:
    """Raise InputDefect unless the database is of this mode: simulation and production never mix."""
    found = read(db, "mode")
    if found != str(mode):
        raise InputDefect(
            f"Ce poste est réglé en mode « {mode} », mais la base est en mode « {found} ».",
            code="GAL-FIC-04",
            advice="Corrigez le mode dans les réglages du poste ; rien n’a été ouvert.",
        )
