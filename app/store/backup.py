"""How is everything kept in one file while the officine works, and is that file good?"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.kernel.errors import DatabaseDamaged, EnvironmentFailure
from app.store import archive, blob_backup, erasable_tables, pgtools
from app.store.archive import Manifest
from app.store.blob_backup import Carried
from app.store.engine import connect_read_only, sqlite_path
from app.store.failures import driver_errors, file_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Engine

    from app.store.archive import Report
    from app.store.blobs import Blobs

_NAME = re.compile(r"galien-(\d{8}-\d{6})(?:-(\d+))?\.galien")
_PAGES = 4_096
_STAGING = ".galien-"
_LONGEST_S = 24 * 3600
_STATE = (
    "SELECT (SELECT version_num FROM alembic_version), (SELECT seq FROM chain_head WHERE name = 'audit'), "
    "(SELECT hash FROM chain_head WHERE name = 'audit'), (SELECT value FROM fact WHERE name = 'mode')"
)


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup made: its file, what it holds, and what became of the large bytes that go beside it.

    ``untraced`` is what kept its entry out of the audit; None where it was written.
    """

    path: Path
    manifest: Manifest
    size: int
    untraced: EnvironmentFailure | None = None
    carried: Carried = field(default_factory=Carried)


def silent(done: int, total: int, said: str) -> None:
    """Report nothing."""


def make(
    engine: Engine,
    folder: Path,
    *,
    now: dt.datetime,
    extras: Mapping[str, Path] | None = None,
    blobs: Blobs | None = None,
    report: Report = silent,
) -> Backup:
    """Write ``galien-AAAAMMJJ-HHMMSS.galien`` (UTC) and its ``.sha256`` into ``folder``, checked; return it.

    The officine goes on meanwhile: the copy is of one moment. ``extras`` go with the database, by their name in the
    archive; ``blobs`` beside it, where they are not there yet. ``report`` may raise to give up. A failure leaves no
    partial file; raises DiskFull, FileUnusable, DatabaseDamaged, or the EnvironmentFailure of the server.
    """
    with file_errors(), driver_errors():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=folder) as name:
            staging = Path(name)
            # The shared bytes are in a table of PostgreSQL: carried apart, they are no part of each dump.
            dump = partial(_dump_postgresql, options=() if blobs is None else ("--exclude-table-data=blob",))
            copy = dump if engine.dialect.name == "postgresql" else _copy_sqlite
            member, copied = copy(engine, staging, now, report)
            members, carried = {member.name: member, **(extras or {})}, Carried()
            if blobs is not None:
                # After the database: whatever its rows name is there by now.
                carried = blob_backup.carry(blobs, folder, report)
                members[blob_backup.LIST] = blob_backup.write_list(blobs, staging / blob_backup.LIST)
            staged = staging / "backup"
            manifest = archive.write(staged, copied, members, report)
            archive.check(staged)
            target = _put_in_place(staged, folder, now)
    report(1, 1, "Sauvegarde terminée")
    return Backup(target, manifest, target.stat().st_size, carried=carried)


def keep_copy(engine: Engine, folder: Path) -> Backup | None:
    """Back up the database alone, before its schema changes; None where PostgreSQL's programs are not installed."""
    if engine.dialect.name == "postgresql" and pgtools.find("pg_dump") is None:
        return None
    return make(engine, folder, now=dt.datetime.now(dt.UTC))


