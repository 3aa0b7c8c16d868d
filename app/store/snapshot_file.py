"""How is an immutable SQLite file of reference data read, by several threads at once?"""

from __future__ import annotations

import sqlite3
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from app.kernel.errors import EnvironmentFailure


class SnapshotFile(ABC):
    """One file that is only read; each thread has its own connection to it, opened once.

    The table ``meta`` of the file says its ``format``: one that the reader does not know is as good as damaged.
    """

    FORMATS: ClassVar[frozenset[int]]

    def __init__(self, path: Path) -> None:
        """Read the file at ``path``, opened at the first question."""
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close every connection; the reader is not used afterwards."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()

    def meta(self) -> dict[str, str]:
        """Return what the file says of itself. Raises the EnvironmentFailure of a file that can't be read."""
        return dict(self._rows("SELECT name, value FROM meta"))

    @abstractmethod
    def damaged(self) -> EnvironmentFailure:
        """Return the failure of a file that is missing, damaged, or of another format."""

    def _rows(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        try:
            return self._connection().execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self.damaged() from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        try:
            # Shared by threads only to be closed: each reads through its own.
            connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            connection.execute("PRAGMA trusted_schema=OFF")
            found = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
        except sqlite3.DatabaseError as error:
            raise self.damaged() from error
        if found is None or found[0] not in {str(known) for known in self.FORMATS}:
            connection.close()
            raise self.damaged()
        with self._lock:
            self._opened.append(connection)
        return connection
