"""How does a test type at a screen, and wait for it?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


def press(
    widget: QWidget,
    key: Qt.Key,
    text: str = "",
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    at_ms: int = 0,
) -> None:
    """Press and release one key at the window of ``widget``, which takes the focus if it can.

    ``at_ms`` is the time that the event bears (0: now).
    """
    if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
        widget.setFocus()
    window = widget.window().windowHandle()
    assert window is not None, "the window of the widget is not shown"
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key.value, modifiers, text)
        event.setTimestamp(at_ms)
        QApplication.sendEvent(window, event)


def type_text(widget: QWidget, text: str) -> None:
    """Type ``text`` as a person does; any Unicode (QTest aborts on what is not ASCII)."""
    for place, char in enumerate(text):
        press(widget, Qt.Key(0), char, at_ms=1_000_000 + 200 * place)


def wait_for(condition: Callable[[], bool], qapp: QApplication, seconds: float = 5) -> None:
    """Let the screens work until ``condition`` holds; fail after ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the screen never came to the state expected"
        qapp.processEvents()
        time.sleep(0.005)
