"""What holds the rooms together: the rail, the header, the frame of a simulation, the state of the workstation?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.kernel.text import plural
from app.officine.staff.locks import LockReason
from app.officine.staff.model import Right
from app.officine.staff.rules import member_may
from app.officine.staff.session import EndWhy
from app.ui import theme
from app.ui.lock_acts import ACTS as LOCK_ACTS
from app.ui.lock_acts import ROOM as LOCK_ROOM
from app.ui.operator_button import operator_words
from app.ui.resources import resource
from app.ui.rooms import ROOM_ACTS, ROOMS, TITLES
from app.ui.shortcuts import Act, Acts
from app.ui.state_bar import StateBar
from app.ui.widgets.basics import ActButton, ElidedText, EmptyState, IconLabel, Text
from app.ui.widgets.stack import Stack
from app.ui.widgets.toast import Toasts

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from app.kernel.events import Changed
    from app.kernel.mode import Mode
    from app.officine.patients.cards import News
    from app.officine.scan.model import Scan
    from app.officine.staff.model import Member
    from app.ui.context import Ui
    from app.ui.tasks import Tasks
    from app.ui.theme import Theme

WINDOW_ACTS = (
    Act("app.palette", "Tous les actes", "Ctrl+K", ("palette", "commande", "chercher"), icon="palette"),
    Act("app.help", "Aide", "F1", ("touches", "manuel", "raccourcis"), icon="help"),
    Act("app.lock", "Verrouiller / changer d’opérateur", "F12", ("badge", "session", "utilisateur"), icon="lock"),
    Act("app.zoom_in", "Agrandir l’affichage", "Ctrl++", ("zoom", "plus grand")),
    Act("app.zoom_out", "Réduire l’affichage", "Ctrl+-", ("zoom", "plus petit")),
    Act("app.zoom_reset", "Affichage à 100\u00a0%", "Ctrl+0", ("zoom", "taille normale")),
    Act("app.theme", "Changer de thème", "Ctrl+T", ("clair", "sombre", "contraste", "couleurs")),
    Act("app.quit", "Quitter Galien", "Ctrl+Q", ("fermer", "sortir")),
)
DEMO_CARDS = Act(
    "app.demo_cards",
    "Cartes de démonstration",
    "Ctrl+F12",
    ("carte Vitale", "CPS", "insérer une carte", "retirer la carte", "lecteur"),
    icon="card",
)
_FRAME = 4
_MOST_UNREAD = 99
_FOOT = "staff"
"""The room from which on the rail stands at its foot: what is not of every hour."""
_BANNER = {
    "SIMULATION": "patients, services et paiements fictifs — rien ne sort de ce poste",
    "FORMATION": "base d’entraînement — rien ne sort de ce poste",
}


class RoomView(Protocol):
    """What the window asks of the screen of a room."""

    room_title: str

    def refresh(self, change: Changed | None) -> None:
        """Show what changed; None when the room is entered."""
        ...


class MainWindow(QMainWindow):
    """The window: empty at first, then with its rooms once the services are open."""

    def __init__(self, worn: Theme, tasks: Tasks, mode: Mode, keys: dict[str, str]) -> None:
        """Lay out the frame of the window; no room has a screen before ``attach``."""
        super().__init__()
        self.setWindowTitle(f"Galien — {mode.banner}" if mode.banner else "Galien")
        self.setWindowIcon(QIcon(str(resource("icons", "galien.svg"))))
        self.theme, self.tasks = worn, tasks
        self.acts = Acts(self, keys)
        self.acts.register(*WINDOW_ACTS, *(room.act for room in ROOMS), *ROOM_ACTS, *LOCK_ACTS)
        if mode.banner:
            self.acts.register(DEMO_CARDS)
        self.acts.room = lambda: LOCK_ROOM if self.locked else self.room
        self.acts.enter_room = self.enter
        self.acts.may = self._may
        self.acts.refused.connect(self._refuse)
        self.ui: Ui | None = None
        self.room = ROOMS[0].id
        self.views: dict[str, QWidget] = {}
        self.builds_ahead = True
        self._hidden: list[QDialog] = []
        self.state_bar = StateBar(tasks)
        self._buttons: dict[str, ActButton] = {}
        self._bind()
        self.pages = Stack()
        self.toasts = Toasts(self, self.pages)
        self.title = Text(ROOMS[0].title, "title")
        self.pharmacy = ElidedText("", "muted")
        self.operator = ActButton(self.acts, "app.lock", kind="ghost", text="Personne")
        self.stage = Stack()
        self.opening = EmptyState(
            "counter", "Ouverture du dossier de données…", "Le comptoir sera prêt dans un instant."
        )
        self.pages.addWidget(self.opening)
        self._rooms = self._rooms_page()
        self.stage.addWidget(self._rooms)
        self.setCentralWidget(self._framed(mode))
        self.setMinimumSize(QSize(960, 600))
        self.resize(1366, 768)

    # --- Services -----------------------------------------------------------------------------------------------

    def attach(self, ui: Ui) -> None:
        """Give the window its services: the counter shows at once, the other rooms are built when idle."""
        from app.ui.lock import LockView  # noqa: PLC0415 -- not needed for the first paint
        from app.ui.lock_watch import ClosingStrip, LockWatch  # noqa: PLC0415 -- the same

        self.ui = ui
        self.lock_view = LockView(ui)
        self.lock_view.unlocked.connect(self.unlock)
        self.stage.addWidget(self.lock_view)
        self.watch = LockWatch(ui, self)
        self.watch.due.connect(self.lock)
        self.closing = ClosingStrip(self)
        self.watch.closing_in.connect(self.closing.count)
        ui.operator_asked.connect(self._ask_operator)
        ui.session_changed.connect(self._show_operator)
        self.state_bar.attach(ui)
        ui.broadcast.changed.connect(self._tell_rooms)
        ui.operator_changed.connect(self._show_operator)
        ui.operator_changed.connect(self._count_unread)
        ui.scanner.scanned.connect(self._route)
        ui.cards.told.connect(self._route_card)
        if ui.services.demo_cards is not None:
            self.acts.bind(DEMO_CARDS.id, self._demo_cards, self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._keep_focus)
        self._show_operator()
        self._count_unread()
        self.enter(self.room)
        QTimer.singleShot(0, self, self._build_next)

    def enter(self, room_id: str) -> None:
        """Show a room, built at its first use; nothing while the workstation is locked."""
        if self.locked:
            return
        if room_id == LOCK_ROOM:
            self.lock()
            return
        if not self.acts.allowed(f"room.{room_id}"):
            # What was shown to the operator before is not for this one: the last room is open to everybody.
            room_id = ROOMS[-1].id
        self.room = room_id
        self.title.setText(TITLES[room_id])
        for name, button in self._buttons.items():
            button.setChecked(name == room_id)
        if self.ui is None:
            return
        view = self._view(room_id)
        self.pages.setCurrentWidget(view)
        refresh = getattr(view, "refresh", None)
        if refresh is not None:
            refresh(None)
        field = view.focusProxy()
        (field or view).setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def locked(self) -> bool:
        """True while nobody may use the workstation."""
        return self.stage.currentIndex() > 0

    def lock(self, reason: LockReason | None = LockReason.ASKED, member: Member | None = None) -> None:
        """Hide everything until somebody proves who they are; what was under way goes on and is told afterwards.

        After the end of a session (``reason``) only a full sign-in opens; None: the workstation has just started.
        ``member`` is who is expected.
        """
        if self.ui is None:
            return
        if reason in {LockReason.EXPIRED, LockReason.CLOCK}:
            self._end_session()
        elif self.locked:
            return
        if self.ui.operator is None and self.ui.services.mode.is_simulated:
            self.say("L’équipe est vide\u00a0: ajoutez un membre avant de verrouiller le poste.", "warning")
            return
        if not self.locked:
            self.toasts.clear()
            self.closing.count(0)
            self._put_dialogs_away()
            self.stage.setCurrentWidget(self.lock_view)
            self.activateWindow()
            self.ui.set_locked(locked=True)
        self.lock_view.ask(reason, member)

    def unlock(self) -> None:
        """Show the room that was left, and what waited for it."""
        self.stage.setCurrentIndex(0)
        self.enter(self.room)
        if self.ui is not None:
            self.ui.set_locked(locked=False)
        hidden, self._hidden = self._hidden, []
        for dialog in hidden:
            if isValid(dialog):
                dialog.open()

    def say(self, text: str, kind: str = "info") -> None:
        """Show a short message; ``kind``: info, success, warning or danger. While locked it waits."""
        if self.ui is not None and self.locked:
            self.ui.when_open(lambda: self.toasts.say(text, kind))
        else:
            self.toasts.say(text, kind)

    def set_pharmacy(self, name: str) -> None:
        """Show the name of the officine."""
        self.pharmacy.set_whole(name)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop what runs before the window goes."""
        if self.ui is not None:
            self.ui.cards.stop()
        self.tasks.shutdown()
        super().closeEvent(event)

    def _keep_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        """Give the focus back to what is seen: an answer that comes late may give it to a room that is hidden.

        Behind the lock, what is typed then is a password.
        """
        shown = self.lock_view if self.locked else self.pages.currentWidget()
        behind = self._rooms if self.locked else self.pages
        if now is None or shown is None or not behind.isAncestorOf(now) or shown is now or shown.isAncestorOf(now):
            return
        kept = old if old is not None and isValid(old) and shown.isAncestorOf(old) else shown
        kept.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- Parts --------------------------------------------------------------------------------------------------

    def _framed(self, mode: Mode) -> QWidget:
        """Return the content of the window, inside the red frame where people and services are fictitious."""
        body = QWidget()
        body.setProperty("ground", "window")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stage, 1)
        column.addWidget(self.state_bar)
        if not mode.banner:
            return body
        frame = QFrame()
        frame.setProperty("kind", "simulation")
        frame.setObjectName("simulation")
        outer = QVBoxLayout(frame)
        outer.setContentsMargins(_FRAME, 0, _FRAME, _FRAME)
        outer.setSpacing(0)
        banner = Text(f"{mode.banner} — {_BANNER[mode.banner]}", "banner")
        banner.setAlignment(Qt.AlignmentFlag.AlignCenter)
        outer.addWidget(banner)
        outer.addWidget(body, 1)
        return frame

    def _rooms_page(self) -> QWidget:
        page = QWidget()
        line = QHBoxLayout(page)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._rail())
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._header())
        right.addWidget(self.pages, 1)
        line.addLayout(right, 1)
        return page

    def _rail(self) -> QWidget:
        rail = QWidget()
        rail.setProperty("ground", "rail")
        rail.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(rail)
        column.setContentsMargins(0, theme.M, 0, theme.M)
        column.setSpacing(2)
        brand = QHBoxLayout()
        brand.setContentsMargins(theme.L, 0, theme.M, theme.M)
        brand.setSpacing(theme.S)
        brand.addWidget(IconLabel("counter", "rail_mark", 22))
        brand.addWidget(Text("Galien", "heading"))
        brand.addStretch()
        column.addLayout(brand)
        for room in ROOMS:
            if room.id == _FOOT:
                column.addStretch()
            button = ActButton(self.acts, room.act.id, kind="room")
            button.setCheckable(True)
            button.setChecked(room.id == self.room)
            self._buttons[room.id] = button
            column.addWidget(button)
        return rail

    def _header(self) -> QWidget:
        header = QFrame()
        header.setProperty("kind", "header")
        line = QHBoxLayout(header)
        line.setContentsMargins(theme.L, theme.S, theme.L, theme.S)
        line.setSpacing(theme.S)
        line.addWidget(self.title)
        line.addWidget(self.pharmacy, 1)
        line.addWidget(ActButton(self.acts, "app.palette", kind="ghost"))
        line.addWidget(ActButton(self.acts, "app.help", kind="ghost"))
        line.addWidget(self.operator)
        return header

    # --- Acts ---------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        for act_id, handler in (
            ("app.palette", self._palette),
            ("app.help", self._help),
            ("app.lock", self.lock),
            ("app.zoom_in", partial(self._zoom_by, theme.ZOOM_STEP)),
            ("app.zoom_out", partial(self._zoom_by, -theme.ZOOM_STEP)),
            ("app.zoom_reset", partial(self._zoom, 100)),
            ("app.theme", self._next_theme),
            ("app.quit", self.close),
        ):
            self.acts.bind(act_id, handler, self)
        for room in ROOMS:
            self.acts.bind(room.act.id, partial(self.enter, room.id), self)

    def _palette(self) -> None:
        from app.ui.palette import PaletteDialog  # noqa: PLC0415 -- not needed for the first paint

        if not self.locked:
            PaletteDialog(self.acts, TITLES, self).open()

    def _help(self) -> None:
        from app.ui.help_dialog import HelpDialog  # noqa: PLC0415 -- not needed for the first paint

        HelpDialog(self.acts, TITLES, self, print_keys=self._print_keys if self.ui is not None else None).open()

    def _print_keys(self) -> None:
        from app.ui import cheat_sheet  # noqa: PLC0415 -- not needed for the first paint
        from app.ui.printing import print_desk  # noqa: PLC0415 -- the same

        if self.ui is not None:
            prints, keys = self.ui.services.prints, cheat_sheet.groups(self.acts)
            print_desk(self.ui).print_pages(lambda: prints.shortcuts(keys), "a4", "Touches")

    def _zoom_by(self, step: int) -> None:
        self._zoom(self.theme.zoom + step)

    def _zoom(self, percent: int) -> None:
        self.theme.set_zoom(percent)
        self.say(f"Affichage à {self.theme.zoom}\u00a0%")
        if self.ui is not None:
            self.ui.settings.zoom_percent = self.theme.zoom
            self.ui.keep_settings()

    def _next_theme(self) -> None:
        names = list(theme.THEMES)
        name = names[(names.index(self.theme.name) + 1) % len(names)]
        self.theme.set_name(name)
        self.say(f"Thème\u00a0: {theme.THEMES[name].lower()}")
        if self.ui is not None:
            self.ui.settings.theme = name
            self.ui.keep_settings()

    # --- Rooms --------------------------------------------------------------------------------------------------

    def _view(self, room_id: str) -> QWidget:
        if room_id not in self.views:
            assert self.ui is not None
            view = next(room for room in ROOMS if room.id == room_id).build(self.ui)
            self.views[room_id] = view
            self.pages.addWidget(view)
        return self.views[room_id]

    def _build_next(self) -> None:
        """Build one more room, then let the window breathe."""
        missing = next((room.id for room in ROOMS if room.id not in self.views), None)
        if missing is not None and self.builds_ahead:
            self._view(missing)
            QTimer.singleShot(10, self, self._build_next)
        elif self.ui is not None:
            self.ui.cards.start()

    def _count_unread(self) -> None:
        """Have the rail say how many received documents nobody has read, from the opening on (SC.ERGO.01)."""
        ui = self.ui
        if ui is None or not self.acts.allowed("room.documents"):
            self._show_unread(0)
            return
        inbox = ui.services.inbox
        ui.tasks.run(lambda _progress: inbox.unread(), done=self._show_unread, owner=self, key="unread")

    def _show_unread(self, count: int) -> None:
        shown = f"{_MOST_UNREAD}+" if count > _MOST_UNREAD else str(count)
        self._buttons["documents"].say_badge(
            shown if count else "", f"{plural(count, 'document')} à lire" if count else ""
        )

    def _tell_rooms(self, change: Changed) -> None:
        if change.touches("received"):
            self._count_unread()
        for view in self.views.values():
            refresh = getattr(view, "refresh", None)
            if refresh is not None:
                refresh(change)

    def _route(self, scan: Scan) -> None:
        """Give a scan to the lock, to the room shown when it wants it, else to the counter."""
        assert self.ui is not None
        if self.ui.settings.sounds and not scan.ok:
            QApplication.beep()
        if self.locked:
            self.lock_view.take_scan(scan)
            return
        take = getattr(self._view(self.room), "take_scan", None)
        if take is not None and take(scan):
            return
        if not self.acts.allowed(ROOMS[0].act.id):
            self._refuse(ROOMS[0].act.id)
            return
        counter = self._view(ROOMS[0].id)
        if hasattr(counter, "take_scan"):
            self.enter(ROOMS[0].id)
            counter.take_scan(scan)

    def _route_card(self, news: News) -> None:
        """Give a card to the counter, which comes to the front for a Vitale; while locked, to the lock."""
        if self.locked:
            self.lock_view.take_card(news)
            return
        if not self.acts.allowed(ROOMS[0].act.id):
            return
        if news.is_mute:
            self.say("La carte ne répond pas : vérifiez son sens et nettoyez la puce.", "warning")
        elif news.is_vitale:
            self.enter(ROOMS[0].id)
        take = getattr(self.views.get(ROOMS[0].id), "take_card", None)
        if take is not None:
            take(news)

    def _demo_cards(self) -> None:
        from app.ui.demo_cards import DemoCardsDialog  # noqa: PLC0415 -- not needed for the first paint

        ui = self.ui
        cards = None if ui is None else ui.services.demo_cards
        if ui is not None and cards is not None:
            DemoCardsDialog(cards, self, ui.scanner.accept).open()

    def _may(self, right: str) -> bool:
        """Return True when the operator holds the right; before anyone is known, Galien itself holds all."""
        operator = self.ui.operator if self.ui is not None else None
        return operator is None or member_may(operator, Right(right))

    def _refuse(self, act_id: str) -> None:
        act = self.acts.get(act_id)
        right = Right(act.right).label
        self.say(
            f"«\u00a0{act.title}\u00a0» demande le droit «\u00a0{right}\u00a0». F12 change d’opérateur.", "warning"
        )

    def _show_operator(self) -> None:
        operator = self.ui.operator if self.ui is not None else None
        session = self.ui.session if self.ui is not None else None
        text, icon, told = operator_words(operator, session)
        self.operator.set_icon(icon)
        self.operator.setText(text)
        self.operator.setAccessibleDescription(told)
        self.operator.setToolTip(told)
        self.operator.updateGeometry()

    def _ask_operator(self, member: Member) -> None:
        """Ask who showed a badge at the counter to prove it, as the lock does."""
        self.lock(LockReason.ASKED, member)

    def _end_session(self) -> None:
        """End the session whose time is over: no PIN opens after it."""
        ui = self.ui
        if ui is None or ui.session is None:
            return
        session, sign_in = ui.session, ui.services.sign_in
        ui.set_session(None)
        ui.tasks.run(
            lambda _progress: sign_in.sign_out(session, EndWhy.EXPIRED),
            done=lambda _none: None,
            failed=lambda _error: None,
            owner=self,
        )

    def _put_dialogs_away(self) -> None:
        """Hide what stands over the window: it may name a patient."""
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        for dialog in self.findChildren(QDialog):
            if dialog.isVisible():
                dialog.hide()
                self._hidden.append(dialog)
