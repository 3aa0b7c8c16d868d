"""How is a list of records shown: fast, by keyboard, never blank without saying why?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.ui import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QItemSelection, QRect
    from PySide6.QtGui import QFont, QKeyEvent, QPainter, QResizeEvent

    from app.ui.widgets.basics import EmptyState

R = TypeVar("R")
_Index = QModelIndex | QPersistentModelIndex
_SECOND = int(Qt.ItemDataRole.UserRole)
# As numbers: Qt asks each cell for seven roles at each drawing, and an enumeration is slow to compare.
_ALIGNMENT, _FONT, _INK = (
    int(role) for role in (Qt.ItemDataRole.TextAlignmentRole, Qt.ItemDataRole.FontRole, Qt.ItemDataRole.ForegroundRole)
)
_TEXTS = frozenset(
    int(role) for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
)
_TOP_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_SIDES = tuple(
    int(side | Qt.AlignmentFlag.AlignVCenter) for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
)
_LEAST_DIGITS = 14


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: its title, its text for a record, its width in digits (0 takes what is left).

    ``tone`` gives the token of the text’s colour for a record, empty for the usual one; ``second`` a quieter line under
    the text, which makes every row of the list two lines high; a ``spare`` column goes away where room lacks. ``bold``
    says of which records the text stands out.
    """

    title: str
    text: Callable[[R], str]
    width: int = 0
    right: bool = False
    strong: bool = False
    tone: Callable[[R], str] | None = None
    second: Callable[[R], str] | None = None
    spare: bool = False
    bold: Callable[[R], bool] | None = None


