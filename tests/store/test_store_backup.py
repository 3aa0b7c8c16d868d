"""Everything fits in one file made while the officine works, and comes back from it; a bad file changes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from app.kernel.errors import DatabaseDamaged, DatabaseLocked, DiskFull, FileUnusable, InputDefect, SchemaTooNew
from app.kernel.events import Publisher
from app.store import backup, facts, integrity, restore
from app.store.database import Database
from app.store.engine import open_engine, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import PrivateCluster

    from app.kernel.clock import FixedClock
    from app.store.audit import Actor
    from app.store.restore import Restored

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def filled(database: Database, actor: Actor) -> Database:
    """A database with a mode and a few entries."""
    with database.write(actor) as work:
        facts.write(work, "mode", "demo")
        for number in range(20):
            work.audit("delivery", "delivery", str(number))
    return database


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data folder."""
    folder = tmp_path / "data"
    (folder / "backups").mkdir(parents=True)
    return folder


def _restore(file: Path, root: Path, url: str, mode: str | None = "demo") -> Restored:
    if url.startswith("sqlite"):
        from sqlalchemy import make_url  # noqa: PLC0415

        path = root.parent / (make_url(url).database or "")
        return restore.restore_sqlite(file, root, path, mode=mode, now=NOW)
    return restore.restore_postgresql(file, root, url, mode=mode, now=NOW)


def _audited(database: Database) -> integrity.ChainReport:
    with database.read() as session:
        return integrity.verify_audit(session)


@pytest.mark.req("OFF-DB-10")
def test_a_backup_brings_back_what_was_there(
    filled: Database, database_url: str, root: Path, actor: Actor, clock: FixedClock, tmp_path: Path
) -> None:
    made = backup.make(filled.engine, tmp_path / "usb", now=NOW)
    assert made.path.name == "galien-20261123-090000.galien"
    assert (made.manifest.audit_seq, made.manifest.mode) == (20, "demo")
    with filled.write(actor) as work:
        work.audit("delivery", "delivery", "après la sauvegarde")
    filled.close()
    done = _restore(made.path, root, database_url)
    again = Database(open_engine(database_url), clock, Publisher())
    assert _audited(again) == integrity.ChainReport(20, None)
    with again.write(actor) as work:
        work.audit("delivery", "delivery", "21")
    assert _audited(again) == integrity.ChainReport(21, None)
    again.close()
    assert done.aside is not None


def test_the_replaced_database_is_kept_whole(
    sqlite_database: Database, root: Path, actor: Actor, tmp_path: Path, clock: FixedClock
) -> None:
    made = backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW)
    with sqlite_database.write(actor) as work:
        work.audit("delivery", "delivery", "après la sauvegarde")
    path = tmp_path / "galien.sqlite"
    sqlite_database.close()
    done = restore.restore_sqlite(made.path, root, path, mode=None, now=NOW)
    assert done.aside is not None
    kept = Database(open_engine(sqlite_url(root / "backups" / done.aside / "galien.sqlite")), clock, Publisher())
    assert _audited(kept).entries == 1
    kept.close()


def test_the_sum_beside_the_backup_is_that_of_the_file(filled: Database, tmp_path: Path) -> None:
    made = backup.make(filled.engine, tmp_path, now=NOW)
    said, name = (tmp_path / f"{made.path.name}.sha256").read_text().split()
    assert said == hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert name == made.path.name


@pytest.mark.req("OFF-DB-10")
def test_a_backup_made_while_counters_write_is_of_one_moment(filled: Database, actor: Actor, tmp_path: Path) -> None:
    stop = threading.Event()

    def sell() -> None:
        while not stop.is_set():
            with filled.write(actor) as work:
                work.audit("delivery", "delivery", "vente", details={"said": "x" * 2_000})

    thread = threading.Thread(target=sell)
    thread.start()
    try:
        made = [backup.make(filled.engine, tmp_path / "usb", now=NOW) for _ in range(3)]
    finally:
        stop.set()
        thread.join()
    heads = [item.manifest.audit_seq for item in made]
    assert heads == sorted(heads)
    assert len(backup.backups(tmp_path / "usb")) == 3
    if not filled.is_postgresql:
        for item in made:
            _restorable(item.path, tmp_path)


