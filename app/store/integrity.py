"""Is the database sound, and are its registers as they were written?"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import Table, select
from sqlalchemy.exc import DBAPIError

from app.kernel.errors import DatabaseDamaged
from app.store import audit
from app.store.chain import HASHES
from app.store.failures import environment_failure
from app.store.register import ChainReport, Register
from app.store.tables import AuditRow, ChainHeadRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import Session


def quick_check(engine: Engine) -> DatabaseDamaged | None:
    """Read the structure of the whole database; return the damage found, or None.

    SQLite reads every page (``quick_check``) and every foreign key; PostgreSQL, which checks its own pages, reads
    every row of the registers. Raises the EnvironmentFailure that forbids the check (locked, server gone).
    """
    try:
        with engine.connect() as connection:
            broken = _broken_sqlite(connection) if engine.dialect.name == "sqlite" else _broken_heads(connection)
    except DBAPIError as error:
        failure = environment_failure(error)
        if isinstance(failure, DatabaseDamaged):
            return failure
        if failure is None:
            raise
        raise failure from error
    return None if broken is None else DatabaseDamaged(broken)


def verify_audit(session: Session, known: Mapping[int, str] | None = None) -> ChainReport:
    """Verify the audit chain, whole; ``known`` as in ``verify_chain``."""
    return verify_chain(session, audit.CHAIN, cast("Table", AuditRow.__table__), known=known)


def verify_chain(
    session: Session,
    chain: str,
    table: Table,
    *,
    known: Mapping[int, str] | None = None,
    uncovered: Collection[str] = HASHES,
) -> ChainReport:
    """Verify the register ``table`` (columns ``seq``, ``prev_hash``, ``hash``) against the head of ``chain``.

    ``known``: hashes kept elsewhere (in backups, on printed closings) by the number of their entry: they betray a
    chain that was written anew, or its tail cut off with its head. ``uncovered``: columns that the hash leaves out.
    """
    register = Register(session, chain, table, frozenset(uncovered))
    return register.verify(known or {})


def _broken_sqlite(connection: Connection) -> str | None:
    if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
        return "La base de données est endommagée."
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    return None if orphan is None else f"Des lignes de « {orphan[0]} » ne renvoient plus à rien."


def _broken_heads(connection: Connection) -> str | None:
    heads = {row.name for row in connection.execute(select(ChainHeadRow.name))}
    return None if audit.CHAIN in heads else "La base de données a perdu la tête de son journal."
