"""A process killed at any moment leaves a database of before or of after, never between."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, inspect, make_url, select, text

from app.kernel.events import Publisher
from app.store import integrity, schema
from app.store.database import Database
from app.store.engine import open_engine, sqlite_url
from app.store.tables import AuditRow, OutboxRow, SequenceRow

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import PrivateCluster

    Record = Callable[[str, object], None]

    from app.kernel.clock import FixedClock

from faults_support import Nursery, repeats, wait_until_alone


@pytest.fixture
def nursery(request: pytest.FixtureRequest) -> Iterator[Nursery]:
    """Workstations that do what the test's script does."""
    borne = Nursery(request.param)
    yield borne
    borne.close()


@pytest.mark.req("OFF-DB-04")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("nursery", ["acts_process.py"], indirect=True)
def test_no_act_that_was_acknowledged_is_lost_and_none_is_half_done(
    nursery: Nursery, database_url: str, clock: FixedClock, chance: random.Random, record_property: Record
) -> None:
    kills, acknowledged = repeats(40, 300), 0
    for _ in range(kills):
        said = nursery.run(database_url, chance.uniform(0, 0.06))
        acknowledged = int(said[-1]) if said else acknowledged
        acknowledged = max(acknowledged, _agreed(database_url, clock, acknowledged))
    record_property("kills", kills)
    record_property("acts", acknowledged)
    assert acknowledged > kills


def _agreed(url: str, clock: FixedClock, acknowledged: int) -> int:
    """Assert that number, trace and envelope agree, and that nothing acknowledged is missing; return the count."""
    database = Database(open_engine(url), clock, Publisher())
    wait_until_alone(database.engine)
    assert integrity.quick_check(database.engine) is None
    with database.read() as session:
        number = session.scalar(select(SequenceRow.value).where(SequenceRow.name == "delivery")) or 0
        traces = session.scalar(select(func.count()).select_from(AuditRow))
        envelopes = session.scalar(select(func.count()).select_from(OutboxRow))
    with database.read() as session:
        assert integrity.verify_audit(session).first_bad is None
    database.close()
    assert number >= acknowledged
    assert (traces, envelopes) == (number, number)
    return number


@pytest.mark.req("OFF-DB-01")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("nursery", ["upgrade_process.py"], indirect=True)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_migration_killed_midway_leaves_the_old_schema_or_the_new_one(
    request: pytest.FixtureRequest,
    nursery: Nursery,
    engine: str,
    tmp_path: Path,
    chance: random.Random,
    record_property: Record,
) -> None:
    kills, found = repeats(20, 50), {"old": 0, "new": 0}
    old = _old_database(request, engine, tmp_path)
    whole = min(_duration(nursery, _copy(request, engine, old, tmp_path / f"whole{n}.sqlite")) for n in range(3))
    for number in range(kills):
        url = _copy(request, engine, old, tmp_path / f"{number}.sqlite")
        said = nursery.run(url, chance.uniform(0, 1.3 * whole))
        state = _state(url)
        assert state == "new" or "done" not in said
        found[state] += 1
    for name, count in found.items():
        record_property(name, count)
    assert found["old"], "no kill came before the end"


def _duration(nursery: Nursery, url: str) -> float:
    """Return how many seconds a migration takes that nobody kills."""
    began = time.monotonic()
    assert nursery.run(url) == ["done"]
    return time.monotonic() - began


def _state(url: str) -> str:
    """Return whether the schema is the old one or the new one; fail for anything between."""
    engine = open_engine(url)
    wait_until_alone(engine)
    found, tables = schema.version(engine), set(inspect(engine).get_table_names())
    assert integrity.quick_check(engine) is None
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT value FROM sequence WHERE name = 'delivery'")) == 41
    state = {"0001": "old", schema.HEAD: "new"}[str(found)]
    assert ("patient" in tables) == (state == "new")
    if state == "old":
        assert schema.upgrade(engine), "and it can be brought to head"
    engine.dispose()
    return state


def _old_database(request: pytest.FixtureRequest, engine: str, folder: Path) -> str:
    """Return the URL of a database of the first schema, with something in it."""
    if engine == "sqlite":
        url = sqlite_url(folder / "old.sqlite")
    else:
        cluster: PrivateCluster = request.getfixturevalue("postgresql_cluster")
        url = cluster.create()
    opened = open_engine(url)
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(schema._FOLDER))
    config.set_main_option("path_separator", "os")
    with opened.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("UPDATE sequence SET value = 41 WHERE name = 'delivery'"))
    opened.dispose()
    return url


def _copy(request: pytest.FixtureRequest, engine: str, old: str, target: Path) -> str:
    if engine == "sqlite":
        shutil.copy(target.parent / "old.sqlite", target)
        return sqlite_url(target)
    cluster: PrivateCluster = request.getfixturevalue("postgresql_cluster")
    return cluster.create(template=str(make_url(old).database))
