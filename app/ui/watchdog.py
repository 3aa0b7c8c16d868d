"""Is the thread of the screens ever held up, for how long, and by whom?"""

from __future__ import annotations

import logging
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from types import FrameType

_LOGGER = logging.getLogger("galien.ui.watchdog")
_BEAT_MS = 10
_LOOK_S = 0.01
_DEPTH = 12
_KEPT = 200


@dataclass(frozen=True, slots=True)
class Block:
    """One time the screens stood still: how long in milliseconds, and the stack that held them (no values).

    ``cpu_ms`` is the work that their own thread did meanwhile: little where it waited for another.
    """

    duration_ms: float
    stack: tuple[str, ...]
    cpu_ms: float = 0.0


class LoopWatchdog(QObject):
    """Stamps the event loop every 10 ms, and watches the stamp from another thread.

    Time during which the thread was ready but other programs had the processors is theirs, and does not count.
    """

    def __init__(self, limit_ms: int = 50, parent: QObject | None = None) -> None:
        """Watch the thread that makes it; record every block longer than ``limit_ms``."""
        super().__init__(parent)
        self.limit_ms = limit_ms
        self.blocks: list[Block] = []
        self._watched = threading.get_ident()
        self._stamp = time.perf_counter()
        self._queued = _queued_s()
        self._worked = time.thread_time()
        self._held: tuple[str, ...] = ()
        self._stopped = threading.Event()
        self._beat = QTimer(self)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(self._tick)
        self._beat.start()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the watch; what held the screens until now still counts."""
        self._tick()
        self._beat.stop()
        self._stopped.set()
        self._thread.join(1)

    def _tick(self) -> None:
        now = time.perf_counter()
        queued = _queued_s()
        duration = (now - self._stamp - (queued - self._queued)) * 1000 - _BEAT_MS
        worked = time.thread_time()
        cpu_ms = (worked - self._worked) * 1000
        self._stamp, self._queued, self._worked = now, queued, worked
        held, self._held = self._held, ()
        if duration > self.limit_ms and held and len(self.blocks) < _KEPT:
            self.blocks.append(Block(duration, held, cpu_ms))
            _LOGGER.warning("screens held for %.0f ms: %s", duration, " < ".join(held))

    def _watch(self) -> None:
        while not self._stopped.wait(_LOOK_S):
            late = (time.perf_counter() - self._stamp) * 1000
            if late > self.limit_ms and not self._held:
                self._held = _stack(sys._current_frames().get(self._watched))  # noqa: SLF001 -- the only way to see it


def _queued_s() -> float:
    """Return for how long this thread waited for a processor since it began, in seconds; 0 where it is not told."""
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as told:  # noqa: PTH123 -- a hundred times a second
            return int(told.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _stack(frame: FrameType | None) -> tuple[str, ...]:
    """Return where a thread is, innermost first: file, line and function, never a value."""
    places: list[str] = []
    while frame is not None and len(places) < _DEPTH:
        name = frame.f_code.co_filename.rpartition("/")[2]
        places.append(f"{name}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return tuple(places)
