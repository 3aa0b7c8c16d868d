"""How is a document that is a PDF read, page by page, without its pages being drawn on the screen's thread?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.kernel.outcome import Finding, Severity
from app.ui import theme
from app.ui.widgets.findings import FindingList
from app.ui.widgets.page_viewer import PageArea, PageCanvas

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from app.kernel.errors import GalienError
    from app.officine.documents.shown import PagePixels, Pages
    from app.ui.tasks import Tasks

_DPI = 144
_SCROLL = 60
_TURNS = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_Space: 1, Qt.Key.Key_Backspace: -1}


class PdfPane(QFrame):
    """One page at a time, as wide as the room at 100 %; arrows move, page keys go on to the next page at its end."""

    turned = Signal()

    def __init__(self, tasks: Tasks) -> None:
        """Start empty; pages are drawn by ``tasks``."""
        super().__init__()
        self._tasks = tasks
        self.pages: Pages | None = None
        self.number, self.percent = 0, 100
        self.page = PageCanvas()
        self.notice = FindingList(refusal="Échec")
        self.area = PageArea()
        self.area.setAccessibleName("Page du document")
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.area.setWidget(self.page)
        self.area.resized.connect(self._draw)
        self.setProperty("kind", "pages")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.notice)
        column.addWidget(self.area, 1)

    def show_pages(self, pages: Pages) -> None:
        """Show a document from its first page."""
        self.pages = pages
        self.page.picture = QPixmap()
        self._fetch(0)

    def turn(self, count: int) -> None:
        """Go to another page."""
        wanted = self.number + count
        if self.pages is not None and 0 <= wanted < self.pages.count:
            self._fetch(wanted)

    def magnify(self, percent: int) -> None:
        """Draw the page larger or smaller."""
        self.percent = percent
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the page, then on to the next one."""
        key = Qt.Key(event.key())
        down, across = self.area.verticalScrollBar(), self.area.horizontalScrollBar()
        if key in _TURNS:
            end = down.maximum() if _TURNS[key] > 0 else down.minimum()
            if down.value() == end:
                self.turn(_TURNS[key])
            else:
                down.setValue(down.value() + _TURNS[key] * down.pageStep())
        elif key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            down.setValue(down.value() + (_SCROLL if key == Qt.Key.Key_Down else -_SCROLL))
        elif key in {Qt.Key.Key_Right, Qt.Key.Key_Left}:
            across.setValue(across.value() + (_SCROLL if key == Qt.Key.Key_Right else -_SCROLL))
        elif key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            self.turn(
                -self.number if key == Qt.Key.Key_Home else (self.pages.count if self.pages else 1) - 1 - self.number
            )
        else:
            super().keyPressEvent(event)

    def _fetch(self, number: int) -> None:
        pages = self.pages
        assert pages is not None
        self._tasks.run(
            lambda _progress: pages.page(number, _DPI),
            done=lambda pixels: self._show(number, pixels),
            failed=lambda error: self._miss(number, error),
            owner=self,
            title="Page du document",
            key="page",
        )

    def _show(self, number: int, pixels: PagePixels) -> None:
        self.notice.set_findings(())
        image = QImage(pixels.rgb, pixels.width, pixels.height, pixels.stride, QImage.Format.Format_RGB888)
        self.number, self.page.picture = number, QPixmap.fromImage(image)
        self.area.verticalScrollBar().setValue(0)
        self._draw()
        self.turned.emit()

    def _miss(self, number: int, error: GalienError) -> None:
        """Say that a page can't be shown; the others still can."""
        self.number, self.page.picture = number, QPixmap()
        self.notice.set_findings((Finding(error.code, Severity.ERROR, error.text, error.advice),))
        self.turned.emit()

    def _draw(self) -> None:
        if self.page.picture.isNull():
            return
        room = max(theme.XXL, self.area.viewport().width())
        self.page.show_page(self.page.picture, room / self.page.picture.width() * self.percent / 100)
