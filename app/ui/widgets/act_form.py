"""What do the forms at the foot of a sheet have in common: fields, why it is refused, two buttons?"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.kernel.outcome import Refused
from app.ui import theme
from app.ui.widgets.basics import ActButton, Button, Text, row
from app.ui.widgets.fields import Field
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QLineEdit, QSpinBox

    from app.kernel.outcome import Done
    from app.ui.context import Ui


class ActForm(QWidget):
    """A form that writes one act: Entrée goes from field to field, and writes from the last one.

    ``left`` is emitted when it is given up, ``written`` with what to say when it is done.
    """

    left = Signal()
    written = Signal(str)

    def __init__(self, ui: Ui, title: str, save_act: str) -> None:
        """Begin without a field; ``save_act`` is the act whose button and key write it."""
        super().__init__()
        self.ui = ui
        self.findings = FindingList()
        self.fields = QGridLayout()
        self.fields.setSpacing(theme.S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(Text(title, "strong"))
        column.addLayout(self.fields)
        column.addWidget(self.findings)
        cancel = Button("Annuler", kind="ghost")
        cancel.clicked.connect(self.left)
        column.addLayout(row(cancel, 0, ActButton(ui.acts, save_act, kind="primary")))

    def lay(self, *places: tuple[str, QWidget]) -> dict[str, Field]:
        """Put labelled fields two a line; return them by their labels."""
        made = {}
        for place, (label, editor) in enumerate(places):
            field = made[label] = Field(label, editor)
            self.fields.addWidget(field, place // 2, place % 2, Qt.AlignmentFlag.AlignBottom)
        return made

    def focus(self, number: QSpinBox) -> None:
        """Begin anew at a number, ready to be typed over."""
        self.findings.set_findings(())
        number.setFocus(Qt.FocusReason.OtherFocusReason)
        number.selectAll()

    def chain(self, *editors: QLineEdit) -> None:
        """Make Entrée go from each editor to the next, and write from the last one."""
        for editor, following in pairwise(editors):
            editor.returnPressed.connect(partial(following.setFocus, Qt.FocusReason.TabFocusReason))
        editors[-1].returnPressed.connect(self.save)

    def save(self) -> None:
        """Write what is typed."""
        raise NotImplementedError

    def perform(self, act: Callable[[], Done[Any] | Refused], said: str) -> None:
        """Do an act in the background; say that it is done, or why it is refused."""
        self.ui.tasks.run(
            lambda _progress: act(), done=lambda outcome: self.show_outcome(outcome, said), owner=self, key="write"
        )

    def show_outcome(self, outcome: Done[Any] | Refused, said: str) -> None:
        """Say why it is refused, or that it is done and what is still to be done."""
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self.written.emit(said)
        for finding in outcome.findings:
            self.ui.say(f"{finding.text} {finding.advice}", "warning")
