"""How is a finding shown in the step Contrôle: under its level, with its answer, or with the reasons to choose from?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.officine.interventions.model import Level
from app.officine.interventions.rules import REASON_LIMIT, level_of, source_of
from app.ui import theme
from app.ui.widgets.basics import Button, Chip, IconLabel, Text, clear, row
from app.ui.widgets.fields import TextField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QKeyEvent, QPaintEvent

    from app.kernel.outcome import Finding
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
_WIDEST_ZOOM = 150


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


class LevelCounts(QWidget):
    """How many findings of each level there are, always in sight whatever is scrolled."""

    def __init__(self) -> None:
        """Start with none."""
        super().__init__()
        self._line = row(spacing=theme.XS)
        self._line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(self._line)
        theme.current().changed.connect(self._measure)

    def show_counts(self, counts: Mapping[Level, int]) -> None:
        """Show those of the ``counts`` that are not nought."""
        clear(self._line)
        told = [(level, count) for level, count in counts.items() if count]
        for level, count in told:
            icon, tone = LOOKS[level]
            parts = IconLabel(icon, tone, 14), Text(str(count), "strong")
            for part in parts:
                part.setToolTip(f"{level.label}\u00a0: {count}")
            self._line.addLayout(row(*parts, spacing=2))
        self.setAccessibleName(", ".join(f"{level.label.lower()}\u00a0: {count}" for level, count in told))
        self._measure()

    def _measure(self) -> None:
        # Beyond, the title and its key take the whole width; each level keeps its heading below.
        self.setVisible(theme.current().zoom <= _WIDEST_ZOOM)


class ControlCard(QFrame):
    """One finding under its heading: what was found, what to do, where it comes from."""

    def __init__(self, finding: Finding) -> None:
        """Lay out the finding."""
        super().__init__()
        self.finding = finding
        level = level_of(finding)
        self.setProperty("tone", LOOKS[level][1])
        self.setAccessibleName(f"{level.label}\u00a0: {finding.text}")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        column.setSpacing(2)
        column.addWidget(Text(finding.text, "strong", wrap=True))
        source = source_of(finding)
        advice = finding.advice[: len(finding.advice) - len(source)].rstrip(": \u00a0").removesuffix("Source").strip()
        if advice:
            column.addWidget(Text(advice, wrap=True))
        column.addWidget(Text(" · ".join(part for part in (finding.code, source) if part), "caption", wrap=True))


class Answered(QWidget):
    """What was answered, and by whom; ``changed`` is for a reason that was not the right one."""

    changed = Signal()

    def __init__(self, given: Acknowledgement) -> None:
        """Show the answer ``given``."""
        super().__init__()
        told = QVBoxLayout()
        told.setSpacing(0)
        told.addWidget(Text(given.reason or "Vérifié", "success", wrap=True))
        if given.author.name:
            told.addWidget(Text(given.author.name, "caption"))
        line = row(IconLabel("check", "success"))
        line.addLayout(told, 1)
        line.setContentsMargins(theme.S, 0, 0, 0)
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


class ReasonButton(QAbstractButton):
    """A usual reason: its digit, then its words, on one low line; the mouse chooses it too."""

    def __init__(self, number: int, text: str) -> None:
        """Show the reason ``text`` under its digit."""
        super().__init__()
        self.setText(text)
        self._digit = str(number)
        self.setAccessibleName(f"{number}\u00a0: {text}")
        self.setToolTip(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Ask for the height of a line."""
        return QSize(0, QFontMetrics(theme.current().font("body")).height() + 3)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the digit as a key, then the words, cut where room lacks."""
        worn = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(worn.color("accent_soft"))
            painter.drawRoundedRect(self.rect(), 4, 4)
        small = QFontMetrics(worn.font("caption"))
        cap = QRect(theme.XS, 0, small.horizontalAdvance("0") + theme.M, small.height() + 2)
        cap.moveTop((self.height() - cap.height()) // 2)
        painter.setPen(worn.color("outline"))
        painter.setBrush(worn.color("sunken"))
        painter.drawRoundedRect(cap, 3, 3)
        painter.setFont(worn.font("caption"))
        painter.setPen(worn.color("text"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._digit)
        painter.setFont(worn.font("body"))
        room = self.rect().adjusted(cap.right() + theme.S, 0, -theme.XS, 0)
        words = QFontMetrics(worn.font("body")).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


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
        column.addWidget(self.field)
        for number, reason in enumerate(self.reasons, start=1):
            button = ReasonButton(number, reason.text)
            button.clicked.connect(partial(self._clicked, reason))
            column.addWidget(button)
        self.field.digit.connect(lambda number: self.chosen.emit(self.reasons[number - 1]))

    def _clicked(self, reason: Reason, *_checked: bool) -> None:
        self.chosen.emit(reason)
