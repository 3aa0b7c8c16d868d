"""Three sales on hold at one workstation that is killed: are they taken up, whole, at the window of another?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import bootstrap
from app import settings as settings_module
from app.officine.dispensing.model import SessionState
from app.ui.app import make_application
from app.ui.counter.lists_drawers import WaitingDrawer
from app.ui.counter.view import CounterView
from app.ui.pictures import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bootstrap import Services

pytestmark = pytest.mark.timeout(300)

ROOT = Path(__file__).parents[2]
QUERIES = ("doliprane 1000", "advil 200")


def folder_of(folder: Path, url: str, station: str) -> Path:
    """Make the data folder of a workstation on the shared database."""
    folder.mkdir()
    settings_module.save(folder / "settings.json", settings_module.Settings(database_url=url, station=station))
    return folder


def hold_and_die(folder: Path, codes: list[str]) -> None:
    """Open a window on a process of its own that holds three sales, and kill it."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("holding_window.py")), str(folder), *codes],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
    ) as window:
        try:
            assert window.stdout is not None
            assert window.stdout.readline() == "held\n"
        finally:
            window.send_signal(signal.SIGKILL)


def wait(stage: Stage, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "the window never came to the state expected"
        stage.app.processEvents()
        time.sleep(0.002)


def resume_all(services: Services) -> tuple[list[int], list[int]]:
    """Resume by F7 and Entrée until nothing waits; return the boxes of each sale, and what was found beside them."""
    stage = Stage(services, "light", 100)
    view = stage.window.views["counter"]
    assert isinstance(view, CounterView)
    wait(stage, lambda: view.page is not None)
    for count in (1, 2, 3):
        if count > 1:
            stage.act("counter.new")
            wait(stage, lambda count=count: len(view.tills) == count)  # type: ignore[misc]
        QTest.keyClick(QApplication.focusWidget() or stage.window, Qt.Key.Key_F7)
        page = view.page
        assert page is not None
        drawer = page.drawer
        assert isinstance(drawer, WaitingDrawer)
        wait(stage, lambda drawer=drawer, count=count: len(drawer.list.records) == 4 - count)  # type: ignore[misc]
        QTest.keyClick(QApplication.focusWidget() or stage.window, Qt.Key.Key_Return)
        wait(stage, lambda page=page: not page.till.session.is_empty)  # type: ignore[misc]
    boxes = [sum(line.quantity for line in till.session.lines) for till in view.tills]
    amounts = [till.session.amount.cents for till in view.tills]
    stage.close()
    return boxes, amounts


@pytest.mark.req("OFF-CPT-06")
def test_three_held_sales_of_a_killed_workstation_are_resumed_at_another(
    tmp_path: Path,
    postgresql_cluster: Any,  # noqa: ANN401 -- a class of the conftest
) -> None:
    """Scenario 40: poste A holds three sales and dies; poste B has them all, and the fourth that A was serving."""
    make_application([])
    url = postgresql_cluster.create()
    first = folder_of(tmp_path / "a", url, "Poste A")
    services = bootstrap.create_demo(first)
    codes = [services.catalog.search(query, 1)[0].code for query in QUERIES]
    services.close()
    hold_and_die(first, codes)
    services = bootstrap.open_services(folder_of(tmp_path / "b", url, "Poste B"))
    try:
        waiting = [one for one in services.counter.open_sessions() if one.state is SessionState.SUSPENDED]
        assert [(one.station, one.amount.cents > 0) for one in waiting] == [("Poste A", True)] * 3
        # The last one held is the first proposed.
        boxes, amounts = resume_all(services)
        assert boxes == [3, 2, 1]
        assert sorted(amounts) == sorted(one.amount.cents for one in waiting)
        left = {one.station: one for one in services.counter.open_sessions() if one.station == "Poste A"}
        # What A was serving when it died was not put on hold: it is still A's, saved as it was on the screen.
        assert (left["Poste A"].state, left["Poste A"].lines) == (SessionState.OPEN, 1)
    finally:
        services.close()
