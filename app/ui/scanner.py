"""How does what a scanner types reach the screen that waits for it, and nothing else?"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor, QWindow
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

from app.officine.scan.serial_reader import SerialReader
from app.officine.scan.wedge import Began, Burst, Key, Role, WedgeDetector

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.scan.model import Scan

_ROLES = {
    Qt.Key.Key_Return: Role.ENTER,
    Qt.Key.Key_Enter: Role.ENTER,
    Qt.Key.Key_Tab: Role.TAB,
    Qt.Key.Key_F8: Role.F8,
}
_MODIFIERS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
}
_SILENCE_MARGIN_MS = 10


@dataclass(frozen=True, slots=True)
class Measure:
    """What one scan was like: its text, the pauses between its keys in milliseconds, and how it ended."""

    text: str
    gaps_ms: tuple[int, ...]
    terminator: str


@dataclass(slots=True)
class _Memory:
    """What the focused field held before a scan wrote into it."""

    widget: QWidget
    text: str
    cursor: int
    anchor: int


class Scanner(QObject):
    """Watches every key of the windows, and takes out those that a scanner typed."""

    scanned = Signal(object)
    measured = Signal(object)
    serial_state = Signal(object)
    _framed = Signal(str)

    def __init__(
        self,
        app: QApplication,
        root: QWidget,
        interpret: Callable[[str, bool], Scan],
        *,
        gap_ms: int,
        min_length: int,
    ) -> None:
        """Watch the window ``root`` and its dialogs.

        Each scan is given to ``interpret``, with whether separators are known to arrive; what it says is emitted.
        """
        super().__init__(app)
        self._app, self._root = app, root
        self._interpret = interpret
        self._gap_ms = gap_ms
        self._detector = WedgeDetector(gap_ms=gap_ms, min_length=min_length)
        self._memory: _Memory | None = None
        self._times: list[int] = []
        self._detector_last: Key | None = None
        self._serial: SerialReader | None = None
        self._framed.connect(self.accept, Qt.ConnectionType.QueuedConnection)
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.timeout.connect(self._idle)
        self._skew = 0
        for window in app.allWindows():
            self._watch(window)
        app.focusWindowChanged.connect(self._watch)

    def tune(self, gap_ms: int, min_length: int) -> None:
        """Use other limits from now on."""
        self._gap_ms = gap_ms
        self._detector = WedgeDetector(gap_ms=gap_ms, min_length=min_length)

    def stop(self) -> None:
        """Watch no more."""
        self._app.focusWindowChanged.disconnect(self._watch)
        for window in self._app.allWindows():
            window.removeEventFilter(self)
        self.listen("")
        self._silence.stop()

    def accept(self, text: str) -> None:
        """Take a frame that came whole, with its separators: from a serial scanner or an image."""
        self.scanned.emit(self._interpret(text, True))

    def listen(self, port: str) -> None:
        """Listen to a scanner on a serial port from now on; empty for none."""
        if self._serial is not None:
            self._serial.stop()
            self._serial = None
        if port:
            self._serial = SerialReader(port, on_frame=self._framed.emit, on_state=self.serial_state.emit)
            self._serial.start()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at each key press of a window; return True for those that no screen may see."""
        kind = event.type()
        if kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._press(event)
        if kind is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return self._keep_from_shortcuts(event)
        return False

    def _watch(self, window: QWindow | None) -> None:
        """Watch a window that comes to the front: there each key is seen once, whatever has the focus."""
        ancestor = window
        while ancestor is not None and ancestor is not self._root.windowHandle():
            ancestor = ancestor.transientParent()
        if window is not None and ancestor is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def _press(self, event: QKeyEvent) -> bool:
        key = self._key_of(event)
        inside = self._is_close(key.at_ms)
        outcome = self._detector.feed(key)
        if self._detector.pending:
            self._silence.start(self._detector.silence_ms + _SILENCE_MARGIN_MS)
        if isinstance(outcome, Burst):
            self._complete(outcome)
        if key.role is not Role.MODIFIER:
            self._times = [*self._times, key.at_ms] if inside else [key.at_ms]
        if isinstance(outcome, Began) or (isinstance(outcome, Burst) and outcome.next_began):
            self._memory = _remember()
            return False
        if outcome is not None:
            return True
        # Nothing can be given back to what is no text field: inside a scan, it gets no key at all.
        return inside and self._memory is None and key.role is Role.TEXT and not key.repeat

    def _key_of(self, event: QKeyEvent) -> Key:
        at = self._time_of(event)
        last = self._detector_last
        if last is not None and at <= last.at_ms and event.text() == last.text:
            at = last.at_ms + 1
        modifiers = event.modifiers()
        self._detector_last = Key(
            at_ms=at,
            text=event.text(),
            role=_role(event),
            ctrl=bool(modifiers & Qt.KeyboardModifier.ControlModifier),
            alt=bool(modifiers & Qt.KeyboardModifier.AltModifier),
            repeat=event.isAutoRepeat(),
        )
        return self._detector_last

    def _complete(self, burst: Burst) -> None:
        memory, self._memory = self._memory, None
        if memory is not None and isValid(memory.widget):
            _restore(memory, burst.typed)
        times = self._times[-burst.keys :]
        self._times = []
        gaps = tuple(after - before for before, after in itertools.pairwise(times))
        self.measured.emit(Measure(burst.text, gaps, burst.terminator))
        scan = self._interpret(burst.text, self._detector.separators_seen)
        # The screen that takes the scan may open a dialog: never from inside the filter.
        QTimer.singleShot(0, self, lambda: self.scanned.emit(scan))

    def _idle(self) -> None:
        outcome = self._detector.idle(_now_ms() + self._skew)
        if isinstance(outcome, Burst):
            self._complete(outcome)
        else:
            # What a field held before these keys serves no more, and may be a secret.
            self._memory = None

    def _keep_from_shortcuts(self, event: QKeyEvent) -> bool:
        """Let no key inside a scan act as a shortcut: it comes back as a plain key press."""
        if self._is_close(self._time_of(event)) and len(self._times) > 1:
            event.accept()
            return True
        return False

    def _is_close(self, at: int) -> bool:
        return bool(self._times) and 0 <= at - self._times[-1] <= self._gap_ms

    def _time_of(self, event: QKeyEvent) -> int:
        """Return the time of the event itself: a busy screen would squeeze the pauses together."""
        now = _now_ms()
        at = event.timestamp() or now
        self._skew = at - now
        return at


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def _role(event: QKeyEvent) -> Role:
    key = Qt.Key(event.key())
    if key in _MODIFIERS:
        return Role.MODIFIER
    return _ROLES.get(key, Role.TEXT if event.text() else Role.OTHER)


