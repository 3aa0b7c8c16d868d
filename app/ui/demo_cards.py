"""Which card of the demonstration is put in, or pulled out? A panel beside the readers that do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.context import DemoCard, DemoCards

_WIDTH, _HEIGHT = 620, 470


class DemoCardsDialog(QDialog):
    """The cards of the demonstration; Entrée puts the one pointed at in, pulls it, or scans what a phone shows."""

    def __init__(
        self, cards: DemoCards, parent: QWidget | None = None, scan: Callable[[str], None] | None = None
    ) -> None:
        """Offer ``cards``; what a phone shows is given to ``scan``."""
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Cartes de démonstration")
        self._cards, self._scan = cards, scan
        columns: list[Column[DemoCard]] = [
            Column("Carte", lambda one: one.title, second=lambda one: one.about, strong=True),
            Column("Lecteur", _place, width=24, tone=lambda one: "success" if one.reader else "muted"),
        ]
        empty = EmptyState("card", "Aucune carte", "La démonstration n’en a pas.")
        self.list: ListTable[DemoCard] = ListTable("Cartes de démonstration", columns, empty)
        self.list.chosen.connect(self._toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.M)
        column.setSpacing(theme.S)
        column.addWidget(Text("Cartes de démonstration", "heading"))
        column.addWidget(Text("Cartes simulées de personnes fictives. Aucune carte réelle n’est lue ici.", "caption"))
        column.addWidget(self.list, 1)
        column.addWidget(Text("↑ ↓ choisir · Entrée insérer, retirer ou scanner · Échap fermer", "caption"))
        laid = cards.cards()
        self.list.set_records(laid)
        self.list.point(next((place for place, card in enumerate(laid) if card.reader), 0))
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._place()

    def _toggle(self, card: DemoCard) -> None:
        """Put a card in and make room for what it brings; a card that is pulled leaves the panel as it is."""
        shown = self._cards.code(card.key)
        if shown and self._scan is not None:
            self.accept()
            self._scan(shown)
        elif not shown and self._cards.toggle(card.key):
            self.accept()
        elif not shown:
            self.list.set_records(self._cards.cards(), keep=True)

    def _place(self) -> None:
        parent = self.parentWidget()
        worn = theme.current()
        room = parent.size() if parent is not None else self.sizeHint()
        width = min(worn.pixels(_WIDTH), max(room.width() - 2 * theme.XL, theme.XXL))
        self.resize(width, min(worn.pixels(_HEIGHT), max(room.height() - 4 * theme.XL, theme.XXL)))
        if parent is not None:
            corner = parent.mapToGlobal(parent.rect().topLeft())
            self.move(corner.x() + (room.width() - width) // 2, corner.y() + 3 * theme.XL)


def _place(card: DemoCard) -> str:
    if card.key.startswith("phone"):
        return "à scanner"
    return card.reader.removeprefix("Lecteur de ").capitalize() if card.reader else "hors du lecteur"
