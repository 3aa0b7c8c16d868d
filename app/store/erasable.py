"""Where do enciphered bytes lie that must be able to disappear for good, from the backups too?

They are in no backup at all, with their keys: what was erased can be brought back by none. The embedded database has
them in files beside it (``papers`` of the data folder), which neither a backup nor a restore touches; PostgreSQL has
them in two tables whose rows no dump takes, and which a restore moves over. Each has a key of its own, itself sealed:
the key goes first, and what may be left of the bytes on the disk is noise without it.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import delete, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from app.kernel.files import write_whole
from app.store.engine import WRITE
from app.store.erasable_tables import NAMES, ErasableKeyRow, ErasableRow
from app.store.failures import driver_errors, file_errors

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

_KEY, _CONTENT = ".key", ".bin"
_TOKEN = re.compile(r"[0-9a-f]{32}")


class Erasable(Protocol):
    """Enciphered bytes and their sealed keys, by token (32 hexadecimal digits)."""

    def put(self, session: Session, token: str, sealed_key: bytes, content: bytes, at: dt.datetime) -> None:
        """Keep bytes within an act; where they lie beside the base, they are durable before the act is.

        Raises the EnvironmentFailure that stood in the way.
        """
        ...

    def get(self, token: str) -> tuple[bytes, bytes] | None:
        """Return the sealed key and the bytes; None where they are gone, be it in part."""
        ...

    def sealed_key(self, token: str) -> bytes | None:
        """Return the sealed key alone; None where it is gone."""
        ...

    def reseal(self, token: str, before: bytes, sealed_key: bytes) -> bool:
        """Put a key, sealed anew, in the place of ``before``; False where it is gone, or was sealed anew by another."""
        ...

    def erase(self, tokens: Collection[str]) -> None:
        """Make keys and bytes disappear for good; nothing for those that are gone already."""
        ...

    def held(self) -> dict[str, dt.datetime]:
        """Return the tokens of which anything is left, each with the moment when it came."""
        ...


def open_erasable(engine: Engine, folder: Path) -> Erasable:
    """Return the place that goes with a database: the server's tables on PostgreSQL, else the files in ``folder``."""
    return TableErasable(engine) if engine.dialect.name == "postgresql" else FolderErasable(folder)


class FolderErasable:
    """Two files for each token, for their owner alone."""

    def __init__(self, folder: Path) -> None:
        """Keep them in ``folder``, made at the first one."""
        self._folder = folder

    def put(self, session: Session, token: str, sealed_key: bytes, content: bytes, at: dt.datetime) -> None:
        """As ``Erasable.put``; the key comes last: bytes without it are noise."""
        del session
        with file_errors():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for ending, what in ((_CONTENT, content), (_KEY, sealed_key)):
            self._write(self._path(token, ending), what, at.timestamp())

    def get(self, token: str) -> tuple[bytes, bytes] | None:
        """As ``Erasable.get``."""
        key = self.sealed_key(token)
        with file_errors():
            try:
                return None if key is None else (key, self._path(token, _CONTENT).read_bytes())
            except FileNotFoundError:
                return None

    def sealed_key(self, token: str) -> bytes | None:
        """As ``Erasable.sealed_key``."""
        with file_errors():
            try:
                return self._path(token, _KEY).read_bytes()
            except FileNotFoundError:
                return None

    def reseal(self, token: str, before: bytes, sealed_key: bytes) -> bool:
        """As ``Erasable.reseal``."""
        if self.sealed_key(token) != before:
            return False
        file = self._path(token, _KEY)
        with file_errors():
            at = file.stat().st_mtime
        self._write(file, sealed_key, at)
        return True

    def erase(self, tokens: Collection[str]) -> None:
        """As ``Erasable.erase``: each file is written over, on the disk, before its name goes."""
        with file_errors():
            for token in tokens:
                for ending in (_KEY, _CONTENT):
                    _wipe(self._path(token, ending))
            if tokens and self._folder.is_dir():
                self._settle_folder()

    def held(self) -> dict[str, dt.datetime]:
        """As ``Erasable.held``; a file that was being written when the machine stopped counts too."""
        found: dict[str, dt.datetime] = {}
        with file_errors():
            for file in self._folder.glob("*"):
                token = file.name.split(".")[0]
                if _TOKEN.fullmatch(token):
                    found[token] = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)
        return found

    def _path(self, token: str, ending: str) -> Path:
        if _TOKEN.fullmatch(token) is None:
            raise ValueError("not a token of ours")
        return self._folder / f"{token}{ending}"

    def _write(self, file: Path, what: bytes, at: float) -> None:
        write_whole(
            file,
            what,
            full="Le disque est plein : la copie n’a pas été gardée.",
            refused="La copie ne peut pas être écrite dans le dossier de données.",
        )
        with file_errors():
            _settle(file)
            os.utime(file, (at, at))
            self._settle_folder()

    def _settle_folder(self) -> None:
        if os.name == "posix":
            handle = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


