"""How long do the screens take to show, measured from inside the event loop?"""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

from app.officine.dispensing import session as editing
from app.ui.counter.view import CounterView
from app.ui.widgets.search_pane import SearchPane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QWidget

    from app.officine.scan.model import Scan
    from app.ui.app import Desktop

_PATIENCE_S = 60.0
_BEAT_MS = 5
_REST_S = 0.15
_PAUSE_S = 0.0005


def empty_window(started: float) -> dict[str, list[float]]:
    """Return what the least possible window takes: to start, to repaint (ms), to hold (MB), to beat (ms).

    ``started`` is when its process was started, in seconds since 1970.
    """
    app = QApplication(["empty"])
    window = QMainWindow()
    table = QTableView()
    window.setCentralWidget(table)
    window.resize(1366, 768)
    window.show()
    app.processEvents()
    ready = (time.time() - started) * 1000
    painted = Painted(table.viewport())
    return {
        "cold_start": [ready],
        "rss_mb": [resident_mb()],
        "repaint": [timed(table.viewport().update, painted.seen) for _ in range(50)],
        "ui_block": [longest_gap(lambda: idle(0.5))],
    }


class Painted(QObject):
    """Sees when a widget has been painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._done = False
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note the paint event, which goes on to the widget."""
        self._done = self._done or event.type() is QEvent.Type.Paint
        return super().eventFilter(watched, event)

    def forget(self) -> None:
        """Wait for a paint event from now on."""
        self._done = False

    def seen(self) -> bool:
        """Return True once, for a paint event since the last time."""
        done, self._done = self._done, False
        return done


def open_client(desktop: Desktop) -> None:
    """Start the client and wait until a box can be scanned: a comptoir is shown, with its field."""
    desktop.start()
    until(lambda: desktop.ui is not None)
    counter = desktop.window.views["counter"]
    assert isinstance(counter, CounterView)
    until(lambda: counter.page is not None)
    QApplication.processEvents()


def settle(desktop: Desktop) -> None:
    """Wait until nothing runs in the background."""
    until(lambda: desktop.tasks.idle)


def search_pixels(desktop: Desktop, texts: Iterable[str]) -> list[float]:
    """Type the last letter of each text among the products; return the ms until its answers are painted."""
    desktop.window.enter("products")
    pane = desktop.window.views["products"].findChild(SearchPane)
    assert isinstance(pane, SearchPane)
    painted = Painted(pane.list.viewport())
    answered: list[bool] = []
    pane.list.model().modelReset.connect(lambda: answered.append(True))

    def complete() -> bool:
        if not answered:
            painted.forget()
        return bool(answered) and painted.seen()

    taken = []
    for text in texts:
        pane.field.setText(text[:-1])
        settle(desktop)
        idle(_REST_S)
        answered.clear()
        painted.forget()
        taken.append(timed(lambda last=text[-1]: type_letter(pane.field, last), complete))  # type: ignore[misc]
    return taken


def scan_to_line(desktop: Desktop, scans: Iterable[Callable[[], Scan]]) -> list[float]:
    """Scan boxes at the counter; return the ms until the table of lines is painted with each."""
    assert desktop.ui is not None
    desktop.window.enter("counter")
    settle(desktop)
    table = desktop.window.views["counter"].findChild(QTableView)
    assert isinstance(table, QTableView)
    painted = Painted(table.viewport())
    taken = []
    for read in scans:
        rows = table.model().rowCount()

        def complete(rows: int = rows) -> bool:
            if table.model().rowCount() == rows:
                painted.forget()
                return False
            return painted.seen()

        taken.append(timed(lambda read=read: desktop.ui.scanner.scanned.emit(read()), complete))  # type: ignore[misc]
        settle(desktop)
    return taken


def card_to_patient(
    desktop: Desktop, trials: Iterable[tuple[str, Callable[[], object], Callable[[], object]]]
) -> list[float]:
    """Put cards in at the counter; return the ms from the reader's event until the patient is painted.

    Each trial is the name to be shown, what puts the card in, and what pulls it.
    """
    desktop.window.enter("counter")
    settle(desktop)
    counter = desktop.window.views["counter"]
    assert isinstance(counter, CounterView)
    page = counter.page
    assert page is not None
    painted = Painted(page.band)
    taken = []
    for name, insert, pull in trials:
        page.till.do(editing.set_patient(page.till.session, None))
        settle(desktop)
        painted.forget()

        def complete(name: str = name) -> bool:
            if page.till.session.patient_name != name:
                painted.forget()
                return False
            return painted.seen()

        taken.append(timed(insert, complete))
        pull()
        settle(desktop)
    return taken


def use_rooms(desktop: Desktop, rooms: Iterable[str], texts: Iterable[str]) -> None:
    """Go from room to room and type the texts in the field of each, one letter every 10 ms."""
    words = tuple(texts)
    for room in rooms:
        desktop.window.enter(room)
        field = desktop.window.views[room].focusProxy()
        for text in words:
            for letter in text:
                if field is not None:
                    type_letter(field, letter)
                idle(0.01)
            empty = getattr(field, "clear", None)
            if empty is not None:
                empty()


def type_letter(field: QObject, letter: str) -> None:
    """Press and release a key in a field."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(field, QKeyEvent(kind, 0, QApplication.keyboardModifiers(), letter))


def timed(begin: Callable[[], object], complete: Callable[[], bool]) -> float:
    """Return the milliseconds from ``begin`` until ``complete``, the event loop turning."""
    start = time.perf_counter()
    begin()
    until(complete)
    return (time.perf_counter() - start) * 1000


def until(complete: Callable[[], bool]) -> None:
    """Let the event loop turn until ``complete``. Raises TimeoutError after a minute."""
    limit = time.monotonic() + _PATIENCE_S
    while not complete():
        _turn()
        if time.monotonic() > limit:
            raise TimeoutError("the screens did not answer")


def idle(seconds: float) -> None:
    """Let the event loop turn for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _turn()


def _turn() -> None:
    """Let the event loop turn once; the pause leaves the interpreter to the other threads, as a waiting loop does."""
    QApplication.processEvents()
    time.sleep(_PAUSE_S)


def longest_gap(act: Callable[[], None]) -> float:
    """Return the longest time, in milliseconds, between two beats of a timer while ``act`` runs, less its interval."""
    beats = [time.perf_counter()]
    timer = QTimer()
    timer.setInterval(_BEAT_MS)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start()
    act()
    timer.stop()
    gaps = [(later - sooner) * 1000 - _BEAT_MS for sooner, later in itertools.pairwise(beats)]
    return max(gaps, default=0.0)


def resident_mb() -> float:
    """Return the memory held by this process, in megabytes; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
