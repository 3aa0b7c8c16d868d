"""The counter: which comptoirs are served, and where do scans and keys go?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.outcome import Refused
from app.officine.dispensing.papers import PaperKind
from app.ui import theme
from app.ui.counter.acts import TABS
from app.ui.counter.lists_drawers import WaitingDrawer, waiting_words
from app.ui.counter.page import TillPage, as_finding
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.counter.reading import sessions_to_show, waiting
from app.ui.counter.ready import ReadyWatch
from app.ui.counter.tabs import TabStrip
from app.ui.counter.till import Till
from app.ui.widgets.basics import EmptyState
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QShowEvent

    from app.kernel.errors import GalienError
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.dispensing.model import CounterSession, SessionSummary
    from app.officine.patients.cards import News
    from app.officine.scan.model import Scan
    from app.ui.context import Ui

_SEEN_TOPICS = (
    "stock",
    "catalog",
    "patient",
    "prescriber",
    "product_card",
    "prescription_copy",
    "promise",
    "recall",
    "quarantine",
)


class CounterView(QWidget):
    """The comptoirs of this workstation, as tabs."""

    room_title = "Comptoir"

    def __init__(self, ui: Ui) -> None:
        """Take up the sales that were open here, or begin one."""
        super().__init__()
        self._ui = ui
        self._early: list[Scan] = []
        self._early_card: News | None = None
        self._waiting = 0
        self._watched: QWidget | None = None
        self.ready = ReadyWatch(ui, self)
        self.tabs = TabStrip(ui)
        self.pages = Stack()
        self.opening = EmptyState("counter", "Ouverture du comptoir…", "Les ventes en cours reviennent.")
        self.pages.addWidget(self.opening)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.S, theme.L, theme.M)
        column.setSpacing(theme.S)
        column.addWidget(self.tabs)
        column.addWidget(self.pages, 1)
        self.tabs.chosen.connect(self.go_to)
        ui.locked.connect(self._save_all)
        self._bind()
        services, actor = ui.services, ui.actor()
        ui.tasks.run(
            lambda _progress: sessions_to_show(services, actor), done=self._begin, failed=self._cannot, owner=self
        )

    # --- What the window asks -----------------------------------------------------------------------------------

    def take_scan(self, scan: Scan) -> bool:
        """Give a scan to the comptoir shown."""
        if self.page is None:
            self._early.append(scan)
        else:
            self.page.take_scan(scan)
        return True

    def take_card(self, news: News) -> None:
        """Give what happened to a card to the comptoir shown."""
        if self.page is None:
            self._early_card = news if news.is_vitale else None
        else:
            self.page.card.take(news)

    def refresh(self, change: Changed | None) -> None:
        """Read again what the shown comptoir depends on, where it changed."""
        if change is None or change.touches("session"):
            self._count_waiting()
        if change is not None:
            self.ready.refresh(change)
        if change is not None and self.page is not None and any(change.touches(topic) for topic in _SEEN_TOPICS):
            self.page.till.look()

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the window: nothing typed is left unsaved when it closes."""
        super().showEvent(event)
        if self._watched is not self.window():
            self._watched = self.window()
            self._watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Save before the window closes."""
        if watched is self._watched and event.type() is QEvent.Type.Close:
            for till in self.tills:
                till.save_blocking()
        return super().eventFilter(watched, event)

    # --- Comptoirs ----------------------------------------------------------------------------------------------

    @property
    def page(self) -> TillPage | None:
        """The comptoir shown; None while they are being opened."""
        shown = self.pages.currentWidget()
        return shown if isinstance(shown, TillPage) else None

    @property
    def all_pages(self) -> list[TillPage]:
        """The comptoirs, in order."""
        found = (self.pages.widget(place) for place in range(self.pages.count()))
        return [page for page in found if isinstance(page, TillPage)]

    @property
    def tills(self) -> list[Till]:
        """What is being served, comptoir by comptoir."""
        return [page.till for page in self.all_pages]

    def go_to(self, place: int) -> None:
        """Show the comptoir at ``place``, counted from 0."""
        pages = self.all_pages
        if 0 <= place < len(pages):
            self.pages.setCurrentWidget(pages[place])
            self.setFocusProxy(pages[place])
            pages[place].omnibox.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self._show_tabs()

    def _begin(self, sessions: list[CounterSession]) -> None:
        for session in sessions:
            self._add_page(session)
        self.go_to(0)
        early, self._early = self._early, []
        for scan in early:
            self.take_scan(scan)
        card, self._early_card = self._early_card, None
        if card is not None:
            self.take_card(card)

    def _cannot(self, error: GalienError) -> None:
        self.opening.say(error.text, error.advice)
        self._ui.tasks.show_failure(error)

    def _add_page(self, session: CounterSession) -> TillPage:
        till = Till(self._ui, session)
        page = TillPage(self._ui, till)
        page.resumed.connect(self._resume)
        till.changed.connect(self._show_tabs)
        till.seen.connect(self._show_tabs)
        till.kept.connect(self._show_state)
        till.refused.connect(lambda _why: self._show_state())
        till.gone.connect(lambda: self._drop(page))
        self.pages.addWidget(page)
        till.look()
        return page

    def _drop(self, page: TillPage) -> None:
        """Take a comptoir away: its sale lives elsewhere now. One comptoir always remains."""
        self.pages.removeWidget(page)
        page.hide()
        page.deleteLater()
        if self.all_pages:
            self.go_to(0)
        else:
            self._new()

    def _new(self) -> None:
        if len(self.all_pages) >= TABS:
            self._ui.say(f"{TABS} comptoirs sont ouverts\u00a0: mettez une vente en attente (F7).", "warning")
            return
        counter, actor = self._ui.services.counter, self._ui.actor()
        self._ui.tasks.run(lambda _progress: counter.new_session(actor), done=self._show_new, owner=self, key="new")

    def _show_new(self, session: CounterSession) -> None:
        self._add_page(session)
        self.go_to(len(self.all_pages) - 1)

    def _next(self) -> None:
        pages, page = self.all_pages, self.page
        if page is not None:
            self.go_to((pages.index(page) + 1) % len(pages))

    # --- Waiting ------------------------------------------------------------------------------------------------

    def _hold(self) -> None:
        """Put the sale in waiting; with nothing to put aside, show what waits."""
        page = self.page
        if page is None:
            return
        if page.till.session.is_empty:
            page.open(WaitingDrawer.name)
            return
        self._close(page, keep=True)

    def _abandon(self) -> None:
        page = self.page
        if page is not None and not page.till.session.is_empty:
            self._close(page, keep=False)

    def _close(self, page: TillPage, *, keep: bool) -> None:
        services, actor, session = self._ui.services, self._ui.actor(), page.till.session

        def work(_progress: object) -> tuple[Outcome[CounterSession], CounterSession | None]:
            close = services.counter.suspend if keep else services.counter.abandon
            outcome = close(session, actor)
            return outcome, None if isinstance(outcome, Refused) else services.counter.new_session(actor)

        self._ui.tasks.run(
            work,
            done=lambda answer: self._closed(page, session, answer, keep=keep),
            failed=lambda error: page.tell(as_finding(error)),
            owner=self,
            key="close",
        )

    def _closed(
        self,
        page: TillPage,
        session: CounterSession,
        answer: tuple[Outcome[CounterSession], CounterSession | None],
        *,
        keep: bool,
    ) -> None:
        outcome, following = answer
        if isinstance(outcome, Refused) or following is None:
            self._ui.refuse(outcome.findings)
            return
        page.close_drawer()
        page.till.start(following)
        done = "mise en attente\u00a0: F7 la reprend" if keep else "abandonnée"
        self._ui.say(f"Vente {done} ({session.patient_name or session.title}).", "success" if keep else "info")

    def _resume(self, session_id: str) -> None:
        counter, actor = self._ui.services.counter, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: counter.resume(session_id, actor), done=self._resumed, owner=self, key="resume"
        )

    def _resumed(self, outcome: Outcome[CounterSession]) -> None:
        page = self.page
        if isinstance(outcome, Refused):
            self._ui.refuse(outcome.findings)
        elif page is not None and page.till.session.is_empty:
            emptied = page.till.session
            page.close_drawer()
            page.till.start(outcome.value)
            counter, actor = self._ui.services.counter, self._ui.actor()
            self._ui.tasks.run(lambda _progress: counter.abandon(emptied, actor), done=lambda _done: None, owner=self)
        else:
            self._show_new(outcome.value)

    def _count_waiting(self) -> None:
        services = self._ui.services
        self._ui.tasks.run(lambda _progress: waiting(services), done=self._show_waiting, owner=self, key="waiting")

    def _show_waiting(self, found: list[SessionSummary]) -> None:
        self._waiting = len(found)
        self._show_state()

    # --- What shows ---------------------------------------------------------------------------------------------

    def _show_tabs(self) -> None:
        pages, page = self.all_pages, self.page
        if page is not None:
            self.tabs.show_tills([one.till for one in pages], pages.index(page))
        self._show_state()

    def _show_state(self) -> None:
        waits = f"{waiting_words(self._waiting)} (F7)" if self._waiting else ""
        self.tabs.say(waits)

    def _save_all(self) -> None:
        for till in self.tills:
            till.save_now()

    # --- Keys ---------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        on_page: dict[str, Callable[[TillPage], object]] = {
            "patient": lambda page: page.open(PatientDrawer.name),
            "card": lambda page: page.card.read_present(),
            "rights": TillPage.read_rights,
            "product": lambda page: page.find_product(),
            "prescription": lambda page: page.open("prescription"),
            "directions": lambda page: page.open("directions"),
            "attach": TillPage.attach,
            "copies": TillPage.show_copies,
            "history": lambda page: page.open("history"),
            "allergies": lambda page: page.open("allergies"),
            "substitution": lambda page: page.open("substitution"),
            "units": lambda page: page.open("units"),
            "bearer": TillPage.ask_bearer,
            "owed": TillPage.owe,
            "sale": lambda page: page.open("sale"),
            "control": lambda page: page.open("control"),
            "set_aside": TillPage.set_aside,
            "pay": TillPage.pay,
            "prints": lambda page: page.open("prints"),
            "why": lambda page: page.open("why"),
            "more": lambda page: page.change_quantity(1),
            "less": lambda page: page.change_quantity(-1),
            "quantity": TillPage.ask_quantity,
            "propose": TillPage.take_proposal,
            "remove": TillPage.remove,
            "undo": lambda page: page.till.undo(),
            "redo": lambda page: page.till.redo(),
            "back": TillPage.back,
            "print": TillPage.print_current,
            "print_slip": TillPage.print_slip,
            "print_last": lambda page: page.desk.print_last(),
            "print_retry": lambda page: page.desk.retry(),
            "private": TillPage.toggle_private,
            **{f"print_{kind}": partial(_print_paper, kind) for kind in PaperKind},
        }
        for name, handler in on_page.items():
            self._ui.acts.bind(f"counter.{name}", partial(self._on_page, handler), self)
        for name, act in (("hold", self._hold), ("abandon", self._abandon), ("new", self._new), ("next", self._next)):
            self._ui.acts.bind(f"counter.{name}", act, self)
        for number in range(1, TABS + 1):
            self._ui.acts.bind(f"counter.tab{number}", partial(self.go_to, number - 1), self)

    def _on_page(self, handler: Callable[[TillPage], object]) -> None:
        if self.page is not None:
            handler(self.page)


def _print_paper(kind: PaperKind, page: TillPage) -> None:
    page.print_paper(kind)
