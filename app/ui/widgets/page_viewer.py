"""How is a paper read on the screen, page by page, large?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.kernel.text import NBSP
from app.ui import theme
from app.ui.widgets.basics import Button, ElidedText, Text, row
from app.ui.widgets.dialog import Dialog
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from app.ui.context import Ui
    from app.ui.counter.pictures import Pixels

_STEP = 1.25
_MOST = 4.0
_SMALL = 0.75
_SCROLL = 80


class PageCanvas(QWidget):
    """One page, drawn at a scale; only what is in sight is."""

    def __init__(self) -> None:
        super().__init__()
        self.picture, self._small = QPixmap(), QPixmap()
        self.scale = 1.0
        self.setAccessibleName("Page")

    def show_page(self, picture: QPixmap, scale: float) -> None:
        """Draw a page at a scale."""
        self.picture, self.scale = picture, scale
        size = QSize(max(1, round(picture.width() * scale)), max(1, round(picture.height() * scale)))
        smooth = Qt.TransformationMode.SmoothTransformation
        # Drawn much smaller, thin strokes would be lost between the points.
        self._small = picture.scaled(size, mode=smooth) if scale < _SMALL else QPixmap()
        self.setFixedSize(size)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the part that is asked for."""
        painter = QPainter(self)
        if not self._small.isNull():
            painter.drawPixmap(event.rect(), self._small, event.rect())
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        part = QRectF(event.rect())
        source = QRectF(part.x() / self.scale, part.y() / self.scale, part.width() / self.scale, 0)
        source.setHeight(part.height() / self.scale)
        painter.drawPixmap(part, self.picture, source)


class PageArea(QScrollArea):
    """The room of the page; tells when it changes."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the new room."""
        super().resizeEvent(event)
        self.resized.emit()


