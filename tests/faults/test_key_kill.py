"""Does a workstation that dies while its key changes still open its secrets, with the old key or the new?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from faults_support import wait_until_alone
from rotating_process import POINTS, vault_of

from app.kernel.outcome import Done
from app.store.audit import Actor

if TYPE_CHECKING:
    from app.store.database import Database

HERE = Path(__file__).parent
TOKEN = b"jeton-de-la-messagerie"


@pytest.mark.req("OFF-SECRET")
@pytest.mark.parametrize("act", ["rotate", "renew"])
@pytest.mark.parametrize("point", POINTS)
def test_a_key_that_changes_is_the_old_one_or_the_new_wherever_the_machine_stops(
    database: Database, tmp_path: Path, point: str, act: str
) -> None:
    keys = tmp_path / "keys"
    vault = vault_of(database, keys)
    vault.prepare()
    vault.put("token:mss", TOKEN)
    before = {file.name for file in keys.iterdir()}
    url = database.engine.url.render_as_string(hide_password=False)
    database.engine.dispose()
    command = [sys.executable, str(HERE / "rotating_process.py"), url, str(keys), point, act]
    root = str(HERE.parents[1])
    died = subprocess.run(command, check=False, cwd=root, env=os.environ | {"PYTHONPATH": f"{root}:{root}/tests"})
    assert (died.returncode == 0) is (point == "never")
    wait_until_alone(database.engine)
    again = vault_of(database, keys)
    assert again.get("token:mss") == TOKEN
    assert again.state().failure is None
    assert isinstance(again.rotate(Actor(None, "Galien", "comptoir-1")), Done)
    assert again.get("token:mss") == TOKEN
    kept = {file.name for file in keys.iterdir() if file.suffix == ".key"}
    assert len(kept) == 1
    assert not kept & before
