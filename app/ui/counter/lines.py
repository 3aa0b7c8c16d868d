"""Which products leave, how many of each, at which price, and what is there to say of each line?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.kernel.text import plural
from app.officine.dispensing.matching import awaited
from app.officine.dispensing.model import DraftLine
from app.officine.dispensing.units import unit_count, units_words
from app.ui import formats, theme
from app.ui.icons import pixmap
from app.ui.widgets.basics import EmptyState
from app.ui.widgets.findings import ICONS, TONES, WORDS

if TYPE_CHECKING:
    from PySide6.QtCore import QItemSelection
    from PySide6.QtGui import QPainter, QResizeEvent

    from app.kernel.money import Money
    from app.kernel.outcome import Severity
    from app.officine.prescriptions.model import PrescribedLine
    from app.ui.counter.till import Till

_Index = QModelIndex | QPersistentModelIndex
SECOND = Qt.ItemDataRole.UserRole
SEVERITY = Qt.ItemDataRole.UserRole + 1
RANK, PRODUCT, LOT, QUANTITY, PRICE, RATE, AMOUNT, STOCK, ALERT = range(9)
_TITLES = ("N°", "Produit", "Lot, péremption", "Qté", "Prix", "Taux", "Montant", "Stock", "")
_DIGITS = (2, 0, 11, 4, 7, 4, 8, 4, 2)
_RIGHT = {QUANTITY, PRICE, RATE, AMOUNT, STOCK}
# The first to go where the product would no longer be readable.
_SPARE = (LOT, RATE, PRICE, STOCK)
_PRODUCT_DIGITS = 33
_LEGIBLE = 3.0


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is drawn.

    ``asked`` is what the ordonnance asks for, ``awaits`` True while no box answers it; ``units`` are those of an opened
    box, and ``part`` what they come to, fee included.
    """

    line: DraftLine
    presentation: str
    stock: int | None
    severity: Severity | None
    asked: PrescribedLine | None = None
    awaits: bool = False
    part: Money | None = None
    units: str = ""

    def text(self, column: int, place: int) -> str:
        """Return the text of a column for the line at ``place``, counted from 0."""
        line = self.line
        if self.awaits:
            return {PRODUCT: line.label, QUANTITY: f"0/{line.quantity}"}.get(column, "")
        texts = (
            str(place + 1),
            line.label,
            line.lot,
            str(line.quantity) if line.units is None else f"{line.units}\u00a0u.",
            formats.amount(line.unit_price),
            formats.rate(line.rate),
            formats.amount(line.amount if line.units is None else self.part),
            formats.NOTHING if self.stock is None else str(self.stock),
            "",
        )
        return texts[column]

    def second(self, column: int, *, with_box: bool = False) -> str:
        """Return the small text under the first one; ``with_box`` where the lot has no column of its own."""
        line = self.line
        if column == PRODUCT:
            words = [
                line.list_class.label if line.list_class is not None else "",
                self.units,
                "substitué" if line.replaces and self.asked is None else "",
                self.presentation,
            ]
            owed = plural(line.owed, "boîte promise", "boîtes promises") if line.owed else ""
            scanned = len(line.boxes)
            part = f"{plural(scanned, 'boîte scannée', 'boîtes scannées')} sur {line.quantity}"
            some = part if 0 < scanned < line.quantity else ""
            early = f"Avance n°\u00a0{line.advance}" if line.advance is not None else ""
            first = (early, owed, some, *self._asked_words(), *self._box_words(with_box=with_box))
            return " · ".join(word for word in (*first, *words) if word)
        if self.awaits:
            return ""
        if column == LOT and line.expiry is not None:
            return formats.date(line.expiry)
        if column == QUANTITY and self.asked is not None and self.asked.quantity != line.quantity:
            return f"sur {self.asked.quantity}"
        return ""

    def _asked_words(self) -> tuple[str, ...]:
        if self.awaits:
            return ("Attend sa boîte", self.line.posology)
        if self.asked is None:
            return ("Hors ordonnance",) if not self.line.prescribed else ()
        replaced = "" if self.asked.code == self.line.code else f"remplace {self.asked.label}"
        return (self.line.posology, replaced)

    def _box_words(self, *, with_box: bool) -> tuple[str, ...]:
        if not with_box or not self.line.lot:
            return ()
        expiry = f" exp. {formats.date(self.line.expiry)}" if self.line.expiry is not None else ""
        return (f"Lot {self.line.lot}{expiry}",)

    @property
    def is_short(self) -> bool:
        """True where the stock does not hold what leaves."""
        return not self.awaits and self.stock is not None and self.stock < self.line.leaving


