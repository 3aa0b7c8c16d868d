"""What do the pages of quarantine and recalls have in common: a sheet with its acts, and forms in their place?"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from app.kernel.outcome import Refused
from app.ui import theme
from app.ui.widgets.basics import ActButton, Button, Panel, Text, row
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import Field
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow, Tall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.kernel.outcome import Done
    from app.ui.context import Ui

_TOLD = 3
"""How many things that are wrong are told at once: the rest once these are mended."""


class Form(QWidget):
    """Fields two a line, what refuses them, and the two ways out."""

    left = Signal()
    written = Signal(str)
    alone = False
    """True where it is not about the record shown, which makes room for it."""

    def __init__(self, ui: Ui, title: str) -> None:
        """Begin a form under ``title``."""
        super().__init__()
        self.ui = ui
        self.heading = Text(title, "strong", wrap=True)
        self.findings = FindingList()
        self.fields = QGridLayout()
        self.fields.setSpacing(theme.S)
        self.fields.setColumnStretch(0, 1)
        self.fields.setColumnStretch(1, 1)
        inside = Tall()
        typed = QVBoxLayout(inside)
        typed.setContentsMargins(0, 0, theme.XS, 0)
        typed.setSpacing(theme.S)
        typed.addLayout(self.fields)
        typed.addWidget(self.findings)
        typed.addStretch(1)
        self.room = scrolled(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.heading)
        column.addWidget(self.room, 1)
        cancel = Button("Annuler", kind="ghost")
        cancel.clicked.connect(self.left)
        column.addLayout(row(cancel, 0, ActButton(ui.acts, "stock.save", kind="primary")))

    def lay(self, *places: tuple[str, QWidget] | None) -> None:
        """Put labelled fields two a line; None leaves its place to the field before it."""
        for place, named in enumerate(places):
            if named is None:
                continue
            wide = place % 2 == 0 and place + 1 < len(places) and places[place + 1] is None
            field = Field(*named)
            self.fields.addWidget(field, place // 2, place % 2, 1, 2 if wide else 1, Qt.AlignmentFlag.AlignBottom)

    def chain(self, *editors: QLineEdit) -> None:
        """Make Entrée go from each editor to the next, and write from the last one."""
        for editor, following in pairwise(editors):
            editor.returnPressed.connect(partial(self._go_to, following))
        editors[-1].returnPressed.connect(self.save)

    def start(self, first: QWidget) -> None:
        """Begin to type in ``first``."""
        self.findings.set_findings(())
        self._go_to(first)
        if isinstance(first, QLineEdit | QSpinBox):
            first.selectAll()

    def _go_to(self, editor: QWidget) -> None:
        editor.setFocus(Qt.FocusReason.TabFocusReason)
        self.room.ensureWidgetVisible(editor, 0, theme.XL)

    def save(self) -> None:
        """Write what is typed."""
        raise NotImplementedError

    def run(self, work: Callable[[], Done[Any] | Refused], said: str) -> None:
        """Write in the background; say why it is refused, or that it is done."""
        self.ui.tasks.run(
            lambda _progress: work(), done=lambda outcome: self._show_outcome(outcome, said), owner=self, key="write"
        )

    def _show_outcome(self, outcome: Done[Any] | Refused, said: str) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings[:_TOLD])
            QTimer.singleShot(0, self, lambda: self.room.ensureWidgetVisible(self.findings, 0, 0))
        else:
            self.written.emit(said)


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
            form.left.connect(self.close_forms)
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


def scrolled(inside: QWidget) -> QScrollArea:
    """Return a part that scrolls where room lacks."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area
