"""A disk that fills, a medium that can't be written, a file that rots: said in French, and nothing made worse."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from faults_support import repeats
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import bootstrap, cli
from app.kernel.errors import DatabaseDamaged, DatabaseReadOnly, DiskFull, EnvironmentFailure, GalienError, InputDefect
from app.kernel.events import Publisher
from app.store import backup, facts, integrity, restore, schema
from app.store.database import Database
from app.store.engine import connect_read_only, open_engine, sqlite_url
from app.store.failures import driver_errors
from app.store.tables import AuditRow

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from conftest import PrivateCluster
    from sqlalchemy import Connection

    from app.kernel.clock import FixedClock
    from app.store.audit import Actor

    Record = Callable[[str, object], None]


def _open(path: Path, clock: FixedClock) -> Database:
    return Database(open_engine(sqlite_url(path)), clock, Publisher())


def _fill(database: Database, actor: Actor) -> int:
    """Write acts until the disk is full; return how many were acknowledged."""
    done = 0
    with pytest.raises(DiskFull):  # noqa: PT012 -- the failing turn is not known
        while True:
            with database.write(actor) as work:
                work.audit("delivery", "delivery", str(done), details={"said": "x" * 3_000})
            done += 1
    return done


def _entries(database: Database) -> int:
    with database.read() as session:
        report = integrity.verify_audit(session)
    assert report.first_bad is None
    return report.entries


@pytest.mark.req("OFF-DB-12")
def test_a_full_disk_loses_nothing_acknowledged_and_work_resumes_when_there_is_room(
    small_disk: Path, sqlite_template: Path, clock: FixedClock, actor: Actor
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 500_000)
    path = shutil.copy(sqlite_template, small_disk / "galien.sqlite")
    database = _open(path, clock)
    done = _fill(database, actor)
    assert done > 10
    assert _entries(database) == done
    ballast.unlink()
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "encore")
    assert _entries(database) == done + 1
    assert integrity.quick_check(database.engine) is None
    database.close()


@pytest.mark.req("OFF-DB-12")
def test_a_sound_base_on_a_full_disk_is_never_called_damaged(
    small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To restore the last backup would lose the day: only room is missing."""
    bootstrap.open_services(tmp_path / "data").close()
    folder = shutil.copytree(tmp_path / "data", small_disk / "data")
    with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(bytes(4_096)):
            pass
    for words in (["verify"], ["queue", "list"], ["init", "--data", str(small_disk / "new")]):
        code = cli.main([*words, "--data", str(folder)] if "--data" not in words else words)
        assert (code, capsys.readouterr().err.partition(" ")[0]) == (4, DiskFull.code)
    (small_disk / "ballast").unlink()
    assert cli.main(["verify", "--data", str(folder)]) == 0


@pytest.mark.req("OFF-DB-12")
def test_a_full_base_says_so_and_loses_nothing(sqlite_database: Database, actor: Actor) -> None:
    """The same without a disk of its own: the database is told the page beyond which there is no room."""
    with sqlite_database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=120")
        connection.rollback()
        pool_of_one = connection.connection.dbapi_connection
    assert pool_of_one is not None
    done = _fill(sqlite_database, actor)
    assert _entries(sqlite_database) == done


@pytest.mark.req("OFF-DB-12")
def test_a_backup_that_does_not_fit_leaves_no_part_of_itself(
    small_disk: Path, sqlite_database: Database, actor: Actor, clock: FixedClock
) -> None:
    with sqlite_database.write(actor) as work:
        for number in range(300):
            work.audit("delivery", "delivery", str(number), details={"said": os.urandom(10_000).hex()})
    with pytest.raises(DiskFull):
        backup.make(sqlite_database.engine, small_disk / "usb", now=clock.now())
    assert list((small_disk / "usb").iterdir()) == []


@pytest.mark.req("OFF-DB-12")
def test_a_migration_that_does_not_fit_leaves_the_old_schema(small_disk: Path) -> None:
    path = small_disk / "galien.sqlite"
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(b"x" * (free - 200_000))
    engine = open_engine(sqlite_url(path))
    with pytest.raises(DiskFull):
        schema.upgrade(engine)
    assert schema.version(engine) is None
    (small_disk / "ballast").unlink()
    assert schema.upgrade(engine)
    engine.dispose()


@pytest.mark.req("OFF-DB-12")
def test_a_medium_that_became_read_only_is_said_so_and_still_read(
    small_disk: Path, sqlite_template: Path, clock: FixedClock, actor: Actor
) -> None:
    path = shutil.copy(sqlite_template, small_disk / "galien.sqlite")
    database = _open(path, clock)
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "1")
    database.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    database = _open(path, clock)
    with pytest.raises(DatabaseReadOnly), database.write(actor) as work:
        work.audit("delivery", "delivery", "2")
    database.close()
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    database = _open(path, clock)
    assert _entries(database) == 1
    database.close()