def _restorable(file: Path, folder: Path) -> None:
    target = folder / file.stem
    (target / "backups").mkdir(parents=True)
    restore.restore_sqlite(file, target, target / "galien.sqlite", mode=None, now=NOW)


def test_what_goes_with_the_database_comes_back_in_a_new_folder(
    sqlite_database: Database, root: Path, tmp_path: Path
) -> None:
    catalog, settings = tmp_path / "c.sqlite", tmp_path / "s.json"
    catalog.write_bytes(b"catalogue")
    settings.write_text("{}")
    extras = {"catalogs/2026-11.sqlite": catalog, "settings.json": settings}
    made = backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW, extras=extras)
    restore.restore_sqlite(made.path, root, root / "galien.sqlite", mode=None, now=NOW)
    assert (root / "catalogs" / "2026-11.sqlite").read_bytes() == b"catalogue"
    assert (root / "settings.json").read_text() == "{}"
    assert list(root.glob(".restore*")) == []


def test_the_settings_of_the_workstation_stay(sqlite_database: Database, root: Path, tmp_path: Path) -> None:
    settings = tmp_path / "s.json"
    settings.write_text("{}")
    (root / "settings.json").write_text('{"station": "ici"}')
    made = backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW, extras={"settings.json": settings})
    restore.restore_sqlite(made.path, root, root / "galien.sqlite", mode=None, now=NOW)
    assert (root / "settings.json").read_text() == '{"station": "ici"}'


@pytest.mark.req("OFF-SCOPE-03")
def test_a_simulation_never_becomes_production_through_a_backup(filled: Database, root: Path, tmp_path: Path) -> None:
    url = filled.engine.url.render_as_string(hide_password=False)
    made = backup.make(filled.engine, tmp_path / "usb", now=NOW)
    with pytest.raises(InputDefect) as caught:
        _restore(made.path, root, url, mode="production")
    assert caught.value.code == "GAL-SAV-03"


def test_a_database_in_use_is_not_replaced(sqlite_database: Database, root: Path, tmp_path: Path) -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    path = tmp_path / "galien.sqlite"
    made = backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW)
    sqlite_database.close()
    hold = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM fact').fetchall(); "
        "print(1, flush=True); input()"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    before = path.read_bytes()
    with pytest.raises(DatabaseLocked):
        restore.restore_sqlite(made.path, root, path, mode=None, now=NOW)
    holder.communicate(b"\n")
    assert path.read_bytes() == before
    restore.restore_sqlite(made.path, root, path, mode=None, now=NOW)


def _text(path: Path) -> None:
    path.write_text("Bonjour")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flipped(path: Path) -> None:
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 0xFF
    path.write_bytes(octets)


def _another_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lisez-moi.txt", "Bonjour")


