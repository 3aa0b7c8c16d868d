"""When does Windows lock the session in which Galien runs? Written from the documentation; never run on Windows so far.

Sources: WTSRegisterSessionNotification and WM_WTSSESSION_CHANGE (Win32, Remote Desktop Services).
"""

from __future__ import annotations

import ctypes
from ctypes import wintypes
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

from app.ui.system_lock import SystemLock

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

SESSION_CHANGE: Final = 0x02B1
SESSION_LOCK: Final = 0x7
_THIS_SESSION: Final = 0


class WindowsLock(SystemLock):
    """Hears the messages that Windows sends to the window."""

    def __init__(self, window: QWidget) -> None:
        """Ask Windows to tell ``window`` of its session; where that is refused, nothing is ever heard."""
        super().__init__(window)
        self._filter = MessageFilter(self.locked.emit)
        self._library: Any = getattr(ctypes, "windll").wtsapi32  # noqa: B009 -- of Windows only
        self._handle = int(window.winId())
        self._is_told = bool(self._library.WTSRegisterSessionNotification(self._handle, _THIS_SESSION))
        application = QCoreApplication.instance()
        if self._is_told and application is not None:
            application.installNativeEventFilter(self._filter)

    def stop(self) -> None:
        """Hear nothing more."""
        application = QCoreApplication.instance()
        if self._is_told and application is not None:
            application.removeNativeEventFilter(self._filter)
            self._library.WTSUnRegisterSessionNotification(self._handle)
        self._is_told = False


class MessageFilter(QAbstractNativeEventFilter):
    """Picks, among the messages of Windows, that of a session that is locked; takes none."""

    def __init__(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` for each."""
        super().__init__()
        self._tell = tell

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> object:
        """Look at one message (the address of a MSG)."""
        if bytes(kind.data() if isinstance(kind, QByteArray) else kind) in {
            b"windows_generic_MSG",
            b"windows_dispatcher_MSG",
        }:
            told = wintypes.MSG.from_address(int(message))
            if told.message == SESSION_CHANGE and told.wParam == SESSION_LOCK:
                self._tell()
        return False, 0