def _remember() -> _Memory | None:
    widget = QApplication.focusWidget()
    if isinstance(widget, QComboBox | QAbstractSpinBox):
        widget = widget.lineEdit()
    if isinstance(widget, QLineEdit):
        start = widget.selectionStart()
        cursor = widget.cursorPosition()
        anchor = cursor
        if start >= 0:
            end = start + len(widget.selectedText())
            anchor = start if cursor == end else end
        return _Memory(widget, widget.text(), cursor, anchor)
    if isinstance(widget, QPlainTextEdit | QTextEdit) and not widget.isReadOnly():
        at = widget.textCursor()
        return _Memory(widget, widget.toPlainText(), at.position(), at.anchor())
    return None


def _restore(memory: _Memory, typed: str) -> None:
    widget = memory.widget
    if isinstance(widget, QLineEdit):
        widget.setText(memory.text)
        widget.setSelection(memory.anchor, memory.cursor - memory.anchor)
        if typed:
            widget.insert(typed)
    elif isinstance(widget, QPlainTextEdit | QTextEdit):
        widget.setPlainText(memory.text)
        cursor = widget.textCursor()
        cursor.setPosition(memory.anchor)
        cursor.setPosition(memory.cursor, QTextCursor.MoveMode.KeepAnchor)
        if typed:
            cursor.insertText(typed)
        widget.setTextCursor(cursor)
