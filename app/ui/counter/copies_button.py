"""How many copies of the paper does this ordonnance have? Said in its panel, where they may be dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import plural
from app.officine.copies.model import Source
from app.officine.dispensing.copies import target_of
from app.ui.counter.copy_desk import DropTarget, Incoming, copy_desk
from app.ui.widgets.basics import ActButton

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.kernel.outcome import Finding
    from app.ui.context import Ui
    from app.ui.counter.drawer import Drawer
    from app.ui.counter.till import Till

_NONE = "Copies"


class CopiesButton(ActButton):
    """The count of the copies of a sale, with the key that shows and joins them."""

    def __init__(self, ui: Ui, till: Till, panel: Drawer) -> None:
        """Count the copies of ``till``; what is dropped on ``panel`` is joined."""
        super().__init__(ui.acts, "counter.copies", kind="ghost", text=_NONE)
        self._ui, self._till = ui, till
        DropTarget(panel, self._join)
        ui.broadcast.changed.connect(self._changed)

    def read(self) -> None:
        """Count the copies anew."""
        copies, target = self._ui.services.copies, target_of(self._till.session)
        self._ui.tasks.run(lambda _progress: copies.count(target), done=self._show, owner=self, key="count")

    def _show(self, count: int) -> None:
        self.setText(plural(count, "copie") if count else _NONE)
        self.updateGeometry()

    def _changed(self, change: Changed) -> None:
        if change.touches("prescription_copy") and self.isVisible():
            self.read()

    def _join(self, found: Incoming) -> None:
        copy_desk(self._ui).join(found, target_of(self._till.session), Source.DROP, self._joined)

    def _joined(self, refusals: tuple[Finding, ...]) -> None:
        self._ui.refuse(refusals)
        self.read()
