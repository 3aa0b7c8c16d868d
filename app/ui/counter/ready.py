"""Who waits for the boxes that have just come in? Said once, when they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.kernel.text import plural

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.officine.owed.model import Promise
    from app.ui.context import Ui

_NAMED = 2


class ReadyWatch(QObject):
    """Tells which promis have become ready since it last looked: after a receipt, at whatever workstation."""

    def __init__(self, ui: Ui, parent: QObject | None = None) -> None:
        """Begin with what is ready now, without a word."""
        super().__init__(parent)
        self._ui = ui
        self._ready: frozenset[int] | None = None
        self._look()

    def refresh(self, change: Changed) -> None:
        """Look again where stock or promis changed."""
        if change.touches("stock") or change.touches("promise"):
            self._look()

    def _look(self) -> None:
        owed = self._ui.services.owed
        self._ui.tasks.run(lambda _progress: owed.open_promises(), done=self._looked, owner=self, key="ready")

    def _looked(self, promises: list[Promise]) -> None:
        before, ready = self._ready, [promise for promise in promises if promise.ready]
        self._ready = frozenset(promise.number for promise in ready)
        fresh = [] if before is None else [promise for promise in ready if promise.number not in before]
        if fresh:
            self._ui.say(ready_words(fresh), "info")


def ready_words(promises: list[Promise]) -> str:
    """Return who waits for what has come in: how many promis, then the names of the first two customers."""
    names = list(dict.fromkeys(promise.customer for promise in promises))
    others = f" et {plural(len(names) - _NAMED, 'autre')}" if len(names) > _NAMED else ""
    count = f"{len(promises)} promis prêt{'s' if len(promises) > 1 else ''}"
    return f"{count}\u00a0: {', '.join(names[:_NAMED])}{others}. F8 pour remettre."
