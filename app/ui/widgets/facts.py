"""How are the facts of one record laid out: a label, a value, section by section?"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.basics import Divider, IconLabel, Text, clear
from app.ui.widgets.flow import Tall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LABEL = 128
_STACK_FROM = 130
_PADLOCK = 14
_NO_LOCK: Mapping[str, str] = MappingProxyType({})


class Facts(QWidget):
    """Pairs of a label and a value, side by side, or one over the other at a high zoom; values can be copied."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = (), *, locks: Mapping[str, str] = _NO_LOCK) -> None:
        """Show the pairs; one with an empty value is left out.

        ``locks`` puts a padlock beside the values of the labels that it holds; its tooltip says why.
        """
        super().__init__()
        self.locks = dict(locks)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.L)
        self._grid.setVerticalSpacing(theme.XS)
        self._grid.setColumnStretch(1, 1)
        self.set_pairs(pairs)

    def set_pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Show other pairs."""
        clear(self._grid)
        width = theme.current().pixels(_LABEL)
        stacked = theme.current().zoom >= _STACK_FROM
        for place, (label, value) in enumerate((label, value) for label, value in pairs if value):
            caption = Text(label, "caption", wrap=True)
            shown = Text(value, wrap=True, selectable=True)
            line, spans = (2 * place + 1, (0, 1, 2)) if stacked else (place, (1, 1, 1))
            if stacked:
                self._grid.addWidget(caption, 2 * place, 0, 1, 2)
            else:
                caption.setFixedWidth(width)
                self._grid.addWidget(caption, place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(shown, line, *spans)
            if label in self.locks:
                padlock = IconLabel("lock", "muted", _PADLOCK)
                padlock.setToolTip(self.locks[label])
                padlock.setAccessibleName(f"Verrouillé\u00a0: {self.locks[label]}")
                self._grid.addWidget(padlock, line, 2)


class Sheet(QScrollArea):
    """The sheet of one record: its column scrolls when it is taller than the window."""

    def __init__(self, name: str) -> None:
        """Start empty; ``name`` is the accessible name."""
        super().__init__()
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = Tall()
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(0, 0, theme.S, 0)
        self.column.setSpacing(theme.S)
        self.setWidget(inside)

    def begin(self) -> None:
        """Remove everything, to write another record."""
        clear(self.column)
        self.verticalScrollBar().setValue(0)

    def section(self, title: str) -> None:
        """Begin a section under a line and a heading."""
        self.column.addSpacing(theme.XS)
        self.column.addWidget(Divider())
        self.column.addWidget(Text(title, "strong", wrap=True))

    def text(self, text: str, role: str = "body") -> None:
        """Add a paragraph."""
        self.column.addWidget(Text(text, role, wrap=True, selectable=True))

    def end(self) -> None:
        """Push everything to the top."""
        self.column.addStretch(1)
