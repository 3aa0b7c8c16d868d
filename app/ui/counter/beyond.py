"""What may still leave beyond an ordonnance that has given all, and by which rule?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from app.officine.dispensing.exceptional import article
from app.ui import formats, theme
from app.ui.widgets.basics import Button, EmptyState, Panel, Text
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.dispensing.exceptional import Offer

_SHOWN = 2


class BeyondPanel(Panel):
    """The ordonnances that are over, each with what the law still allows; a button with its key, nothing by itself."""

    def __init__(self, take: Callable[[Offer], object]) -> None:
        """Start with none, out of sight; ``take`` is called with the one chosen."""
        super().__init__(margin=theme.S)
        self._take = take
        self.outer.removeItem(self.head)
        self.title.hide()
        self.setAccessibleName("Au-delà de l’ordonnance")
        columns: list[Column[Offer]] = [Column("Ordonnance expirée", _title, strong=True, second=_lines)]
        self.list: ListTable[Offer] = ListTable(
            "Ordonnances expirées", columns, EmptyState("prescription", "Rien au-delà", "")
        )
        self.list.chosen.connect(take)
        self.list.pointed.connect(self._point)
        self.rule = Text("", wrap=True)
        self.button = Button("Délivrer au-delà — Alt+&X", icon="clock", name="Délivrer au-delà de l’ordonnance")
        self.button.clicked.connect(self.take)
        inside = QVBoxLayout()
        inside.setSpacing(theme.XS)
        inside.addWidget(self.list)
        inside.addWidget(self.rule)
        inside.addWidget(self.button)
        self.body.addLayout(inside)
        self.hide()

    @property
    def has_some(self) -> bool:
        """True where something may leave."""
        return bool(self.list.records)

    def show_offers(self, offers: tuple[Offer, ...]) -> None:
        """Show what may leave; nothing where nothing may."""
        self.list.set_records(list(offers))
        rows = min(max(len(offers), 1), _SHOWN)
        high = self.list.verticalHeader().defaultSectionSize()
        self.list.setFixedHeight(self.list.horizontalHeader().sizeHint().height() + high * rows + theme.S)
        self.setVisible(bool(offers))
        if offers:
            self.list.point(0)

    def take(self) -> None:
        """Choose the ordonnance pointed at."""
        offer = self.list.current_record
        if offer is not None:
            self._take(offer)

    def _point(self, offer: Offer | None) -> None:
        self.rule.setText("" if offer is None else f"{offer.kind.label}\u00a0: {offer.words} ({article(offer.kind)}).")


def _title(offer: Offer) -> str:
    return f"{offer.kept.prescriber_name}, {formats.date(offer.kept.written_on)}"


def _lines(offer: Offer) -> str:
    return ", ".join(one.line.label for one in offer.lines)
