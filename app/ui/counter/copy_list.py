"""Which copies are there, each with its picture in small?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app.kernel import french
from app.kernel.text import NBSP, NNBSP, plural
from app.officine.copies.model import PrescriptionCopy
from app.ui import formats, theme
from app.ui.icons import pixmap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFont, QKeyEvent, QPainter, QResizeEvent

    from app.ui.widgets.basics import EmptyState

THUMBNAIL = 64
_HEIGHT = 80
_MEGA = 1_000_000
_COPY = int(Qt.ItemDataRole.UserRole)
_SPOILT, _PICTURE = _COPY + 1, _COPY + 2
UNTITLED = "Ordonnance"


class CopyList(QListWidget):
    """The copies, the oldest first; Entrée or a double click opens one."""

    chosen = Signal(object)

    def __init__(self, empty: EmptyState) -> None:
        """Start with none; ``empty`` shows then."""
        super().__init__()
        self.empty = empty
        self._pictures: dict[str, QPixmap] = {}
        self.setAccessibleName("Copies de l’ordonnance")
        self.setItemDelegate(_CopyRow(self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemDoubleClicked.connect(lambda item: self.chosen.emit(item.data(_COPY)))
        empty.setParent(self.viewport())
        theme.current().changed.connect(self.scheduleDelayedItemsLayout)

    @property
    def copies(self) -> list[PrescriptionCopy]:
        """The copies shown."""
        return [self.item(place).data(_COPY) for place in range(self.count())]

    @property
    def current_copy(self) -> PrescriptionCopy | None:
        """The copy pointed at; None where there is none."""
        item = self.currentItem()
        found = None if item is None else item.data(_COPY)
        return found if isinstance(found, PrescriptionCopy) else None

    @property
    def spoilt(self) -> list[PrescriptionCopy]:
        """The copies that can't be drawn."""
        return [self.item(place).data(_COPY) for place in range(self.count()) if self.item(place).data(_SPOILT)]

    def set_copies(self, copies: Sequence[PrescriptionCopy]) -> None:
        """Show other copies, and point at the last one where the one pointed at is gone."""
        pointed = self.current_copy
        self.clear()
        for copy in copies:
            item = QListWidgetItem(words_of(copy))
            item.setData(_COPY, copy)
            item.setToolTip(copy.name)
            if copy.sha256 in self._pictures:
                item.setData(_PICTURE, self._pictures[copy.sha256])
            self.addItem(item)
        ids = [copy.id for copy in copies]
        if ids:
            self.setCurrentRow(ids.index(pointed.id) if pointed is not None and pointed.id in ids else len(ids) - 1)
        self._place_empty()

    def needs_picture(self, copy: PrescriptionCopy) -> bool:
        """Return True where the picture of a copy was not drawn yet."""
        return copy.sha256 not in self._pictures

    def set_picture(self, copy: PrescriptionCopy, picture: QPixmap | None) -> None:
        """Show the picture of a copy; None: it can't be drawn."""
        if picture is not None:
            self._pictures[copy.sha256] = picture
        for place in range(self.count()):
            item = self.item(place)
            if item.data(_COPY).sha256 == copy.sha256:
                item.setData(_SPOILT, picture is None)
                item.setData(_PICTURE, picture)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows; leave Entrée, letters and Coller to the panel."""
        if event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End}:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what shows without copies in its middle."""
        super().resizeEvent(event)
        self._place_empty()

    def _place_empty(self) -> None:
        self.empty.setVisible(not self.count())
        self.empty.setGeometry(self.viewport().rect())


def words_of(copy: PrescriptionCopy) -> str:
    """Return how a copy is read out: its name, when and by whom it was joined."""
    return f"{copy.name or UNTITLED}, {_when(copy)}, {_what(copy)}"


def _when(copy: PrescriptionCopy) -> str:
    return " · ".join(part for part in (formats.moment(copy.at), copy.operator_name) if part)


def _what(copy: PrescriptionCopy) -> str:
    return f"{copy.source.label} · {plural(copy.pages, 'page')} · {_weight(copy.size)}"


def _weight(octets: int) -> str:
    return french.size_mb(octets) if octets >= _MEGA // 2 else f"{max(1, octets // 1_000)}{NNBSP}ko"


class _CopyRow(QStyledItemDelegate):
    """Draws a copy: its picture, its name, when and by whom, what it is."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of a row."""
        return QSize(0, theme.current().pixels(_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the ground as usual, then the picture and three lines."""
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        whole.text, whole.features = "", QStyleOptionViewItem.ViewItemFeature.None_
        table = option.widget
        style = table.style() if table is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, whole, painter, table)
        worn, copy = theme.current(), index.data(_COPY)
        side = worn.pixels(THUMBNAIL)
        place = QRect(option.rect.left() + theme.S, option.rect.top(), side, option.rect.height())
        place.adjust(0, (place.height() - side) // 2, 0, -((place.height() - side) // 2))
        self._picture(painter, place, index)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = worn.tokens.on_selection if chosen else worn.tokens.text
        quiet = worn.tokens.on_selection if chosen else worn.tokens.muted
        room = option.rect.adjusted(side + 2 * theme.S, theme.S, -theme.XS, -theme.XS)
        spoilt = bool(index.data(_SPOILT))
        lines = (
            (copy.name or UNTITLED, worn.font("strong"), ink),
            (_when(copy), worn.font("caption"), quiet),
            ("Copie endommagée ou manquante" if spoilt else _what(copy), worn.font("caption"), quiet),
        )
        for text, font, color in lines:
            room.setTop(room.top() + self._line(painter, room, text, font, color))

    @staticmethod
    def _picture(painter: QPainter, place: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        worn = theme.current()
        drawn = index.data(_PICTURE)
        if not isinstance(drawn, QPixmap):
            name, ink = ("error", worn.tokens.danger) if index.data(_SPOILT) else ("prescription", worn.tokens.muted)
            mark = QRect(0, 0, worn.pixels(28), worn.pixels(28))
            mark.moveCenter(place.center())
            painter.drawPixmap(mark.topLeft(), pixmap(name, ink, mark.width()))
            return
        spot = QRect()
        spot.setSize(drawn.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio))
        spot.moveCenter(place.center())
        painter.drawPixmap(spot, drawn)
        painter.setPen(worn.color("border"))
        painter.drawRect(spot.adjusted(0, 0, -1, -1))

    @staticmethod
    def _line(painter: QPainter, room: QRect, text: str, font: QFont, color: str) -> int:
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(color))
        cut = metrics.elidedText(text.replace(" · ", f"{NBSP}· "), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, cut)
        return metrics.height() + 2
