"""How do parts of different widths go on to the next line where room lacks?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QSizePolicy, QWidget

from app.ui import theme

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QLayoutItem


class FlowLayout(QLayout):
    """Lays parts out from left to right, then on the next line."""

    def __init__(self, spacing: int) -> None:
        """Leave ``spacing`` pixels between parts, and between lines."""
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        """Add a part at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many parts there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return the part at ``index``; None outside."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove and return the part at ``index``; None outside."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Ask for no more room than needed."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Return True: the narrower, the higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at ``width``."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the parts in ``rect``."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        hints = [item.sizeHint() for item in self._items]
        gaps = self.spacing() * max(0, len(hints) - 1)
        return QSize(sum(hint.width() for hint in hints) + gaps, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        """Return the size of the widest part alone."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Go through the parts, placing each in the middle of its line when ``move``; return the height used."""
        x, y, high = rect.x(), rect.y(), 0
        line: list[tuple[QLayoutItem, QRect]] = []
        for item in self._items:
            if item.isEmpty():
                continue
            hint = _fitted(item, rect.width())
            if x > rect.x() and x + hint.width() > rect.right() + 1:
                _settle(line, high, move=move)
                x, y, high = rect.x(), y + high + self.spacing(), 0
            line.append((item, QRect(QPoint(x, y), hint)))
            x += hint.width() + self.spacing()
            high = max(high, hint.height())
        _settle(line, high, move=move)
        return y + high - rect.y()


def _fitted(item: QLayoutItem, width: int) -> QSize:
    """Return the room that a part takes: its own, or that of a text folded to ``width`` where it is longer."""
    hint = item.sizeHint()
    if hint.width() <= width or not item.hasHeightForWidth():
        return hint
    return QSize(width, item.heightForWidth(width))


def _settle(line: list[tuple[QLayoutItem, QRect]], high: int, *, move: bool) -> None:
    """Place the parts of a line ``high`` pixels high when ``move``, and empty it."""
    for item, place in line if move else ():
        item.setGeometry(place.translated(0, (high - place.height()) // 2))
    line.clear()


class Flow(QWidget):
    """Parts that go on to the next line where room lacks."""

    def __init__(self, parts: Iterable[QWidget], spacing: int = theme.S) -> None:
        """Lay ``parts`` out in their order."""
        super().__init__()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        layout = FlowLayout(spacing)
        for part in parts:
            layout.addWidget(part)
        self.setLayout(layout)


class Tall(QWidget):
    """The inside of a scroll area: as high as its texts need at the width it is given.

    Qt’s scroll areas ask for a height without telling the width, and squeeze texts that wrap.
    """

    def event(self, event: QEvent) -> bool:
        """Fit the height anew when a part changed."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is None:
            return
        needed = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else 0
        if needed != self.minimumHeight():
            self.setMinimumHeight(max(needed, 0))
