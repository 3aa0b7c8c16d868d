"""When is the session of the computer locked? Whichever system tells it, one object tells Galien.

A system that tells nothing is no failure: the lock of inactivity watches all the same.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class SystemLock(QObject):
    """Tells, by ``locked``, each time the session of the computer is locked."""

    locked = Signal()

    def stop(self) -> None:
        """Hear nothing more."""


def follow(window: QWidget) -> SystemLock:
    """Return what hears the system of this machine for the session in which ``window`` stands."""
    system = platform.system()
    if system == "Windows":
        from app.ui.system_lock_windows import WindowsLock  # noqa: PLC0415 -- of its system only

        return WindowsLock(window)
    if system == "Linux":
        from app.ui.system_lock_linux import LinuxLock, buses  # noqa: PLC0415 -- of its system only

        return LinuxLock(window, *buses())
    return SystemLock(window)
