"""How does a document become pages: for the printer, for a PNG file each?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QFont, QImage, QPainter, QPalette

from app.kernel.text import NBSP
from app.ui import theme
from app.ui.app import make_application
from app.ui.documents.rich import Look, SafeDocument
from app.ui.theme import LIGHT

if TYPE_CHECKING:
    from app.ui.counter.pictures import Pixels

MOST_PAGES: Final = 200
"""Pages drawn of one document; more is said, not drawn."""
_DPI = 96
_DOTS_PER_METER = 3_780
_A4 = QSizeF(8.27 * _DPI, 11.69 * _DPI)
_MARGIN = 0.6 * _DPI
_FOOT = 0.35 * _DPI
_POINTS = 9.5


class Drawn:
    """A page as rows of 8-bit red, green and blue."""

    def __init__(self, image: QImage) -> None:
        """Take the pixels of an image."""
        opaque = image.convertToFormat(QImage.Format.Format_RGB888)
        self.width, self.height, self.stride = opaque.width(), opaque.height(), opaque.bytesPerLine()
        self.rgb = bytes(opaque.constBits())
        self._image = opaque

    @property
    def png(self) -> bytes:
        """The page as a PNG."""
        return _png(self._image)


class PaperDocument:
    """A document laid out on A4 pages, in black on white whatever the screen wears."""

    def __init__(self, fragment: str, foot: str) -> None:
        """Lay out a fragment of ``app.docs.showing``; ``foot`` is written at the foot of each page, with its number."""
        make_application([])
        self._foot = foot
        self._room = QRectF(0, 0, _A4.width() - 2 * _MARGIN, _A4.height() - 2 * _MARGIN - _FOOT)
        self._text = SafeDocument()
        # Points are measured on paper of this density, whatever the screen.
        self._paper = QImage(1, 1, QImage.Format.Format_RGB32)
        self._paper.setDotsPerMeterX(_DOTS_PER_METER)
        self._paper.setDotsPerMeterY(_DOTS_PER_METER)
        self._text.documentLayout().setPaintDevice(self._paper)
        self._text.setDocumentMargin(0)
        self._text.setPageSize(self._room.size())
        self._text.show_fragment(fragment, _paper_look())
        self.refused = self._text.refused
        self.whole_count = self._text.pageCount()
        self.count = min(MOST_PAGES, self.whole_count)

    def page(self, number: int, dpi: float) -> Drawn:
        """Return a page (from 0) at a resolution."""
        scale = dpi / _DPI
        size = (_A4 * scale).toSize()
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDotsPerMeterX(_DOTS_PER_METER)
        image.setDotsPerMeterY(_DOTS_PER_METER)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.scale(scale, scale)
        painter.translate(QPointF(_MARGIN, _MARGIN))
        self._draw(painter, number)
        painter.end()
        return Drawn(image)

    def _draw(self, painter: QPainter, number: int) -> None:
        foot = QRectF(0, self._room.height(), self._room.width(), _FOOT)
        painter.setFont(_paper_font(0.85))
        painter.setPen(QColor(LIGHT.muted))
        end = f"Page{NBSP}{number + 1} sur {self.whole_count}"
        room = painter.fontMetrics().horizontalAdvance(end) + theme.M
        words = painter.fontMetrics().elidedText(self._foot, Qt.TextElideMode.ElideRight, int(foot.width()) - room)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, words)
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, end)
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, QColor(LIGHT.text))
        context.palette = palette
        part = self._room.translated(0, number * self._room.height())
        context.clip = part
        painter.setClipRect(self._room)
        painter.translate(0, -part.top())
        self._text.documentLayout().draw(painter, context)


def pixels_png(pixels: Pixels) -> bytes:
    """Return a page of pixels as a PNG."""
    image = QImage(pixels.rgb, pixels.width, pixels.height, pixels.stride, QImage.Format.Format_RGB888)
    return _png(image)


def _png(image: QImage) -> bytes:
    written = QByteArray()
    buffer = QBuffer(written)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload] # Qt takes the name of the format as text
    buffer.close()
    return bytes(written.data())


def _paper_font(times: float = 1.0) -> QFont:
    font = QFont(list(theme.FAMILIES))
    font.setPointSizeF(_POINTS * times)
    return font


def _paper_look() -> Look:
    scale = _POINTS / theme.SIZES["body"]
    points = {role: round(size * scale, 2) for role, size in theme.SIZES.items()}
    return Look(LIGHT, points, _paper_font())
