"""Which cards are there, and who is named on one? Reads with patience and within limits, whatever the card does."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, TypeVar

from app.cards import cps, vitale
from app.cards.answers import hand_over
from app.cards.failures import CardBusy, CardMute, CardReset, CardSlow, CardUnknown
from app.cards.kinds import CardKind, kind_of
from app.kernel.clock import SystemClock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from app.cards.transport import CardEvent, Link, Slot, Transport, Watch
    from app.cards.vitale import Identity
    from app.kernel.clock import Clock

T = TypeVar("T")

LIMIT_S = 1.9
"""How long one reading may take, retries included: beyond, a person has already looked elsewhere."""
_TRIES = 3
_LOOK_S = 0.05
_PAUSE_S = {CardBusy: 0.5, CardMute: 0.2, CardReset: 0.05}
"""What passes by itself, and after how long it is worth another try: a lock, dirty contacts, a reset."""
_FAULT = "La lecture de la carte s’est arrêtée sur un défaut de Galien."
_VIRTUAL_READERS = ("Virtual PCD",)
"""Readers that are no hardware: the vsmartcard project's."""


class CardDesk:
    """The cards of one workstation, over one transport. Its readings may be asked for from any thread."""

    def __init__(self, transport: Transport, *, limit_s: float = LIMIT_S, clock: Clock | None = None) -> None:
        """Read through ``transport``, each reading within ``limit_s``; ``clock`` dates the last answer of a reader."""
        self._transport = transport
        self._limit_s = limit_s
        self._watch: Watch | None = None
        self._clock = clock or SystemClock()
        self.last_exchanges: dict[str, dt.datetime] = {}
        self.listeners: list[Callable[[CardEvent], None]] = []
        self._stopping = threading.Event()
        self._running: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    @property
    def is_simulated(self) -> bool:
        """True where cards and people are fictitious."""
        return self._transport.is_simulated

    def start(self, tell: Callable[[CardEvent], None]) -> None:
        """Tell every event from now on, beginning with what is there, on a thread of the watch."""
        self.stop()
        self._stopping.clear()
        self._watch = self._transport.watch(lambda event: self._tell(event, tell))

    def stop(self) -> None:
        """Tell nothing more; a reading under way is given up."""
        self._stopping.set()
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    def slots(self) -> tuple[Slot, ...]:
        """Return the readers as they are now. Raises CardFailure where there is no service."""
        return self._transport.slots()

    def kind_of(self, atr: bytes) -> CardKind:
        """Return the kind of the card that answered ``atr`` to its reset."""
        return kind_of(atr)

    def is_virtual(self, reader: str) -> bool:
        """Return True for a reader that is a program: what it holds proves nothing at all."""
        return self.is_simulated or reader.startswith(_VIRTUAL_READERS)

    def identities(self, reader: str) -> tuple[Identity, ...]:
        """Return the people named on the Vitale in a reader. Raises CardFailure; nothing partial is returned."""
        return self._read(reader, _identities)

    def serial(self, reader: str) -> str:
        """Return the serial number of the CPS in a reader; empty where it does not give it. Raises CardFailure."""
        return self._read(reader, cps.read_serial)

    def _tell(self, event: CardEvent, tell: Callable[[CardEvent], None]) -> None:
        """Tell an event to those of this house first: who hears of it then asks them what it means."""
        for listener in self.listeners:
            listener(event)
        tell(event)

    def _read(self, reader: str, read: Callable[[Link], T]) -> T:
        """Read on a thread of its own: a driver that never comes back holds nobody up. Raises CardFailure."""
        end = time.monotonic() + self._limit_s
        answer: Future[T] = Future()
        with self._lock:
            other = self._running.get(reader)
            if other is not None and other.is_alive():
                raise CardBusy("La lecture précédente de cette carte n’a pas fini.")
            work = (answer, lambda: self._tried(reader, read, end), _FAULT)
            thread = threading.Thread(target=hand_over, args=work, name=f"card {reader}", daemon=True)
            self._running[reader] = thread
            thread.start()
        while not answer.done():
            wait([answer], timeout=_LOOK_S)
            if not answer.done():
                _check_time(end, self._stopping)
        thread.join()
        read_now = answer.result()
        self.last_exchanges[reader] = self._clock.now()
        return read_now

    def _tried(self, reader: str, read: Callable[[Link], T], end: float) -> T:
        """Read, and try again what passes by itself."""
        for left in reversed(range(_TRIES)):
            try:
                link = self._transport.connect(reader)
                try:
                    return read(_Patient(link, end, self._stopping))
                finally:
                    link.close()
            except (CardBusy, CardMute, CardReset) as failure:
                pause = _PAUSE_S[type(failure)]
                if not left or time.monotonic() + pause > end or self._stopping.wait(pause):
                    raise
        raise AssertionError


class _Patient:
    """A link that stops between two commands when the time is over, or the desk closes."""

    def __init__(self, link: Link, end: float, stopping: threading.Event) -> None:
        self._link, self._end, self._stopping = link, end, stopping
        self.atr = link.atr

    def transmit(self, command: bytes) -> bytes:
        _check_time(self._end, self._stopping)
        return self._link.transmit(command)

    def close(self) -> None:
        self._link.close()


def _check_time(end: float, stopping: threading.Event) -> None:
    if stopping.is_set():
        raise CardSlow("La lecture de la carte a été interrompue.")
    if time.monotonic() > end:
        raise CardSlow("La carte n’a pas répondu à temps.")


def _identities(link: Link) -> tuple[Identity, ...]:
    kind = kind_of(link.atr)
    if kind is CardKind.VITALE_1:
        raise CardUnknown(
            "Cette carte Vitale est d’un ancien modèle (Vitale 1).",
            advice="Son contenu n’a pas de description publique : cherchez le patient par son nom.",
        )
    if kind is not CardKind.VITALE_2:
        raise CardUnknown(
            "Cette carte n’est pas une carte Vitale.", advice="Retirez-la, ou cherchez le patient par son nom."
        )
    return vitale.read_identities(link)
