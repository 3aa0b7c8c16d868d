"""One workstation that puts three sales on hold at its window, begins a fourth, then waits to be killed.

Arguments: the data folder, whose settings name the shared database, then the codes of the boxes. Standard output: one
line ``held``, once the three sales are written and the fourth is on the screen.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import bootstrap
from app.ui.counter.view import CounterView
from app.ui.pictures import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE_S = 60.0


def wait(stage: Stage, condition: Callable[[], bool]) -> None:
    """Let the window work until ``condition`` holds."""
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "the window never came to the state expected"
        stage.app.processEvents()
        time.sleep(0.002)


def main() -> None:
    """Hold three sales of one, two and three boxes, then scan into a fourth."""
    folder, *codes = sys.argv[1:]
    services = bootstrap.open_services(Path(folder))
    stage = Stage(services, "light", 100)
    view = stage.window.views["counter"]
    assert isinstance(view, CounterView)
    wait(stage, lambda: view.page is not None)
    page = view.page
    assert page is not None
    for boxes in (1, 2, 3):
        for _ in range(boxes):
            stage.ui.scanner.accept(codes[boxes % len(codes)])
        wait(stage, lambda boxes=boxes: sum(one.quantity for one in page.till.session.lines) == boxes)  # type: ignore[misc]
        QTest.keyClick(QApplication.focusWidget() or stage.window, Qt.Key.Key_F7)
        wait(stage, lambda: page.till.session.is_empty)
    stage.ui.scanner.accept(codes[0])
    wait(stage, lambda: bool(page.till.session.lines) and page.till.is_saved)
    sys.stdout.write("held\n")
    sys.stdout.flush()
    wait(stage, lambda: False)


if __name__ == "__main__":
    main()
