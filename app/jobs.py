"""What runs in the background, how far is it, and how is it stopped?"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from app.kernel.errors import GalienError, RemoteFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.kernel.events import Changed, Publisher
    from app.store.outbox import Outbox, OutboxItem

T = TypeVar("T")

_LOG = logging.getLogger("galien.outbox")
_TICK_SECONDS = 5.0


_FIRST_SECONDS = 30.0
_ROUND_SECONDS = 60.0


class Cancelled(Exception):
    """Raised inside a work that was asked to stop."""


class Rejected(RemoteFailure):
    """The service took note of the write and refused it: trying again would change nothing."""

    code = "GAL-DIS-02"


class Progress:
    """What a work says of itself, and hears from the one who waits."""

    def __init__(self, listen: Callable[[int, int, str], None] | None = None) -> None:
        """Hand each report to ``listen``, on the thread of the work."""
        self._listen = listen
        self._cancelled = threading.Event()

    def report(self, done: int, total: int, text: str = "") -> None:
        """Say that ``done`` of ``total`` steps are made (0: unknown), and at what the work is."""
        if self._listen is not None:
            self._listen(done, total, text)

    @property
    def cancelled(self) -> bool:
        """True once the work was asked to stop."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise Cancelled once the work was asked to stop; to be called between steps."""
        if self.cancelled:
            raise Cancelled

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._cancelled.set()


class Job(Generic[T]):
    """One work in the background."""

    def __init__(self, future: Future[T], progress: Progress) -> None:
        """Follow ``future``, which runs with ``progress``."""
        self._future = future
        self._progress = progress

    def cancel(self) -> None:
        """Ask the work to stop: at once where it has not begun, else at its next step."""
        self._progress.cancel()
        self._future.cancel()

    @property
    def is_over(self) -> bool:
        """True when the work has ended, in whatever way."""
        return self._future.done()

    def result(self, timeout: float | None = None) -> T:
        """Wait (seconds) and return what the work returned; raise what it raised, or Cancelled.

        Raises TimeoutError when it is not over in time.
        """
        try:
            return self._future.result(timeout)
        except CancelledError:
            raise Cancelled from None

    def when_over(self, call: Callable[[Job[T]], None]) -> None:
        """Call ``call`` with this job when it is over, on the thread of the work (at once if it is over)."""
        self._future.add_done_callback(lambda _: call(self))


class Runner:
    """Runs works on a few threads."""

    def __init__(self, workers: int = 4) -> None:
        """Run at most ``workers`` works at once; the others wait their turn."""
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._jobs: set[Job[Any]] = set()

    def submit(self, work: Callable[[Progress], T], listen: Callable[[int, int, str], None] | None = None) -> Job[T]:
        """Run ``work`` in the background; ``listen`` receives its reports, on its thread."""
        progress = Progress(listen)

        def run() -> T:
            progress.check()
            return work(progress)

        job = Job(self._pool.submit(run), progress)
        with self._lock:
            self._jobs.add(job)
        job.when_over(self._forget)
        return job

    def shutdown(self) -> None:
        """Ask every work to stop, and wait until they have."""
        with self._lock:
            jobs = tuple(self._jobs)
        for job in jobs:
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _forget(self, job: Job[T]) -> None:
        with self._lock:
            self._jobs.discard(job)


