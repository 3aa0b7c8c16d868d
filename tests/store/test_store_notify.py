"""A screen hears of what another workstation, or another program, wrote."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from app.kernel.events import Changed, Publisher
from app.store import notify
from app.store.database import Database
from app.store.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.kernel.clock import FixedClock
    from app.store.audit import Actor


@pytest.fixture
def other(database: Database, database_url: str, clock: FixedClock) -> Iterator[Database]:
    """The same database, opened by another workstation."""
    opened = Database(open_engine(database_url), clock, Publisher())
    yield opened
    opened.close()


@pytest.fixture
def heard(database: Database) -> Iterator[queue.Queue[Changed]]:
    """What the first workstation hears."""
    received: queue.Queue[Changed] = queue.Queue()
    database.publisher.subscribe(received.put)
    watch = notify.watcher(database)
    watch.start()
    assert watch.ready.wait(10)
    yield received
    watch.stop()


@pytest.mark.req("OFF-DB-09")
def test_the_write_of_another_workstation_is_heard(other: Database, heard: queue.Queue[Changed], actor: Actor) -> None:
    with other.write(actor) as work:
        work.changed("stock")
    assert heard.get(timeout=10).touches("stock")


def test_the_own_writes_are_heard_once(database: Database, heard: queue.Queue[Changed], actor: Actor) -> None:
    with database.write(actor) as work:
        work.changed("stock")
    assert heard.get(timeout=10).touches("stock")
    with pytest.raises(queue.Empty):
        heard.get(timeout=1.5)


def test_a_write_undone_is_not_heard(other: Database, heard: queue.Queue[Changed], actor: Actor) -> None:
    def act() -> None:
        with other.write(actor) as work:
            work.changed("stock")
            raise LookupError

    with pytest.raises(LookupError):
        act()
    with pytest.raises(queue.Empty):
        heard.get(timeout=1.5)


def test_more_topics_than_a_notice_can_hold_become_everything(
    other: Database, heard: queue.Queue[Changed], actor: Actor
) -> None:
    with other.write(actor) as work:
        work.changed(*(f"delivery:{number}" for number in range(2_000)))
    assert heard.get(timeout=10).touches("patient")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_after_a_silence_everything_may_have_changed(
    other: Database, heard: queue.Queue[Changed], actor: Actor
) -> None:
    with other.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        )
    assert heard.get(timeout=20).touches("patient")
    with other.write(actor) as work:
        work.changed("stock")
    assert heard.get(timeout=10).touches("stock")
