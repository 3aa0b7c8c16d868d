"""How is a file written whole or not at all, even by two hands at once?"""

from __future__ import annotations

import contextlib
import errno
import itertools
import secrets
import time
from typing import TYPE_CHECKING

from app.kernel.errors import DatabaseReadOnly, DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TRIES = 10
_PAUSE_S = 0.02


def write_whole(file: Path, content: bytes, *, full: str, refused: str) -> Path:
    """Write ``content`` to ``file`` and return it: a reader finds the old content or the new, never a part.

    Each call stages beside the file under a name of its own, so that two threads that write the same file at once both
    succeed and the last one stays. Raises DiskFull with the text ``full``, or DatabaseReadOnly with the text
    ``refused`` (French); nothing staged is left.
    """
    staged = file.with_name(f"{file.name}.{secrets.token_hex(4)}.new")
    try:
        # Made for its owner alone before a byte is in it: whatever Galien writes may name a patient.
        staged.touch(mode=0o600)
        staged.write_bytes(content)
        _replace(staged, file)
    except OSError as error:
        staged.unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise DiskFull(full) from error
        raise DatabaseReadOnly(refused) from error
    return file


@contextlib.contextmanager
def free_name(folder: Path, name: str, *ends: str) -> Iterator[str]:
    """Give ``name``, or else ``name_2``, ``name_3``…: the first under which the folder has no file of those ``ends``.

    It stays free for the caller while it is held, also from another process that looks for one. Raises OSError.
    """
    for free in itertools.chain([name], (f"{name}_{number}" for number in itertools.count(2))):
        hold = folder / f".{free}.hold"
        if _is_taken(folder, free, ends):
            continue
        try:
            hold.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            continue
        try:
            # Whoever held it may have written between the look and the hold.
            if not _is_taken(folder, free, ends):
                yield free
                return
        finally:
            hold.unlink(missing_ok=True)


def _is_taken(folder: Path, name: str, ends: tuple[str, ...]) -> bool:
    files = [folder / f"{name}{end}" for end in ends]
    return any(file.exists() or file.is_symlink() for file in files)


def _replace(staged: Path, file: Path) -> None:
    """Put a staged file in place; Windows refuses while another thread reads the old one, for a moment."""
    for left in reversed(range(_TRIES)):
        try:
            staged.replace(file)
        except PermissionError:
            if not left or not staged.exists():
                raise
            time.sleep(_PAUSE_S)
        else:
            return
