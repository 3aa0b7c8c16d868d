"""How does a backup take the place of the database, and what becomes of the one it replaces?"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.kernel.errors import DatabaseDamaged, DatabaseLocked, GalienError, InputDefect, SchemaTooNew
from app.store import archive, blob_backup, erasable, integrity, pgtools, schema
from app.store.backup import silent
from app.store.blobs import FolderBlobs, TableBlobs
from app.store.engine import open_engine, sqlite_url
from app.store.failures import driver_errors, file_errors
from app.store.seal_folder import SealFolder
from app.store.seal_tables import SealRow

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

    from app.store.archive import Manifest, Report

_LOCKED_BYTES = (510, 0x40000002)
"""Where SQLite locks its file while a connection is open: length and start of the shared range (os_unix.c)."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where the database that it replaces was put aside (None: there was none).

    ``missing``: the large bytes (SHA-256) that were neither beside the backup nor in place.
    """

    manifest: Manifest
    aside: str | None
    missing: tuple[str, ...] = ()


def restore_sqlite(
    file: Path, root: Path, database: Path, *, mode: str | None, now: dt.datetime, report: Report = silent
) -> Restored:
    """Put the backup ``file`` in the place of ``database``, in the data folder ``root``; everything closed before.

    ``mode``: the folder's own, which the backup must share; None for a new folder. The backup is wholly checked
    before anything is touched; the replaced database stays in ``backups/remplacee-…``. Raises InputDefect for a
    file that is no good backup, FileUnusable, SchemaTooNew, DatabaseLocked while a program uses the database.
    """
    with file_errors(), tempfile.TemporaryDirectory(prefix=".restore-", dir=root) as name:
        staging = Path(name)
        manifest = _extracted(file, staging, archive.SQLITE_MEMBER, mode, report)
        staged = staging / archive.SQLITE_MEMBER
        _check(open_engine(sqlite_url(staged), read_only=True), manifest)
        if _held_elsewhere(database):
            raise DatabaseLocked("La base de données est ouverte dans un autre programme.")
        # Before the database: bytes that no row names harm nobody, a row without its bytes does.
        beside = FolderBlobs(file.parent / blob_backup.FOLDER)
        missing = blob_backup.bring(staging / blob_backup.LIST, (beside,), FolderBlobs(root / blob_backup.FOLDER))
        aside = _put_aside(database, root / "backups", now)
        for rest in ("-wal", "-shm"):
            database.with_name(database.name + rest).unlink(missing_ok=True)
        sealed = _sealed(open_engine(sqlite_url(staged), read_only=True))
        staged.replace(database)
        _go_back(root, sealed, f"{now.astimezone(dt.UTC):%Y%m%d-%H%M%S}")
        _bring(staging, root)
    return Restored(manifest, aside, missing)


def restore_postgresql(
    file: Path, root: Path, url: str, *, mode: str | None, now: dt.datetime, report: Report = silent
) -> Restored:
    """Put the backup ``file`` in the place of the PostgreSQL database at ``url``; as ``restore_sqlite``.

    The replaced database is renamed; the role must be allowed to create databases.
    """
    target = make_url(url)
    stamp = f"{now.astimezone(dt.UTC):%Y%m%d_%H%M%S}"
    fresh, aside = f"{target.database}_restauree_{stamp}", f"{target.database}_remplacee_{stamp}"
    with file_errors(), driver_errors(), tempfile.TemporaryDirectory(prefix=".restore-", dir=root) as name:
        staging = Path(name)
        manifest = _extracted(file, staging, archive.POSTGRESQL_MEMBER, mode, report)
        _administer(target, f"CREATE DATABASE {_quoted(fresh)} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            dump = str(staging / archive.POSTGRESQL_MEMBER)
            pgtools.run("pg_restore", target, "--no-owner", "--exit-on-error", f"--dbname={fresh}", dump)
            _check(open_engine(target.set(database=fresh).render_as_string(hide_password=False)), manifest)
            missing = _bring_shared(file, staging, target, fresh)
            moved = _exists(target) and _move_erasable(target, fresh)
            sealed = _sealed(open_engine(target.set(database=fresh).render_as_string(hide_password=False)))
            replaced = _swap(target, fresh, aside)
        except (GalienError, DBAPIError):
            _administer(target, f"DROP DATABASE {_quoted(fresh)}")
            raise
        if moved:
            _empty_erasable(target, aside)
        _go_back(root, sealed, stamp)
        _bring(staging, root)
    return Restored(manifest, aside if replaced else None, missing)


def _extracted(file: Path, staging: Path, member: str, mode: str | None, report: Report) -> Manifest:
    manifest = archive.extract(file, staging, report)
    if member not in manifest.members:
        raise InputDefect(
            "Cette sauvegarde vient d’un autre moteur de base de données que celui de ce poste.",
            code="GAL-SAV-02",
            advice="Restaurez-la sur un poste réglé comme celui qui l’a faite.",
        )
    if manifest.schema not in schema.REVISIONS:
        raise SchemaTooNew("Cette sauvegarde a été faite par une version plus récente de Galien.")
    if mode is not None and manifest.mode not in {"", mode}:
        raise InputDefect(
            f"Cette sauvegarde est celle d’une base en mode « {manifest.mode} », ce dossier est en mode « {mode} ».",
            code="GAL-SAV-03",
            advice="Restaurez-la dans un dossier du même mode ; rien n’a été changé.",
        )
    return manifest


def _check(engine: Engine, manifest: Manifest) -> None:
    """Raise InputDefect where the restored database is not sound, or not the one of the manifest."""
    try:
        damage: GalienError | None = integrity.quick_check(engine)
        if damage is None and schema.version(engine) == schema.HEAD:
            with Session(engine) as session:
                known = {manifest.audit_seq: manifest.audit_hash} if manifest.audit_seq else {}
                bad = integrity.verify_audit(session, known).first_bad
            damage = None if bad is None else DatabaseDamaged(bad["text"])
    except DatabaseDamaged as found:
        damage = found
    finally:
        engine.dispose()
    if damage is not None:
        raise InputDefect(
            f"La base contenue dans cette sauvegarde est endommagée. {damage.text}",
            code="GAL-SAV-01",
            advice="Choisissez une autre sauvegarde ; rien n’a été changé.",
        ) from damage


def _sealed(engine: Engine) -> list[str]:
    """Return the seals that a restored database lists; none where its schema comes before them."""
    try:
        with Session(engine) as session:
            known = inspect(engine).has_table(SealRow.__tablename__)
            return list(session.scalars(select(SealRow.line).order_by(SealRow.number))) if known else []
    finally:
        engine.dispose()


def _go_back(root: Path, sealed: list[str], stamp: str) -> None:
    """Give the data folder the seals of the restored database; those made since its backup are kept aside."""
    SealFolder(root / "seals").go_back(sealed, root / "backups" / f"scelles-remplaces-{stamp}")


def _held_elsewhere(database: Path) -> bool:
    """Return True when another program has the database open; Windows says so itself when the file is moved."""
    try:
        import fcntl  # noqa: PLC0415 -- absent on Windows
    except ImportError:
        return False
    if not database.exists():
        return False
    with database.open("r+b") as stream:
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB, *_LOCKED_BYTES)
        except OSError:
            return True
    return False


def _put_aside(database: Path, backups: Path, now: dt.datetime) -> str | None:
    """Copy the database, whatever its state, before it is replaced."""
    if not database.exists():
        return None
    _fold_journal(database)
    aside = backups / f"remplacee-{now.astimezone(dt.UTC):%Y%m%d-%H%M%S}"
    aside.mkdir(parents=True)
    for name in (database.name, f"{database.name}-wal"):
        part = database.with_name(name)
        if part.exists():
            shutil.copy2(part, aside / name)
            with (aside / name).open("rb+") as kept:
                os.fsync(kept.fileno())
    return str(aside)


def _fold_journal(database: Path) -> None:
    """Bring the commits of the journal into the file of a sound database; a damaged one is left as it is."""
    engine = open_engine(sqlite_url(database), read_only=True)
    try:
        sound = integrity.quick_check(engine) is None
    except GalienError:
        sound = False
    finally:
        engine.dispose()
    if sound:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _bring_shared(file: Path, staging: Path, target: URL, fresh: str) -> tuple[str, ...]:
    """Put the large bytes into the new database, from beside the backup, else from the one that it replaces."""
    engines = [open_engine(one.render_as_string(hide_password=False)) for one in (target.set(database=fresh), target)]
    try:
        into, replaced = (TableBlobs(engine) for engine in engines)
        sources = (FolderBlobs(file.parent / blob_backup.FOLDER), replaced)
        return blob_backup.bring(staging / blob_backup.LIST, sources, into)
    finally:
        for engine in engines:
            engine.dispose()


def _move_erasable(target: URL, fresh: str) -> bool:
    """Bring what no backup takes from the database that is replaced; True where there is something to take out of it.

    The rows that the restored database does not name go with the next purge. A base of another version, or too
    damaged to be read, gives none.
    """
    engines = [open_engine(one.render_as_string(hide_password=False)) for one in (target, target.set(database=fresh))]
    try:
        return erasable.move(*engines)
    except (GalienError, DBAPIError):
        return False
    finally:
        for engine in engines:
            engine.dispose()


def _empty_erasable(target: URL, aside: str) -> None:
    engine = open_engine(target.set(database=aside).render_as_string(hide_password=False))
    try:
        erasable.empty(engine)
    finally:
        engine.dispose()


def _bring(staging: Path, root: Path) -> None:
    """Bring the catalogues, the thesauri, and the settings of a new folder; what the workstation already has stays."""
    for part in (
        *staging.glob("catalogs/*.sqlite"),
        *staging.glob("thesauri/*.sqlite"),
        *staging.glob("settings.json"),
    ):
        target = root / part.relative_to(staging)
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            part.replace(target)


def _swap(target: URL, fresh: str, aside: str) -> bool:
    """Rename both databases in one transaction; return False where there was none to replace.

    The server refuses while a workstation is connected.
    """
    name = str(target.database)
    take_place = f"ALTER DATABASE {_quoted(fresh)} RENAME TO {_quoted(name)}"
    if not _exists(target):
        _administer(target, take_place)
        return False
    _administer(target, f"ALTER DATABASE {_quoted(name)} RENAME TO {_quoted(aside)}", take_place)
    return True


def _exists(target: URL) -> bool:
    engine = create_engine(target.set(database="postgres"))
    try:
        with engine.connect() as connection:
            known = connection.scalars(text("SELECT datname FROM pg_database")).all()
    finally:
        engine.dispose()
    return target.database in known


def _administer(target: URL, *statements: str) -> None:
    single = len(statements) == 1
    engine = create_engine(
        target.set(database="postgres"), isolation_level="AUTOCOMMIT" if single else "READ COMMITTED"
    )
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
            connection.commit()
    finally:
        engine.dispose()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
