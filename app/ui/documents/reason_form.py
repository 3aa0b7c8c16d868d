"""Why is a document refused, or taken out of a file?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.widgets.act_form import ActForm
from app.ui.widgets.fields import TextField

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.outcome import Outcome
    from app.officine.inbox.model import Received
    from app.ui.context import Ui


class ReasonForm(ActForm):
    """One field; Entrée writes."""

    def __init__(self, ui: Ui) -> None:
        """Write with the services of ``ui``."""
        super().__init__(ui, "", "documents.save", save_text="Valider")
        self.reason = TextField(limit=200)
        self.lay(("&Motif", self.reason), None)
        self.chain(self.reason)
        self._act: Callable[[str], Outcome[Received]] | None = None
        self._said = ""

    def begin(self, title: str, example: str, act: Callable[[str], Outcome[Received]], said: str) -> None:
        """Ask why ``act`` is done; ``said`` is what is told once it is."""
        self._act, self._said = act, said
        self.title.setText(title)
        self.reason.setPlaceholderText(example)
        self.reason.clear()
        self.focus(self.reason)

    def save(self) -> None:
        """Do it."""
        act, reason = self._act, self.reason.text()
        if act is not None:
            self.perform(lambda: act(reason), self._said)
