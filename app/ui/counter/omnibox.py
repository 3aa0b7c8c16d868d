"""What is looked for at the counter? One field takes everything; patients and products answer as one types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.kernel.clock import today
from app.kernel.money import Money
from app.officine.patients.model import Patient
from app.ui import formats, theme
from app.ui.counter.reading import Answers, Hit, find
from app.ui.widgets.basics import IconLabel, KeyCap, Text
from app.ui.widgets.fields import SearchField

if TYPE_CHECKING:
    import datetime as dt

    from PySide6.QtGui import QKeyEvent, QPainter

    from app.ui.context import Ui

_Index = QModelIndex | QPersistentModelIndex
_ENTRY = Qt.ItemDataRole.UserRole
_QUANTITY = re.compile(r"\d{1,3}")
_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d{0,2})?")
_LOT = re.compile(r"\s*lot\s+(\S+)\s*", re.IGNORECASE)
_SHOWN = 9


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the answers: a heading, a patient, a product, a price, or an offer to create a patient."""

    text: str
    detail: str = ""
    side: str = ""
    tone: str = ""
    value: Patient | Hit | Money | str | None = None

    @property
    def is_heading(self) -> bool:
        """True where it can't be chosen."""
        return self.value is None


def is_number(text: str) -> bool:
    """Return True for a short number or an amount, which names no product: Entrée alone never takes one for it."""
    return _NUMBER.fullmatch(text.strip()) is not None


def entries(answers: Answers, on: dt.date, *, patients_first: bool, unpriced: str = "") -> list[Entry]:
    """Return the lines to show for answers, in groups; ``patients_first`` while nobody is known yet.

    ``unpriced`` names a product of the sale whose price is not known: an amount is offered as its price first.
    """
    people = [_patient_entry(patient, on) for patient in answers.patients]
    goods = [_product_entry(hit) for hit in answers.products]
    groups = [("Patients", people), ("Produits", goods)]
    if not patients_first:
        groups.reverse()
    lines = [line for title, group in groups if group for line in (Entry(title), *group)]
    wanted = answers.text.strip()
    if not lines and wanted:
        lines.append(Entry(f"Rien ne répond à «\u00a0{wanted[:60]}\u00a0»"))
    if any(char.isalpha() for char in wanted) and not people:
        lines.append(Entry(f"Créer le patient «\u00a0{wanted[:40]}\u00a0»", "nouveau dossier", "F2", value=wanted))
    if unpriced and is_number(wanted):
        price = Money.parse(wanted.rstrip(".,"))
        lines.insert(0, Entry(f"Prix de vente\u00a0: {formats.amount(price)}", unpriced, "Entrée", value=price))
    return lines


def _patient_entry(patient: Patient, on: dt.date) -> Entry:
    born = f"{formats.date(patient.birth_date)} · {formats.age(patient.age(on))}"
    detail = f"{born} · {patient.city}" if patient.city else born
    return Entry(patient.display_name, detail, patient.status.label.removeprefix("Identité "), "muted", patient)


def _product_entry(hit: Hit) -> Entry:
    product = hit.product
    held = "pas en stock" if not hit.quantity else f"{hit.quantity} en stock"
    marks = [product.list_class.label if product.list_class else "", held]
    if not product.marketed:
        marks.insert(0, "non commercialisé")
    detail = " · ".join(mark for mark in (*marks, product.presentation) if mark)
    return Entry(product.name, detail, formats.amount(product.price), "" if hit.quantity else "muted", hit)