class RecordModel(QAbstractTableModel, Generic[R]):
    """The records of a list, their texts made when they are drawn."""

    def __init__(self, columns: Sequence[Column[R]]) -> None:
        """Show records by ``columns``; start with none."""
        super().__init__()
        self.columns = tuple(columns)
        self.records: list[R] = []

    def set_records(self, records: Sequence[R]) -> None:
        """Show other records."""
        self.beginResetModel()
        self.records = list(records)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return how many records there are."""
        return 0 if parent is not None and parent.isValid() else len(self.records)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 -- Qt's contract
        """Return what Qt draws of a cell."""
        column = self.columns[index.column()]
        if role in _TEXTS:
            return column.text(self.records[index.row()])
        if role == _SECOND and column.second is not None:
            return column.second(self.records[index.row()])
        if role == _ALIGNMENT:
            return _SIDES[column.right]
        if role == _FONT and (column.strong or (column.bold is not None and column.bold(self.records[index.row()]))):
            return theme.current().font("strong")
        if role == _INK and column.tone is not None:
            token = column.tone(self.records[index.row()])
            return theme.current().color(token) if token else None
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:  # noqa: ANN401 -- Qt's contract
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == _ALIGNMENT:
            return _SIDES[column.right]
        return None


class _TwoLines(QStyledItemDelegate):
    """Draws a text, and a quieter one under it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw the ground as usual, without asking the model what only a text needs; then the two lines."""
        table = option.widget
        style = table.style() if table is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, table)
        worn = theme.current()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        # As far from the side as the title of the column, at every zoom.
        room = option.rect.adjusted(worn.pixels(theme.S), theme.XS, -theme.XS, -theme.XS)
        font = index.data(_FONT) or option.font
        ink = worn.color("on_selection") if chosen else index.data(_INK) or worn.color("text")
        high = self._line(painter, room, index.data(), font, ink)
        room.setTop(room.top() + high + 1)
        under = index.data(_SECOND) or ""
        self._line(painter, room, under, worn.font("caption"), worn.color("on_selection" if chosen else "muted"))

    @staticmethod
    def _line(painter: QPainter, room: QRect, text: str, font: QFont, color: QColor) -> int:
        """Draw a line at the top of ``room``; return how high it is."""
        painter.setFont(font)
        painter.setPen(color)
        metrics = painter.fontMetrics()
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _TOP_LEFT, cut)
        return metrics.height()


class ListTable(QTableView, Generic[R]):
    """A list of records; Entrée or a double click chooses one, an empty list says what to do."""

    chosen = Signal(object)
    pointed = Signal(object)

    def __init__(self, name: str, columns: Sequence[Column[R]], empty: EmptyState) -> None:
        """Show records by ``columns``; ``name`` is the accessible name, ``empty`` what shows without records."""
        super().__init__()
        self.records_model: RecordModel[R] = RecordModel(columns)
        self.empty = empty
        self._widths: dict[int, int] = {}
        self.setModel(self.records_model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.doubleClicked.connect(lambda _index: self._choose())
        for place, column in enumerate(self.records_model.columns):
            if column.second is not None:
                self.setItemDelegateForColumn(place, _TwoLines(self))
        empty.setParent(self.viewport())
        theme.current().changed.connect(self._measure)
        self._measure()
        self._show_empty()

    @property
    def records(self) -> list[R]:
        """The records shown."""
        return self.records_model.records

    @property
    def current_record(self) -> R | None:
        """The record pointed at; None for none."""
        index = self.currentIndex()
        return self.records[index.row()] if index.isValid() and index.row() < len(self.records) else None

    def set_records(self, records: Sequence[R], *, keep: bool = False) -> None:
        """Show other records and point at the first; ``keep`` points at the same one again, wherever it now is.

        One that is gone, or that has no ``id``, leaves its place to the one that is there now.
        """
        place, before = self.currentIndex().row() if keep else 0, self.current_record if keep else None
        self.records_model.set_records(records)
        self._show_empty()
        same = self.place_of(getattr(before, "id", None))
        if records:
            self.point(max(0, min(place if same is None else same, len(records) - 1)))
        else:
            self.pointed.emit(None)

    def place_of(self, number: int | None) -> int | None:
        """Return the place of the record of that ``id``; None where there is none."""
        if number is None:
            return None
        places = (place for place, one in enumerate(self.records) if getattr(one, "id", None) == number)
        return next(places, None)

    def point_at_none(self) -> None:
        """Point at nothing: what is shown beside the list is nobody's."""
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())
        self.pointed.emit(None)

    def point(self, place: int) -> None:
        """Point at the record at ``place``, counted from 0."""
        self.setCurrentIndex(self.records_model.index(place, 0))

    def step(self, count: int) -> None:
        """Point ``count`` records further, from another field’s arrow keys."""
        if self.records:
            self.point(max(0, min(self.currentIndex().row() + count, len(self.records) - 1)))

    def keyboardSearch(self, _search: str) -> None:
        """Do nothing: letters typed at a list may come from a scanner."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Entrée; leave the rest to Qt."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._choose()
            return
        super().keyPressEvent(event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell which record is pointed at."""
        super().selectionChanged(selected, deselected)
        self.pointed.emit(self.current_record)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the empty state over the whole list."""
        super().resizeEvent(event)
        self._share()
        self.empty.setGeometry(self.viewport().rect())

    def _choose(self) -> None:
        record = self.current_record
        if record is not None:
            self.chosen.emit(record)

    def _show_empty(self) -> None:
        self.empty.setVisible(not self.records)
        self.horizontalHeader().setVisible(bool(self.records))
        self.empty.setGeometry(self.viewport().rect())

    def _measure(self) -> None:
        """Set widths and heights once for the font, never row by row."""
        metrics = self.fontMetrics()
        height = metrics.height() + theme.S + 2
        if any(column.second is not None for column in self.records_model.columns):
            height += QFontMetrics(theme.current().font("caption")).height()
        self.verticalHeader().setDefaultSectionSize(height)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(metrics.horizontalAdvance("0000"))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        titles = QFontMetrics(theme.current().font("strong"))
        for place, column in enumerate(self.records_model.columns):
            if column.width:
                title = titles.horizontalAdvance(column.title) + 2 * theme.M
                self._widths[place] = max(metrics.horizontalAdvance("0") * column.width + theme.L, title)
        self._share()

    def _share(self) -> None:
        """Give what width is left to the columns without one, and never less than a few words."""
        columns = self.records_model.columns
        header = self.horizontalHeader()
        least = self.fontMetrics().horizontalAdvance("0") * _LEAST_DIGITS
        open_ones = [place for place, column in enumerate(columns) if not column.width]
        widths = {place: self._widths[place] for place, column in enumerate(columns) if column.width}
        room = self.viewport().width()
        spares = [place for place, column in enumerate(columns) if column.spare]
        while spares and sum(widths.values()) + least * len(open_ones) > room:
            widths.pop(spares.pop(), None)
        for place, column in enumerate(columns):
            self.setColumnHidden(place, bool(column.width) and place not in widths)
        for place, width in widths.items():
            header.resizeSection(place, width)
        for place in open_ones:
            header.resizeSection(place, max(least, (room - sum(widths.values())) // len(open_ones)))
