"""An act is wholly in the database or not at all, whoever else writes, and whatever fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.kernel.errors import DatabaseDamaged, DatabaseLocked, DatabaseReadOnly
from app.store.database import Database
from app.store.engine import open_engine, sqlite_url
from app.store.tables import AuditRow, OutboxRow, SequenceRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.kernel.events import Changed
    from app.store.audit import Actor
    from app.store.database import UnitOfWork

BOX = Table("box", MetaData(), Column("id", Integer, primary_key=True), Column("quantity", Integer))
SOLD = Table("sold", BOX.metadata, Column("id", Integer, primary_key=True), Column("box_id", Integer))


def _count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.req("OFF-DB-04")
def test_an_act_is_written_with_its_trace_its_envelope_and_its_number(database: Database, actor: Actor) -> None:
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "1", details={"lines": 3})
        work.enqueue("dmp", "vaccination", "key-1", {"delivery": 1})
        number = work.take_numbers("ordonnancier", 3)
    assert number == 1
    assert (_count(database, AuditRow), _count(database, OutboxRow)) == (1, 1)
    with database.write(actor) as work:
        assert work.take_numbers("ordonnancier") == 4


@pytest.mark.req("OFF-DB-04")
def test_an_act_that_fails_leaves_nothing_not_even_a_used_number(database: Database, actor: Actor) -> None:
    def act() -> None:
        with database.write(actor) as work:
            work.audit("delivery", "delivery", "1")
            work.enqueue("dmp", "vaccination", "key-1", {})
            work.take_numbers("ordonnancier")
            raise LookupError

    with pytest.raises(LookupError):
        act()
    assert (_count(database, AuditRow), _count(database, OutboxRow)) == (0, 0)
    with database.read() as session:
        assert session.scalar(select(SequenceRow.value).where(SequenceRow.name == "ordonnancier")) == 0


def test_a_change_is_published_once_and_only_when_it_is_durable(database: Database, actor: Actor) -> None:
    heard: list[Changed] = []
    database.publisher.subscribe(heard.append)
    with database.write(actor) as work:
        work.changed("stock", "delivery:1")
        assert heard == []
    assert [change.topics for change in heard] == [frozenset({"stock", "delivery:1"})]

    def fail() -> None:
        with database.write(actor) as work:
            work.changed("stock")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert len(heard) == 1


def test_the_same_remote_write_is_never_left_twice(database: Database, actor: Actor) -> None:
    with database.write(actor) as work:
        work.enqueue("dmp", "vaccination", "key-1", {})
    with pytest.raises(IntegrityError), database.write(actor) as work:
        work.enqueue("dmp", "vaccination", "key-1", {})


@pytest.mark.req("OFF-DB-05")
def test_eight_counters_never_sell_one_box_twice(database: Database, actor: Actor) -> None:
    """400 sales over 5 products of 60 boxes: what is left and what was sold add up, and nothing goes below zero."""
    BOX.metadata.create_all(database.engine)
    with database.write(actor) as work:
        work.session.execute(insert(BOX), [{"id": number, "quantity": 60} for number in range(5)])

    def sell(counter: int) -> int:
        return sum(_sell(database, actor, (counter + turn) % 5) for turn in range(50))

    with ThreadPoolExecutor(8) as pool:
        sold = sum(pool.map(sell, range(8)))
    with database.read() as session:
        left = session.scalar(select(func.sum(BOX.c.quantity)))
        assert session.scalar(select(func.min(BOX.c.quantity))) == 0
        assert session.scalar(select(func.count()).select_from(SOLD)) == sold
    assert (left, sold) == (0, 300)
    assert _count(database, AuditRow) == 300


def _sell(database: Database, actor: Actor, box_id: int) -> bool:
    with database.write(actor) as work:
        taken = work.session.execute(
            update(BOX).where(BOX.c.id == box_id, BOX.c.quantity >= 1).values(quantity=BOX.c.quantity - 1)
        )
        if taken.rowcount == 0:  # type: ignore[attr-defined]
            return False
        work.session.execute(insert(SOLD).values(box_id=box_id))
        work.audit("sale", "box", str(box_id))
        return True


def test_two_acts_that_block_each_other_are_both_done(database: Database, actor: Actor) -> None:
    """Taken in opposite orders, the rows make a deadlock on PostgreSQL: the loser is begun anew."""
    BOX.metadata.create_all(database.engine)
    with database.write(actor) as work:
        work.session.execute(insert(BOX), [{"id": number, "quantity": 0} for number in range(2)])
    meeting = threading.Barrier(2)

    def raise_both(order: tuple[int, int]) -> None:
        turns = iter((True,))

        def act(work: UnitOfWork) -> None:
            for box_id in order:
                work.session.execute(update(BOX).where(BOX.c.id == box_id).values(quantity=BOX.c.quantity + 1))
                if database.is_postgresql and next(turns, False):
                    meeting.wait()

        database.perform(actor, act)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(raise_both, ((0, 1), (1, 0))))
    with database.read() as session:
        assert list(session.scalars(select(BOX.c.quantity))) == [2, 2]


def test_a_write_waits_for_the_check_made_at_start(database: Database, actor: Actor) -> None:
    database.hold_writes()
    written = threading.Event()

    def act() -> None:
        with database.write(actor) as work:
            work.audit("delivery", "delivery")
        written.set()

    thread = threading.Thread(target=act)
    thread.start()
    assert not written.wait(0.2)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 0
    database.allow_writes()
    thread.join()
    assert written.is_set()


@pytest.mark.req("OFF-DB-06")
def test_nothing_is_written_to_a_database_found_damaged(database: Database, actor: Actor) -> None:
    database.hold_writes()
    database.allow_writes(DatabaseDamaged("abîmée"))
    with pytest.raises(DatabaseDamaged), database.write(actor) as work:
        work.audit("delivery", "delivery")
    assert _count(database, AuditRow) == 0


def test_a_sound_database_passes_the_background_check(database: Database, actor: Actor) -> None:
    database.check_in_background()
    with database.write(actor) as work:
        work.audit("delivery", "delivery")
    assert database.damage is None
    assert _count(database, AuditRow) == 1


def test_a_database_opened_read_only_can_not_be_written(database_url: str, clock: FixedClock, actor: Actor) -> None:
    from app.kernel.events import Publisher  # noqa: PLC0415

    database = Database(open_engine(database_url, read_only=True), clock, Publisher())
    with pytest.raises(DatabaseReadOnly), database.write(actor) as work:
        work.audit("delivery", "delivery")
    assert _count(database, AuditRow) == 0
    database.close()


def test_reading_a_database_that_is_not_there_does_not_make_it(tmp_path: Path) -> None:
    path = tmp_path / "absent.sqlite"
    engine = open_engine(sqlite_url(path), read_only=True)
    from app.store.failures import driver_errors  # noqa: PLC0415

    with pytest.raises(DatabaseReadOnly), driver_errors(), engine.connect():
        pass
    assert not path.exists()


def test_a_database_held_by_another_program_says_so(sqlite_file: Path, clock: FixedClock, actor: Actor) -> None:
    import sqlite3  # noqa: PLC0415

    from app.kernel.events import Publisher  # noqa: PLC0415

    holder = sqlite3.connect(sqlite_file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    database = Database(open_engine(sqlite_url(sqlite_file), busy_ms=50), clock, Publisher())
    with pytest.raises(DatabaseLocked), database.write(actor) as work:
        work.audit("delivery", "delivery")
    holder.execute("ROLLBACK")
    with database.write(actor) as work:
        work.audit("delivery", "delivery")
    assert _count(database, AuditRow) == 1
    holder.close()
    database.close()


def test_a_server_that_is_gone_says_so(clock: FixedClock, actor: Actor, tmp_path: Path) -> None:
    from app.kernel.errors import EnvironmentFailure  # noqa: PLC0415
    from app.kernel.events import Publisher  # noqa: PLC0415

    url = f"postgresql+psycopg://galien@/none?host={tmp_path}&port=54329"
    database = Database(open_engine(url), clock, Publisher())
    with pytest.raises(EnvironmentFailure) as caught, database.write(actor):
        pass
    assert caught.value.code == "GAL-ENV-07"


def test_the_recipe_of_the_embedded_database_is_the_durable_one(sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
