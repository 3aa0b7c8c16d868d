"""What do the forms of every room have in common: fields, why it is refused, two ways out with their keys?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLineEdit, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from app.kernel.outcome import Refused
from app.ui import theme
from app.ui.widgets.basics import ActButton, Text, row
from app.ui.widgets.fields import Field
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Tall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QHBoxLayout

    from app.kernel.outcome import Done, Finding
    from app.ui.context import Ui
    from app.ui.shortcuts import Acts

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


def ways_out(acts: Acts, save_act: str, text: str = "") -> QHBoxLayout:
    """Return the two buttons of a form, each with its key; « Annuler » does the act ``back`` of the room.

    ``text`` says what is written, where the title of the act does not.
    """
    back_act = f"{save_act.partition('.')[0]}.back"
    return row(
        ActButton(acts, back_act, kind="ghost", text="Annuler"), 0, ActButton(acts, save_act, kind="primary", text=text)
    )


def scrolled(inside: QWidget) -> QScrollArea:
    """Return a part that scrolls where room lacks."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area


class ActForm(QWidget):
    """A form that writes one act: Entrée goes from field to field, and writes from the last one.

    ``written`` is emitted with what to say when it is done. It is given up by the act ``back`` of its room.
    """

    written = Signal(str)

    def __init__(self, ui: Ui, title: str, save_act: str, *, scrolls: bool = False, save_text: str = "") -> None:
        """Begin without a field; ``save_act`` is the act whose button and key write it; many fields may scroll."""
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
            inside = Tall()
            typed = QVBoxLayout(inside)
            typed.setContentsMargins(0, 0, theme.XS, 0)
            typed.setSpacing(theme.S)
            typed.addLayout(self.fields)
            typed.addWidget(self.findings)
            typed.addStretch(1)
            self.area = scrolled(inside)
            self.column.addWidget(self.area, 1)
        else:
            self.column.addLayout(self.fields)
            self.column.addWidget(self.findings)
            # Where a form has the room of the whole sheet, its fields stay together.
            self.column.addStretch(1)
        self.column.addLayout(ways_out(ui.acts, save_act, save_text))

    def lay(self, *places: tuple[str, QWidget] | None) -> dict[str, Field]:
        """Put labelled fields two a line, None leaves its place to the one before; return them by their labels."""
        made = {}
        for place, named in enumerate(places):
            if named is None:
                continue
            wide = place % 2 == 0 and place + 1 < len(places) and places[place + 1] is None
            field = made[named[0]] = Field(*named)
            self.fields.addWidget(field, place // 2, place % 2, 1, 2 if wide else 1, Qt.AlignmentFlag.AlignBottom)
        return made

    def focus(self, editor: QWidget) -> None:
        """Begin anew at a field, ready to be typed over."""
        self.findings.set_findings(())
        self._go_to(editor)

    def chain(self, *editors: QWidget) -> None:
        """Make Entrée go from each editor to the next that is shown, and write from the last one."""
        for place, editor in enumerate(editors):
            go_on = partial(self._go_on, editors[place + 1 :])
            if isinstance(editor, QComboBox):
                editor.installEventFilter(_Entered(go_on, editor))
            else:
                line = editor.lineEdit() if isinstance(editor, QSpinBox) else editor
                assert isinstance(line, QLineEdit)
                line.returnPressed.connect(go_on)

    def _go_on(self, following: tuple[QWidget, ...]) -> None:
        for editor in following:
            if editor.isVisibleTo(self) and editor.isEnabledTo(self):
                self._go_to(editor)
                return
        self.save()

    def _go_to(self, editor: QWidget) -> None:
        editor.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(editor, QLineEdit | QSpinBox):
            editor.selectAll()
        if self.area is not None:
            self.area.ensureWidgetVisible(editor, 0, theme.XL)

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
            self.refuse(outcome.findings)
            return
        self.written.emit(said)
        for finding in outcome.findings:
            self.ui.say(f"{finding.text} {finding.advice}", "warning")

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Show why what is typed can't be written."""
        self.findings.set_findings(findings)
        area = self.area
        if area is not None:
            QTimer.singleShot(0, self, lambda: area.ensureWidgetVisible(self.findings, 0, 0))


class _Entered(QObject):
    """Goes on with Entrée from a list of choices, which has no signal for it; an open list keeps its own Entrée."""

    def __init__(self, go_on: Callable[[], None], parent: QComboBox) -> None:
        super().__init__(parent)
        self._go_on = go_on

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress or event.key() not in _ENTER:
            return False
        self._go_on()
        return True