def _rewritten(path: Path, change: Callable[[dict[str, Any]], None], rename: str = "") -> None:
    """Write the archive anew with another manifest, and its database under another name."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(contents["manifest.json"])
    change(manifest)
    if rename:
        contents[rename] = contents.pop("galien.sqlite")
        manifest["members"][rename] = manifest["members"].pop("galien.sqlite")
    contents["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, octets in contents.items():
            archive.writestr(name, octets)


def _stranger(manifest: dict[str, Any]) -> None:
    manifest["format"] = 99


def _lying_head(manifest: dict[str, Any]) -> None:
    manifest["audit_hash"] = "f" * 64


def _lying_size(manifest: dict[str, Any]) -> None:
    manifest["members"]["galien.sqlite"]["size"] = 10


def _no_members(manifest: dict[str, Any]) -> None:
    manifest["members"] = []


def _nothing(manifest: dict[str, Any]) -> None:
    del manifest


BAD_FILES: dict[str, Callable[[Path], None]] = {
    "text": _text,
    "empty": _empty,
    "truncated": _truncated,
    "one octet changed": _flipped,
    "another zip": _another_zip,
    "another format": lambda path: _rewritten(path, _stranger),
    "another audit head": lambda path: _rewritten(path, _lying_head),
    "a size that lies": lambda path: _rewritten(path, _lying_size),
    "no members": lambda path: _rewritten(path, _no_members),
    "a path outside": lambda path: _rewritten(path, _nothing, "../evil.sqlite"),
    "an absolute path": lambda path: _rewritten(path, _nothing, "/tmp/evil.sqlite"),
    "a name of ours elsewhere": lambda path: _rewritten(path, _nothing, "catalogs/../galien.sqlite"),
}


@pytest.mark.req("OFF-DB-11")
@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_backup_is_refused_and_nothing_is_touched(
    sqlite_database: Database, root: Path, tmp_path: Path, actor: Actor, kind: str
) -> None:
    with sqlite_database.write(actor) as work:
        work.audit("delivery", "delivery", "1")
    made = backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW)
    sqlite_database.close()
    BAD_FILES[kind](made.path)
    database = root / "galien.sqlite"
    shutil.copy(tmp_path / "galien.sqlite", database)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(InputDefect):
        restore.restore_sqlite(made.path, root, database, mode=None, now=NOW)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_backup_of_a_later_galien_is_refused(sqlite_database: Database, root: Path, tmp_path: Path) -> None:
    def later(manifest: dict[str, Any]) -> None:
        manifest["schema"] = "9999"

    made = backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW)
    _rewritten(made.path, later)
    with pytest.raises(SchemaTooNew):
        restore.restore_sqlite(made.path, root, root / "galien.sqlite", mode=None, now=NOW)


@pytest.mark.parametrize("kind", ["absent", "folder"])
def test_a_file_that_can_not_be_read_is_said_so(root: Path, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "backup.galien"
    if kind == "folder":
        file.mkdir()
    with pytest.raises(FileUnusable):
        restore.restore_sqlite(file, root, root / "galien.sqlite", mode=None, now=NOW)


def test_a_backup_whose_database_is_damaged_is_refused(
    sqlite_database: Database, root: Path, tmp_path: Path, actor: Actor
) -> None:
    """With right sums: the damage was there before the file was made by other means."""
    with sqlite_database.write(actor) as work:
        for _ in range(200):
            work.audit("delivery", "delivery", "1", details={"said": "x" * 500})
    made = backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW)
    with zipfile.ZipFile(made.path) as archive:
        octets = bytearray(archive.read("galien.sqlite"))
        manifest = json.loads(archive.read("manifest.json"))
    octets[len(octets) // 2 :] = b"\x5a" * (len(octets) - len(octets) // 2)
    manifest["members"]["galien.sqlite"]["sha256"] = hashlib.sha256(octets).hexdigest()
    with zipfile.ZipFile(made.path, "w") as archive:
        archive.writestr("galien.sqlite", bytes(octets))
        archive.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(InputDefect):
        restore.restore_sqlite(made.path, root, root / "galien.sqlite", mode=None, now=NOW)
    assert not (root / "galien.sqlite").exists()


def test_a_damaged_database_is_not_backed_up_as_if_it_were_sound(
    sqlite_database: Database, tmp_path: Path, actor: Actor
) -> None:
    with sqlite_database.write(actor) as work:
        for _ in range(200):
            work.audit("delivery", "delivery", "1", details={"said": "x" * 500})
    sqlite_database.close()
    path = tmp_path / "galien.sqlite"
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2 :] = b"\x5a" * (len(octets) - len(octets) // 2)
    path.write_bytes(octets)
    with pytest.raises(DatabaseDamaged):
        backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW)
    assert list((tmp_path / "usb").iterdir()) == []


def test_a_backup_given_up_leaves_nothing(filled: Database, tmp_path: Path) -> None:
    def give_up(done: int, total: int, said: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.make(filled.engine, tmp_path / "usb", now=NOW, report=give_up)
    assert list((tmp_path / "usb").iterdir()) == []


def test_the_oldest_backups_go_but_one_a_month_stays(tmp_path: Path) -> None:
    days = ("20260901", "20260930", "20261001", "20261031", "20261120", "20261121", "20261122")
    for day in days:
        (tmp_path / f"galien-{day}-080000.galien").touch()
        (tmp_path / f"galien-{day}-080000.galien.sha256").touch()
    (tmp_path / "galien-important.galien").touch()
    gone = backup.rotate(tmp_path, keep=2)
    assert [path.name[7:15] for path in gone] == ["20260901", "20261001", "20261120"]
    assert [path.name[7:15] for path in backup.backups(tmp_path)] == ["20260930", "20261031", "20261121", "20261122"]
    assert (tmp_path / "galien-important.galien").exists()
    assert len(list(tmp_path.glob("*.sha256"))) == 4


def test_backups_of_one_second_keep_their_order(tmp_path: Path) -> None:
    names = [f"galien-20261122-080000{end}.galien" for end in ("", "-2", "-9", "-10")]
    for name in reversed(names):
        (tmp_path / name).touch()
    assert [path.name for path in backup.backups(tmp_path)] == names
    backup.rotate(tmp_path, keep=1)
    assert [path.name for path in backup.backups(tmp_path)] == names[-1:]


@pytest.mark.skipif(os.name != "posix", reason="the name behind a descriptor is asked of the system")
def test_what_is_restored_is_on_the_disk_before_it_takes_the_place(
    sqlite_database: Database, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut just after must leave the old database or the new one, never an empty file."""
    made = backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW)
    sqlite_database.engine.dispose()
    synced: set[int] = set()
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr("os.fsync", watched)
    _restore(made.path, root, sqlite_database.engine.url.render_as_string(), mode=None)
    restored, (aside,) = Path(str(sqlite_database.engine.url.database)), root.glob("backups/remplacee-*/*")
    assert {restored.stat().st_ino, aside.stat().st_ino} <= synced