def _stand_in(line: PrescribedLine) -> DraftLine:
    """Return what is drawn of a line of the ordonnance that no box answers yet."""
    return DraftLine(
        line_id=f"?{line.line_id}",
        code=line.code,
        label=line.label,
        quantity=line.quantity,
        unit_price=None,
        rate=None,
        posology=line.posology,
        prescribed_line=line.line_id,
    )


class LinesModel(QAbstractTableModel):
    """The lines of a session; their texts are made when they are drawn."""

    def __init__(self) -> None:
        """Start without lines."""
        super().__init__()
        self.rows: list[Row] = []

    def show(self, till: Till) -> None:
        """Show the lines of a till with what is known of them."""
        picture, prescription = till.picture, till.session.prescription
        asked = {} if prescription is None else {line.line_id: line for line in prescription.lines}
        rows = []
        for line in till.session.lines:
            product, item = picture.products.get(line.code), picture.items.get(line.code)
            presentation = product.presentation if product is not None else ""
            held = None if item is None else item.quantity
            part, size = None, unit_count(product)
            if line.units is not None:
                part = picture.amount_of(line)
            units = "" if line.units is None or size is None else units_words(line.units, size)
            answered = asked.get(line.prescribed_line)
            rows.append(Row(line, presentation, held, picture.worst(line), answered, part=part, units=units))
        rows += [Row(_stand_in(one.line), "", None, None, one.line, awaits=True) for one in awaited(till.session)]
        if len(rows) != len(self.rows):
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows != self.rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(_TITLES) - 1))

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return how many lines there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(_TITLES)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 -- Qt's contract
        """Return what is drawn of a cell."""
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text(column, index.row())
        if role == SECOND:
            return row.second(column)
        if role == SEVERITY:
            return row.severity
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = WORDS[row.severity] if column == ALERT and row.severity is not None else ""
            return said or f"{_TITLES[column]} {row.text(column, index.row())}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return " · ".join(part for part in (row.text(column, index.row()), row.second(column)) if part)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 -- Qt's contract
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in _RIGHT else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class _Painter(QStyledItemDelegate):
    """Draws two texts in a cell, or the mark of an alert."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        worn = theme.current()
        chosen = bool(option.state & option.state.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(option.rect, worn.color("selection"))
        box = option.rect.adjusted(theme.S, theme.XS, -theme.S, -theme.XS)
        if index.column() == ALERT:
            self._draw_alert(painter, box, index.data(SEVERITY), chosen=chosen)
        else:
            self._draw_texts(painter, box, index, "on_selection" if chosen else "")
        painter.restore()

    @staticmethod
    def _draw_alert(painter: QPainter, box: QRect, severity: Severity | None, *, chosen: bool) -> None:
        if severity is None:
            return
        worn = theme.current()
        size = worn.pixels(20)
        ink = getattr(worn.tokens, TONES[severity])
        if chosen and theme.contrast(ink, worn.tokens.selection) < _LEGIBLE:
            ink = worn.tokens.on_selection
        drawn = pixmap(ICONS[severity], ink, size)
        painter.drawPixmap(box.left() + (box.width() - size) // 2, box.top() + (box.height() - size) // 2, drawn)

    def _draw_texts(self, painter: QPainter, box: QRect, index: _Index, ink: str) -> None:
        model = index.model()
        assert isinstance(model, LinesModel)
        row, column = model.rows[index.row()], index.column()
        table = self.parent()
        with_box = isinstance(table, QTableView) and table.isColumnHidden(LOT)
        second = row.second(column, with_box=with_box)
        side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
        role = "strong" if column in {PRODUCT, QUANTITY, AMOUNT} else "body"
        faint = row.awaits or column in {RANK, RATE}
        tone = "danger" if column == STOCK and row.is_short else "muted" if faint else "text"
        high = box.height() // 2
        first = QRect(box.left(), box.top(), box.width(), high if second or column == PRODUCT else box.height())
        self._draw(painter, first, index.data(), role, ink=ink or tone, side=side)
        if second:
            under = QRect(box.left(), box.top() + high, box.width(), high)
            self._draw(painter, under, second, "caption", ink=ink or "muted", side=side)

    @staticmethod
    def _draw(painter: QPainter, box: QRect, text: str, role: str, *, ink: str, side: Qt.AlignmentFlag) -> None:
        worn = theme.current()
        painter.setFont(worn.font(role))
        painter.setPen(worn.color(ink))
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | side, cut)

    def sizeHint(self, option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(40, 2 * option.fontMetrics.height() + theme.S)


class LinesTable(QTableView):
    """The lines of the session; the one pointed at takes + − × and Suppr."""

    pointed = Signal(object)

    def __init__(self) -> None:
        """Start empty, with what to do first."""
        super().__init__()
        self.lines = LinesModel()
        self.setModel(self.lines)
        self.setItemDelegate(_Painter(self))
        self.setAccessibleName("Lignes de la vente")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        # A click points at a line; typing and scanning stay in the one field, whose arrows move here.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.empty = EmptyState(
            "scanner",
            "Scannez une boîte, tapez un nom…",
            "Le champ ci-dessus prend tout\u00a0: une boîte scannée d’où que vous soyez, un nom de patient ou de "
            "produit, une date de naissance, un code. Les flèches choisissent, Entrée prend.",
        )
        self.empty.setParent(self.viewport())
        theme.current().changed.connect(self._measure)
        self._measure()
        self._show_empty()

    @property
    def current_line(self) -> DraftLine | None:
        """The line pointed at; None for none."""
        place = self.currentIndex().row()
        row = self.lines.rows[place] if 0 <= place < len(self.lines.rows) else None
        return None if row is None or row.awaits else row.line

    def show_till(self, till: Till, *, point_at: str = "") -> None:
        """Show the lines of a till, and point at the line ``point_at``, else stay where it was."""
        held = point_at or (self.current_line.line_id if self.current_line is not None else "")
        place = self.currentIndex().row()
        self.lines.show(till)
        self._show_empty()
        ids = [row.line.line_id for row in self.lines.rows]
        if ids:
            self.point(ids.index(held) if held in ids else max(0, min(place, len(ids) - 1)))
        self.pointed.emit(self.current_line)

    def point(self, place: int) -> None:
        """Point at the line at ``place``, counted from 0."""
        self.setCurrentIndex(self.lines.index(place, PRODUCT))

    def step(self, count: int) -> None:
        """Point ``count`` lines further."""
        if self.lines.rows:
            self.point(max(0, min(self.currentIndex().row() + count, len(self.lines.rows) - 1)))

    def keyboardSearch(self, _search: str) -> None:
        """Do nothing: letters typed here may come from a scanner."""

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell which line is pointed at."""
        super().selectionChanged(selected, deselected)
        self.pointed.emit(self.current_line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the product readable: columns that the side panel repeats go first."""
        super().resizeEvent(event)
        self._fit()
        self._lay_empty()

    def _show_empty(self) -> None:
        self.empty.setVisible(not self.lines.rows)
        self.horizontalHeader().setVisible(bool(self.lines.rows))
        self._lay_empty()

    def _lay_empty(self) -> None:
        """Lay out what an empty sale says: where a notice leaves too little room, its title alone."""
        room = self.viewport().rect()
        self.empty.advice.show()
        self.empty.advice.setVisible(self.empty.heightForWidth(room.width()) <= room.height())
        self.empty.setGeometry(room)

    def _measure(self) -> None:
        metrics = self.fontMetrics()
        small = theme.current().font("caption")
        high = metrics.height() + theme.L + self.fontMetrics().height() * small.pointSizeF() / self.font().pointSizeF()
        self.verticalHeader().setDefaultSectionSize(round(high))
        header = self.horizontalHeader()
        header.setMinimumSectionSize(metrics.horizontalAdvance("00"))
        for column, digits in enumerate(_DIGITS):
            mode = QHeaderView.ResizeMode.Stretch if column == PRODUCT else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, mode)
            if digits:
                title = (
                    header.fontMetrics().horizontalAdvance(_TITLES[column]) + 2 * theme.current().pixels(theme.S) + 4
                )
                header.resizeSection(column, max(metrics.horizontalAdvance("0") * digits + theme.L, title))
        self._fit()

    def _fit(self) -> None:
        header = self.horizontalHeader()
        needed = self.fontMetrics().horizontalAdvance("0") * _PRODUCT_DIGITS
        for column in _SPARE:
            self.setColumnHidden(column, False)
        for column in _SPARE:
            used = sum(header.sectionSize(place) for place in range(len(_TITLES)) if place != PRODUCT)
            if self.viewport().width() - used >= needed:
                return
            self.setColumnHidden(column, True)


def count_text(lines: tuple[DraftLine, ...]) -> str:
    """Return how many lines and boxes there are: ``3 lignes, 5 boîtes``."""
    boxes = sum(line.quantity for line in lines)
    return f"{plural(len(lines), 'ligne')}, {plural(boxes, 'boîte')}" if lines else ""
