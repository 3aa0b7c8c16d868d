"""What do all pages of the settings look like?"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout

from app.ui import theme
from app.ui.widgets.basics import Panel, Text
from app.ui.widgets.flow import Tall

_WIDTH = 860


class Page(QScrollArea):
    """One page: a title, a sentence that says what it is for, then panels."""

    def __init__(self, title: str, purpose: str) -> None:
        """Begin the page."""
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = Tall()
        inside.setMaximumWidth(theme.current().pixels(_WIDTH))
        self.column = QVBoxLayout(inside)
        # The bar of the menu beside it makes up the rest of the left margin.
        self.column.setContentsMargins(theme.S, theme.L, theme.L, theme.L)
        self.column.setSpacing(theme.M)
        self.column.addWidget(Text(title, "title"))
        self.column.addWidget(Text(purpose, "muted", wrap=True))
        self.setWidget(inside)
        self.inside = inside
        theme.current().changed.connect(self._measure)

    def panel(self, title: str, *, stretch: int = 0) -> Panel:
        """Add a panel and return it."""
        added = Panel(title)
        self.column.addWidget(added, stretch)
        return added

    def end(self) -> None:
        """Push everything to the top."""
        self.column.addStretch(1)

    def shown(self) -> None:
        """Read what the page shows; called each time it is entered."""

    def _measure(self) -> None:
        self.inside.setMaximumWidth(theme.current().pixels(_WIDTH))
