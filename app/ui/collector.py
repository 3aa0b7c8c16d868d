"""On which thread does Python look for cycles of objects that nobody holds any more? On that of the screens only.

The interpreter collects on whichever thread happens to allocate. A widget that dies on another thread than its own
takes the process with it, sooner or later: a pause of the sale in progress, without a word.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 250


class Collector(QObject):
    """Collects from the event loop, by the interpreter's own thresholds, in place of the interpreter."""

    def __init__(self, parent: QObject) -> None:
        """Take over from the interpreter until the process ends."""
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the oldest generation that is due, if one is."""
        due = [
            rank
            for rank, (count, most) in enumerate(zip(gc.get_count(), self._thresholds, strict=True))
            if count > most
        ]
        if due and due[0] == 0:
            gc.collect(_last_run(due))


def spare_what_stays() -> None:
    """Leave what the program has built so far out of every later collection: it stays until the end."""
    gc.freeze()


def _last_run(due: list[int]) -> int:
    """Return the oldest of the generations that are due one after the other, from the youngest."""
    return max(rank for rank in due if due[: rank + 1] == list(range(rank + 1)))
