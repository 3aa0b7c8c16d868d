"""Is the copy of an identity paper whole, or not there at all, wherever the machine stops?"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import copy_files
import pytest
from paper_desk import GALIEN, PIN, Desk, done, open_desk
from paper_process import ENDS, POINTS

from app.kernel.clock import FixedClock, SystemClock
from app.kernel.events import Publisher
from app.officine.staff.model import Role
from app.store.database import Database
from app.store.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
SECRET = "ADRTROIS-TITRE-0123456789"
TITLE = copy_files.pdf((SECRET,))
pytestmark = pytest.mark.req("INS-COPIE", "OFF-DB-03")


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk at the time of the machine, which is that of the process that dies."""
    database = Database(open_engine(database_url), SystemClock(), Publisher())
    yield open_desk(database, tmp_path / "papers")
    database.close()


def dies(desk: Desk, what: str, point: str) -> bool:
    """Return True where the process was killed at the point."""
    url = desk.db.engine.url.render_as_string(hide_password=False)
    ((name, key),) = desk.keys.kept.items()
    words = [url, str(desk.folder), f"{name}={key.hex()}", str(desk.patient_id), what, point]
    root = str(HERE.parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((root, str(HERE.parent)))}
    command = [sys.executable, str(HERE / "paper_process.py"), *words]
    return subprocess.run(command, check=False, cwd=root, env=environment).returncode != 0


@pytest.mark.parametrize("point", POINTS)
def test_a_machine_that_stops_leaves_no_copy_without_its_bytes_and_no_plain_byte(
    desk: Desk, tmp_path: Path, point: str
) -> None:
    scans = tmp_path.parent / f"{tmp_path.name}-scans"
    scans.mkdir()
    title = scans / "titre.pdf"
    title.write_bytes(TITLE)
    # The shared database stages nothing in a file: there, those points are never reached.
    survives = point == "never" or (desk.db.is_postgresql and point.startswith(("half", "the bytes")))
    assert dies(desk, str(title), point) is not survives
    kept = desk.papers.of(desk.patient_id)
    assert [one.is_held for one in kept] == [True] * int(survives)
    assert len(desk.traces("add")) == int(survives)
    assert SECRET.encode() not in desk.stored()
    # What a stop left behind goes with the purge of the next day but one.
    later = Desk(
        Database(desk.db.engine, FixedClock(desk.db.clock.now() + dt.timedelta(days=2)), Publisher()),
        desk.folder,
        desk.keys,
        desk.patient_id,
    )
    done(later.papers.purge(GALIEN))
    assert set(later.place.held()) == {one.token for one in kept}
    last = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    done(desk.papers.look(last.id, PIN, desk.member(Role.HOLDER)))


@pytest.mark.parametrize("point", ENDS)
def test_a_machine_that_stops_while_it_destroys_goes_on_at_the_next_purge(desk: Desk, point: str) -> None:
    paper = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    elsewhere = "the end is written and the bytes are there" if desk.db.is_postgresql else "the same on the server"
    survives = point in {"never", elsewhere}
    assert dies(desk, str(paper.id), point) is not survives
    is_ended = point != "the end is being written"
    assert desk.papers.of(desk.patient_id) == ([] if is_ended else [paper])
    assert len(desk.traces("delete")) == int(is_ended)
    done(desk.papers.purge(GALIEN))
    assert bool(desk.place.held()) is not is_ended
