"""How is a short message shown that asks for nothing and goes away by itself?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget
from shiboken6 import isValid

from app.ui import theme
from app.ui.widgets.basics import IconLabel, Text

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

_ICONS = {"info": "info", "success": "check", "warning": "warning", "danger": "error"}
_SHOWN_MS = {"info": 4000, "success": 3000, "warning": 6000, "danger": 8000}
_MAX = 3
_OVER_KEYS = 88


class Toast(QFrame):
    """One message; a click closes it."""

    def __init__(self, text: str, kind: str, parent: QWidget) -> None:
        """Show ``text`` in the tone ``kind``: info, success, warning or danger."""
        super().__init__(parent)
        self.text = text
        self.setProperty("tone", kind)
        self.setAccessibleName(text)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        line.setSpacing(theme.S)
        line.addWidget(IconLabel(_ICONS[kind], kind), alignment=Qt.AlignmentFlag.AlignVCenter)
        label = Text(text, wrap=len(text) > 90)
        if len(text) > 90:
            label.setMinimumWidth(theme.current().pixels(480))
        line.addWidget(label, 1)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Close at a click."""
        self.deleteLater()


class Toasts(QObject):
    """The messages of a window, at the bottom of its content, the last one lowest.

    They stand on the left, over lists: what acts is on the right.
    """

    def __init__(self, window: QWidget, content: QWidget) -> None:
        """Show messages over ``window``, from the left edge of its ``content``."""
        super().__init__(window)
        self._window = window
        self._content = content
        self._shown: list[Toast] = []
        window.installEventFilter(self)
        # Drawn in the old size or colours, a message would be cut; what it said is seen by now.
        theme.current().changed.connect(self.clear)

    def say(self, text: str, kind: str = "info") -> None:
        """Show a message for a few seconds."""
        while len(self._shown) >= _MAX:
            self._close(self._shown[0])
        toast = Toast(text, kind, self._window)
        self._shown.append(toast)
        toast.destroyed.connect(lambda: self._forget(toast))
        toast.adjustSize()
        toast.show()
        self._place()
        QTimer.singleShot(_SHOWN_MS[kind], toast, toast.deleteLater)

    @property
    def shown(self) -> tuple[Toast, ...]:
        """The messages shown, oldest first."""
        return tuple(self._shown)

    def clear(self) -> None:
        """Close every message."""
        for toast in tuple(self._shown):
            self._close(toast)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the messages in place when the window changes."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _close(self, toast: Toast) -> None:
        self._shown.remove(toast)
        toast.hide()
        toast.deleteLater()

    def _forget(self, toast: Toast) -> None:
        if toast in self._shown:
            self._shown.remove(toast)
            if isValid(self._window):
                self._place()

    def _place(self) -> None:
        bottom = self._window.height() - theme.current().pixels(_OVER_KEYS)
        left = self._content.mapTo(self._window, QPoint(theme.XL, 0)).x()
        for toast in reversed(self._shown):
            bottom -= toast.height() + theme.S
            toast.move(max(0, min(left, self._window.width() - toast.width())), bottom)
            toast.raise_()
