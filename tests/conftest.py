"""What every test may ask for: databases on both engines, a clock that stands still, real data folders."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from needs import missing
from sqlalchemy import create_engine, make_url, text

from app.bench import cluster
from app.kernel.clock import FixedClock
from app.kernel.events import Publisher
from app.store import schema
from app.store.audit import Actor
from app.store.database import Database
from app.store.engine import open_engine, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The keyring of whoever runs the tests is not ours to write into.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

pytest_plugins = ["budget", "card_readers", "cda_kit", "leaks", "soft_cards"]

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


# --- What may be missing on this machine -----------------------------------------------------------------------------


def _folder(variable: str, *parts: str) -> Path:
    root = os.environ.get(variable)
    if not root:
        missing(f"{variable} is not set")
    path = Path(root or "", *parts)
    if not path.is_dir():
        missing(f"{path} is absent")
    return path


@pytest.fixture(scope="session")
def bdpm_dir() -> Path:
    """The real files of the public medicines base."""
    return _folder("GALIEN_DATA", "bdpm")


@pytest.fixture(scope="session")
def ansm_dir() -> Path:
    """The real files of the interactions thesaurus."""
    return _folder("GALIEN_DATA", "ansm")


# --- Time and people --------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def actor() -> Actor:
    return Actor(None, "Camille Durand", "comptoir-1")


# --- Databases --------------------------------------------------------------------------------------------------------


class PrivateCluster(cluster.PrivateCluster):
    """The private server, with databases made on demand."""

    made = 0

    def administer(self, statement: str) -> None:
        """Run a statement that belongs to no database."""
        engine = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def create(self, template: str = "template1") -> str:
        """Make a database and return its URL."""
        self.made += 1
        # Copied as files, as every server did before 15: half as long again through the log, whose care is for nothing.
        strategy = " STRATEGY file_copy" if self.is_recent else ""
        self.administer(f"CREATE DATABASE t{self.made} TEMPLATE {template}{strategy}")
        return self.url(f"t{self.made}")

    @cached_property
    def is_recent(self) -> bool:
        """True where the server lets the copy of a database be chosen."""
        engine = create_engine(self.url())
        with engine.connect() as connection:
            version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
        engine.dispose()
        return version >= 150000

    def drop(self, url: str) -> None:
        """Throw a database away, whoever still looks at it: a thousand of them would fill the disk."""
        self.administer(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[PrivateCluster]:
    programs = cluster.binaries()
    if programs is None:
        missing("PostgreSQL is not installed (initdb not found)")
    with PrivateCluster(programs or Path(), durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_cluster: PrivateCluster) -> str:
    """The name of a database migrated to head, from which the others are copied."""
    postgresql_cluster.administer("CREATE DATABASE migrated")
    engine = open_engine(postgresql_cluster.url("migrated"))
    schema.upgrade(engine)
    engine.dispose()
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file migrated to head, from which the others are copied."""
    path = tmp_path_factory.mktemp("template") / "galien.sqlite"
    engine = open_engine(sqlite_url(path))
    schema.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A SQLite database migrated to head, closed."""
    return Path(shutil.copy(sqlite_template, tmp_path / "galien.sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a new database migrated to head, on each engine in turn."""
    if request.param == "sqlite":
        yield sqlite_url(request.getfixturevalue("sqlite_file"))
        return
    template = request.getfixturevalue("postgresql_template")
    cluster: PrivateCluster = request.getfixturevalue("postgresql_cluster")
    url = cluster.create(template)
    yield url
    cluster.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, on each engine in turn."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.sqlite")
        return
    cluster: PrivateCluster = request.getfixturevalue("postgresql_cluster")
    url = cluster.create()
    yield url
    cluster.drop(url)


def _opened(url: str, clock: FixedClock) -> Iterator[Database]:
    database = Database(open_engine(url), clock, Publisher())
    yield database
    database.close()


@pytest.fixture
def database(database_url: str, clock: FixedClock) -> Iterator[Database]:
    """A new database migrated to head, on each engine in turn."""
    yield from _opened(database_url, clock)


@pytest.fixture
def sqlite_database(sqlite_file: Path, clock: FixedClock) -> Iterator[Database]:
    """A new SQLite database migrated to head, for what does not depend on the engine."""
    yield from _opened(sqlite_url(sqlite_file), clock)


# --- Faults -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def chance() -> random.Random:
    """Lots that are drawn alike in every run."""
    return random.Random(20261123)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB that can be filled."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("this system does not let a small disk be mounted")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
