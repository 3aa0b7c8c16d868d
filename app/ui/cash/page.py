"""What do the pages of the till have in common: a list, a sheet, and a form that is written or closed?"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.kernel.outcome import Refused
from app.ui import theme
from app.ui.widgets.basics import ActButton, Button, Panel, Text, row
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow, Tall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.kernel.outcome import Finding, Outcome
    from app.ui.context import Ui


_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


class CashForm(QWidget):
    """What the forms of the till have in common: fields, why it is refused, two buttons."""

    left = Signal()
    written = Signal(str)

    def __init__(self, ui: Ui, title: str, *, scrolls: bool = False) -> None:
        """Begin without a field; many fields are put where they scroll."""
        super().__init__()
        self.ui = ui
        self.title = Text(title, "strong", wrap=True)
        self.findings = FindingList()
        self.fields = QGridLayout()
        self.fields.setSpacing(theme.S)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.S)
        self.column.addWidget(self.title)
        self.area: QScrollArea | None = None
        if scrolls:
            self.area = _scrolling(self.fields)
            self.column.addWidget(self.area, 1)
        else:
            self.column.addLayout(self.fields)
        self.column.addWidget(self.findings)
        cancel = Button("Fermer", kind="ghost")
        cancel.clicked.connect(self.left)
        self.column.addLayout(row(cancel, 0, ActButton(ui.acts, "cash.save", kind="primary")))

    def begin(self) -> None:
        """Begin anew."""
        self.findings.set_findings(())

    def save(self) -> None:
        """Write what is typed."""
        raise NotImplementedError

    def chain(self, *editors: QLineEdit) -> None:
        """Make Entrée go from each editor to the next, and write from the last one."""
        for editor, following in pairwise(editors):
            editor.returnPressed.connect(partial(self._go, following))
        editors[-1].returnPressed.connect(self.save)

    def _go(self, editor: QLineEdit) -> None:
        """Put the focus on the next editor, in sight."""
        editor.setFocus(Qt.FocusReason.TabFocusReason)
        if self.area is not None:
            self.area.ensureWidgetVisible(editor)

    def focus(self, editor: QLineEdit) -> None:
        """Put the focus on an editor, its text ready to be typed over."""
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        editor.selectAll()

    def perform(self, act: Callable[[], Outcome[Any]], said: str) -> None:
        """Do an act in the background; say that it is done, or why it is refused."""
        self.ui.tasks.run(
            lambda _progress: act(), done=lambda outcome: self.show_outcome(outcome, said), owner=self, key="write"
        )

    def show_outcome(self, outcome: Outcome[Any], said: str) -> None:
        """Say why it is refused, or that it is done."""
        if isinstance(outcome, Refused):
            self.refuse(outcome.findings)
        else:
            self.written.emit(said)

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Show why what is typed can't be written."""
        self.findings.set_findings(findings)


def _scrolling(fields: QGridLayout) -> QScrollArea:
    """Return a place in which the fields scroll where they are taller than the window."""
    inside = Tall()
    fields.setContentsMargins(0, 0, theme.S, 0)
    inside.setLayout(fields)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area


class CashPage(QWidget):
    """One page of the till: what is listed on the left, the sheet of what is pointed at on the right."""

    forms_changed = Signal()

    def __init__(self, ui: Ui, title: str, acts: Iterable[str], texts: Mapping[str, str] = _NO_TEXTS) -> None:
        """Show ``title`` over the sheet, a button for each of ``acts`` under it; ``texts`` gives some shorter words."""
        super().__init__()
        self.ui = ui
        self.side = QWidget()
        self.left = QVBoxLayout(self.side)
        self.left.setContentsMargins(0, 0, 0, 0)
        self.left.setSpacing(theme.S)
        self.sheet = Panel(title)
        self.acts_line = Flow([ActButton(ui.acts, act_id, text=texts.get(act_id, "")) for act_id in acts])
        self._at_bottom: QWidget = self.acts_line
        self._bottom = QVBoxLayout()
        self._bottom.addWidget(self.acts_line)
        self.content = QVBoxLayout()
        self.content.setSpacing(theme.S)
        self.sheet.body.addLayout(self.content, 1)
        self.sheet.body.addLayout(self._bottom)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.L)
        line.addWidget(self.side, 1)
        line.addWidget(self.sheet, 1)

    @property
    def form(self) -> CashForm | None:
        """The form that is open."""
        return self._at_bottom if isinstance(self._at_bottom, CashForm) else None

    def add_form(self, form: CashForm) -> None:
        """Take a form of this page."""
        form.hide()
        self._bottom.addWidget(form)
        form.left.connect(self.close_form)
        form.written.connect(self._written)

    def open_form(self, form: CashForm) -> None:
        """Show a form, to be typed."""
        self._show_bottom(form)
        form.begin()
        self.forms_changed.emit()

    def close_form(self) -> None:
        """Put the form away."""
        was_open = self.form is not None
        self._show_bottom(self.acts_line)
        self.forms_changed.emit()
        if was_open and self.isVisible():
            self.focus_list()

    def _show_bottom(self, shown: QWidget) -> None:
        """Show the buttons or a form: what is hidden takes no room."""
        self._at_bottom = shown
        for place in range(self._bottom.count()):
            item = self._bottom.itemAt(place)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.setVisible(widget is shown)

    def shown(self) -> None:
        """Read what is shown anew."""

    def focus_list(self) -> None:
        """Put the focus where the keys of the page begin."""

    def _written(self, said: str) -> None:
        self.ui.say(said, "success")
        self.close_form()
        self.shown()
