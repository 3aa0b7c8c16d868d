"""What tests of the screens ask for: the application, a demonstration, a window at rest, keys that are typed."""

from __future__ import annotations

import datetime as dt
import gc
import shutil
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMenu, QWidget
from ui_keys import press

from app import bootstrap
from app.kernel.clock import FixedClock
from app.ui.app import make_application
from app.ui.collector import spare_what_stays
from app.ui.pictures import Stage
from app.ui.rooms import preload
from app.ui.theme import Theme
from app.ui.watchdog import Block, LoopWatchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from app.bootstrap import Services

NOW = dt.datetime(2026, 11, 23, 9, 42, tzinfo=dt.UTC)
LIMIT_MS = 800
"""How long the screens may stand still in a test, on a machine that others may share; ``galien bench ui_block`` looks
closer, where it is quiet."""


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The program's own QApplication, in place of pytest-qt's."""
    return make_application([])


@pytest.fixture(scope="module", autouse=True)
def spared(qapp: QApplication) -> None:
    """Modules and compiled statements stay: as in the program, no later collection looks through them again."""
    list(preload())
    gc.collect()
    spare_what_stays()


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme at 100 %, worn."""
    return Theme(qapp)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration folder, made once; never opened by a test."""
    root = tmp_path_factory.mktemp("demo") / "data"
    bootstrap.create_demo(root, clock=FixedClock(NOW)).close()
    return root


@pytest.fixture
def services(demo_template: Path, tmp_path: Path) -> Iterator[Services]:
    """The services of a demonstration of the test's own."""
    root = tmp_path / "data"
    shutil.copytree(demo_template, root)
    opened = bootstrap.open_services(root, clock=FixedClock(NOW))
    yield opened
    opened.close()


@pytest.fixture
def stage(services: Services, qapp: QApplication) -> Iterator[Stage]:
    """The window at rest on the counter, light theme, 100 %."""
    standing = Stage(services, "light", 100)
    yield standing
    standing.close()


@pytest.fixture(scope="module")
def shared_stage(demo_template: Path, tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Iterator[Stage]:
    """A window for the tests of one file that only look at it."""
    root = tmp_path_factory.mktemp("shared") / "data"
    shutil.copytree(demo_template, root)
    opened = bootstrap.open_services(root, clock=FixedClock(NOW))
    standing = Stage(opened, "light", 100, whole=True)
    yield standing
    standing.close()
    opened.close()


# --- Keys -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def scan_keys() -> Callable[..., None]:
    """Type a frame as a scanner does: 5 ms between keys, then Enter."""
    start = iter(range(5_000_000, 9_000_000, 10_000))

    def scan(widget: QWidget, frame: str, *, gap_ms: int = 5, end: Qt.Key | None = Qt.Key.Key_Return) -> None:
        at = next(start)
        for char in frame:
            at += gap_ms
            if char == "\x1d":
                press(widget, Qt.Key.Key_BracketRight, "\x1d", Qt.KeyboardModifier.ControlModifier, at)
            else:
                press(widget, Qt.Key(0), char, at_ms=at)
        if end is not None:
            press(widget, end, "\r" if end is Qt.Key.Key_Return else "\t", at_ms=at + gap_ms)

    return scan


# --- Watches ----------------------------------------------------------------------------------------------------------


def _is_ours(block: Block) -> bool:
    """Return True where a screen worked or waited too long, not where the bare event loop was kept from turning.

    The innermost place then is the loop of the test itself: another program, or a thread that one starved, held it.
    Nor where what a whole test session dropped is collected: the program leaves out what stays.
    """
    if any(place.startswith("collector.py") for place in block.stack):
        return False
    return block.cpu_ms > LIMIT_MS or not block.stack[0].endswith((" settle", " wait_for", " pytest_runtest_call"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test during which the thread of the screens stood still too long; making the window is not watched."""
    if "no_watchdog" in getattr(item, "fixturenames", ()) or QApplication.instance() is None:
        return (yield)
    watchdog = LoopWatchdog(LIMIT_MS)
    try:
        result = yield
        QApplication.processEvents()
    finally:
        watchdog.stop()
    # A change of theme draws every part of every screen anew, at the user's word: it is no freeze.
    held = [
        block for block in watchdog.blocks if not any("_dress" in place for place in block.stack) and _is_ours(block)
    ]
    assert not held, [f"{block.duration_ms:.0f} ms: {' < '.join(block.stack)}" for block in held]
    return result


@pytest.fixture
def no_watchdog() -> None:
    """Asked for by a test that holds the screens up on purpose."""


class _Strays(QObject):
    """Notes each widget that shows as a window of its own without being one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Every event of every part passes here: the class is looked at before anything that asks Qt.
        if isinstance(event, QShowEvent) and isinstance(watched, QWidget) and watched.isWindow():
            is_meant = isinstance(watched, QMainWindow | QDialog | QMenu) or watched.windowFlags() & Qt.WindowType.Popup
            if not is_meant and watched.testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen) is False:
                self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


@pytest.fixture(autouse=True)
def no_stray_window(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test during which a part of a screen flashed as a window and stole the focus."""
    strays = _Strays()
    qapp.installEventFilter(strays)
    yield
    qapp.removeEventFilter(strays)
    if "lone_widgets" not in request.fixturenames:
        assert not strays.seen


@pytest.fixture
def lone_widgets() -> None:
    """Asked for by a test that shows a part of a screen on its own."""
