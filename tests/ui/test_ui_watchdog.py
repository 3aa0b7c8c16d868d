"""Does the watch over the thread of the screens see what holds it up, and only that?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from ui_keys import wait_for

from app.ui.watchdog import LoopWatchdog

if TYPE_CHECKING:
    import pytest
    from PySide6.QtWidgets import QApplication


def _slow_slot() -> None:
    time.sleep(0.3)


def test_a_planted_pause_is_seen_with_its_place(
    qapp: QApplication, no_watchdog: None, caplog: pytest.LogCaptureFixture
) -> None:
    watchdog = LoopWatchdog(limit_ms=50)
    wait_for(lambda: watchdog.isWidgetType() is False, qapp)
    QTimer.singleShot(0, _slow_slot)
    wait_for(lambda: any("_slow_slot" in place for block in watchdog.blocks for place in block.stack), qapp)
    watchdog.stop()
    worst = max(block.duration_ms for block in watchdog.blocks)
    assert worst >= 250
    assert "_slow_slot" in caplog.text
