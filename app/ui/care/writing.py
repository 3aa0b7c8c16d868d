"""How is a text of several lines typed, that grows with what is written?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from app.ui import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QWheelEvent

_MOST_LINES = 14


class Writing(QPlainTextEdit):
    """A text of several lines; the tabulation leaves it, and it is as high as what it holds."""

    def __init__(self, *, least: int = 2, placeholder: str = "", name: str = "") -> None:
        """Show at least ``least`` lines; ``name`` is the accessible name where no label is its buddy."""
        super().__init__()
        self._least = least
        self.setTabChangesFocus(True)
        self.setPlaceholderText(placeholder)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        if name:
            self.setAccessibleName(name)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        theme.current().changed.connect(self._fit)
        self._fit()

    @property
    def text(self) -> str:
        """What is written."""
        return self.toPlainText()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height to the lines at the new width."""
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the form while nothing is hidden here."""
        if self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def _fit(self) -> None:
        lines = max(self._least, min(round(self.document().size().height()), _MOST_LINES))
        margins = 2 * (round(self.document().documentMargin()) + theme.S)
        wanted = lines * self.fontMetrics().lineSpacing() + margins
        if wanted != self.minimumHeight() or wanted != self.maximumHeight():
            self.setFixedHeight(wanted)