class OutboxDrain:
    """Makes the writes of the outbox, each lane on its own thread: a dead service delays no other."""

    def __init__(self, outbox: Outbox, handlers: Mapping[str, Callable[[OutboxItem], None]]) -> None:
        """Make each kind of write with its handler.

        A handler raises Rejected for a write that the service refuses for good, another RemoteFailure or an
        EnvironmentFailure for one to try again; anything else it raises is our fault, and the write is set aside.
        """
        self._outbox = outbox
        self._handlers = handlers
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._lanes: dict[str, threading.Thread] = {}
        self._thread = threading.Thread(target=self._watch, name="outbox", daemon=True)

    def start(self, publisher: Publisher | None = None) -> None:
        """Recover what a crash left half made, then make writes until ``stop``; ``publisher`` tells of new ones."""
        self._outbox.recover()
        if publisher is not None:
            publisher.subscribe(self._heard)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the writes that are being made."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()
        for thread in tuple(self._lanes.values()):
            thread.join()

    def drain_lane(self, lane: str) -> int:
        """Make the writes of a lane that are due, in order, until one fails; return how many were made."""
        made = 0
        while not self._stopping.is_set():
            item = self._outbox.claim(lane, self._handlers.keys())
            if item is None or not self._make(item):
                break
            made += 1
        return made

    def _make(self, item: OutboxItem) -> bool:
        """Make one write and record what became of it; False where the lane must wait."""
        try:
            self._handlers[item.kind](item)
        except Rejected as refusal:
            self._outbox.mark_failed(item, refusal.text)
        except GalienError as failure:
            if failure.exit_code in (4, 5):
                self._outbox.put_back(item, failure.text)
                return False
            self._outbox.mark_failed(item, failure.text)
        except Exception:  # noqa: BLE001 -- the task runner: a bug in one write must not stop the others
            _LOG.exception("outbox: %s", item.kind)
            self._outbox.mark_failed(item, "Erreur interne de Galien : voir le journal technique.")
        else:
            self._outbox.mark_done(item)
        return True

    def _heard(self, change: Changed) -> None:
        if change.touches("outbox"):
            self._wake.set()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._begin_lanes()
            self._wake.wait(_TICK_SECONDS)

    def _begin_lanes(self) -> None:
        try:
            lanes = self._outbox.lanes()
        except GalienError as failure:
            _LOG.warning("outbox: %s", failure.code)
            return
        for lane in lanes:
            if lane not in self._lanes or not self._lanes[lane].is_alive():
                self._lanes[lane] = threading.Thread(target=self._drain_safely, args=(lane,), daemon=True)
                self._lanes[lane].start()

    def _drain_safely(self, lane: str) -> None:
        try:
            self.drain_lane(lane)
        except GalienError as failure:
            # The database is locked, full or gone: the next round tries again.
            _LOG.warning("outbox: lane %s: %s", lane, failure.code)


class DailySeal:
    """Seals the registers once a day and at each closing of the till, while a window is open."""

    def __init__(
        self, publisher: Publisher, is_due: Callable[[], bool], seal: Callable[[str, Callable[[], bool]], object]
    ) -> None:
        """Ask ``is_due`` from time to time; ``seal`` takes the reason (day, closing), and what says to go on."""
        self._publisher = publisher
        self._is_due = is_due
        self._seal = seal
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin; the first look waits until the window has settled."""
        self._unsubscribe = self._publisher.subscribe(self._heard)
        self._thread = threading.Thread(target=self._watch, name="daily-seal", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, once the step under way is made."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Seal where a closing was made, or the day began unsealed. Raises the GalienError that forbids it."""
        if self._closed.is_set():
            self._closed.clear()
            self._seal("closing", lambda: not self._stopping.is_set())
        elif self._is_due():
            self._seal("day", lambda: not self._stopping.is_set())

    def _heard(self, change: Changed) -> None:
        if change.touches("closing"):
            self._closed.set()
            self._wake.set()

    def _watch(self) -> None:
        pause = _FIRST_SECONDS
        while not self._stopping.is_set():
            self._wake.wait(pause)
            self._wake.clear()
            pause = _ROUND_SECONDS
            if self._stopping.is_set() and not self._closed.is_set():
                return
            # A closing made just before the end is sealed all the same.
            try:
                self.look()
            except GalienError as failure:
                # The disk is full, the key is away: what stands in the way is shown with the state of the seals.
                _LOG.warning("seal: %s", failure.code)


class DailyWork:
    """Does once a day, while a window is open, what is due whether anybody thinks of it or not."""

    def __init__(self, name: str, is_due: Callable[[], bool], work: Callable[[], object]) -> None:
        """Ask ``is_due`` from time to time, then do ``work``; ``name`` says in the log which one failed."""
        self._name = name
        self._is_due = is_due
        self._work = work
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; the first look waits until the window has settled."""
        self._thread = threading.Thread(target=self._watch, name=f"daily-{self._name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, once the work under way is done."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Do the work where it is due. Raises the GalienError that forbids it."""
        if self._is_due():
            self._work()

    def _watch(self) -> None:
        pause = _FIRST_SECONDS
        while not self._stopping.wait(pause):
            pause = _ROUND_SECONDS
            try:
                self.look()
            except GalienError as failure:
                # The disk is full, the base is locked: the next round tries again.
                _LOG.warning("%s: %s", self._name, failure.code)
