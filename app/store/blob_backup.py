"""How do the large bytes go with a backup, and come back from it?

They lie in ``blobs`` beside the backups, by their hash: those that an earlier backup brought there are not written
again, so that each backup costs what is new. The backup itself holds their list (``blobs.txt``: hash, space, size).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from app.kernel.errors import FileUnusable, GalienError
from app.store.blobs import FolderBlobs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from app.store.archive import Report
    from app.store.blobs import Blobs

FOLDER: Final = "blobs"
LIST: Final = "blobs.txt"


@dataclass(frozen=True, slots=True)
class Carried:
    """What a backup did with the bytes: how many there are, how many were new, which could not be read."""

    kept: int = 0
    written: int = 0
    unreadable: tuple[str, ...] = ()


def carry(blobs: Blobs, folder: Path, report: Report) -> Carried:
    """Copy beside the backups of ``folder`` the bytes that are not there yet, each checked as it is read.

    Bytes that can't be read are told and left out: the rest must be saved all the same. Raises the
    EnvironmentFailure of the place that takes them.
    """
    beside = FolderBlobs(folder / FOLDER)
    sizes, there = blobs.sizes(), beside.sizes()
    new = sorted(name for name, size in sizes.items() if there.get(name) != size)
    unreadable = []
    for number, name in enumerate(new):
        report(number, len(new), "Copies et documents")
        try:
            content = blobs.get(name)
        except FileUnusable:
            unreadable.append(name)
            continue
        beside.put(content)
    return Carried(len(sizes), len(new) - len(unreadable), tuple(unreadable))


def write_list(blobs: Blobs, file: Path) -> Path:
    """Write the list of the bytes that there are, and return its file."""
    file.write_text("".join(f"{name} {size}\n" for name, size in sorted(blobs.sizes().items())), encoding="ascii")
    return file


def bring(listed: Path, sources: Iterable[Blobs], into: Blobs) -> tuple[str, ...]:
    """Put back the bytes of a list, from the first source that has them; return those that none has.

    What is there already is read, and written anew where it is damaged. A backup older than the list has none.
    """
    if not listed.is_file():
        return ()
    names = [line.split(" ")[0] for line in listed.read_text(encoding="ascii").splitlines()]
    return tuple(name for name in names if not (_has(into, name) or _found(name, sources, into)))


def _has(blobs: Blobs, name: str) -> bool:
    try:
        blobs.get(name)
    except FileUnusable:
        return False
    return True


def _found(name: str, sources: Iterable[Blobs], into: Blobs) -> bool:
    for source in sources:
        try:
            content = source.get(name)
        except (GalienError, DBAPIError):
            # The replaced database may be gone, or older than these bytes.
            continue
        into.put(content)
        return True
    return False
