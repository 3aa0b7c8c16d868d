"""Which of our failures is this error of the database driver?"""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from app.kernel.errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseReadOnly,
    DiskFull,
    EnvironmentFailure,
    FileUnusable,
)
from app.kernel.system import is_disk_full, reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = (DiskFull, "Le disque est plein.")
_BUSY = (DatabaseLocked, "La base de données est occupée par un autre programme.")
_READ_ONLY = (DatabaseReadOnly, "La base de données est en lecture seule.")
_CLOSED = (DatabaseReadOnly, "La base de données ne peut pas être ouverte.")
_DAMAGED = (DatabaseDamaged, "La base de données est endommagée.")
_ALIEN = (DatabaseDamaged, "Le fichier de la base n’est pas une base de données, ou il est endommagé.")
_SILENT = (DatabaseDamaged, "Le disque ne répond pas, ou la base est endommagée.")

_SQLITE: dict[str, tuple[type[EnvironmentFailure], str]] = {
    "FULL": _FULL,
    "BUSY": _BUSY,
    "LOCKED": _BUSY,
    "READONLY": _READ_ONLY,
    "PERM": _READ_ONLY,
    "CANTOPEN": _CLOSED,
    "CORRUPT": _DAMAGED,
    "NOTADB": _ALIEN,
    "IOERR": _SILENT,
}
"""Primary result codes of SQLite, without their prefix (sqlite.org/rescode.html)."""

_SQLITE_EXTENDED: dict[str, tuple[type[EnvironmentFailure], str]] = {
    # The file beside the database that its readers share could not grow: the disk is full, the database is sound.
    "IOERR_SHMSIZE": _FULL,
}
"""Extended codes that say something else than their primary one."""

_POSTGRESQL: dict[str, tuple[type[EnvironmentFailure], str]] = {
    "53100": _FULL,
    "55P03": _BUSY,
    "55006": _BUSY,
    "40001": _BUSY,
    "40P01": _BUSY,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
"""SQLSTATE codes (PostgreSQL manual, appendix A)."""

_TO_RETRY = frozenset({"40001", "40P01"})
_SERVER_GONE = ("08", "57P", "53300")


def environment_failure(error: DBAPIError) -> EnvironmentFailure | None:
    """Return the failure to show for a driver's error; None where the fault is ours."""
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_failure(error.orig)
    state = _sqlstate(error)
    if state is None and type(error.orig).__name__ != "OperationalError":
        return None
    if state is None or state.startswith(_SERVER_GONE):
        return EnvironmentFailure(
            "Le serveur de base de données ne répond pas.",
            code="GAL-ENV-07",
            advice="Vérifiez que le serveur est allumé et joignable ; rien n’a été enregistré à moitié.",
        )
    return _made(_POSTGRESQL.get(state))


def is_to_retry(error: BaseException | None) -> bool:
    """Return True for a transaction that the server undid only to let another one pass."""
    return isinstance(error, DBAPIError) and _sqlstate(error) in _TO_RETRY


@contextmanager
def driver_errors() -> Iterator[None]:
    """Turn a driver's error into the failure it means; one that is our fault passes unchanged."""
    try:
        yield
    except DBAPIError as error:
        failure = environment_failure(error)
        if failure is None:
            raise
        raise failure from error


@contextmanager
def file_errors() -> Iterator[None]:
    """Turn an error of the disk, or of a SQLite file opened directly, into the failure it means."""
    try:
        yield
    except sqlite3.Error as error:
        failure = _sqlite_failure(error)
        if failure is None:
            raise
        raise failure from error
    except OSError as error:
        raise _disk_failure(error) from error


def _sqlite_failure(error: sqlite3.Error) -> EnvironmentFailure | None:
    name: str | None = getattr(error, "sqlite_errorname", None)
    if name is None:
        return None
    code = name.removeprefix("SQLITE_")
    return _made(_SQLITE_EXTENDED.get(code) or _SQLITE.get(code.split("_")[0]))


def _disk_failure(error: OSError) -> EnvironmentFailure:
    if is_disk_full(error):
        return DiskFull("Le disque est plein.")
    name = f"« {error.filename} »" if error.filename else "Un fichier"
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return FileUnusable(f"{name} ne peut pas être lu ou écrit.", advice="Vérifiez les droits du dossier.")
    return FileUnusable(f"{name} est inutilisable : {reason(error)}.", advice="Vérifiez le chemin.")


def _sqlstate(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None


def _made(kind: tuple[type[EnvironmentFailure], str] | None) -> EnvironmentFailure | None:
    return None if kind is None else kind[0](kind[1])
