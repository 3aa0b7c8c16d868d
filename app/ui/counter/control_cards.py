"""How is a finding shown in the step Contrôle: under its level, with its answer, or with the reasons to choose from?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.officine.interventions.model import Level
from app.officine.interventions.rules import REASON_LIMIT
from app.ui import theme
from app.ui.widgets.basics import Button, Chip, IconLabel, Text, row
from app.ui.widgets.fields import TextField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from app.officine.dispensing.model import Acknowledgement
    from app.officine.interventions.model import Reason

LOOKS: Final = {
    Level.BLOCKING: ("error", "danger"),
    Level.REASON: ("edit", "warning"),
    Level.SEEN: ("warning", "warning"),
    Level.INFORMATION: ("info", "info"),
}
_HINTS: Final = {
    Level.BLOCKING: "à corriger",
    Level.REASON: "un motif chacun",
    Level.SEEN: "Entrée les passe",
    Level.INFORMATION: "rien à faire",
}
_MARGIN_MS = 50


class LevelHeading(QWidget):
    """The name of a level, what it asks for, and how many findings it has."""

    def __init__(self, level: Level, count: int) -> None:
        """Head ``count`` findings of ``level``."""
        super().__init__()
        icon, tone = LOOKS[level]
        self.setAccessibleName(f"{level.label}\u00a0: {count}")
        line = row(IconLabel(icon, tone), Text(level.label, "strong"), Text(_HINTS[level], "caption"), 0)
        line.addWidget(Chip(str(count), tone))
        line.setContentsMargins(0, theme.XS, 0, 0)
        self.setLayout(line)


class Answered(QWidget):
    """What was answered, and by whom; ``changed`` is for a reason that was not the right one."""

    changed = Signal()

    def __init__(self, given: Acknowledgement) -> None:
        """Show the answer ``given``."""
        super().__init__()
        reason = Text(given.reason or "Vérifié", "success", wrap=True)
        line = row(IconLabel("check", "success"), reason)
        line.setStretch(1, 1)
        line.setContentsMargins(theme.S, 0, 0, 0)
        if given.author.name:
            line.addWidget(Text(given.author.name, "caption"))
        if given.reason:
            change = Button("", kind="ghost", icon="edit", name=f"Changer le motif\u00a0: {given.reason}")
            change.clicked.connect(self.changed)
            line.addWidget(change)
        self.setAccessibleName(" · ".join(part for part in (given.reason or "Vérifié", given.author.name) if part))
        self.setLayout(line)


class ReasonField(TextField):
    """Where a reason is given: the digit of a usual one, or words; the arrows go to the finding before or after.

    A digit counts once nothing follows it: the first one of a scanned code is no reason.
    """

    digit = Signal(int)
    moved = Signal(int)

    def __init__(self, highest: int, gap_ms: int) -> None:
        """Take the digits from 1 to ``highest``; the keys of a scanner follow within ``gap_ms`` each."""
        super().__init__(placeholder=f"1 à {highest}, ou écrivez le motif", limit=REASON_LIMIT, name="Motif")
        self._digits = {str(number) for number in range(1, highest + 1)}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(gap_ms + _MARGIN_MS)
        self._pause.timeout.connect(self._take)
        self.textChanged.connect(lambda _text: self._wait())

    def event(self, event: QEvent) -> bool:
        """Leave the keys that edit a text to the acts of the counter while there is no text."""
        if event.type() is QEvent.Type.ShortcutOverride and not self.text():
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another finding with the arrows."""
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        super().keyPressEvent(event)

    def _wait(self) -> None:
        self._pause.stop()
        if self.text() in self._digits:
            self._pause.start()

    def _take(self) -> None:
        if self.text() in self._digits:
            number = int(self.text())
            self.clear()
            self.digit.emit(number)


class ReasonPicker(QWidget):
    """The usual reasons of one finding, each with its digit, and the field for another one."""

    chosen = Signal(object)

    def __init__(self, reasons: Sequence[Reason], gap_ms: int, typed: str = "") -> None:
        """Offer ``reasons``; ``typed`` is what was written already."""
        super().__init__()
        self.reasons = tuple(reasons)
        self.field = ReasonField(len(self.reasons), gap_ms)
        self.field.setText(typed)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, 0, 0, 0)
        column.setSpacing(2)
        for number, reason in enumerate(self.reasons, start=1):
            button = Button(reason.text, kind="tab")
            button.key = str(number)
            button.setAccessibleName(f"{number}\u00a0: {reason.text}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(self._clicked, reason))
            column.addWidget(button)
        column.addWidget(self.field)
        self.field.digit.connect(lambda number: self.chosen.emit(self.reasons[number - 1]))

    def _clicked(self, reason: Reason, *_checked: bool) -> None:
        self.chosen.emit(reason)
