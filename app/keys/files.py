"""How is a key file written so that its owner alone reads it, and so that a power cut leaves the old one or the new?"""

from __future__ import annotations

import errno
import os
import secrets
from typing import TYPE_CHECKING

from app.kernel.errors import DatabaseReadOnly, DiskFull

if TYPE_CHECKING:
    from pathlib import Path


def write_key_file(file: Path, content: bytes) -> None:
    """Write a file of mode 0600 in a folder of mode 0700, and return once the disk has it.

    The database names the key right after: were it there alone after a power cut, the secrets would be lost.
    Raises DiskFull, DatabaseReadOnly; nothing staged is left.
    """
    staged = file.with_name(f"{file.name}.{secrets.token_hex(4)}.new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged.touch(mode=0o600, exist_ok=False)
        with staged.open("r+b") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        staged.replace(file)
        _settle(file.parent)
    except OSError as error:
        staged.unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise DiskFull("Le disque est plein : la clé de ce poste n’a pas été enregistrée.") from error
        raise DatabaseReadOnly("La clé de ce poste ne peut pas être enregistrée.") from error


def _settle(folder: Path) -> None:
    """Make the new name durable too; Windows has no such call, and needs none."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
