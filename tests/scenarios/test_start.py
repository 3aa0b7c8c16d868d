"""Does the client start as it must: its screens' code loaded in short steps, on the thread of the screens alone?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_STEP = 12
"""The most modules of screens that one step of the start may load."""

_START = """
import json, sys, threading

aside = []

def watch(event, given):
    if event == "import" and given[0].startswith(("PySide6", "shiboken6", "app.ui")):
        if threading.current_thread() is not threading.main_thread():
            aside.append(given[0])

sys.addaudithook(watch)
from pathlib import Path
from app import bootstrap
from app.ui import rooms
from app.ui.pictures import Stage

steps = []
def counted(given=rooms.preload):
    walk, before = given(), screens()
    for step in walk:
        steps.append((step, len(screens() - before)))
        before = screens()
        yield step

def screens():
    return {name for name in sys.modules if name.startswith("app.ui.")}

from app.ui import app
app.preload = counted
services = bootstrap.create_demo(Path(sys.argv[1]))
stage = Stage(services, "light", 100)
room = stage.window.room
for one in rooms.ROOMS:
    stage.view(one.id)
stage.close()
services.close()
print(json.dumps({"aside": aside, "steps": steps, "room": room}))
"""


@pytest.mark.req("OFF-UI-50")
def test_the_code_of_the_screens_is_loaded_in_short_steps_and_never_by_another_thread(tmp_path: Path) -> None:
    # PySide6 makes each type where it is first named: two threads that do so at once end the process now and then.
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-X", "faulthandler", "-P", "-c", _START, str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, check=False, cwd=_ROOT, env=environment, timeout=90)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["room"] == "counter"
    assert told["aside"] == []
    assert [step for step in told["steps"] if step[1] > _STEP] == []
    assert len(told["steps"]) > 10