def test_a_disk_without_room_for_the_restored_database_is_said_so(
    sqlite_database: Database, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.make(sqlite_database.engine, tmp_path / "usb", now=NOW)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(DiskFull):
        restore.restore_sqlite(made.path, root, root / "galien.sqlite", mode=None, now=NOW)


def test_a_backup_of_postgresql_is_refused_by_an_embedded_database(
    postgresql_template: str, postgresql_cluster: PrivateCluster, root: Path, tmp_path: Path
) -> None:
    engine = open_engine(postgresql_cluster.create(postgresql_template))
    made = backup.make(engine, tmp_path / "usb", now=NOW)
    engine.dispose()
    with pytest.raises(InputDefect) as caught:
        restore.restore_sqlite(made.path, root, root / "galien.sqlite", mode=None, now=NOW)
    assert caught.value.code == "GAL-SAV-02"


def test_a_shared_database_in_use_is_not_replaced(
    postgresql_template: str, postgresql_cluster: PrivateCluster, root: Path, tmp_path: Path
) -> None:
    url = postgresql_cluster.create(postgresql_template)
    engine = open_engine(url)
    made = backup.make(engine, tmp_path / "usb", now=NOW)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(DatabaseLocked):
            restore.restore_postgresql(made.path, root, url, mode=None, now=NOW)
        connection.execute(text("SELECT count(*) FROM audit_entry"))
        names = connection.scalars(text("SELECT datname FROM pg_database WHERE datname LIKE '%restauree%'")).all()
    assert names == []
    engine.dispose()


def test_a_backup_comes_back_on_a_new_server(
    postgresql_template: str, postgresql_cluster: PrivateCluster, root: Path, tmp_path: Path
) -> None:
    engine = open_engine(postgresql_cluster.create(postgresql_template))
    made = backup.make(engine, tmp_path / "usb", now=NOW)
    engine.dispose()
    url = postgresql_cluster.url("somewhere_new")
    assert restore.restore_postgresql(made.path, root, url, mode=None, now=NOW).aside is None
    again = open_engine(url)
    assert integrity.quick_check(again) is None
    again.dispose()
