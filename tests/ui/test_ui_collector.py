"""Does a screen die on its own thread, whatever thread happens to allocate?"""

from __future__ import annotations

import gc
import threading
import weakref
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QWidget
from ui_keys import wait_for

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


class _Loop(QWidget):
    """A widget that holds itself, as one does whose slot is a lambda of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.me = self


def _allocate() -> None:
    """Make what makes the interpreter look for cycles, many times over."""
    kept = []
    for _ in range(200):
        kept = [[] for _ in range(1000)]
    del kept


@pytest.mark.req("OFF-UI-09")
def test_a_dropped_screen_dies_on_the_thread_of_the_screens(qapp: QApplication) -> None:
    assert not gc.isenabled()
    died_on: list[int] = []
    for _ in range(20):
        weakref.finalize(_Loop(), lambda: died_on.append(threading.get_ident()))
    worker = threading.Thread(target=_allocate)
    worker.start()
    worker.join()
    assert died_on == []
    held: list[list[int]] = [[] for _ in range(1000)]
    wait_for(lambda: len(died_on) == 20, qapp)
    assert set(died_on) == {threading.get_ident()}
    assert len(held) == 1000
