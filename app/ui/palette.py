"""Which act is meant by a few letters? The palette of all acts, by Ctrl+K."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.kernel.text import fold
from app.ui import theme
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.ui.shortcuts import Act, Acts

_TITLE, _SYNONYM, _LETTERS = 3, 2, 1


def score(query: str, act: Act) -> int:
    """Return how well an act answers a query: 3 by its title, 2 by a synonym, 1 by letters in order, 0 not at all."""
    wanted = fold(query).split()
    if not wanted:
        return _TITLE
    title = fold(act.title).split()
    if all(any(word.startswith(part) for word in title) for part in wanted):
        return _TITLE
    every = title + [word for synonym in act.synonyms for word in fold(synonym).split()]
    if all(any(word.startswith(part) for word in every) for part in wanted):
        return _SYNONYM
    return _LETTERS if _in_order("".join(wanted), "".join(title)) else 0


def found(query: str, acts: Sequence[Act]) -> list[Act]:
    """Return the acts that answer a query, the best first, then in the order given."""
    scored = [(score(query, act), act) for act in acts]
    return [act for points, act in sorted(scored, key=lambda pair: -pair[0]) if points]


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)


class PaletteDialog(QDialog):
    """All acts that can be done now; typing narrows them, Entrée does the one pointed at."""

    def __init__(self, acts: Acts, rooms: Mapping[str, str], parent: QWidget | None = None) -> None:
        """Offer the acts of ``acts``; ``rooms`` gives the title of each room."""
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Palette des actes")
        self._acts = acts
        self._offered = [act for act in acts.available() if act.id != "app.palette"]
        self.field = SearchField("Que voulez-vous faire\u202f?", "Chercher un acte")
        empty = EmptyState("search", "Aucun acte ne répond à ces mots", "Essayez un autre mot, ou F1 pour la liste.")
        columns: list[Column[Act]] = [
            Column("Acte", lambda act: act.title),
            Column(
                "Écran", lambda act: rooms.get(act.room, "Partout"), width=14, tone=lambda _act: "muted", spare=True
            ),
            Column("Touche", lambda act: acts.key_text_of(act.id), width=14, right=True),
        ]
        self.list: ListTable[Act] = ListTable("Actes", columns, empty)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.field.searched.connect(self._narrow)
        self.field.textEdited.connect(lambda _text: self.field.search_now())
        self.field.moved.connect(self.list.step)
        self.field.confirmed.connect(lambda: self._do(self.list.current_record))
        self.list.chosen.connect(self._do)
        self.list.clicked.connect(lambda _index: self._do(self.list.current_record))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.M)
        column.setSpacing(theme.S)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(Text("↑ ↓ choisir · Entrée faire · Échap fermer", "caption"))
        self._narrow("")
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        worn = theme.current()
        room = parent.size() if parent is not None else self.sizeHint()
        width = min(worn.pixels(620), max(room.width() - 2 * theme.XL, theme.XXL))
        self.resize(width, min(worn.pixels(440), max(room.height() - 4 * theme.XL, theme.XXL)))
        if parent is not None:
            corner = parent.mapToGlobal(parent.rect().topLeft())
            self.move(corner.x() + (room.width() - width) // 2, corner.y() + 3 * theme.XL)

    def _narrow(self, query: str) -> None:
        self.list.set_records(found(query, self._offered))

    def _do(self, act: Act | None) -> None:
        if act is not None:
            self.accept()
            self._acts.trigger(act.id)
