"""What did another workstation, or another program, change in the database?"""

from __future__ import annotations

import abc
import json
import threading
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.kernel.events import Changed
from app.store.engine import connect_read_only, sqlite_path

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from app.store.database import Database

EVERYTHING = "*"
"""The topic to publish when it is not known what changed."""

_CHANNEL = "galien"
_PAYLOAD_MAX = 7_900
_POLL_SECONDS = 0.5
_RECONNECT_SECONDS = 2.0


def leave_trace(session: Session, instance: str, topics: Collection[str]) -> None:
    """Tell the other workstations, when the transaction commits, what it changed.

    PostgreSQL notifies them. On SQLite the file's ``user_version`` counts the commits: each program knows its own.
    """
    if not topics:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_notify(:channel, :said)"), {"channel": _CHANNEL, "said": _said(instance, topics)}
        )
        return
    connection = session.connection()
    count = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA user_version={(count + 1) % 2**31}")


def watcher(database: Database) -> Watcher:
    """Return what publishes the changes made by others in ``database``; to be started."""
    return PostgresqlWatcher(database) if database.is_postgresql else SqliteWatcher(database)


class Watcher(abc.ABC):
    """A thread that publishes what others change, from ``start`` to ``stop``."""

    def __init__(self, database: Database) -> None:
        """Watch ``database``, and publish on its publisher."""
        self._database = database
        self.ready = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="database-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End, within a second or so."""
        self._stopping.set()
        self._thread.join()

    @abc.abstractmethod
    def _watch(self) -> None:
        """Publish what others change until asked to stop."""

    def _publish(self, *topics: str) -> None:
        self._database.publisher.publish(Changed.of(*topics))


class SqliteWatcher(Watcher):
    """Sees the commits of the other programs of this computer, by polling."""

    def _watch(self) -> None:
        path = sqlite_path(self._database.engine)
        assert path is not None
        connection = connect_read_only(path)
        try:
            self._poll(connection)
        finally:
            connection.close()

    def _poll(self, connection: sqlite3.Connection) -> None:
        version = _pragma(connection, "data_version")
        foreign = self._foreign_commits(connection)
        self.ready.set()
        while not self._stopping.wait(_POLL_SECONDS):
            seen = _pragma(connection, "data_version")
            if seen == version:
                continue
            version = seen
            counted = self._foreign_commits(connection)
            if counted != foreign:
                foreign = counted
                self._publish(EVERYTHING)

    def _foreign_commits(self, connection: sqlite3.Connection) -> int:
        return _pragma(connection, "user_version") - self._database.traced_writes


class PostgresqlWatcher(Watcher):
    """Hears what the other workstations announce; after a silence, everything may have changed."""

    def _watch(self) -> None:
        import psycopg  # noqa: PLC0415 -- only where PostgreSQL is used

        heard_before = False
        while not self._stopping.is_set():
            try:
                self._listen(refresh=heard_before)
            except psycopg.OperationalError:
                heard_before = True
                self._stopping.wait(_RECONNECT_SECONDS)

    def _listen(self, *, refresh: bool) -> None:
        import psycopg  # noqa: PLC0415

        url = self._database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(f"LISTEN {_CHANNEL}")
            self.ready.set()
            if refresh:
                self._publish(EVERYTHING)
            while not self._stopping.is_set():
                for notice in connection.notifies(timeout=_POLL_SECONDS):
                    self._heard(notice.payload)

    def _heard(self, payload: str) -> None:
        instance, *topics = json.loads(payload)
        if instance != self._database.instance:
            self._publish(*topics)


def _said(instance: str, topics: Collection[str]) -> str:
    said = json.dumps([instance, *sorted(topics)])
    return said if len(said) <= _PAYLOAD_MAX else json.dumps([instance, EVERYTHING])


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value