def backups(folder: Path) -> list[Path]:
    """Return the backups in a folder, oldest first."""
    found = {path: _NAME.fullmatch(path.name) for path in folder.glob("galien-*.galien")}
    # The second backup of one second is « -2 », which a plain sort of names would put before the first.
    ranks = {path: (match[1], int(match[2] or 1)) for path, match in found.items() if match}
    return sorted(ranks, key=ranks.__getitem__)


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups so that ``keep`` stay, and the last one of each month; return those removed."""
    known = backups(folder)
    last_of_month = {path.name[7:13]: path for path in known}
    gone = [path for path in known[:-keep] if path not in last_of_month.values()]
    with file_errors():
        for path in gone:
            path.unlink()
            _sum_file(path).unlink(missing_ok=True)
    return gone


def _sweep(folder: Path) -> None:
    """Remove what a backup that was killed left: a whole copy of the database. One under way is younger."""
    for left in folder.glob(f"{_STAGING}*"):
        if left.is_dir() and time.time() - left.stat().st_mtime > _LONGEST_S:
            shutil.rmtree(left, ignore_errors=True)


def _put_in_place(staged: Path, folder: Path, now: dt.datetime) -> Path:
    target = _free_name(folder, now)
    _sum_file(target).write_text(f"{archive.file_sha256(staged)}  {target.name}\n", encoding="ascii")
    with staged.open("rb+") as stream:
        os.fsync(stream.fileno())
    # A backup holds every patient; a key or a network disk that knows no modes keeps its own.
    with suppress(OSError):
        staged.chmod(0o600)
    staged.replace(target)
    return target


def _copy_sqlite(engine: Engine, staging: Path, now: dt.datetime, report: Report) -> tuple[Path, Manifest]:
    path = sqlite_path(engine)
    assert path is not None
    target = staging / archive.SQLITE_MEMBER
    with closing(connect_read_only(path)) as source, closing(sqlite3.connect(target)) as copy:
        # The transaction keeps the copy to one moment: else each write of the officine would begin it anew.
        source.execute("BEGIN")
        state = source.execute(_STATE).fetchone()
        source.backup(copy, pages=_PAGES, progress=lambda _, left, total: report(total - left, total, "Copie"))
        copy.execute("PRAGMA journal_mode=DELETE")
        _check_copy(copy, state)
    return target, _manifest("sqlite", state, now)


def _check_copy(copy: sqlite3.Connection, state: tuple[str, int, str, str]) -> None:
    if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",) or copy.execute(_STATE).fetchone() != state:
        raise DatabaseDamaged("La base de données est endommagée : la sauvegarde n’a pas été faite.")


def _dump_postgresql(
    engine: Engine, staging: Path, now: dt.datetime, report: Report, options: tuple[str, ...] = ()
) -> tuple[Path, Manifest]:
    target = staging / archive.POSTGRESQL_MEMBER
    report(0, 0, "Copie")
    with _snapshot(engine) as (connection, snapshot):
        row = connection.execute(text(_STATE.replace("SELECT value", "SELECT value::text"))).one()
        pgtools.run(
            "pg_dump",
            engine.url,
            "-Fc",
            "-Z1",
            "--no-owner",
            f"--snapshot={snapshot}",
            "-f",
            str(target),
            *options,
            # What must be able to disappear for good is in no backup.
            *(f"--exclude-table-data={name}" for name in erasable_tables.NAMES),
        )
    head = f"audit\t{row[1]}\t{row[2]}"
    kept = pgtools.run("pg_restore", engine.url, "--data-only", "--table=chain_head", "-f", "-", str(target))
    if head not in kept.splitlines():
        raise DatabaseDamaged(
            "La copie faite par pg_dump n’est pas celle de la base : la sauvegarde n’a pas été faite."
        )
    return target, _manifest("postgresql", (row[0], row[1], row[2], row[3]), now)


@contextmanager
def _snapshot(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """Give a transaction, and the name under which pg_dump sees the same moment."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        yield connection, connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()


def _manifest(engine: str, state: tuple[str, int, str, str | None], now: dt.datetime) -> Manifest:
    schema, seq, digest, mode = state
    return Manifest(
        engine=engine,
        schema=schema,
        created_at=now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        mode=(mode or "").strip('"'),
        audit_seq=seq,
        audit_hash=digest,
    )


def _free_name(folder: Path, now: dt.datetime) -> Path:
    stem = f"galien-{now.astimezone(dt.UTC):%Y%m%d-%H%M%S}"
    target, number = folder / f"{stem}.galien", 1
    while target.exists():
        number += 1
        target = folder / f"{stem}-{number}.galien"
    return target


def _sum_file(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")
