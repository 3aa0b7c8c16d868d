"""What must those who look over the shoulder not read? The clinical panels, under one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.ui.widgets.basics import EmptyState

if TYPE_CHECKING:
    from app.ui.shortcuts import Acts


class PrivateSide(QStackedWidget):
    """The side panels, or a cover over those that are clinical; they keep all that they hold."""

    def __init__(self, side: QStackedWidget, clinical: tuple[QWidget | type[QWidget], ...], acts: Acts) -> None:
        """Cover ``side`` while it shows one of ``clinical``: a panel, or a kind of panel."""
        super().__init__()
        self._side, self._clinical, self._acts = side, clinical, acts
        self.private = False
        self.cover = EmptyState("lock", "Volets cliniques masqués", "")
        self.addWidget(side)
        self.addWidget(self.cover)
        side.currentChanged.connect(lambda _place: self._show())

    def set_private(self, *, private: bool) -> None:
        """Cover the clinical panels, or show them again."""
        self.private = private
        self._show()

    @property
    def is_covered(self) -> bool:
        """True where a clinical panel is hidden now."""
        return self.private and self._is_clinical(self._side.currentWidget())

    def _is_clinical(self, shown: QWidget | None) -> bool:
        return any(isinstance(shown, one) if isinstance(one, type) else shown is one for one in self._clinical)

    def _show(self) -> None:
        if self.is_covered:
            key = self._acts.key_text_of("counter.private")
            self.cover.say("Volets cliniques masqués", f"{key} les montre de nouveau. Les scans continuent.")
        self.setCurrentWidget(self.cover if self.is_covered else self._side)