class TableErasable:
    """Two rows for each token, in the shared database."""

    def __init__(self, engine: Engine) -> None:
        """Keep them through ``engine``."""
        self._engine = engine

    def put(self, session: Session, token: str, sealed_key: bytes, content: bytes, at: dt.datetime) -> None:
        """As ``Erasable.put``, in the transaction of the act."""
        session.execute(insert(ErasableKeyRow).values(token=token, at=at, sealed=sealed_key))
        session.execute(insert(ErasableRow).values(token=token, content=content))

    def get(self, token: str) -> tuple[bytes, bytes] | None:
        """As ``Erasable.get``."""
        query = select(ErasableKeyRow.sealed, ErasableRow.content).join(
            ErasableRow, ErasableRow.token == ErasableKeyRow.token
        )
        with driver_errors(), self._engine.connect() as connection:
            row = connection.execute(query.where(ErasableKeyRow.token == token)).one_or_none()
        return None if row is None else (bytes(row[0]), bytes(row[1]))

    def sealed_key(self, token: str) -> bytes | None:
        """As ``Erasable.sealed_key``."""
        query = select(ErasableKeyRow.sealed).where(ErasableKeyRow.token == token)
        with driver_errors(), self._engine.connect() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else bytes(found)

    def reseal(self, token: str, before: bytes, sealed_key: bytes) -> bool:
        """As ``Erasable.reseal``."""
        row = ErasableKeyRow
        statement = update(row).where(row.token == token, row.sealed == before).values(sealed=sealed_key)
        with driver_errors(), self._engine.execution_options(**{WRITE: True}).begin() as connection:
            return connection.execute(statement).rowcount > 0

    def erase(self, tokens: Collection[str]) -> None:
        """As ``Erasable.erase``; the table of the keys is then written anew, without the dead rows."""
        if not tokens:
            return
        with driver_errors(), self._engine.execution_options(**{WRITE: True}).begin() as connection:
            for row in (ErasableKeyRow, ErasableRow):
                connection.execute(delete(row).where(row.token.in_(tokens)))
        _tidy(self._engine)

    def held(self) -> dict[str, dt.datetime]:
        """As ``Erasable.held``."""
        with driver_errors(), self._engine.connect() as connection:
            rows = connection.execute(select(ErasableKeyRow.token, ErasableKeyRow.at))
            return {row.token: row.at for row in rows}


def move(source: Engine, into: Engine) -> bool:
    """Copy the rows of a PostgreSQL database that is to be replaced into the one that takes its place.

    What was erased from the first is not in it: no backup brings it back. False where the source has no such tables.
    """
    with driver_errors(), source.connect() as origin, into.begin() as target:
        if not all(inspect(one).has_table(name) for one in (origin, target) for name in NAMES):
            return False
        for row in (ErasableKeyRow, ErasableRow):
            for values in origin.execute(select(*row.__table__.columns)).mappings():
                target.execute(insert(row).values(**values))
    return True


def empty(engine: Engine) -> None:
    """Take every row out of a PostgreSQL database that was put aside: it would keep what is erased after it."""
    with driver_errors(), engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(NAMES)}"))


def _tidy(engine: Engine) -> None:
    # One who reads the tables at this moment stops it: the server does the same by itself, a little later.
    with (
        suppress(DBAPIError),
        engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection,
    ):
        connection.execute(text("VACUUM FULL erasable_key"))
        connection.execute(text("VACUUM erasable"))


def _wipe(file: Path) -> None:
    """Write over a file, on the disk, then remove it; nothing where there is none."""
    for one in (file, *file.parent.glob(f"{file.name}.*.new")):
        try:
            with one.open("rb+") as stream:
                stream.write(os.urandom(one.stat().st_size))
                stream.flush()
                os.fsync(stream.fileno())
        except FileNotFoundError:
            continue
        one.unlink(missing_ok=True)


def _settle(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
