"""Which version of the schema does a database hold, and how is it brought to ours?"""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from app.kernel.errors import DatabaseDamaged, SchemaTooNew
from app.store import integrity
from app.store.engine import WRITE, open_engine, sqlite_path, sqlite_url
from app.store.failures import driver_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

_FOLDER = Path(__file__).parent / "migrations"
REVISIONS = tuple(sorted(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9]*.py")))
"""Every revision that this version of Galien knows, oldest first."""

HEAD = REVISIONS[-1]
"""The revision that this version of Galien reads and writes."""

_REVISION = re.compile(r"\d{4}")
_UPGRADE_LOCK = 0x6A11E9
"""Key of the PostgreSQL advisory lock that lets one workstation at a time upgrade."""


def version(engine: Engine) -> str | None:
    """Return the revision of the database; None for one without tables.

    Raises SchemaTooNew for a revision unknown to this Galien, DatabaseDamaged for a database that is
    not Galien's, and the EnvironmentFailure that the driver's error means.
    """
    reader = _reader(engine)
    if reader is None:
        return None
    try:
        with driver_errors(), reader.connect() as connection:
            return _version(connection)
    finally:
        if reader is not engine:
            reader.dispose()


def upgrade(engine: Engine, *, keep_copy: Callable[[], object] | None = None) -> bool:
    """Bring the database to HEAD in one transaction; return True when something was applied.

    An existing database is checked first, and ``keep_copy`` (a backup, say) is called before it changes.
    A process killed midway leaves the schema as it was. Raises as ``version`` does.
    """
    found = version(engine)
    if found == HEAD:
        return False
    if found is not None:
        damage = integrity.quick_check(engine)
        if damage is not None:
            raise damage
        if keep_copy is not None:
            keep_copy()
    with driver_errors(), _exclusive(engine) as connection:
        if _version(connection) == HEAD:
            return False
        _apply(connection)
        _check_foreign_keys(connection)
    return True


def require_head(connection: Connection) -> None:
    """Raise SchemaTooNew when the database has left our schema, as another workstation's upgrade makes it do."""
    if connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() != [HEAD]:
        raise _too_new()


def _too_new() -> SchemaTooNew:
    return SchemaTooNew("La base de données a été écrite par une version plus récente de Galien.")


def _version(connection: Connection) -> str | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise DatabaseDamaged("Ce fichier est une base de données, mais pas celle de Galien.", code="GAL-ENV-09")
    versions = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    found = versions[0] if len(versions) == 1 else None
    if not isinstance(found, str) or _REVISION.fullmatch(found) is None:
        raise DatabaseDamaged("La base ne dit plus de quelle version elle est.")
    if found not in REVISIONS:
        raise _too_new()
    return found


def _reader(engine: Engine) -> Engine | None:
    """Return an engine that can't write: even closing a writing connection would write to a damaged SQLite file.

    None where there is no file yet.
    """
    path = sqlite_path(engine)
    if path is None:
        return engine
    return open_engine(sqlite_url(path), read_only=True) if path.exists() else None


@contextmanager
def _exclusive(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that no other upgrade can share."""
    with engine.execution_options(**{WRITE: True}).connect() as connection:
        if engine.dialect.name == "sqlite":
            # Tables are rebuilt to be altered, which drops them for a moment; checked before commit.
            _set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
                yield connection
        finally:
            if engine.dialect.name == "sqlite" and not connection.invalidated:
                _set_foreign_keys(connection, "ON")


def _set_foreign_keys(connection: Connection, state: str) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute(f"PRAGMA foreign_keys={state}")


def _apply(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 -- heavy, and needed only when a schema changes
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DatabaseDamaged(f"Des lignes de « {broken[0]} » ne renvoient plus à rien.")
