"""Which ordonnances of the patient may be renewed, what is left of each, and from which day?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.text import plural
from app.officine.prescriptions.rules import TOLERANCE_DAYS
from app.ui import formats, theme
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.prescriptions.model import KeptPrescription

_SHOWN = 3


class RenewalList(QWidget):
    """The ordonnances to renew; the field beside keeps the focus, its arrows and Entrée act here."""

    chosen = Signal(object)

    def __init__(self) -> None:
        """Start with none."""
        super().__init__()
        columns: list[Column[KeptPrescription]] = [
            Column("Ordonnance", _title, strong=True, second=_words),
            Column("Reste", _left, width=8, right=True, second=_due_words),
        ]
        self.list: ListTable[KeptPrescription] = ListTable(
            "Ordonnances à renouveler", columns, EmptyState("prescription", "Rien à renouveler", "")
        )
        self.list.chosen.connect(self.chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(
            Text("Entrée\u00a0: renouveler · tapez un nom pour une nouvelle ordonnance", "caption", wrap=True)
        )
        column.addWidget(self.list)
        self.hide()

    @property
    def has_some(self) -> bool:
        """True where something may be renewed."""
        return bool(self.list.records)

    def show_kept(self, found: tuple[KeptPrescription, ...]) -> None:
        """Show the ordonnances to renew, the newest first."""
        self.list.set_records(found)
        rows = min(len(found), _SHOWN)
        high = self.list.verticalHeader().defaultSectionSize()
        self.list.setFixedHeight(self.list.horizontalHeader().sizeHint().height() + high * max(rows, 1) + theme.S)
        if found:
            self.list.step(0)

    def take(self) -> None:
        """Choose the ordonnance pointed at."""
        record = self.list.current_record
        if record is not None:
            self.chosen.emit(record)


def _title(kept: KeptPrescription) -> str:
    return f"{kept.prescriber_name}, {formats.date(kept.written_on)}"


def _words(kept: KeptPrescription) -> str:
    return ", ".join(one.line.label for one in kept.to_deliver)


def _left(kept: KeptPrescription) -> str:
    return plural(max(one.left for one in kept.to_deliver), "fois", "fois")


def _due_words(kept: KeptPrescription) -> str:
    days: list[dt.date] = [day for one in kept.to_deliver if (day := one.due_on(TOLERANCE_DAYS)) is not None]
    return f"le {formats.date(min(days))[:5]}" if days else ""
