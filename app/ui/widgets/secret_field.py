"""How is a password or a PIN typed, so that nothing of it stays: no clipboard, no undo, no memory of a keyboard?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

from app.ui.widgets.fields import TextField

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent

_CLIPBOARD: Final = (
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.Undo,
    QKeySequence.StandardKey.Redo,
)
_FRENCH_ROW: Final = dict(zip("&é\"'(-è_çà", "1234567890", strict=True))
"""What the row of digits of a French keyboard types without Maj: a PIN needs no numeric pad."""


class SecretField(TextField):
    """A masked field; ``moved`` and ``lettered`` tell the arrows and the letters that are no part of a PIN."""

    moved = Signal(int)
    lettered = Signal(str)
    capitals = Signal(bool)

    def __init__(self, *, digits: bool = False, limit: int = 256, name: str = "", large: bool = False) -> None:
        """Take up to ``limit`` characters, only digits where ``digits``."""
        super().__init__(limit=limit, name=name, large=large)
        self._digits = digits
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setDragEnabled(False)
        self.setAcceptDrops(False)

    def take(self) -> str:
        """Return what was typed, and empty the field with its history."""
        typed = self.text()
        self.forget()
        return typed

    def forget(self) -> None:
        """Empty the field: setting a text, unlike deleting one, leaves nothing to undo."""
        self.setText("")
        self.capitals.emit(False)

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the clipboard from any shortcut."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and any(event.matches(key) for key in _CLIPBOARD)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what belongs to a secret; say what does not."""
        if any(event.matches(key) for key in _CLIPBOARD):
            return
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.moved.emit(1 if key is Qt.Key.Key_Down else -1)
            return
        text = event.text()
        if self._digits and text and text.isprintable():
            self._take_digit(text)
            return
        if len(text) == 1 and text.isalpha() and text.lower() != text.upper():
            # Qt tells no state of Caps Lock: a capital without Maj, or a small letter with it, is its sign.
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.capitals.emit(text.isupper() is not shifted)
        super().keyPressEvent(event)

    def contextMenuEvent(self, _event: QContextMenuEvent) -> None:
        """Offer no menu: it holds the clipboard."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take nothing that is dropped."""
        event.ignore()

    def _take_digit(self, text: str) -> None:
        digit = text if text in "0123456789" else _FRENCH_ROW.get(text, "")
        if digit:
            self.insert(digit)
        elif text.isalpha():
            self.lettered.emit(text)