# --- Rot --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def filled_file(sqlite_file: Path, clock: FixedClock, actor: Actor) -> Path:
    """A closed database of some hundred pages."""
    database = _open(sqlite_file, clock)
    with database.write(actor) as work:
        facts.write(work, "mode", "demo")
        for number in range(400):
            work.audit("delivery", "delivery", str(number), patient_id=number, details={"said": f"{number:04d}" * 200})
    database.close()
    return sqlite_file


def _flip(octets: bytearray, chance: random.Random) -> None:
    octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)


def _garbage(octets: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(octets) // 8192) * 8192
    octets[at : at + 8192] = chance.randbytes(8192)


def _zeros(octets: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(octets) // 8192) * 8192
    octets[at : at + 8192] = bytes(8192)


def _cut(octets: bytearray, chance: random.Random) -> None:
    del octets[chance.randrange(1, len(octets)) :]


def _swap(octets: bytearray, chance: random.Random) -> None:
    first, second = (place * 8192 for place in chance.sample(range(len(octets) // 8192), 2))
    octets[first : first + 8192], octets[second : second + 8192] = (
        octets[second : second + 8192],
        octets[first : first + 8192],
    )


DAMAGES = (_flip, _garbage, _zeros, _cut, _swap)


@pytest.mark.req("OFF-DB-06")
@pytest.mark.timeout(0)
def test_rot_is_seen_at_start_and_a_rotten_file_is_never_written(
    filled_file: Path, tmp_path: Path, clock: FixedClock, actor: Actor, chance: random.Random, record_property: Record
) -> None:
    """Whatever rots, either it is seen before the first write, or every row still reads as it was written."""
    sound, contents = filled_file.read_bytes(), _contents(filled_file)
    found = {"seen": 0, "harmless": 0, "registers": 0}
    for number in range(repeats(60, 500)):
        octets = bytearray(sound)
        DAMAGES[number % len(DAMAGES)](octets, chance)
        path = tmp_path / "rotten.sqlite"
        path.write_bytes(octets)
        found[_verdict(path, bytes(octets), contents, clock, actor)] += 1
        for part in tmp_path.glob("rotten.sqlite*"):
            part.unlink()
    for name, count in found.items():
        record_property(name, count)
    assert found["seen"] > sum(found.values()) / 2


@pytest.mark.req("OFF-DB-06")
@pytest.mark.timeout(0)
def test_a_rotten_file_is_not_written_even_when_a_crash_left_its_journal(
    filled_file: Path, tmp_path: Path, clock: FixedClock, actor: Actor, chance: random.Random
) -> None:
    database = _open(filled_file, clock)
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "après", details={"said": "x" * 5_000})
    sound = filled_file.read_bytes()
    journal = filled_file.with_name("galien.sqlite-wal").read_bytes()
    database.close()
    assert journal
    path, seen = tmp_path / "rotten.sqlite", 0
    for _ in range(repeats(20, 200)):
        octets = bytearray(sound)
        _garbage(octets, chance)
        path.write_bytes(octets)
        path.with_name("rotten.sqlite-wal").write_bytes(journal)
        if _refused(path, clock, actor):
            seen += 1
            assert path.read_bytes() == bytes(octets)
            assert path.with_name("rotten.sqlite-wal").read_bytes() == journal
        for part in tmp_path.glob("rotten.sqlite*"):
            part.unlink()
    assert seen


def _verdict(path: Path, octets: bytes, contents: str, clock: FixedClock, actor: Actor) -> str:
    if _refused(path, clock, actor):
        assert path.read_bytes() == octets, "a damaged file was written"
        return "seen"
    if _contents(path) == contents:
        return "harmless"
    engine = open_engine(sqlite_url(path), read_only=True)
    try:
        with driver_errors(), Session(engine) as session:
            assert integrity.verify_audit(session).first_bad is not None, "a row changed, and nothing saw it"
    except DatabaseDamaged:
        # A page of an index, which the check at start does not compare with its table: read, it is named.
        return "registers"
    finally:
        engine.dispose()
    return "registers"


def _refused(path: Path, clock: FixedClock, actor: Actor) -> bool:
    """Start as Galien does: the version, the check in the background, then an act that is undone."""
    database = _open(path, clock)
    try:
        schema.version(database.engine)
        with suppress(GalienError), database.read() as session:
            session.scalar(text("SELECT count(*) FROM fact"))
        database.check_in_background()
        with suppress(LookupError):
            _act_undone(database, actor)
    except GalienError:
        return True
    else:
        return False
    finally:
        database.close()


def _act_undone(database: Database, actor: Actor) -> None:
    with database.write(actor):
        raise LookupError


def _contents(path: Path) -> str:
    """Return every row that the tables hold, as text."""
    with closing(connect_read_only(path)) as connection:
        connection.text_factory = lambda octets: octets.decode("utf-8", "surrogateescape")
        return "\n".join(line for line in connection.iterdump() if line.startswith("INSERT"))


@pytest.mark.req("OFF-DB-11")
@pytest.mark.timeout(0)
def test_a_backup_that_rots_is_refused_or_brings_back_exactly_what_was_there(
    filled_file: Path, tmp_path: Path, clock: FixedClock, chance: random.Random, record_property: Record
) -> None:
    engine = open_engine(sqlite_url(filled_file))
    made = backup.make(engine, tmp_path / "usb", now=clock.now())
    engine.dispose()
    sound, contents, refused = made.path.read_bytes(), _contents(filled_file), 0
    root = tmp_path / "data"
    root.mkdir()
    rots = repeats(60, 500)
    for number in range(rots):
        octets = bytearray(sound)
        (_cut, _flip)[number % 2](octets, chance)
        made.path.write_bytes(octets)
        try:
            restore.restore_sqlite(made.path, root, root / "galien.sqlite", mode=None, now=clock.now())
        except InputDefect:
            refused += 1
            assert list(root.iterdir()) == []
        else:
            assert _contents(root / "galien.sqlite") == contents
            (root / "galien.sqlite").unlink()
    record_property("refused", refused)
    assert refused > rots / 2


# --- The server -------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-DB-13")
def test_a_connection_cut_amid_an_act_undoes_it_and_the_next_act_passes(
    postgresql_template: str, postgresql_cluster: PrivateCluster, clock: FixedClock, actor: Actor
) -> None:
    url = postgresql_cluster.create(postgresql_template)
    database = Database(open_engine(url), clock, Publisher())

    def act() -> None:
        with database.write(actor) as work:
            work.audit("delivery", "delivery", "1")
            pid = work.session.scalar(text("SELECT pg_backend_pid()"))
            postgresql_cluster.administer(f"SELECT pg_terminate_backend({pid})")

    with pytest.raises(EnvironmentFailure) as caught:
        act()
    assert caught.value.code == "GAL-ENV-07"
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "2")
    assert _entries(database) == 1
    database.close()


@pytest.mark.req("OFF-DB-13")
def test_a_server_that_restarts_is_found_again(
    postgresql_template: str, postgresql_cluster: PrivateCluster, clock: FixedClock, actor: Actor
) -> None:
    url = postgresql_cluster.create(postgresql_template)
    database = Database(open_engine(url), clock, Publisher())
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "1")
    postgresql_cluster.stop()
    with pytest.raises(EnvironmentFailure), database.write(actor):
        pass
    postgresql_cluster.start()
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "2")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 2
    database.close()


@pytest.mark.req("OFF-DB-07")
@pytest.mark.timeout(0)
def test_a_thousand_edits_of_the_register_are_all_seen(filled_file: Path, chance: random.Random) -> None:
    engine = open_engine(sqlite_url(filled_file))
    with engine.connect() as connection:
        for statement in ("DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE seq > 40")
        connection.exec_driver_sql(
            "UPDATE chain_head SET seq = 40, hash = (SELECT hash FROM audit_entry WHERE seq = 40) WHERE name = 'audit'"
        )
        connection.commit()
        for _ in range(repeats(200, 1_000)):
            statement, first = _edit(chance)
            connection.exec_driver_sql(statement)
            report = _verified(connection)
            assert report.first_bad is not None, statement
            assert report.first_bad["seq"] == first, statement
            connection.rollback()
        assert _verified(connection).first_bad is None
    engine.dispose()


_COPY = "UPDATE audit_entry SET details = (SELECT details FROM audit_entry WHERE seq = {}) WHERE seq = {}"
_INSERTION = (
    "INSERT INTO audit_entry SELECT 41, at, station, actor_id, actor_name, action, subject, subject_id, "
    "patient_id, details, result, prev_hash, hash FROM audit_entry WHERE seq = {}"
)


def _edit(chance: random.Random) -> tuple[str, int]:
    """Return an edit of a register of 40 entries, and the number of the first entry that it spoils."""
    seq, other = sorted(chance.sample(range(1, 41), 2))
    field = chance.choice(
        ("at", "actor_name", "station", "action", "subject", "details", "result", "prev_hash", "hash")
    )
    return chance.choice(
        (
            (f"UPDATE audit_entry SET {field} = {field} || 'x' WHERE seq = {seq}", seq),
            (f"UPDATE audit_entry SET patient_id = patient_id + 1 WHERE seq = {seq}", seq),
            (f"DELETE FROM audit_entry WHERE seq = {seq}", seq),
            (f"DELETE FROM audit_entry WHERE seq BETWEEN {seq} AND {other}", seq),
            (f"DELETE FROM audit_entry WHERE seq >= {seq}", seq),
            (f"UPDATE audit_entry SET seq = 41 WHERE seq = {seq}", seq),
            (_COPY.format(seq, other), other),
            (_INSERTION.format(seq), 41),
        )
    )


def _verified(connection: Connection) -> integrity.ChainReport:
    with Session(connection, join_transaction_mode="rollback_only") as session:
        return integrity.verify_audit(session)
