"""Which comptoirs are open at this workstation, each for whom?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.kernel.text import plural
from app.ui import formats, theme
from app.ui.widgets.basics import ActButton, Chip, ElidedText, Text, clear, restyle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent

    from app.ui.context import Ui
    from app.ui.counter.till import Till

_WIDTH, _WIDEST = 210, 340


class _Tab(QFrame):
    """One comptoir: its number, who is served, how many lines."""

    chosen = Signal(int)

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(f"Ctrl+{place + 1}")
        self.number = Chip(str(place + 1))
        self.words = ElidedText("", "body")
        self.owed = Chip("", "neutral")
        self.count = Text("", "caption")
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.S, 3, theme.S, 3)
        line.setSpacing(theme.XS)
        line.addWidget(self.number)
        line.addWidget(self.words, 1)
        line.addWidget(self.owed)
        line.addWidget(self.count)
        theme.current().changed.connect(self._measure)
        self._measure()

    def event(self, event: QEvent) -> bool:
        """Measure anew where a part of the tab changed."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._measure()
        return super().event(event)

    def _measure(self) -> None:
        """Take the width of a long name where the other comptoirs leave it."""
        worn, line = theme.current(), self.layout()
        name = QFontMetrics(worn.font("strong")).horizontalAdvance(self.words.whole) + theme.S
        asked = name + (0 if line is None else line.sizeHint().width())
        self.setMaximumWidth(min(max(worn.pixels(_WIDTH), asked), worn.pixels(_WIDEST)))

    def show_till(self, till: Till, *, current: bool) -> None:
        session = till.session
        name = session.patient_name or ("Sans patient" if session.lines else "Libre")
        restyle(self, "kind", "panel" if current else "plain")
        self.number.say(str(self._place + 1), "accent" if current else "neutral")
        self.words.set_whole(name)
        self.words.set_role("strong" if current else "muted")
        self.count.setText(str(len(session.lines)) if session.lines else "")
        lines = plural(len(session.lines), "ligne")
        state = "comptoir affiché" if current else "comptoir"
        owed = self._show_owed(till)
        amount = f" · {formats.amount(session.amount)}" if session.lines else ""
        self.setToolTip(f"Ctrl+{self._place + 1} · {name} · {lines}{amount}{owed}")
        self.setAccessibleName(f"{state} {self._place + 1}\u00a0: {name}, {lines}{owed}".capitalize())

    def _show_owed(self, till: Till) -> str:
        """Show for how long boxes have been owed to who is served, late ones highlighted; return it in words."""
        session, picture = till.session, till.picture
        known = picture.patient is not None and picture.patient.id == session.patient_id
        promised = picture.promised if known else None
        self.owed.setVisible(promised is not None)
        if promised is None:
            return ""
        age = f"{promised.days}\u00a0j" if promised.days else "ce jour"
        self.owed.say(f"dû {age}" if promised.days else "dû", "warning" if promised.late else "info")
        return (
            f" · {plural(promised.boxes, 'boîte due', 'boîtes dues')}, {age}{' (en retard)' if promised.late else ''}"
        )

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.chosen.emit(self._place)


class TabStrip(QFrame):
    """The comptoirs in a row, then what is in waiting."""

    chosen = Signal(int)

    def __init__(self, ui: Ui) -> None:
        """Start without comptoirs."""
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName("Comptoirs")
        self._tabs: list[_Tab] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.XS)
        self.state = Text("", "caption")
        self.new = ActButton(ui.acts, "counter.new", kind="ghost", text="Comptoir")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.S)
        line.addLayout(self._row, 1)
        line.addWidget(self.new)
        line.addWidget(self.state)

    def show_tills(self, tills: Sequence[Till], current: int) -> None:
        """Show the comptoirs, the one served now marked."""
        if len(tills) != len(self._tabs):
            clear(self._row)
            self._tabs = [_Tab(place) for place in range(len(tills))]
            for tab in self._tabs:
                tab.chosen.connect(self.chosen)
                self._row.addWidget(tab, 1)
            self._row.addStretch(1)
        for place, (tab, till) in enumerate(zip(self._tabs, tills, strict=True)):
            tab.show_till(till, current=place == current)

    def say(self, text: str, role: str = "caption") -> None:
        """Say whether everything is saved, and what waits."""
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.state.set_role(role)
