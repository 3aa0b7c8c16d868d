"""What does the publisher's SESAM-Vitale library say of a card, without holding anybody up?

Its calls run on one thread, one at a time: it is not re-entrant, and may wait for a reader. A call that never comes
back is left behind; the next ones are refused until it ends.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from app.cards.answers import hand_over
from app.cards.fsv_failures import FsvBusy, FsvSlow
from app.cards.fsv_library import Library
from app.kernel.errors import Bug

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from app.cards.fsv_library import Group

T = TypeVar("T")

_END_S = 1.0
_FAULT = "La lecture des droits s’est arrêtée sur un défaut de Galien."
LIMIT_S = 20.0
"""How long a reading may take: with its reader, the library reads two cards and speaks to the person's keypad."""


class FsvDesk:
    """The SESAM-Vitale library of one workstation, loaded at its first use."""

    is_simulated = False
    needs_code = True
    """The library asks for the holder's code of the CPS with each reading."""

    def __init__(
        self,
        paths: Sequence[str],
        *,
        resources: tuple[str, str],
        version: str = "",
        limit_s: float = LIMIT_S,
    ) -> None:
        """Use the files of ``paths``; ``resources`` are the names of galss.ini: the CPS's slot, the reader."""
        self._paths, self._resources, self._version, self._limit_s = tuple(paths), resources, version, limit_s
        self._library: Library | None = None
        self._last: Future[object] | None = None
        self._asked: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def config(self) -> tuple[Group, ...]:
        """Return the versions and the readers (groups 60 to 64). Raises FsvFailure."""
        return self._call(lambda _wanted: self._opened().config())

    def rights(self, code: bytearray, day: dt.date) -> tuple[Group, ...]:
        """Return the groups of the Vitale that is in (101 to 111), for a day. Raises FsvFailure.

        Where nobody waits any more once the library is open, the code is not presented: no try of it is wasted.
        """
        held = bytearray(code)

        def read(wanted: Callable[[], bool]) -> tuple[Group, ...]:
            try:
                library = self._opened()
                if not wanted():
                    raise _slow()
                return library.rights(self._resources, held, f"{day:%Y%m%d}")
            finally:
                held[:] = bytes(len(held))

        return self._call(read)

    def close(self) -> None:
        """Give the library back, unless a call still holds it."""
        with self._lock:
            if self._thread is not None:
                self._asked.put(self._close)
                self._asked.put(None)
                self._thread.join(1)
                self._thread = None

    def _opened(self) -> Library:
        if self._library is None:
            self._library = Library(self._paths, self._version)
        return self._library

    def _close(self) -> None:
        library, self._library = self._library, None
        if library is not None:
            library.close()

    def _call(self, work: Callable[[Callable[[], bool]], T]) -> T:
        """Do ``work`` on the thread of the library, and wait for it within the limit. Raises what it raises.

        ``work`` is given what tells whether somebody still waits for it.
        """
        answer: Future[T] = Future()
        left = threading.Event()
        with self._lock:
            if self._last is not None and not self._last.done():
                raise FsvBusy("La bibliothèque SESAM-Vitale n’a pas fini l’appel précédent.")
            if self._thread is not None and self._last is not None and isinstance(self._last.exception(), Bug):
                # A fault of ours ended the thread: another one begins once it is over.
                self._thread.join(_END_S)
            self._last = answer  # type: ignore[assignment] # only asked whether it is done
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="fsv", daemon=True)
                self._thread.start()
            self._asked.put(lambda: hand_over(answer, lambda: work(lambda: not left.is_set()), _FAULT))
        if not wait([answer], timeout=self._limit_s).done:
            left.set()
            raise _slow()
        return answer.result()

    def _serve(self) -> None:
        while (work := self._asked.get()) is not None:
            work()


def _slow() -> FsvSlow:
    return FsvSlow("La bibliothèque SESAM-Vitale n’a pas répondu à temps.")
