"""Where do large bytes lie outside of the rows, named by their SHA-256, and are they still what was put there?

The embedded database has them in files (``blobs/ab/cdef…`` of the data folder). Workstations that share PostgreSQL have
them in a table of the server, so that each reaches them; no share of files is to be configured beside the server.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects import postgresql

from app.kernel.errors import FileUnusable
from app.kernel.files import write_whole
from app.store.blob_tables import BlobRow
from app.store.engine import WRITE
from app.store.failures import driver_errors, file_errors

if TYPE_CHECKING:
    from pathlib import Path

MISSING = "GAL-COP-20"
DAMAGED = "GAL-COP-21"

_NAME = re.compile(r"[0-9a-f]{64}")
_ADVICE = "Le dossier « blobs » des sauvegardes en garde une : prévenez le technicien. Rien d’autre n’est touché."


class Blobs(Protocol):
    """Bytes kept under their own hash: written once, never changed, checked at each reading."""

    def put(self, content: bytes) -> str:
        """Keep ``content`` and return its SHA-256 (hexadecimal); durable on return, once for the same bytes.

        Raises the EnvironmentFailure that stood in the way; nothing partial is left.
        """
        ...

    def get(self, sha256: str) -> bytes:
        """Return the bytes of that name. Raises FileUnusable, GAL-COP-20 where missing, GAL-COP-21 where altered."""
        ...

    def sizes(self) -> dict[str, int]:
        """Return the size in octets of all that is kept, by SHA-256, without reading it."""
        ...


def open_blobs(engine: Engine, folder: Path) -> Blobs:
    """Return the store that goes with a database: the server's table on PostgreSQL, else the files in ``folder``."""
    return TableBlobs(engine) if engine.dialect.name == "postgresql" else FolderBlobs(folder)


def sha256_of(content: bytes) -> str:
    """Return the name of these bytes."""
    return hashlib.sha256(content).hexdigest()


class FolderBlobs:
    """The bytes as files of a folder."""

    def __init__(self, folder: Path) -> None:
        """Keep them under ``folder``, made at the first one."""
        self._folder = folder

    def path_of(self, sha256: str) -> Path:
        """Return where the bytes of that name lie; raises FileUnusable for what is no SHA-256."""
        if _NAME.fullmatch(sha256) is None:
            raise _missing(sha256)
        return self._folder / sha256[:2] / sha256[2:]

    def put(self, content: bytes) -> str:
        """As ``Blobs.put``; a file that was damaged is written anew, its name says what it must hold."""
        name = sha256_of(content)
        file = self.path_of(name)
        if self._holds(file, content):
            return name
        with file_errors():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(
            file,
            content,
            full="Le disque est plein : la copie n’a pas été gardée.",
            refused="La copie ne peut pas être écrite dans le dossier de données.",
        )
        with file_errors():
            _settle(file)
        return name

    def get(self, sha256: str) -> bytes:
        """As ``Blobs.get``."""
        try:
            content = self.path_of(sha256).read_bytes()
        except FileNotFoundError as error:
            raise _missing(sha256) from error
        except OSError as error:
            raise _damaged(sha256) from error
        return _verified(sha256, content)

    def sizes(self) -> dict[str, int]:
        """As ``Blobs.sizes``."""
        with file_errors():
            found = {file.parent.name + file.name: file for file in self._folder.glob("??/*") if file.is_file()}
            return {name: file.stat().st_size for name, file in found.items() if _NAME.fullmatch(name)}

    @staticmethod
    def _holds(file: Path, content: bytes) -> bool:
        try:
            return file.read_bytes() == content
        except OSError:
            return False


class TableBlobs:
    """The bytes as rows of the shared database."""

    def __init__(self, engine: Engine) -> None:
        """Keep them through ``engine``."""
        self._engine = engine

    def put(self, content: bytes) -> str:
        """As ``Blobs.put``; a row that was damaged is written anew, its name says what it must hold."""
        name = sha256_of(content)
        statement = postgresql.insert(BlobRow).values(sha256=name, content=content)
        new = statement.excluded.content
        mending = statement.on_conflict_do_update(
            index_elements=["sha256"], set_={"content": new}, where=BlobRow.content != new
        )
        with driver_errors(), self._engine.execution_options(**{WRITE: True}).begin() as connection:
            connection.execute(mending)
        return name

    def get(self, sha256: str) -> bytes:
        """As ``Blobs.get``."""
        with driver_errors(), self._engine.connect() as connection:
            held = connection.execute(select(BlobRow.content).where(BlobRow.sha256 == sha256)).scalar_one_or_none()
        if held is None:
            raise _missing(sha256)
        return _verified(sha256, bytes(held))

    def sizes(self) -> dict[str, int]:
        """As ``Blobs.sizes``."""
        query = select(BlobRow.sha256, func.octet_length(BlobRow.content))
        with driver_errors(), self._engine.connect() as connection:
            return {name: int(size) for name, size in connection.execute(query)}


def _verified(sha256: str, content: bytes) -> bytes:
    if sha256_of(content) != sha256:
        raise _damaged(sha256)
    return content


def _settle(file: Path) -> None:
    """Have the file and its name on the disk: the row that names it may follow."""
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
    if os.name == "posix":
        for folder in (file.parent, file.parent.parent):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _missing(sha256: str) -> FileUnusable:
    return FileUnusable(f"La copie {sha256[:12]} manque au dossier de données.", code=MISSING, advice=_ADVICE)


def _damaged(sha256: str) -> FileUnusable:
    return FileUnusable(
        f"La copie {sha256[:12]} est endommagée : elle n’est pas montrée.", code=DAMAGED, advice=_ADVICE
    )
