"""When does the workstation lock by itself? Watches hands, cards and the clock, and tells."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.kernel.text import plural
from app.officine.patients.cards import CardNews
from app.officine.staff.locks import LockReason, due, idle_in
from app.ui import theme
from app.ui.widgets.basics import IconLabel, Text

if TYPE_CHECKING:
    from app.officine.patients.cards import News
    from app.officine.staff.locks import LockPolicy
    from app.officine.staff.session import StaffSession
    from app.ui.context import Ui

WARNING_SECONDS: Final = 10
_LOOK_MS = 1_000
_KEEP_EVERY = dt.timedelta(minutes=1)
_ACTIVITY: Final = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
}


def policy_of(ui: Ui) -> LockPolicy:
    """Return the rules of the locks of this workstation."""
    return ui.services.lock_settings.policy()


class LockWatch(QObject):
    """Tells when the workstation must lock, and how many seconds before it would for want of anybody."""

    due = Signal(object)
    closing_in = Signal(int)

    def __init__(self, ui: Ui, parent: QObject) -> None:
        """Watch the windows of the application for the session of ``ui``."""
        super().__init__(parent)
        self._ui = ui
        self._clock = ui.services.clock
        self._last = self._kept = self._clock.now()
        self._present = ""
        self._readers: set[str] = set()
        self._warned = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        ui.session_changed.connect(self._begin)
        ui.scanner.scanned.connect(lambda _scan: self.seen())
        ui.cards.told.connect(self.hear)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._watch)
        self._begin()

    def seen(self) -> None:
        """Note that somebody is there: the time before the lock begins anew."""
        self._last = self._clock.now()
        if self._warned:
            self._warned = 0
            self.closing_in.emit(0)

    def look(self) -> None:
        """Tell what the clock and the cards ask for now."""
        session = self._ui.session
        if session is None:
            return
        now, policy = self._clock.now(), policy_of(self._ui)
        reason = due(policy, session, now, self._last, self._present or None)
        if reason is not None and (not self._ui.is_locked or reason in {LockReason.EXPIRED, LockReason.CLOCK}):
            self._warned = 0
            self.closing_in.emit(0)
            self.due.emit(reason)
            return
        if not self._ui.is_locked:
            self._warn(math.ceil(idle_in(policy, now, self._last).total_seconds()))
        self._keep(session, now)

    def hear(self, news: News) -> None:
        """Follow the professional cards: the one that opened the session, once pulled, locks."""
        if news.is_cps:
            self._readers.add(news.reader)
            self.seen()
        elif news.news is CardNews.REMOVED and news.reader in self._readers:
            self._readers.discard(news.reader)
            session = self._ui.session
            if session is None or not session.card_serial:
                return
            if self._readers:
                self._ask_which(session)
            else:
                self._gone()

    def system_locked(self) -> None:
        """Follow the lock of the computer’s own session, where the officine wants it."""
        if self._ui.session is not None and not self._ui.is_locked and policy_of(self._ui).on_system_lock:
            self._warned = 0
            self.closing_in.emit(0)
            self.due.emit(LockReason.SYSTEM)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Note the hands; take nothing: the key that keeps the workstation open may be the first of a scan."""
        if event.type() in _ACTIVITY:
            self.seen()
        return False

    def _begin(self) -> None:
        session = self._ui.session
        self._present = "" if session is None else session.card_serial
        self._kept = self._clock.now()
        self.seen()
        for window in QGuiApplication.allWindows():
            self._watch(window)
        if session is None:
            self._timer.stop()
        else:
            self._timer.start()

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def _warn(self, left: int) -> None:
        told = left if 0 < left <= WARNING_SECONDS else 0
        if told != self._warned:
            self._warned = told
            self.closing_in.emit(told)

    def _gone(self) -> None:
        self._present = ""
        self.look()

    def _ask_which(self, session: StaffSession) -> None:
        """Ask whether the card of the session is still in a reader: that of a colleague does not keep it open."""
        cards = self._ui.services.professional_cards

        def judge(is_there: bool) -> None:  # noqa: FBT001 -- the one answer
            if not is_there:
                self._gone()

        self._ui.tasks.run(
            lambda _progress: cards is not None and cards.is_present(session.card_serial),
            done=judge,
            owner=self,
            key="card",
        )

    def _keep(self, session: StaffSession, now: dt.datetime) -> None:
        """Once a minute: note in the database that someone is there, and ask whether the session still holds."""
        if now - self._kept < _KEEP_EVERY:
            return
        active, self._kept = self._last > self._kept, now
        sign_in = self._ui.services.sign_in

        def work(_progress: object) -> bool:
            if active:
                sign_in.touch(session)
            return sign_in.still_open(session)

        def done(still_open: bool) -> None:  # noqa: FBT001 -- the answer of the service
            if not still_open and self._ui.session is session:
                self.due.emit(LockReason.EXPIRED)

        # A database that does not answer shuts nobody out: the acts themselves will say it.
        self._ui.tasks.run(work, done=done, failed=lambda _error: None, owner=self, key="keep")


class ClosingStrip(QFrame):
    """Says, at the head of the window, in how many seconds it locks; any key keeps it open."""

    def __init__(self, window: QWidget) -> None:
        """Stand over ``window``, hidden."""
        super().__init__(window)
        self._window = window
        self.setProperty("tone", "warning")
        self.words = Text("", "strong")
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.L, theme.S, theme.L, theme.S)
        line.setSpacing(theme.M)
        line.addWidget(IconLabel("lock", "warning"))
        line.addWidget(self.words)
        line.addWidget(Text("Une touche, la souris ou un scan le garde ouvert.", "caption"))
        self.hide()

    def count(self, seconds: int) -> None:
        """Show the seconds left; 0 hides the strip."""
        if not seconds:
            self.hide()
            return
        said = f"Verrouillage dans {plural(seconds, 'seconde')}"
        self.words.setText(said)
        self.setAccessibleName(said)
        self.adjustSize()
        window = self._window
        # Over the header, where nothing is read or pressed at the counter.
        self.move((window.width() - self.width()) // 2, theme.current().pixels(26))
        self.show()
        self.raise_()
