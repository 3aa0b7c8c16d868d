"""What do the side panels about one line of the sale have in common?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.counter.drawer import Drawer

if TYPE_CHECKING:
    from app.officine.dispensing.model import DraftLine


class LineDrawer(Drawer):
    """A side panel about the line that was pointed at when it opened."""

    line_id = ""

    @property
    def line(self) -> DraftLine | None:
        """The line, as it is now; None where it is gone."""
        return self.till.session.line(self.line_id)

    def point(self, line: DraftLine | None) -> None:
        """Be about another line."""
        self.line_id = "" if line is None else line.line_id

    def forget(self) -> None:
        """Forget the line: another sale begins."""
        self.line_id = ""
