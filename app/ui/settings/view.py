"""What may be set on this workstation?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.settings.about import AboutPage
from app.ui.settings.acts import PAGES
from app.ui.settings.appearance import AppearancePage
from app.ui.settings.cards import CardsPage
from app.ui.settings.care import CarePage
from app.ui.settings.catalog import CatalogPage
from app.ui.settings.checks import ChecksPage
from app.ui.settings.database import DatabasePage
from app.ui.settings.identity import IdentityPage
from app.ui.settings.insi import InsiPage
from app.ui.settings.keyboard import KeyboardPage
from app.ui.settings.locking import LockingPage
from app.ui.settings.page import Page
from app.ui.settings.papers import PapersPage
from app.ui.settings.pharmacy import PharmacyPage
from app.ui.settings.printers import PrintersPage
from app.ui.settings.promises import PromisesPage
from app.ui.settings.queue import QueuePage
from app.ui.settings.scanner import ScannerPage
from app.ui.settings.secrets import SecretsPage
from app.ui.settings.vitale import VitalePage
from app.ui.widgets.basics import Button, Panel
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.events import Changed
    from app.officine.scan.model import Scan
    from app.ui.context import Ui

_BUILDERS: Final[dict[str, Callable[[Ui], Page]]] = {
    "appearance": AppearancePage,
    "scanner": ScannerPage,
    "keyboard": KeyboardPage,
    "printers": PrintersPage,
    "database": DatabasePage,
    "catalog": CatalogPage,
    "queue": QueuePage,
    "checks": ChecksPage,
    "identity": IdentityPage,
    "locking": LockingPage,
    "cards": CardsPage,
    "about": AboutPage,
    "promises": PromisesPage,
    "pharmacy": PharmacyPage,
    "papers": PapersPage,
    "secrets": SecretsPage,
    "vitale": VitalePage,
    "insi": InsiPage,
    "care": CarePage,
}
_PAGE_ACTS = (
    ("back_up", "database", "save"),
    ("import", "catalog", "choose_folder"),
    ("rollback", "catalog", "roll_back"),
    ("queue_retry", "queue", "retry"),
    ("queue_cancel", "queue", "give_up"),
    ("calibrate", "scanner", "begin"),
    ("switch_checks", "checks", "switch"),
    ("test_card", "cards", "test"),
    ("test_component", "vitale", "test"),
    ("import_p12", "secrets", "import_p12"),
    ("keep_identity", "identity", "keep"),
    ("keep_insi", "insi", "keep"),
    ("keep_pharmacy", "pharmacy", "keep"),
    ("keep_care", "care", "keep"),
    ("default_care", "care", "restore"),
    ("keep_promises", "promises", "keep"),
    ("switch_papers", "papers", "switch"),
    ("secret_rotate", "secrets", "rotate"),
    ("secret_transfer", "secrets", "give_transfer"),
    ("secret_recovery", "secrets", "give_recovery"),
)


class _Menu(QScrollArea):
    """The list of the pages, as wide as its titles; it scrolls where letters are large."""

    def __init__(self, menu: QWidget) -> None:
        super().__init__()
        self._held = QWidget()
        column = QVBoxLayout(self._held)
        column.setContentsMargins(0, 0, 0, theme.L)
        column.addWidget(menu)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setWidget(self._held)
        self._held.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another width when the titles have another: no layout is told of what a scroll area holds."""
        if watched is self._held and event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """Ask for the width of the longest title, and of the bar where there is one."""
        return QSize(self._held.sizeHint().width() + self.verticalScrollBar().sizeHint().width(), self._held.height())


class SettingsView(QWidget):
    """The pages of the settings, chosen on the left."""

    room_title = "Réglages"

    def __init__(self, ui: Ui) -> None:
        """Build every page for the workstation of ``ui``."""
        super().__init__()
        self._ui = ui
        self._pages: dict[str, Page] = {}
        self.stack = Stack()
        self.tabs: dict[str, Button] = {}
        menu = Panel(margin=theme.S)
        menu.body.setSpacing(2)
        for name, title, icon in PAGES:
            tab = Button(title, kind="tab", icon=icon)
            tab.setCheckable(True)
            tab.clicked.connect(partial(self._clicked, name))
            self.tabs[name] = tab
            menu.body.addWidget(tab)
            ui.acts.bind(f"settings.{name}", partial(self.open_page, name), self)
        for act_id, name, method in _PAGE_ACTS:
            ui.acts.bind(f"settings.{act_id}", partial(self._do, name, method), self)
        self._menu = _Menu(menu)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.L, theme.L, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._menu)
        line.addWidget(self.stack, 1)
        self.open_page("appearance", focus=False)

    def open_page(self, name: str, *, focus: bool = True) -> None:
        """Show a page by name."""
        for other, tab in self.tabs.items():
            tab.setChecked(other == name)
        page = self.page(name)
        self.stack.setCurrentWidget(page)
        self.setFocusProxy(self.tabs[name])
        self._menu.ensureWidgetVisible(self.tabs[name])
        page.shown()
        if focus:
            self.tabs[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def page(self, name: str) -> Page:
        """Return a page by name, built at its first use."""
        if name not in self._pages:
            self._pages[name] = _BUILDERS[name](self._ui)
            self.stack.addWidget(self._pages[name])
        return self._pages[name]

    def refresh(self, change: Changed | None) -> None:
        """Read the page again when the room is entered; the pages follow the changes themselves."""
        if change is None:
            page = self.stack.currentWidget()
            if isinstance(page, Page):
                page.shown()

    def take_scan(self, _scan: Scan) -> bool:
        """Keep the scans of a measure from the counter."""
        return isinstance(self.stack.currentWidget(), ScannerPage)

    def _do(self, name: str, method: str) -> None:
        """Do an act of a page, with the page in sight."""
        if self.stack.currentWidget() is not self.page(name):
            self.open_page(name)
        getattr(self.page(name), method)()

    def _clicked(self, name: str, *_checked: bool) -> None:
        self.open_page(name)
