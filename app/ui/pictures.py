"""What does each screen look like, in each of its states? Poses the window with real data, and draws it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from shiboken6 import isValid

from app.kernel.errors import RemoteFailure
from app.kernel.outcome import Finding, Severity
from app.ui import theme as theme_module
from app.ui.app import Desktop, make_application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from PySide6.QtGui import QPixmap

    from app.ui.context import Services, Ui
    from app.ui.main_window import MainWindow

_QUIET_S = 0.02
_QUIET_PASSES = 5
_PAUSE_MS = 300
_PATIENCE_S = 30.0


class Stage:
    """A window with its services, made to stand still in a given state."""

    def __init__(self, services: Services, theme: str, zoom: int, *, whole: bool = False) -> None:
        """Open the window on ``services`` in ``theme`` at ``zoom`` percent; ``whole`` with every room built."""
        self.app = make_application([])
        services.settings.theme, services.settings.zoom_percent = theme, zoom
        self.desktop = Desktop(self.app, services.settings, services.mode, lambda: services)
        self.services = services
        # A room is built where it is entered: a picture, or a test, enters one or two of them.
        self.desktop.window.builds_ahead = whole
        self.desktop.start()
        self.settle()
        self.window.activateWindow()
        self.settle()

    @property
    def window(self) -> MainWindow:
        """The main window."""
        return self.desktop.window

    @property
    def ui(self) -> Ui:
        """What the screens were given."""
        assert self.desktop.ui is not None
        return self.desktop.ui

    def view(self, room: str) -> QWidget:
        """Enter a room, and return its screen."""
        self.window.enter(room)
        self.settle()
        return self.window.views[room]

    def act(self, act_id: str) -> None:
        """Do an act, and wait until the screen is still."""
        self.ui.acts.trigger(act_id)
        self.settle()

    def settle(self) -> None:
        """Let the window work until nothing runs any more."""
        began = quiet_since = time.monotonic()
        passes = 0
        while time.monotonic() - began < _PATIENCE_S:
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            passes += 1
            # Both are asked: on a busy machine one pass may outlast the time, with the layout of the last answer due.
            if not self.desktop.idle:
                quiet_since, passes = time.monotonic(), 0
            elif passes >= _QUIET_PASSES and time.monotonic() - quiet_since >= _QUIET_S:
                if not self._hurry():
                    return
                quiet_since, passes = time.monotonic(), 0
            time.sleep(0.002)

    def _hurry(self) -> bool:
        """End the short pauses that run (a search waits for one more letter: none comes); return whether there were."""
        running = [
            (timer, timer.interval())
            for timer in self.window.findChildren(QTimer)
            if timer.isActive() and timer.isSingleShot() and timer.interval() <= _PAUSE_MS
        ]
        for timer, _pause in running:
            timer.start(0)
        self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        for timer, pause in running:
            if isValid(timer):
                timer.setInterval(pause)
        return bool(running)

    def draw(self) -> QPixmap:
        """Return the window as it stands, with the dialogs over it."""
        picture = self.window.grab()
        painter = QPainter(picture)
        corner = self.window.mapToGlobal(QPoint(0, 0))
        for dialog in self.dialogs():
            painter.fillRect(picture.rect(), theme_module.shade())
            painter.drawPixmap(dialog.mapToGlobal(QPoint(0, 0)) - corner, dialog.grab())
        painter.end()
        return picture

    def dialogs(self) -> list[QDialog]:
        """Return the dialogs that are open, one that stands over another after it."""
        shown = [top for top in QApplication.topLevelWidgets() if isinstance(top, QDialog) and top.isVisible()]
        return sorted(shown, key=_storey)

    def clear(self) -> None:
        """Close the dialogs and messages, back to a window at rest."""
        for dialog in self.dialogs():
            dialog.reject()
        self.window.toasts.clear()
        self.window.closing.count(0)
        if self.window.locked:
            self.window.unlock()
        self.settle()

    def close(self) -> None:
        """Close the window; the services stay open."""
        self.ui.cards.stop()
        self.desktop.tasks.shutdown()
        self.ui.cards.stop()
        self.ui.broadcast.stop()
        self.ui.scanner.stop()
        self.window.close()
        # A window that is only closed is still dressed anew at each change of theme; and whatever stays a child of the
        # application, which outlives this stage, keeps every screen and every service in memory.
        for part in (self.window, self.ui.scanner, self.desktop.theme, self.desktop):
            part.deleteLater()
        self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _storey(widget: QWidget) -> int:
    """Return over how many others a widget stands."""
    under = widget.parentWidget()
    return 0 if under is None else 1 + _storey(under)


@dataclass(frozen=True, slots=True)
class Picture:
    """One state of one screen: its name, and how the window is brought there."""

    name: str
    pose: Callable[[Stage], None]


def pictures() -> tuple[Picture, ...]:
    """Return every picture, in the order of a visit."""
    from app.ui.care.poses import PICTURES as CARE  # noqa: PLC0415 -- the same
    from app.ui.cash.account_poses import PICTURES as ACCOUNTS  # noqa: PLC0415 -- the same
    from app.ui.cash.poses import PICTURES as CASH  # noqa: PLC0415 -- the rooms' own states
    from app.ui.counter.cards_poses import PICTURES as CARDS  # noqa: PLC0415 -- the same
    from app.ui.counter.checks_poses import PICTURES as CHECKS  # noqa: PLC0415 -- the same
    from app.ui.counter.control_poses import PICTURES as CONTROL  # noqa: PLC0415 -- the same
    from app.ui.counter.copies_poses import PICTURES as COPIES  # noqa: PLC0415 -- the same
    from app.ui.counter.ordonnance_poses import PICTURES as ORDONNANCE  # noqa: PLC0415 -- the same
    from app.ui.counter.poses import PICTURES as COUNTER  # noqa: PLC0415 -- the same
    from app.ui.counter.prints_poses import PICTURES as PRINTS  # noqa: PLC0415 -- the same
    from app.ui.counter.promise_poses import PICTURES as PROMISES  # noqa: PLC0415 -- the same
    from app.ui.counter.recall_poses import PICTURES as RECALLS  # noqa: PLC0415 -- the same
    from app.ui.counter.rights_poses import PICTURES as RIGHTS  # noqa: PLC0415 -- the same
    from app.ui.counter.sale_poses import PICTURES as SALE  # noqa: PLC0415 -- the same
    from app.ui.counter.substitution_poses import PICTURES as SUBSTITUTION  # noqa: PLC0415 -- the same
    from app.ui.documents.poses import PICTURES as DOCUMENTS  # noqa: PLC0415 -- the same
    from app.ui.documents.viewer_poses import PICTURES as VIEWER  # noqa: PLC0415 -- the same
    from app.ui.lock_poses import PICTURES as LOCK  # noqa: PLC0415 -- the same
    from app.ui.patients.creation_poses import PICTURES as CREATION  # noqa: PLC0415 -- the same
    from app.ui.patients.identity_poses import PICTURES as IDENTITY  # noqa: PLC0415 -- the same
    from app.ui.patients.ins_poses import PICTURES as INS  # noqa: PLC0415 -- the same
    from app.ui.patients.insi_poses import PICTURES as INSI  # noqa: PLC0415 -- the same
    from app.ui.patients.merge_poses import PICTURES as MERGES  # noqa: PLC0415 -- the same
    from app.ui.patients.papers_poses import PICTURES as PAPERS  # noqa: PLC0415 -- the same
    from app.ui.patients.poses import PICTURES as PATIENTS  # noqa: PLC0415 -- the same
    from app.ui.registers.poses import PICTURES as REGISTERS  # noqa: PLC0415 -- the same
    from app.ui.settings.cards_poses import PICTURES as CARD_SETTINGS  # noqa: PLC0415 -- the same
    from app.ui.settings.insi_poses import PICTURES as INSI_SETTINGS  # noqa: PLC0415 -- the same
    from app.ui.settings.pharmacy_poses import PICTURES as PHARMACY  # noqa: PLC0415 -- the same
    from app.ui.settings.secrets_poses import PICTURES as SECRETS  # noqa: PLC0415 -- the same
    from app.ui.settings.vitale_poses import PICTURES as VITALE  # noqa: PLC0415 -- the same
    from app.ui.staff.poses import PICTURES as STAFF  # noqa: PLC0415 -- the same
    from app.ui.stock.discard_poses import PICTURES as DISCARD  # noqa: PLC0415 -- the same
    from app.ui.stock.poses import PICTURES as STOCK  # noqa: PLC0415 -- the same
    from app.ui.trace.insi_poses import PICTURES as INSI_JOURNAL  # noqa: PLC0415 -- the same
    from app.ui.trace.poses import PICTURES as TRACE  # noqa: PLC0415 -- the same

    return (
        *COUNTER,
        *CARDS,
        *RIGHTS,
        *CONTROL,
        *CHECKS,
        *SUBSTITUTION,
        *ORDONNANCE,
        *COPIES,
        *PRINTS,
        *SALE,
        *PROMISES,
        *RECALLS,
        *CASH,
        *ACCOUNTS,
        *CARE,
        *MERGES,
        *PATIENTS,
        *PAPERS,
        *CREATION,
        *INS,
        *INSI,
        *IDENTITY,
        *REGISTERS,
        *TRACE,
        *INSI_JOURNAL,
        *STOCK,
        *DISCARD,
        *DOCUMENTS,
        *VIEWER,
        *LOCK,
        *STAFF,
        *SECRETS,
        *PICTURES,
        *CARD_SETTINGS,
        *VITALE,
        *INSI_SETTINGS,
        *PHARMACY,
    )


def draw_all(
    services: Services, out: Path, *, theme: str, zoom: int, only: str = "", size: tuple[int, int] | None = None
) -> Iterator[Path]:
    """Draw each picture into a PNG of ``out`` and give its path; ``only`` keeps the names that begin with it.

    ``size`` is the window in pixels, where it is not the one that it opens with.
    """
    chosen = [picture for picture in pictures() if picture.name.startswith(only)]
    out.mkdir(parents=True, exist_ok=True)
    stage = Stage(services, theme, zoom)
    if size is not None:
        stage.window.resize(*size)
        stage.settle()
    tail = "" if size is None else f"-{size[0]}x{size[1]}"
    try:
        for picture in chosen:
            picture.pose(stage)
            stage.settle()
            file = out / f"{picture.name}-{theme}-{zoom}{tail}.png"
            stage.draw().save(str(file))
            yield file
            stage.clear()
    finally:
        stage.close()


def names() -> list[str]:
    """Return the names of all pictures."""
    return [picture.name for picture in pictures()]


def _search(room: str, text: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        view = stage.view(room)
        if room == "stock":
            stage.act("stock.shelf")
        if room == "patients":
            stage.act("patients.back")
        pane = view.pane  # type: ignore[attr-defined] # the three rooms with a search have one
        pane.field.setText(text)
        pane.field.search_now()
        stage.settle()

    return pose


def _then(pose: Callable[[Stage], None], *acts: str) -> Callable[[Stage], None]:
    def both(stage: Stage) -> None:
        pose(stage)
        for act_id in acts:
            stage.act(act_id)

    return both


def _acts(*acts: str) -> Callable[[Stage], None]:
    return _then(lambda _stage: None, *acts)


def _refused_patient(stage: Stage) -> None:
    _then(_search("patients", ""), "patients.create")(stage)
    form = stage.view("patients").form  # type: ignore[attr-defined] # the patients' screen
    form.editors["family_name"].setText("Lefèvre-D’Œuvre")
    form.editors["birth_place"].setText("7511")
    stage.act("patients.save")


def _refused_count(stage: Stage) -> None:
    _then(_search("stock", ""), "stock.adjust", "stock.save")(stage)


def _failure(stage: Stage) -> None:
    stage.window.enter("counter")
    stage.desktop.show_failure(
        RemoteFailure(
            "Le service INSi ne répond pas.",
            code="GAL-DIS-01",
            advice="Continuez avec l’identité provisoire\u202f; Galien rappellera le service dans 5 minutes.",
        )
    )


def _bug(stage: Stage) -> None:
    stage.window.enter("counter")
    stage.desktop.show_failure(RuntimeError())


def _messages(stage: Stage) -> None:
    stage.window.enter("documents")
    stage.window.say("Réglages enregistrés", "success")
    stage.window.say("Un envoi attend depuis 20\u00a0min", "warning")


def _findings(stage: Stage) -> None:
    view = stage.view("settings")
    stage.act("settings.catalog")
    page = view.page("catalog")  # type: ignore[attr-defined] # the settings' screen
    found: Iterable[Finding] = (
        Finding(
            "GAL-CAT-12",
            Severity.ERROR,
            "Le dossier ne contient que 212 présentations, au lieu de 20\u202f903\u00a0: la base est incomplète.",
            "Téléchargez-la de nouveau. La version en vigueur reste en place et la vente continue.",
        ),
    )
    page.findings.set_findings(found)


PICTURES = (
    Picture("patients-empty", _search("patients", "")),
    Picture("patients-found", _search("patients", "a")),
    Picture("patients-nobody", _search("patients", "xyzzy")),
    Picture("patients-new", _refused_patient),
    Picture("products-empty", _search("products", "")),
    Picture("products-found", _search("products", "amox")),
    Picture("products-narcotic", _search("products", "morphine")),
    Picture("products-nothing", _search("products", "xyzzyx")),
    Picture("stock-list", _search("stock", "")),
    Picture("stock-receive", _then(_search("stock", ""), "stock.receive")),
    Picture("stock-refused", _refused_count),
    Picture("messaging", _acts("room.messaging")),
    Picture("settings-appearance", _acts("room.settings", "settings.appearance")),
    Picture("settings-scanner", _acts("room.settings", "settings.scanner", "settings.calibrate")),
    Picture("settings-keyboard", _acts("room.settings", "settings.keyboard")),
    Picture("settings-printers", _acts("room.settings", "settings.printers")),
    Picture("settings-database", _acts("room.settings", "settings.database")),
    Picture("settings-promises", _acts("room.settings", "settings.promises")),
    Picture("settings-catalog", _acts("room.settings", "settings.catalog")),
    Picture("settings-catalog-refused", _findings),
    Picture("settings-queue", _acts("room.settings", "settings.queue")),
    Picture("settings-locking", _acts("room.settings", "settings.locking")),
    Picture("settings-about", _acts("room.settings", "settings.about")),
    Picture("palette", _acts("room.products", "app.palette")),
    Picture("help", _acts("room.products", "app.help")),
    Picture("failure-remote", _failure),
    Picture("failure-bug", _bug),
    Picture("messages", _messages),
    Picture("lock", _acts("room.documents", "app.lock")),
)
