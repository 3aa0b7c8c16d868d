"""How does a part keep its height where the window is too low for it?"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.flow import Tall


def scrolling(inside: QWidget) -> QScrollArea:
    """Return an area in which ``inside`` scrolls where it is taller than the room left for it."""
    held = Tall()
    column = QVBoxLayout(held)
    column.setContentsMargins(0, 0, theme.S, 0)
    column.addWidget(inside)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(held)
    return area
