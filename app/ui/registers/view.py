"""Which registers does the officine keep, and where is each read, printed and written?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.registers.acts import PAGES
from app.ui.registers.balance import BalancePage
from app.ui.registers.derived import DerivedPage
from app.ui.registers.interventions import InterventionsPage
from app.ui.registers.narcotics import NarcoticsPage
from app.ui.registers.ordonnancier import OrdonnancierPage
from app.ui.registers.page import RegisterPage
from app.ui.registers.retention import RetentionPage
from app.ui.trace.insi_page import InsiCallsPage
from app.ui.trace.page import TracePage
from app.ui.widgets.basics import Button
from app.ui.widgets.flow import Flow
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.events import Changed
    from app.officine.scan.model import Scan
    from app.ui.context import Ui

_BUILDERS: Final[dict[str, Callable[[Ui], RegisterPage]]] = {
    "ordonnancier": OrdonnancierPage,
    "narcotics": NarcoticsPage,
    "balance": BalancePage,
    "derived": DerivedPage,
    "interventions": InterventionsPage,
    "retention": RetentionPage,
    "trace": TracePage,
    "insi": InsiCallsPage,
}
_TABS: Final = (*((name, title) for name, title, _key in PAGES), ("trace", "Trace"), ("insi", "Appels INSi"))


class RegistersView(QWidget):
    """The registers, a page each, chosen above."""

    room_title = "Registres"

    def __init__(self, ui: Ui) -> None:
        """Show the registers of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self._pages: dict[str, RegisterPage] = {}
        self.stack = Stack()
        self.tabs: dict[str, Button] = {}
        for name, title in _TABS:
            tab = Button(title, kind="tab")
            tab.setCheckable(True)
            tab.key = ui.acts.key_text_of(f"registers.{name}")
            tab.clicked.connect(partial(self._clicked, name))
            self.tabs[name] = tab
            ui.acts.bind(f"registers.{name}", partial(self.open_page, name), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, theme.L)
        column.setSpacing(theme.M)
        column.addWidget(Flow(list(self.tabs.values())))
        column.addWidget(self.stack, 1)
        for act_id, handler in (
            ("search", self._search),
            ("print", self._print),
            ("export", self._export),
            ("extract", lambda: self._ordonnancier().extract()),
            ("count", lambda: self._form("count")),
            ("exit", lambda: self._form("exit")),
            ("units", lambda: self._form("units")),
            ("flag", self._flag),
            ("close", self._close),
            ("outcome", self._outcome),
            ("older", lambda: self._journal().older()),
            ("everyone", lambda: self._journal().show_everyone()),
            ("exchange", lambda: self.insi().show_exchange()),
            ("seal", lambda: self._seals("seal")),
            ("check", lambda: self._seals("check")),
            ("seal_copy", lambda: self._seals("seal_copy")),
            ("save", self._save),
            ("back", self._back),
        ):
            ui.acts.bind(f"registers.{act_id}", handler, self)
        ui.accesses_wanted.connect(lambda patient: self.trace().show_accesses(patient))
        ui.insi_calls_wanted.connect(lambda patient: self.insi().show_calls_of(patient))
        self.open_page("ordonnancier", focus=False)
        for act_id in ("registers.save", "registers.back"):
            ui.acts.set_enabled(act_id, enabled=False)

    @property
    def current(self) -> RegisterPage:
        """The page shown."""
        page = self.stack.currentWidget()
        assert isinstance(page, RegisterPage)
        return page

    def page(self, name: str) -> RegisterPage:
        """Return a page by name, built at its first use."""
        if name not in self._pages:
            self._pages[name] = _BUILDERS[name](self._ui)
            self.stack.addWidget(self._pages[name])
        return self._pages[name]

    def open_page(self, name: str, *, focus: bool = True) -> None:
        """Show a page by name, as it is now."""
        for other, tab in self.tabs.items():
            tab.setChecked(other == name)
        page = self.page(name)
        self.stack.setCurrentWidget(page)
        self.setFocusProxy(page)
        page.read()
        if focus:
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, change: Changed | None) -> None:
        """Read the page again when the room is entered, and when the registers or the stock changed."""
        if change is None or any(
            change.touches(topic) for topic in ("registers", "ordonnancier", "stock", "interventions", "seal", "insi")
        ):
            self.current.read()

    def take_scan(self, scan: Scan) -> bool:
        """Show the product scanned where the page knows products; leave other codes to the counter."""
        code = scan.fields.get("cip13")
        if not code:
            return False
        page = self.current
        if isinstance(page, DerivedPage):
            page.code.setText(code)
            return True
        return isinstance(page, NarcoticsPage) and page.point_at(code)

    def trace(self) -> TracePage:
        """Show the trace, and return its page."""
        if not isinstance(self.stack.currentWidget(), TracePage):
            self.open_page("trace")
        page = self.page("trace")
        assert isinstance(page, TracePage)
        return page

    def insi(self) -> InsiCallsPage:
        """Show the journal of the calls of INSi, and return its page."""
        if not isinstance(self.stack.currentWidget(), InsiCallsPage):
            self.open_page("insi")
        page = self.page("insi")
        assert isinstance(page, InsiCallsPage)
        return page

    def _journal(self) -> TracePage | InsiCallsPage:
        """Return the page whose rows go back in time: the one shown, else the trace."""
        page = self.stack.currentWidget()
        return page if isinstance(page, InsiCallsPage) else self.trace()

    def _seals(self, name: str) -> None:
        page = self.trace()
        {
            "seal": page.seals.seal,
            "check": page.seals.check,
            "seal_copy": page.seals.choose_copy,
        }[name]()

    def _narcotics(self) -> NarcoticsPage:
        if not isinstance(self.stack.currentWidget(), NarcoticsPage):
            self.open_page("narcotics")
        page = self.page("narcotics")
        assert isinstance(page, NarcoticsPage)
        return page

    def _ordonnancier(self) -> OrdonnancierPage:
        if not isinstance(self.stack.currentWidget(), OrdonnancierPage):
            self.open_page("ordonnancier")
        page = self.page("ordonnancier")
        assert isinstance(page, OrdonnancierPage)
        return page

    def _form(self, name: str) -> None:
        sheet = self._narcotics().sheet
        sheet.open_form({"count": sheet.count, "exit": sheet.exit, "units": sheet.units}[name])

    def _save(self) -> None:
        if isinstance(self.current, NarcoticsPage):
            self.current.sheet.save()

    def _back(self) -> None:
        if isinstance(self.current, NarcoticsPage):
            self.current.sheet.close_forms()

    def _flag(self) -> None:
        if not isinstance(self.current, DerivedPage):
            self.open_page("derived")
        page = self.page("derived")
        assert isinstance(page, DerivedPage)
        page.flag()

    def _outcome(self) -> None:
        if not isinstance(self.current, InterventionsPage):
            # The intervention is pointed at before its outcome is said.
            self.open_page("interventions")
            return
        self.current.complete()

    def _close(self) -> None:
        if not isinstance(self.current, BalancePage):
            # The month is looked at before it is closed.
            self.open_page("balance")
            return
        self.current.close_month()

    def _search(self) -> None:
        self.current.search()

    def _print(self) -> None:
        if self.current.can_print:
            self.current.print_pages()

    def _export(self) -> None:
        if self.current.register:
            self.current.export()

    def _clicked(self, name: str, *_checked: bool) -> None:
        self.open_page(name)
