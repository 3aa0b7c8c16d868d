"""What was taken today, what is in the drawer, which days are closed, and who owes what?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.cash.accounts import AccountsPage
from app.ui.cash.acts import PAGES
from app.ui.cash.advances import AdvancesPage
from app.ui.cash.closings import ClosingsPage
from app.ui.cash.debts import DebtsPage
from app.ui.cash.drawer import DrawerPage
from app.ui.cash.journal import JournalPage
from app.ui.cash.sales import SalesPage
from app.ui.widgets.basics import ActButton
from app.ui.widgets.flow import Flow
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.events import Changed
    from app.officine.scan.model import Scan
    from app.ui.cash.page import CashPage
    from app.ui.context import Ui

_TOPICS = ("cash", "delivery", "closing", "advance", "account")


class CashView(QWidget):
    """The pages of the till under their tabs; Ctrl and a digit goes to each."""

    room_title = "Caisse"

    def __init__(self, ui: Ui) -> None:
        """Build the pages."""
        super().__init__()
        self._ui = ui
        self.sales, self.drawer, self.closings = SalesPage(ui), DrawerPage(ui), ClosingsPage(ui)
        self.debts, self.journal = DebtsPage(ui), JournalPage(ui)
        self.advances, self.accounts = AdvancesPage(ui), AccountsPage(ui)
        self.pages: dict[str, CashPage] = {
            "sales": self.sales,
            "drawer": self.drawer,
            "closings": self.closings,
            "debts": self.debts,
            "journal": self.journal,
            "advances": self.advances,
            "accounts": self.accounts,
        }
        self.stack = Stack()
        self.tabs: dict[str, ActButton] = {}
        for name, title in PAGES:
            tab = ActButton(ui.acts, f"cash.{name}", kind="tab", text=title)
            tab.setCheckable(True)
            self.tabs[name] = tab
            self.stack.addWidget(self.pages[name])
            self.pages[name].forms_changed.connect(self._show_forms)
            ui.acts.bind(f"cash.{name}", partial(self.open_page, name), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, theme.L)
        column.setSpacing(theme.M)
        column.addWidget(Flow(self.tabs.values(), theme.XS))
        column.addWidget(self.stack, 1)
        self._bind()
        self.open_page("sales", focus=False)

    @property
    def page(self) -> CashPage:
        """The page shown."""
        return next(page for page in self.pages.values() if page is self.stack.currentWidget())

    def open_page(self, name: str, *, focus: bool = True) -> None:
        """Show a page by name."""
        for other, tab in self.tabs.items():
            tab.setChecked(other == name)
        page = self.pages[name]
        self.stack.setCurrentWidget(page)
        self._show_forms()
        page.shown()
        if focus:
            page.focus_list()

    def take_scan(self, scan: Scan) -> bool:
        """Note the box scanned while an avoir asks which boxes come back; leave other codes to the counter."""
        form = self.sales.reversing
        if self.page.form is not form or not form.asks_boxes:
            return False
        form.take_box(scan.fields.get("serial") or scan.fields.get("lot") or "")
        return True

    def refresh(self, change: Changed | None) -> None:
        """Read the page again when the room is entered, and when the till changed."""
        if change is None or (self.isVisible() and any(change.touches(topic) for topic in _TOPICS)):
            self.page.shown()

    def _bind(self) -> None:
        acts: tuple[tuple[str, str, Callable[[], None]], ...] = (
            ("cancel", "sales", self.sales.cancel),
            ("credit", "sales", self.sales.credit),
            ("reprint", "sales", self.sales.reprint),
            ("float", "drawer", self.drawer.declare_float),
            ("in", "drawer", self.drawer.enter),
            ("out", "drawer", self.drawer.take_out),
            ("open", "drawer", self.drawer.unlock),
            ("count", "drawer", self.drawer.count),
            ("z", "closings", self.closings.close_day),
            ("month", "closings", self.closings.close_month),
            ("year", "closings", self.closings.close_year),
            ("print", "closings", self.closings.print_closing),
            ("archive", "closings", self.closings.archive),
            ("settle", "debts", self.debts.settle),
            ("deposit", "debts", self.debts.deposit),
            ("return", "debts", self.debts.give_back),
            ("advance_bill", "advances", self.advances.bill),
            ("advance_back", "advances", self.advances.bring_back),
            ("advance_days", "advances", self.advances.choose_days),
            ("account_pay", "accounts", self.accounts.receive),
            ("account_invoice", "accounts", self.accounts.invoice),
            ("account_print", "accounts", self.accounts.print_invoice),
            ("account_statement", "accounts", self.accounts.print_statement),
            ("account_new", "accounts", self.accounts.new),
            ("account_edit", "accounts", self.accounts.edit),
        )
        for act_id, name, handler in acts:
            self._ui.acts.bind(f"cash.{act_id}", partial(self._do, name, handler), self)
        self._ui.acts.bind("cash.save", self._save, self)
        self._ui.acts.bind("cash.back", self._back, self)

    def _do(self, name: str, handler: Callable[[], None]) -> None:
        """Do an act of a page, with the page in sight."""
        if self.page is not self.pages[name]:
            self.open_page(name)
        handler()

    def _save(self) -> None:
        if self.page.form is not None:
            self.page.form.save()

    def _back(self) -> None:
        self.page.close_form()

    def _show_forms(self) -> None:
        for act_id in ("cash.save", "cash.back"):
            self._ui.acts.set_enabled(act_id, enabled=self.page.form is not None)
