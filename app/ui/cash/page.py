"""What do the pages of the till have in common: a list, a sheet, and a form that is written or closed?"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.patients.identity_band import IdentityBand
from app.ui.widgets.act_form import ActForm
from app.ui.widgets.basics import ActButton, Panel
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.ui.context import Ui


_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


class CashForm(ActForm):
    """A form of the till."""

    def __init__(self, ui: Ui, title: str, *, scrolls: bool = False) -> None:
        """Begin without a field; many fields are put where they scroll."""
        super().__init__(ui, title, "cash.save", scrolls=scrolls)

    def begin(self) -> None:
        """Begin anew."""
        self.findings.set_findings(())


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
        self.identity = IdentityBand(ui, with_ins=False)
        self.content.addWidget(self.identity)
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
