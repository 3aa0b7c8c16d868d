"""How is a database opened, on SQLite or on PostgreSQL?"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, create_engine, event, make_url

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

WRITE = "galien_write"
"""Execution option of the connections that write: they take the lock of SQLite at once."""

BUSY_MS = 10_000
"""How long a connection waits for another one's lock, in milliseconds."""

_PRAGMAS = (
    "page_size=8192",
    "journal_mode=WAL",
    # A delivery acknowledged must outlive a power cut: NORMAL may lose the last commits.
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-16384",
    "trusted_schema=OFF",
    # Without it, INSERT OR REPLACE would remove a row of a register past its triggers.
    "recursive_triggers=ON",
)


def sqlite_url(path: Path) -> str:
    """Return the URL of the SQLite database at ``path``."""
    return URL.create("sqlite+pysqlite", database=str(path)).render_as_string()


def sqlite_path(engine: Engine) -> Path | None:
    """Return the file of a SQLite engine; None for PostgreSQL."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name else None


def open_engine(url: str, *, read_only: bool = False, busy_ms: int = BUSY_MS) -> Engine:
    """Return an engine for ``url`` (sqlite+pysqlite or postgresql+psycopg); nothing is connected yet.

    ``read_only`` never writes: SQLite opens the file so, not even making it; PostgreSQL refuses by a session setting.
    """
    if url.startswith("sqlite"):
        return _sqlite_engine(url, busy_ms, read_only=read_only)
    options = f"-c lock_timeout={busy_ms}" + (" -c default_transaction_read_only=on" if read_only else "")
    return create_engine(
        url,
        pool_size=5,
        max_overflow=10,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "options": options},
    )


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Return a connection that can't write to the SQLite file at ``path``, nor make it."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )


def _sqlite_engine(url: str, busy_ms: int, *, read_only: bool) -> Engine:
    path = Path(make_url(url).database or "")
    options: dict[str, Any] = {"connect_args": {"timeout": busy_ms / 1000}}
    if read_only:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        options = {"creator": lambda: sqlite3.connect(uri, uri=True, timeout=busy_ms / 1000, check_same_thread=False)}
    # An error of the driver goes up with its statement; the values would go into logs and reports with it.
    engine = create_engine(url, pool_size=5, max_overflow=10, hide_parameters=True, **options)
    pragmas = ("query_only=ON", *_PRAGMAS[2:]) if read_only else _PRAGMAS

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, record: object) -> None:  # noqa: ANN401 -- the driver's connection
        del record
        # The driver's own transactions begin too late; ours begin in the event below.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
