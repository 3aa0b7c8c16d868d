"""What do the pages of quarantine and recalls have in common: a sheet with its acts, and forms in their place?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.act_form import ActForm, scrolled
from app.ui.widgets.basics import ActButton, Panel, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.flow import Flow, Tall

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.kernel.outcome import Finding
    from app.ui.context import Ui

_TOLD, _CROWDED_FROM = 3, 130
"""How many things that are wrong are told at once, the rest once these are mended; one where the letters are large."""


class Form(ActForm):
    """Fields two a line that scroll where room lacks, and what refuses them."""

    alone = False
    """True where it is not about the record shown, which makes room for it."""

    def __init__(self, ui: Ui, title: str) -> None:
        """Begin a form under ``title``."""
        super().__init__(ui, title, "stock.save", scrolls=True)
        self.fields.setColumnStretch(0, 1)
        self.fields.setColumnStretch(1, 1)

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Show the first things that are wrong."""
        told = _TOLD if theme.current().zoom < _CROWDED_FROM else 1
        super().refuse(list(findings)[:told])


class FormSheet(Panel):
    """One record, what may be done with it, and the form of what is being done."""

    changed = Signal()
    left = Signal()

    def __init__(self, ui: Ui, acts: Sequence[str], forms: Sequence[Form]) -> None:
        """Offer ``acts``; write by ``forms``."""
        super().__init__()
        self.ui = ui
        self.name = Text("", "heading", wrap=True, selectable=True)
        self.amount = Text("", "display")
        self.facts = Facts()
        self.more = QVBoxLayout()
        self.more.setSpacing(theme.S)
        self.acts_line = Flow([ActButton(ui.acts, act) for act in acts])
        self._forms = tuple(forms)
        self._shown: QWidget = self.acts_line
        for form in forms:
            form.written.connect(self._written)
        inside = Tall()
        read = QVBoxLayout(inside)
        read.setContentsMargins(0, 0, theme.XS, 0)
        read.setSpacing(theme.S)
        read.addWidget(self.amount)
        read.addWidget(self.facts)
        read.addLayout(self.more)
        read.addStretch(1)
        self.room = scrolled(inside)
        self.body.addWidget(self.name)
        self.body.addWidget(self.room, 1)
        for part in (self.acts_line, *forms):
            self.body.addWidget(part, 1 if isinstance(part, Form) else 0)
        self._show_acts()

    @property
    def form_open(self) -> bool:
        """True while something is being typed."""
        return self._shown is not self.acts_line

    @property
    def form(self) -> Form | None:
        """The form that is open; None for none."""
        return self._shown if isinstance(self._shown, Form) else None

    def open_form(self, form: Form) -> None:
        """Show a form in the place of the acts; its own ``begin`` comes after."""
        self._shown = form
        self._show_acts()

    def save(self) -> None:
        """Write the form that is open."""
        if self.form is not None:
            self.form.save()

    def close_forms(self) -> None:
        """Put the forms away."""
        was_open = self.form_open
        self._shown = self.acts_line
        self._show_acts()
        if was_open:
            self.left.emit()

    def tell_open(self) -> None:
        """Light the keys of a form that is open, and grey them without one, where the page is the one shown."""
        if not self.isVisible():
            return
        for act_id in ("stock.save", "stock.back"):
            self.ui.acts.set_enabled(act_id, enabled=self.form_open)

    def _show_acts(self) -> None:
        for part in (self.acts_line, *self._forms):
            part.setVisible(part is self._shown)
        # What is typed takes the room of what is only read; the name stays where the form is about it.
        self.room.setVisible(not self.form_open)
        self.name.setVisible(self.form is None or not self.form.alone)
        self.tell_open()

    def _written(self, said: str) -> None:
        self.ui.say(said, "success")
        self.close_forms()
        self.changed.emit()
