"""Is a copy whole, with its row and its bytes, or not there at all, wherever the machine stops?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import copy_files
import pytest
from joining_process import POINTS
from sqlalchemy.orm import Session

from app.officine.copies import store
from app.officine.copies.model import Target
from app.officine.copies.service import verify
from app.store.blobs import open_blobs

if TYPE_CHECKING:
    from app.store.database import Database

HERE = Path(__file__).parent


@pytest.mark.req("OFF-ORD-22", "OFF-DB-03")
@pytest.mark.parametrize("point", POINTS)
def test_a_machine_that_stops_leaves_no_copy_without_its_bytes(database: Database, tmp_path: Path, point: str) -> None:
    file = tmp_path / "ordonnance.jpg"
    file.write_bytes(copy_files.jpeg())
    url = database.engine.url.render_as_string(hide_password=False)

    def join(where: str) -> int:
        command = [sys.executable, str(HERE / "joining_process.py"), url, str(tmp_path / "blobs"), str(file), where]
        root = str(HERE.parents[1])
        return subprocess.run(command, check=False, cwd=root, env=os.environ | {"PYTHONPATH": root}).returncode

    # The shared database stages nothing in a file: there, that point is never reached.
    survives = point == "never" or (database.is_postgresql and "staged" in point)
    assert (join(point) == 0) is survives
    blobs = open_blobs(database.engine, tmp_path / "blobs")
    with Session(database.engine) as session:
        assert verify(session, blobs).bad == ()
        assert len(store.of(session, Target(session_id="s"))) == int(survives)
    assert join("never") == 0
    with Session(database.engine) as session:
        report = verify(session, blobs)
    assert (report.kept, report.bad, report.orphans) == (1, (), 0)
