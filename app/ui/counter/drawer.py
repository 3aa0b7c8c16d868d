"""What do the side panels of the counter have in common: a title, one key out, and no key for a scanner?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.basics import Button, KeyCap, Panel
from app.ui.widgets.fields import Field

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from app.kernel.outcome import Finding
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import Box
    from app.ui.context import Ui
    from app.ui.counter.till import Till


class Drawer(Panel):
    """One side panel of one comptoir: Échap closes it and keeps what was typed, Entrée goes on."""

    closed = Signal()
    name = ""

    def __init__(self, ui: Ui, till: Till, title: str) -> None:
        """Open over the detail of ``till``."""
        super().__init__(title, margin=theme.M)
        self.ui, self.till = ui, till
        self.setAccessibleName(title)
        self.title.setWordWrap(False)
        close = Button("", kind="ghost", icon="close", name=f"Fermer\u00a0: {title}")
        close.clicked.connect(self.closed)
        self.head.addWidget(KeyCap("Échap"))
        self.head.addWidget(close)
        inside = QWidget()
        self.content = QVBoxLayout(inside)
        self.content.setContentsMargins(0, 0, theme.XS, 0)
        self.content.setSpacing(theme.M)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inside)
        self.body.addWidget(self.area, 1)
        self.foot = QVBoxLayout()
        self.foot.setSpacing(theme.S)
        self.body.addLayout(self.foot)

    def reveal(self, widget: QWidget) -> None:
        """Put the focus on ``widget``, whole with its label in sight, its text ready to be typed over."""
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(widget, QLineEdit):
            widget.selectAll()
        labelled = widget.parentWidget()
        self.area.ensureWidgetVisible(labelled if isinstance(labelled, Field) else widget, 0, theme.XS)

    def opened(self) -> None:
        """Read what is to be shown, and put the focus where typing begins."""

    def confirm(self) -> None:
        """Go on, by Entrée."""

    def back(self) -> bool:
        """Go back one level inside the panel; False where there is none, and the panel closes."""
        return False

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""

    def take_product(self, product: Product, box: Box | None) -> bool:  # noqa: ARG002 -- for the panels that take some
        """Take a scanned box; False where it goes to the sale."""
        return False

    def show_refusal(self, findings: tuple[Finding, ...]) -> None:
        """Show why the delivery was refused."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on with Entrée from whatever control has the focus."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.confirm()
            return
        super().keyPressEvent(event)

    def chain(self, *steps: QWidget) -> None:
        """Make Entrée go from each field to the next step, and from the last one on; a choice goes on by itself."""
        for place, field in enumerate(steps):
            if isinstance(field, QLineEdit):
                field.installEventFilter(_Next(self, steps[place + 1] if place + 1 < len(steps) else None, field))


class _Next(QObject):
    """Moves the focus on with Entrée."""

    def __init__(self, drawer: Drawer, following: QWidget | None, parent: QObject) -> None:
        super().__init__(parent)
        self._drawer, self._following = drawer, following

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:  # type: ignore[attr-defined]
            return False
        if self._following is None:
            self._drawer.confirm()
        else:
            self._drawer.reveal(self._following)
        return True
