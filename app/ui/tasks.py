"""How does a screen have work done without ever waiting for it? One way, used by all."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from app.jobs import Cancelled, Runner
from app.kernel.errors import GalienError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.jobs import Job, Progress

T = TypeVar("T")

SHOW_AFTER_S = 0.3
CANCEL_AFTER_S = 1.0
_LOOK_MS = 100
_LOGGER = logging.getLogger("galien.ui.tasks")


@dataclass(slots=True, eq=False)
class Task:
    """One piece of work under way, as the status bar shows it."""

    title: str
    key: str
    owner: QObject
    done: Callable[[Any], object]
    failed: Callable[[GalienError], object] | None
    cancelled: Callable[[], object] | None = None
    started: float = field(default_factory=time.monotonic)
    job: Job[Any] | None = None
    steps: tuple[int, int, str] = (0, 0, "")
    stale: bool = False

    def hear(self, done: int, total: int, text: str) -> None:
        """Keep how far the work is; called on its own thread."""
        self.steps = (done, total, text)

    @property
    def age(self) -> float:
        """Seconds since it was asked for."""
        return time.monotonic() - self.started

    @property
    def is_shown(self) -> bool:
        """True once it lasts long enough to be worth showing."""
        return bool(self.title) and self.age >= SHOW_AFTER_S

    @property
    def can_cancel(self) -> bool:
        """True once it lasts long enough for a cancel button."""
        return self.is_shown and self.age >= CANCEL_AFTER_S

    def cancel(self) -> None:
        """Drop its answer, and ask the work to stop where it can."""
        self.stale = True
        if self.job is not None:
            self.job.cancel()

    def cancel_by_hand(self) -> None:
        """Cancel it, and tell who asked for it that somebody did."""
        self.cancel()
        if self.cancelled is not None and isValid(self.owner):
            self.cancelled()


class Tasks(QObject):
    """Runs services in the background and brings each answer back to the thread of the screens."""

    busy = Signal()
    _answered = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None, runner: Runner | None = None) -> None:
        """Run work on ``runner``; by default on one of its own."""
        super().__init__(parent)
        self._runner = runner or Runner()
        self._running: list[Task] = []
        self._closed = False
        self.show_failure: Callable[[BaseException], None] = _log_only
        self._answered.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self.busy.emit)

    def run(
        self,
        work: Callable[[Progress], T],
        *,
        done: Callable[[T], object],
        owner: QObject,
        failed: Callable[[GalienError], object] | None = None,
        cancelled: Callable[[], object] | None = None,
        title: str = "",
        key: str = "",
    ) -> Task:
        """Do ``work`` off the thread of the screens, then call ``done`` with its result on that thread.

        ``key``: answers to an older run with the same key and owner are dropped. ``title`` (French) is what the
        status bar shows after 0.3 s. ``failed`` receives a named failure; without it the failure is shown.
        ``cancelled`` is called where the user gives it up from the status bar. Nothing is called once ``owner`` is
        gone.
        """
        for older in self._running:
            if key and older.key == key and older.owner is owner:
                older.cancel()
        task = Task(title, key, owner, done, failed, cancelled)
        if self._closed:
            # A timer may still fire while the window goes: there is nobody left to answer to.
            task.cancel()
            return task
        self._running.append(task)
        if not self._look.isActive():
            self._look.start()
        task.job = self._runner.submit(work, task.hear)
        task.job.when_over(lambda job: self._send(task, job))
        return task

    @property
    def shown(self) -> list[Task]:
        """The tasks that last, oldest first."""
        return [task for task in self._running if task.is_shown and not task.stale]

    @property
    def idle(self) -> bool:
        """True when nothing runs, and no answer is on its way."""
        return not self._running

    def shutdown(self) -> None:
        """Forget every answer, wait for what runs to end, and begin nothing more."""
        self._closed = True
        for task in self._running:
            task.cancel()
        self._look.stop()
        self._runner.shutdown()

    def _send(self, task: Task, job: Job[Any]) -> None:
        """Send exactly one answer, from the thread of the work."""
        value: object = None
        error: BaseException | None = None
        try:
            value = job.result(0)
        except Exception as caught:  # noqa: BLE001 -- the task runner: whatever was raised is shown or reported
            error = caught
        if isValid(self):
            self._answered.emit(task, value, error)

    def _receive(self, task: Task, value: object, error: BaseException | None) -> None:
        if task in self._running:
            self._running.remove(task)
        if not self._running:
            self._look.stop()
        self.busy.emit()
        if task.stale or isinstance(error, Cancelled) or not isValid(task.owner):
            return
        if error is None:
            task.done(value)
        elif isinstance(error, GalienError) and task.failed is not None:
            task.failed(error)
        else:
            self.show_failure(error)


def _log_only(error: BaseException) -> None:
    _LOGGER.error("task failed: %s", type(error).__name__)
