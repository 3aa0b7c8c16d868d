"""When does a Linux desktop, or systemd, lock the session in which Galien runs?

Sources: org.freedesktop.login1 (``Lock`` of the interface ``Session``; the path of a session is its number as
sd_bus_path_encode(3) writes it); ``ActiveChanged`` of the screen savers of GNOME, KDE, Xfce, Cinnamon and MATE.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import SLOT, QObject, Slot

from app.ui.system_lock import SystemLock

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

SCREEN_SAVERS: Final = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
)
"""Each desktop tells it under its own name, from a path of its own."""
SESSION: Final = "org.freedesktop.login1.Session"
_SESSIONS: Final = "/org/freedesktop/login1/session/"


class LinuxLock(SystemLock):
    """Hears the screen savers on the bus of the session, and systemd on that of the system."""

    def __init__(
        self, parent: QObject, session: QDBusConnection | None, system: QDBusConnection | None, number: str = ""
    ) -> None:
        """Hear both buses, None for one that is not there; ``number`` is that of the login session (XDG_SESSION_ID)."""
        super().__init__(parent)
        self._heard: list[tuple[QDBusConnection, tuple[Any, ...]]] = []
        if session is not None:
            for interface in SCREEN_SAVERS:
                self._hear(session, interface, "ActiveChanged", SLOT("on_screen_saver(bool)"))
        if system is not None and number:
            self._hear(system, SESSION, "Lock", SLOT("on_session()"), session_path(number))

    @Slot(bool)
    def on_screen_saver(self, active: bool) -> None:  # noqa: FBT001 -- the one argument of the signal
        """Tell a screen saver that begins; its end opens nothing here."""
        if active:
            self.locked.emit()

    @Slot()
    def on_session(self) -> None:
        """Tell the lock that systemd asks of the session."""
        self.locked.emit()

    def stop(self) -> None:
        """Hear nothing more."""
        heard, self._heard = self._heard, []
        for bus, place in heard:
            bus.disconnect(*place)

    def _hear(self, bus: QDBusConnection, interface: str, name: str, slot: str, path: str = "") -> None:
        """Hear a signal, of any path where none is given. The slot is a text, whatever the stubs of PySide6 say."""
        place: tuple[Any, ...] = ("", path, interface, name, self, slot)
        if bus.connect(*place):
            self._heard.append((bus, place))


def buses() -> tuple[QDBusConnection | None, QDBusConnection | None, str]:
    """Return the bus of the session, that of the system, and the number of the login session, as far as they are."""
    from PySide6.QtDBus import QDBusConnection  # noqa: PLC0415 -- where it is heard only

    session = QDBusConnection.sessionBus() if has_session_bus() else None
    system = QDBusConnection.systemBus() if Path("/run/dbus/system_bus_socket").exists() else None
    there = [bus if bus is not None and bus.isConnected() else None for bus in (session, system)]
    return there[0], there[1], os.environ.get("XDG_SESSION_ID", "")


def has_session_bus() -> bool:
    """Return True where the desktop has a bus: looking for one elsewhere would begin one."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or bool(runtime and (Path(runtime) / "bus").exists())


def session_path(number: str) -> str:
    """Return the path of a login session: letters and digits as they are, the rest, and a digit ahead, as ``_xx``."""
    written = "".join(
        char
        if char.isascii() and char.isalnum() and not (place == 0 and char.isdigit())
        else "".join(f"_{byte:02x}" for byte in char.encode())
        for place, char in enumerate(number)
    )
    return _SESSIONS + (written or "_")
