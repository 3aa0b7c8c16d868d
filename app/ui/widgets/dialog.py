"""What do all dialogs share: their place over the window, and their end?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent


class Dialog(QDialog):
    """A dialog in the middle of its window, deleted when it closes; Échap closes it."""

    def __init__(self, title: str, parent: QWidget | None) -> None:
        """Begin a dialog over ``parent``."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)

    def showEvent(self, event: QShowEvent) -> None:
        """Go to the middle of the window."""
        super().showEvent(event)
        parent = self.parentWidget()
        if parent is not None:
            middle = parent.mapToGlobal(parent.rect().center())
            self.move(middle.x() - self.width() // 2, middle.y() - self.height() // 2)