class PageViewer(Dialog):
    """Pages over the whole window: + − zoom, page keys turn, arrows move, Échap goes back."""

    def __init__(
        self, ui: Ui, title: str, *, name: str, said: str, first: Pixels, pages: int, parent: QWidget | None
    ) -> None:
        """Show the ``first`` of so many ``pages``; ``name`` stands over them, what is ``said`` of them below."""
        super().__init__(title, parent)
        self._ui, self.pages, self.number = ui, pages, 0
        self._fitted = True
        # Its keys are its own: no button takes them, nor presses itself by Entrée.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title = ElidedText(name, "heading")
        self.where = Text("", "muted")
        self.zoom = Text("", "muted")
        self.notice = FindingList(refusal="Échec")
        self.page = PageCanvas()
        self.area = PageArea()
        self.area.resized.connect(self._resized)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.area.setWidget(self.page)
        self.before = _keyed("Précédente", "Page préc.", lambda: self.turn(-1))
        self.after = _keyed("Suivante", "Page suiv.", lambda: self.turn(1))
        several = pages > 1
        self.before.setVisible(several)
        self.after.setVisible(several)
        close = _keyed("Fermer", "Échap", self.reject, kind="primary")
        top = row(self.title, self.where, self.before, self.after, spacing=theme.M)
        top.setStretch(0, 1)
        foot = row(
            ElidedText(said, "caption"),
            self.zoom,
            _keyed("Réduire", "−", lambda: self.magnify(1 / _STEP)),
            _keyed("Agrandir", "+", lambda: self.magnify(_STEP)),
            _keyed("Page entière", "0", self.fit),
            close,
        )
        foot.setStretch(0, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.L, theme.M, theme.L, theme.M)
        outer.setSpacing(theme.S)
        outer.addLayout(top)
        outer.addWidget(self.notice)
        outer.addWidget(self.area, 1)
        outer.addLayout(foot)
        hide = QShortcut(QKeySequence(ui.acts.key_of("counter.private")), self)
        hide.activated.connect(self._hide)
        ui.locked.connect(self.reject)
        room = parent.size() if parent is not None else self.sizeHint()
        self.resize(room - QSize(theme.XXL, theme.XXL))
        self.show_pixels(0, first)
        self.setFocus()

    @property
    def fitting(self) -> float:
        """The scale at which the whole page is seen."""
        room, picture = self.area.viewport().size(), self.page.picture
        if picture.isNull():
            return 1.0
        return min(room.width() / picture.width(), room.height() / picture.height())

    def fit(self) -> None:
        """Show the whole page."""
        self._fitted = True
        self._draw(self.fitting)

    def magnify(self, times: float) -> None:
        """Draw the page larger or smaller, what is in the middle staying there."""
        wanted = max(self.fitting, min(_MOST, self.page.scale * times))
        self._fitted = wanted <= self.fitting
        bars = (self.area.horizontalScrollBar(), self.area.verticalScrollBar())
        room = self.area.viewport().size()
        middles = [
            (bar.value() + side / 2) / self.page.scale
            for bar, side in zip(bars, (room.width(), room.height()), strict=True)
        ]
        self._draw(wanted)
        for bar, middle, side in zip(bars, middles, (room.width(), room.height()), strict=True):
            bar.setValue(round(middle * wanted - side / 2))

    def turn(self, count: int) -> None:
        """Go to another page."""
        wanted = self.number + count
        if 0 <= wanted < self.pages:
            self.fetch(wanted)

    def fetch(self, number: int) -> None:
        """Get another page (from 0), then ``show_pixels``."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, turn and move by keys; Entrée, which a scanner types, does nothing."""
        key, text = event.key(), event.text()
        moves = {
            Qt.Key.Key_Up: (self.area.verticalScrollBar(), -_SCROLL),
            Qt.Key.Key_Down: (self.area.verticalScrollBar(), _SCROLL),
            Qt.Key.Key_Left: (self.area.horizontalScrollBar(), -_SCROLL),
            Qt.Key.Key_Right: (self.area.horizontalScrollBar(), _SCROLL),
        }
        if text == "+" or key == Qt.Key.Key_Plus:
            self.magnify(_STEP)
        elif text == "-" or key == Qt.Key.Key_Minus:
            self.magnify(1 / _STEP)
        elif text == "0" or key == Qt.Key.Key_0:
            self.fit()
        elif key in {Qt.Key.Key_PageDown, Qt.Key.Key_PageUp}:
            self.turn(1 if key == Qt.Key.Key_PageDown else -1)
        elif Qt.Key(key) in moves:
            bar, step = moves[Qt.Key(key)]
            bar.setValue(bar.value() + step)
        elif key == Qt.Key.Key_Escape:
            self.reject()

    def _resized(self) -> None:
        """Keep the whole page in sight where it was."""
        if self._fitted:
            self.fit()

    def show_pixels(self, number: int, pixels: Pixels) -> None:
        """Show a page that was got."""
        self.notice.set_findings(())
        image = QImage(pixels.rgb, pixels.width, pixels.height, pixels.stride, QImage.Format.Format_RGB888)
        self.number = number
        self.page.picture = QPixmap.fromImage(image)
        self.where.setText(f"Page{NBSP}{number + 1} sur {self.pages}" if self.pages > 1 else "")
        self.before.setEnabled(number > 0)
        self.after.setEnabled(number + 1 < self.pages)
        self.area.verticalScrollBar().setValue(0)
        self._draw(self.fitting if self._fitted else self.page.scale)

    def _draw(self, scale: float) -> None:
        self.page.show_page(self.page.picture, scale)
        self.zoom.setText(f"{round(100 * scale / self.fitting)}{NBSP}%")

    def _hide(self) -> None:
        """Close at the key that hides what is clinical, and hide the panels behind too."""
        self.reject()
        self._ui.acts.trigger("counter.private")


def _keyed(text: str, key: str, act: Callable[[], object], *, kind: str = "secondary", name: str = "") -> Button:
    button = Button(text, kind=kind, name=name)
    button.key = key
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(lambda _checked: act())
    return button
