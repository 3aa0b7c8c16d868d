"""Does the workstation lock with the session of the computer, told by the desktop, by systemd or by Windows?"""

from __future__ import annotations

import shutil
import subprocess
from ctypes import addressof, wintypes
from typing import TYPE_CHECKING

import pytest
from needs import missing
from PySide6.QtCore import QObject
from ui_keys import wait_for

from app.officine.staff.locks import LockReason
from app.ui.system_lock_linux import SCREEN_SAVERS, SESSION, LinuxLock, session_path
from app.ui.system_lock_windows import SESSION_CHANGE, SESSION_LOCK, MessageFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtDBus import QDBusConnection
    from PySide6.QtWidgets import QApplication

    from app.ui.pictures import Stage

pytestmark = pytest.mark.req("OFF-UI-20")

ADDRESS = "/org/freedesktop/ScreenSaver"


@pytest.fixture
def buses() -> Iterator[tuple[QDBusConnection, QDBusConnection]]:
    """Two programs on a private bus: the one that hears, and the desktop that tells."""
    from PySide6.QtDBus import QDBusConnection  # noqa: PLC0415 -- its library is asked for here only

    program = shutil.which("dbus-daemon")
    if program is None:
        missing("dbus-daemon is not installed (package dbus)")
    assert program is not None
    daemon = subprocess.Popen(
        [program, "--session", "--nofork", "--nopidfile", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        heard, told = (QDBusConnection.connectToBus(address, f"galien-{name}") for name in ("heard", "told"))
        assert heard.isConnected()
        assert told.isConnected()
        yield heard, told
    finally:
        for name in ("heard", "told"):
            QDBusConnection.disconnectFromBus(f"galien-{name}")
        daemon.terminate()
        daemon.wait(10)
        assert daemon.stdout is not None
        daemon.stdout.close()


class Ear(QObject):
    """What was heard of a lock, and the screens let work until it is."""

    def __init__(self, qapp: QApplication, bus: QDBusConnection, teller: QDBusConnection) -> None:
        """Hear ``bus`` for both, as session number 3; ``teller`` is the desktop."""
        super().__init__()
        self.count = 0
        self.lock = LinuxLock(self, bus, bus, "3")
        self.lock.locked.connect(self._hear)
        self._qapp, self._bus, self._teller = qapp, bus, teller
        self._wait_for_bus()

    def _wait_for_bus(self) -> None:
        """Ask the bus something, whose answer comes after what is heard has been noted there."""
        from PySide6.QtDBus import QDBusMessage  # noqa: PLC0415 -- see ``buses``

        name = "org.freedesktop.DBus"
        asked = QDBusMessage.createMethodCall(name, "/org/freedesktop/DBus", name, "GetId")
        assert self._bus.call(asked).type() is QDBusMessage.MessageType.ReplyMessage

    def _hear(self) -> None:
        self.count += 1

    def tell(self, path: str, interface: str, name: str, *values: bool) -> None:
        """Send a signal as a desktop does."""
        from PySide6.QtDBus import QDBusMessage  # noqa: PLC0415 -- see ``buses``

        message = QDBusMessage.createSignal(path, interface, name)
        message.setArguments(list(values))
        assert self._teller.send(message)

    def end(self, expected: int) -> None:
        """Send one lock more, which comes last on the bus; nothing but ``expected`` ones came before it."""
        self.tell(ADDRESS, SCREEN_SAVERS[0], "ActiveChanged", True)
        wait_for(lambda: self.count > expected, self._qapp)
        assert self.count == expected + 1


@pytest.fixture
def ear(qapp: QApplication, buses: tuple[QDBusConnection, QDBusConnection]) -> Iterator[Ear]:
    """What hears the private bus."""
    made = Ear(qapp, *buses)
    yield made
    made.lock.stop()


@pytest.mark.parametrize("interface", SCREEN_SAVERS)
def test_each_desktop_is_heard_when_its_screen_is_locked(ear: Ear, interface: str) -> None:
    ear.tell("/" + interface.replace(".", "/"), interface, "ActiveChanged", True)
    ear.end(1)


def test_a_screen_that_opens_again_locks_nothing(ear: Ear) -> None:
    ear.tell(ADDRESS, SCREEN_SAVERS[0], "ActiveChanged", False)
    ear.end(0)


def test_systemd_is_heard_for_this_session_only(ear: Ear) -> None:
    ear.tell(session_path("4"), SESSION, "Lock")
    ear.tell(session_path("3"), SESSION, "Unlock")
    ear.end(0)
    ear.tell(session_path("3"), SESSION, "Lock")
    ear.end(2)


def test_nothing_is_heard_once_stopped(ear: Ear, qapp: QApplication) -> None:
    other = Ear(qapp, ear._bus, ear._teller)
    ear.lock.stop()
    other.end(0)
    other.lock.stop()
    assert ear.count == 0


@pytest.mark.parametrize(
    ("number", "end"), [("3", "_33"), ("12", "_312"), ("c1", "c1"), ("a-b", "a_2db"), ("", "_"), ("é", "_c3_a9")]
)
def test_the_path_of_a_session_is_written_as_systemd_does(number: str, end: str) -> None:
    assert session_path(number) == f"/org/freedesktop/login1/session/{end}"


def test_a_machine_without_bus_tells_nothing_and_fails_nothing(qapp: QApplication) -> None:
    LinuxLock(qapp, None, None).stop()


@pytest.mark.parametrize(
    ("kind", "number", "word", "told"),
    [
        (b"windows_generic_MSG", SESSION_CHANGE, SESSION_LOCK, 1),
        (b"windows_generic_MSG", SESSION_CHANGE, 0x8, 0),
        (b"windows_generic_MSG", 0x0100, SESSION_LOCK, 0),
        (b"xcb_generic_event_t", SESSION_CHANGE, SESSION_LOCK, 0),
    ],
)
def test_the_message_of_windows_is_told_from_the_others(kind: bytes, number: int, word: int, told: int) -> None:
    heard: list[int] = []
    message = wintypes.MSG()
    message.message, message.wParam = number, word
    assert MessageFilter(lambda: heard.append(1)).nativeEventFilter(kind, addressof(message)) == (False, 0)
    assert len(heard) == told


@pytest.fixture
def reasons(stage: Stage) -> list[LockReason]:
    """Why the window of a demonstration was locked."""
    found: list[LockReason] = []
    stage.window.watch.due.connect(found.append)
    return found


def test_galien_locks_at_once_and_says_why(stage: Stage, reasons: list[LockReason]) -> None:
    stage.window.watch.system_locked()
    stage.settle()
    assert reasons == [LockReason.SYSTEM]
    assert stage.window.locked
    assert "session de l’ordinateur" in stage.window.lock_view.reason.text()
    stage.window.watch.system_locked()
    assert reasons == [LockReason.SYSTEM], "what is locked stays as it is"


def test_the_setting_leaves_it_to_the_officine(stage: Stage, reasons: list[LockReason]) -> None:
    stage.services.settings.lock_on_system_lock = False
    stage.window.watch.system_locked()
    stage.settle()
    assert not reasons
    assert not stage.window.locked
