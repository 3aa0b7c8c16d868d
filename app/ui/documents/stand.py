"""How long until a document is seen? The viewer in a window of its own, and Qt's bare text beside it, for the bench."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QMainWindow

from app.ui.app import make_application
from app.ui.documents.viewer import DocumentViewer
from app.ui.tasks import Tasks
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.officine.documents.shown import Shown
    from app.ui.context import Ui

_SIZE = (1280, 800)


class ViewerStand:
    """A viewer as large as the window of the program, shown."""

    def __init__(self) -> None:
        """Open the window."""
        self._app = make_application([])
        self._tasks = Tasks()
        theme = Theme(self._app)
        self._window = QMainWindow()
        theme.dress(self._window)
        self._viewer = DocumentViewer(cast("Ui", SimpleNamespace(tasks=self._tasks)))
        self._window.setCentralWidget(self._viewer)
        self._window.resize(*_SIZE)
        self._window.show()
        self._app.processEvents()

    def show(self, shown: Shown) -> None:
        """Show a document, until it is drawn."""
        self._viewer.show_document(shown)
        self._app.processEvents()

    def lay_out(self, html: str) -> None:
        """Lay out the same HTML without any style, and draw nothing."""
        text = QTextDocument()
        text.setTextWidth(_SIZE[0] * 2 / 3)
        text.setHtml(html)
        text.size()

    def close(self) -> None:
        """Close the window."""
        self._tasks.shutdown()
        self._window.close()
        self._window.deleteLater()
        self._app.processEvents()