class OmniField(SearchField):
    """The field itself: while it is empty, the keys of the counter act on the lines."""

    multiplied = Signal(int)
    empty_confirmed = Signal()

    def __init__(self) -> None:
        """Say what may be typed or scanned."""
        super().__init__("Scannez une boîte, tapez un nom, une date de naissance, un code…", "Champ unique du comptoir")

    def event(self, event: QEvent) -> bool:
        """Leave the keys that edit a text to the acts of the counter while there is no text."""
        if event.type() is QEvent.Type.ShortcutOverride and not self.text():
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take « 3× » as a quantity, and Entrée on nothing as the next step."""
        if event.text() in {"*", "×"} and _QUANTITY.fullmatch(self.text()):
            self.multiplied.emit(int(self.text()))
            self.clear()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not self.text().strip():
            self.empty_confirmed.emit()
        else:
            super().keyPressEvent(event)


class _Answers(QAbstractListModel):
    """The lines of the answers."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def show(self, lines: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = lines
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entries[index.row()]
        if role == _ENTRY:
            return entry
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return " · ".join(part for part in (entry.text, entry.detail, entry.side) if part)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self.entries[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Painter(QStyledItemDelegate):
    """Draws a name, what tells it from the others under it, and a price or a status at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        entry: Entry = index.data(_ENTRY)
        high = option.fontMetrics.height()
        return QSize(100, high + theme.S if entry.is_heading else 2 * high + theme.S)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: Entry = index.data(_ENTRY)
        worn = theme.current()
        painter.save()
        box = option.rect.adjusted(theme.M, 0, -theme.M, 0)
        if entry.is_heading:
            painter.setFont(worn.font("caption"))
            painter.setPen(worn.color("muted"))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, entry.text)
            painter.restore()
            return
        chosen = bool(option.state & option.state.State_Selected)
        if chosen:
            painter.fillRect(option.rect, worn.color("selection"))
        ink, faint = ("on_selection", "on_selection") if chosen else ("text", "muted")
        self._draw_side(painter, box, entry, ink if chosen else entry.tone or ink)
        width = painter.fontMetrics().horizontalAdvance(entry.side) + theme.L if entry.side else 0
        words = QRect(box.left(), box.top() + theme.XS, box.width() - width, (box.height() - theme.S) // 2)
        self._draw_line(painter, words, entry.text, "strong", ink)
        words.translate(0, words.height())
        self._draw_line(painter, words, entry.detail, "caption", faint)
        painter.restore()

    @staticmethod
    def _draw_side(painter: QPainter, box: QRect, entry: Entry, ink: str) -> None:
        worn = theme.current()
        painter.setFont(worn.font("body"))
        painter.setPen(worn.color(ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, entry.side)

    @staticmethod
    def _draw_line(painter: QPainter, box: QRect, text: str, role: str, ink: str) -> None:
        worn = theme.current()
        painter.setFont(worn.font(role))
        painter.setPen(worn.color(ink))
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, cut)


class AnswersList(QListView):
    """The answers over the page, under the field."""

    taken = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        """Lie over ``parent``."""
        super().__init__(parent)
        self._model = _Answers()
        self.setModel(self._model)
        self.setItemDelegate(_Painter(self))
        self.setAccessibleName("Réponses")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.taken.emit(index.data(_ENTRY)))
        self.hide()

    def keyboardSearch(self, _search: str) -> None:
        """Do nothing: the letters belong to the field."""

    @property
    def entries(self) -> list[Entry]:
        """The lines shown."""
        return self._model.entries

    @property
    def current_entry(self) -> Entry | None:
        """The answer pointed at."""
        index = self.currentIndex()
        return self.entries[index.row()] if index.isValid() else None

    def show_entries(self, lines: list[Entry], *, point: bool = True) -> None:
        """Show other answers and point at the first unless ``point`` is False; hide where there is none."""
        self._model.show(lines)
        self.setVisible(bool(lines))
        if lines:
            self.raise_()
        if lines and point:
            self.step(1, start=-1)

    def step(self, count: int, start: int | None = None) -> None:
        """Point at the answer ``count`` further, headings not counted."""
        place = self.currentIndex().row() if start is None else start
        way = 1 if count > 0 else -1
        for _ in range(abs(count)):
            following = place + way
            while 0 <= following < len(self.entries) and self.entries[following].is_heading:
                following += way
            if not 0 <= following < len(self.entries):
                break
            place = following
        if 0 <= place < len(self.entries) and not self.entries[place].is_heading:
            self.setCurrentIndex(self._model.index(place, 0))

    def wanted_height(self) -> int:
        """Return the height that shows the answers, up to some nine of them."""
        heights = [self.sizeHintForRow(row) for row in range(min(len(self.entries), 2 * _SHOWN))]
        return min(sum(heights), _SHOWN * max(heights, default=0)) + 2 * self.frameWidth()


class Omnibox(QFrame):
    """The field, its answers, and what a choice means."""

    patient_taken = Signal(object)
    product_taken = Signal(object)
    create_wanted = Signal(str)
    price_taken = Signal(object)
    lot_taken = Signal(str)
    moved = Signal(int)

    def __init__(self, ui: Ui, page: QWidget) -> None:
        """Search the services of ``ui``; the answers lie over ``page``."""
        super().__init__()
        self._ui, self._page = ui, page
        self._answered = ""
        self._take_next = False
        self.patients_first = True
        self.unpriced = ""
        self.setProperty("kind", "plain")
        self.field = OmniField()
        self.answers = AnswersList(page)
        self.setFocusProxy(self.field)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.S)
        line.addWidget(IconLabel("scanner", "accent_text", 22))
        line.addWidget(self.field, 1)
        self.field.searched.connect(self._search)
        self.field.textChanged.connect(self._typed)
        self.field.moved.connect(self._move)
        self.field.confirmed.connect(self._confirm)
        self.answers.taken.connect(self._take)

    @property
    def is_open(self) -> bool:
        """True while answers are shown, or something is typed."""
        return bool(self.field.text()) or self.answers.isVisible()

    def reset(self) -> None:
        """Empty the field and hide the answers."""
        self.field.clear()
        self.answers.hide()

    def place_answers(self) -> None:
        """Put the answers right under the field."""
        corner = self.field.mapTo(self._page, self.field.rect().bottomLeft())
        room = self._page.height() - corner.y() - theme.S
        height = min(self.answers.wanted_height(), room)
        self.answers.setGeometry(corner.x(), corner.y() + 2, self.field.width(), height)

    def _typed(self, text: str) -> None:
        self._take_next = False
        if not text.strip():
            self.answers.show_entries([])

    def _search(self, text: str) -> None:
        if not text.strip():
            self.answers.show_entries([])
            return
        services, actor = self._ui.services, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: find(services, text, actor),
            done=self._show,
            owner=self,
            key="omnibox",
            title="Recherche…",
        )

    def _show(self, answers: Answers) -> None:
        if answers.text != self.field.text():
            return
        self._answered = answers.text
        on = today(self._ui.services.clock)
        lines = entries(answers, on, patients_first=self.patients_first, unpriced=self.unpriced)
        self.answers.show_entries(lines, point=bool(self.unpriced) or not is_number(answers.text))
        self.place_answers()
        if self._take_next:
            self._take_next = False
            self._take(self.answers.current_entry)

    def _move(self, count: int) -> None:
        if self.answers.isVisible():
            self.answers.step(count)
        elif not self.field.text():
            self.moved.emit(count)

    def _confirm(self) -> None:
        lot = _LOT.fullmatch(self.field.text())
        if lot is not None:
            self.reset()
            self.lot_taken.emit(lot[1])
            return
        if self._answered != self.field.text() or not self.answers.isVisible():
            self.field.search_now()
            self._take_next = True
            return
        self._take_next = False
        self._take(self.answers.current_entry)

    def _take(self, entry: Entry | None) -> None:
        number = self.field.text().strip()
        if entry is None and is_number(number):
            words = "les flèches choisissent un produit, × en fait une quantité."
            self._ui.say(f"«\u00a0{number}\u00a0»\u00a0: {words}", "warning")
        if entry is None or entry.value is None:
            return
        self.reset()
        if isinstance(entry.value, Patient):
            self.patient_taken.emit(entry.value)
        elif isinstance(entry.value, Hit):
            self.product_taken.emit(entry.value.product)
        elif isinstance(entry.value, Money):
            self.price_taken.emit(entry.value)
        else:
            self.create_wanted.emit(entry.value)


class Hints(QWidget):
    """What the keys do, when there is nothing to serve yet."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        """Show each key and what it does."""
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.M)
        grid.setVerticalSpacing(theme.XS)
        grid.setColumnStretch(1, 1)
        for place, (key, words) in enumerate(pairs):
            grid.addWidget(KeyCap(key), place, 0)
            grid.addWidget(Text(words, "muted", wrap=True), place, 1)
