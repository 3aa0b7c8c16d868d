"""How does the desktop client start: a window at once, its services right after?"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QLockFile, QObject, Qt, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox
from shiboken6 import isValid

from app.kernel.outcome import Done
from app.kernel.text import NBSP
from app.ui import failures
from app.ui.collector import Collector, spare_what_stays
from app.ui.main_window import MainWindow
from app.ui.rooms import preload
from app.ui.system_lock import follow
from app.ui.tasks import Tasks
from app.ui.theme import Theme, load_fonts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from app.kernel.errors import GalienError
    from app.kernel.events import Changed
    from app.kernel.mode import Mode
    from app.officine.scan.model import Scan
    from app.officine.staff.model import Member
    from app.officine.staff.session import StaffSession
    from app.settings import Settings
    from app.ui.context import Services, Ui
    from app.ui.system_lock import SystemLock

_GUARD_CALLS, _GUARD_DRIFT = 500, -100
_SETTLED_MS = 10_000
_FOLLOW_MS = 1_500


def make_application(arguments: list[str]) -> QApplication:
    """Return the one QApplication: French, Fusion, sharp at every scale, with the program’s fonts."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(arguments)
    app.setApplicationName("Galien")
    app.setStyle("Fusion")
    french = QLocale(QLocale.Language.French, QLocale.Country.France)
    QLocale.setDefault(french)
    translator = QTranslator(app)
    if translator.load(french, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    load_fonts()
    Collector(app)
    return app


def drops_references() -> bool:
    """Return True where this PySide6 drops a reference to None on each call, and would abort before long.

    PySide6 6.12.0 does so under Python 3.10 and 3.11.
    """
    if sys.version_info >= (3, 12):
        return False
    label = QLabel()
    before = sys.getrefcount(None)
    for _ in range(_GUARD_CALLS):
        label.setText("x")
    return sys.getrefcount(None) - before < _GUARD_DRIFT


@dataclass(frozen=True, slots=True)
class Opened:
    """The services, and what the window shows at once; ``session`` is open already in a simulation."""

    services: Services
    members: list[Member]
    pharmacy: str
    session: StaffSession | None


class Desktop(QObject):
    """The desktop client: its window, and the services once they are open."""

    def __init__(
        self, app: QApplication, settings: Settings, mode: Mode, open_services: Callable[[], Services]
    ) -> None:
        """Show the window, and open the services in the background with ``open_services``."""
        super().__init__(app)
        self._app = app
        self.services: Services | None = None
        self.ui: Ui | None = None
        self.tasks = Tasks(self)
        self.theme = Theme(app, settings.theme, settings.zoom_percent)
        self.window = MainWindow(self.theme, self.tasks, mode, settings.keys)
        self.theme.dress(self.window)
        self.tasks.show_failure = self.show_failure
        self._open = open_services
        self._loading, self._is_loaded = preload(), False
        self._opened: Opened | None = None
        self._system_lock: SystemLock | None = None

    @property
    def idle(self) -> bool:
        """True when nothing runs, no answer is on its way, and the code of the screens is there."""
        return self._is_loaded and self.tasks.idle

    def start(self) -> None:
        """Show the window and begin to open the services."""
        self.window.show()
        self.tasks.run(
            lambda _progress: _with_members(self._open()),
            done=self._services_open,
            failed=self._cannot_open,
            owner=self.window,
        )
        self._load_next()

    def attach(self, opened: Opened) -> None:
        """Make the window usable with the services."""
        from app.ui.context import Ui  # noqa: PLC0415 -- not needed for the first paint
        from app.ui.scanner import Scanner  # noqa: PLC0415 -- the same

        services, members, session = opened.services, opened.members, opened.session
        settings = services.settings
        scanner = Scanner(
            self._app,
            self.window,
            lambda text, kept: _interpret(services, text, kept=kept),
            gap_ms=settings.scanner_gap_ms,
            min_length=settings.scanner_min_length,
        )
        self.ui = Ui(
            services=services,
            tasks=self.tasks,
            acts=self.window.acts,
            theme=self.theme,
            scanner=scanner,
            say=self.window.say,
            parent=self,
        )
        scanner.serial_state.connect(self._serial_state)
        scanner.listen(settings.scanner_port)
        self.ui.operator = _usual(members) if services.mode.is_simulated else None
        self.ui.session = session
        self.window.set_pharmacy(opened.pharmacy)
        self.window.attach(self.ui)
        self.ui.broadcast.changed.connect(self._rename)
        if not services.mode.is_simulated:
            from app.ui.passphrase import ask_or_tell  # noqa: PLC0415 -- a simulation never asks

            self.window.lock(None)
            ask_or_tell(self.ui, self.window)

    def follow_system(self) -> None:
        """Lock with the session of the computer from now on."""
        self._system_lock = follow(self.window)
        self._system_lock.locked.connect(self.system_locked)

    def system_locked(self) -> None:
        """Lock the workstation, once it is usable: the session of the computer is."""
        if self.ui is not None:
            self.window.watch.system_locked()

    def close(self) -> None:
        """Stop what runs and close the services."""
        if self._system_lock is not None:
            self._system_lock.stop()
        if self.ui is not None:
            self.ui.cards.stop()
        self.tasks.shutdown()
        if self.ui is not None:
            self.ui.broadcast.stop()
            self.ui.scanner.stop()
        if self.services is not None:
            self.services.close()

    def show_failure(self, error: BaseException) -> None:
        """Show a failure in the one way; a bug leaves a crash report first."""
        report = None
        if failures.kind_of(error) is failures.Kind.BUG and self.services is not None:
            report = failures.write_report(self.services.folder.logs, error, dt.datetime.now(dt.UTC))
        failure = failures.failure_of(error, report)
        if self.ui is not None and failure.kind is not failures.Kind.BUG:
            self.ui.when_open(lambda: failures.FailureDialog(failure, self.window).open())
        else:
            failures.FailureDialog(failure, self.window).open()

    def hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Show what no screen caught, in place of Python’s own printing."""
        if isinstance(error, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            self._app.quit()
        else:
            self.show_failure(error)

    def _load_next(self) -> None:
        """Load a step of the screens, and go on when the window has had its turn."""
        if next(self._loading, None) is not None:
            QTimer.singleShot(0, self, self._load_next)
            return
        self._is_loaded = True
        self._attach_when_ready()

    def _services_open(self, opened: Opened) -> None:
        # Kept at once: a window that is closed before it is usable still closes them.
        self.services, self._opened = opened.services, opened
        self._attach_when_ready()

    def _attach_when_ready(self) -> None:
        if self._is_loaded and self._opened is not None and isValid(self.window):
            opened, self._opened = self._opened, None
            self.attach(opened)

    def _rename(self, change: Changed) -> None:
        """Read the name of the pharmacy anew once it was changed, on this workstation or on another."""
        services = self.services
        if change.touches("officine") and services is not None:
            self.tasks.run(
                lambda _progress: services.pharmacy_name, done=self.window.set_pharmacy, owner=self.window, key="name"
            )

    def _serial_state(self, failure: GalienError | None) -> None:
        if failure is None:
            self.window.say("Douchette série prête", "success")
        else:
            self.window.say(f"{failure.text} {failure.advice}".strip(), "warning")

    def _cannot_open(self, error: GalienError) -> None:
        self.window.opening.say(error.text, error.advice)
        self.show_failure(error)


def run(settings: Settings, mode: Mode, open_services: Callable[[], Services], lock_file: Path) -> int:
    """Run the desktop client until its window is closed; return the exit code.

    One client at a time holds ``lock_file``: the lock of a process that died is taken over.
    """
    app = make_application(sys.argv[:1])
    lock = QLockFile(str(lock_file))
    lock.setStaleLockTime(0)
    if not lock.tryLock(0):
        return _already_open()
    if drops_references():
        print("GAL-ENV-14\u00a0: cette version de PySide6 ne va pas avec ce Python.", file=sys.stderr)  # noqa: T201
        return 4
    desktop = Desktop(app, settings, mode, open_services)
    sys.excepthook = desktop.hook
    desktop.start()
    # Once the window is there: the buses of the system are asked then.
    QTimer.singleShot(_FOLLOW_MS, desktop.follow_system)
    QTimer.singleShot(_SETTLED_MS, spare_what_stays)
    code = app.exec()
    desktop.close()
    return code


def _already_open() -> int:
    text = f"Galien est déjà ouvert sur ce poste, avec ce dossier de données{NBSP}: sa fenêtre est peut-être réduite."
    print(f"GAL-ENV-16{NBSP}: {text}", file=sys.stderr)  # noqa: T201 -- there is no window to say it in
    if QGuiApplication.platformName() != "offscreen":
        QMessageBox.information(None, "Galien", text)
    return 4


def _with_members(services: Services) -> Opened:
    members = services.staff.members()
    first = _usual(members)
    session = None
    if services.mode.is_simulated and first is not None:
        outcome = services.sign_in.demo(first.id)
        session = outcome.value if isinstance(outcome, Done) else None
    return Opened(services, members, services.pharmacy_name, session)


def _usual(members: list[Member]) -> Member | None:
    """Return who is at the counter when a simulation opens: the first pharmacist."""
    pharmacists = [member for member in members if member.role.is_pharmacist]
    return next(iter([*pharmacists, *members]), None)


def _interpret(services: Services, text: str, *, kept: bool) -> Scan:
    from app.kernel.clock import today  # noqa: PLC0415 -- not needed for the first paint
    from app.officine.scan.service import interpret  # noqa: PLC0415 -- the same

    return interpret(
        text,
        today=today(services.clock),
        gs_substitute=services.settings.scanner_gs_substitute,
        production=not services.mode.is_simulated,
        separators_kept=kept or services.settings.scanner_separators_kept,
    )
