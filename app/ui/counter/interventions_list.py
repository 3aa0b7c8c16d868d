"""Which interventions pharmaceutiques were made for this patient before?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.text import plural
from app.officine.interventions.data import coding
from app.ui import formats, theme
from app.ui.widgets.basics import Divider, Text, clear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.officine.interventions.model import Intervention

_SHOWN = 3


class InterventionsList(QWidget):
    """The last interventions of a patient, in a few lines each; takes no room where there are none."""

    def __init__(self) -> None:
        """Start without any."""
        super().__init__()
        self.shown: tuple[Intervention, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.hide()

    def show_all(self, found: Sequence[Intervention]) -> None:
        """Show the newest of those ``found``, and say how many there are."""
        self.shown = tuple(found[:_SHOWN])
        clear(self._column)
        self._column.addWidget(Divider())
        more = f"\u00a0: les {_SHOWN} dernières" if len(found) > _SHOWN else ""
        total = plural(len(found), "intervention pharmaceutique", "interventions pharmaceutiques")
        self._column.addWidget(Text(f"{total}{more}", "strong", wrap=True))
        for one in self.shown:
            self._column.addSpacing(theme.XS)
            self._column.addWidget(Text(one.text, wrap=True))
            outcome = coding().outcomes.get(one.outcome, one.outcome)
            self._column.addWidget(Text(f"{one.reason} — {outcome.lower()}", "success", wrap=True))
            if one.undone:
                self._column.addWidget(Text(one.undone_words, "warning", wrap=True))
            self._column.addWidget(
                Text(
                    f"{formats.date(one.day)} · délivrance n°\u00a0{one.delivery} · {one.author_name}",
                    "caption",
                    wrap=True,
                )
            )
        self.setVisible(bool(found))
