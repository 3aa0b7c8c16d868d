"""How is something typed: text, a date, an amount, a search; and where is it said that it is wrong?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from app.kernel import french
from app.kernel.money import Money
from app.ui import theme
from app.ui.icons import icon
from app.ui.widgets.basics import IconLabel, Text, restyle

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from PySide6.QtGui import QFocusEvent, QKeyEvent

_DEBOUNCE_MS = 5


class TextField(QLineEdit):
    """One line of text; ``wrong`` draws it as refused."""

    def __init__(self, *, placeholder: str = "", limit: int = 300, name: str = "", large: bool = False) -> None:
        """Take up to ``limit`` characters; ``name`` is the accessible name where no label is its buddy."""
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setMaxLength(limit)
        if name:
            self.setAccessibleName(name)
        if large:
            self.setProperty("size", "large")

    def set_wrong(self, *, wrong: bool) -> None:
        """Draw the field as refused, or as usual."""
        restyle(self, "invalid", wrong)


class DateField(TextField):
    """A date as typed in France, rewritten in full when the field is left."""

    def __init__(self, today: Callable[[], dt.date], *, name: str = "") -> None:
        """Read two-digit years against ``today``."""
        super().__init__(placeholder="jj/mm/aaaa", limit=10, name=name)
        self._today = today

    @property
    def date(self) -> dt.date | None:
        """The date typed; None when it is not one."""
        return french.parse_date(self.text(), self._today())

    def set_date(self, value: dt.date | None) -> None:
        """Show a date."""
        self.setText("" if value is None else french.short_date(value))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the date in full, or mark what is not a date."""
        super().focusOutEvent(event)
        value = self.date
        if value is not None:
            self.set_date(value)
        self.set_wrong(wrong=bool(self.text().strip()) and value is None)


class AmountField(TextField):
    """An amount in euros, with a comma or a point."""

    def __init__(self, *, name: str = "") -> None:
        """Start empty."""
        super().__init__(placeholder="0,00", limit=14, name=name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    @property
    def money(self) -> Money | None:
        """The amount typed; None when it is not one."""
        try:
            return Money.parse(self.text())
        except ValueError:
            return None

    def set_money(self, value: Money) -> None:
        """Show an amount."""
        self.setText(french.amount(value))


class NumberField(QSpinBox):
    """A whole number, with its arrows."""

    def __init__(self, lowest: int, highest: int, *, suffix: str = "", name: str = "") -> None:
        """Take a number from ``lowest`` to ``highest``."""
        super().__init__()
        self.setRange(lowest, highest)
        self.setSuffix(suffix)
        self.lineEdit().setTextMargins(theme.XS, 0, 0, 0)
        if name:
            self.setAccessibleName(name)


class SearchField(TextField):
    """A search that answers as one types; the arrows move in the list of answers."""

    searched = Signal(str)
    moved = Signal(int)
    confirmed = Signal()

    def __init__(self, placeholder: str, name: str) -> None:
        """Wait a short moment after each key before searching."""
        super().__init__(placeholder=placeholder, name=name, large=True)
        self._glass = self.addAction(icon("search", "#000000"), QLineEdit.ActionPosition.LeadingPosition)
        theme.current().changed.connect(self._dress)
        self._dress()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_DEBOUNCE_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.text()))
        self.textChanged.connect(lambda _text: self._pause.start())

    def _dress(self) -> None:
        self._glass.setIcon(icon("search", theme.current().tokens.muted))

    def search_now(self) -> None:
        """Search without waiting."""
        self._pause.stop()
        self.searched.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the answers with the arrows, choose with Entrée, empty the field with Échap."""
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.moved.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_PageDown, Qt.Key.Key_PageUp}:
            self.moved.emit(10 if key == Qt.Key.Key_PageDown else -10)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.confirmed.emit()
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class Field(QWidget):
    """A labelled field, with room under it to say what is wrong or what will be kept."""

    def __init__(self, label: str, editor: QWidget, *, hint: str = "") -> None:
        """Put ``label`` (Alt+letter by &) over ``editor``; ``hint`` shows under it until a note replaces it."""
        super().__init__()
        self.editor = editor
        self._hint = hint
        caption = QLabel(label)
        caption.setProperty("role", "caption")
        caption.setBuddy(editor)
        caption.setWordWrap(True)
        self.padlock = IconLabel("lock", "muted", 14)
        self.padlock.hide()
        head = QHBoxLayout()
        head.setSpacing(theme.XS)
        head.addWidget(self.padlock)
        head.addWidget(caption, 1)
        editor.setAccessibleName(label.replace("&", ""))
        self.note_label = Text(hint, "caption", wrap=True)
        if not hint:
            self.note_label.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addLayout(head)
        for part in (editor, self.note_label):
            column.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def lock(self, why: str = "") -> None:
        """Grey the field behind a padlock whose tooltip says why and who may open it; without a reason, open it."""
        self.editor.setEnabled(not why)
        for part in (self.editor, self.padlock):
            part.setToolTip(why)
        self.padlock.setAccessibleName(f"Verrouillé\u00a0: {why}" if why else "")
        self.padlock.setVisible(bool(why))
        self.note("Verrouillé" if why else "")

    def note(self, text: str = "", kind: str = "caption") -> None:
        """Say something under the field: ``danger`` for what is refused, ``warning``, ``success`` or ``caption``."""
        self.note_label.setText(text or self._hint)
        self.note_label.set_role(kind if text else "caption")
        self.note_label.setVisible(bool(text or self._hint))
        if isinstance(self.editor, TextField):
            self.editor.set_wrong(wrong=kind == "danger" and bool(text))
