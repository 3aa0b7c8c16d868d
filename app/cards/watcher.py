"""What happens to the readers of this workstation, told within a second, whatever becomes of their service?"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.cards import pcsc
from app.cards.failures import CardLibraryAbsent
from app.cards.transport import CardEvent, Happening

if TYPE_CHECKING:
    from collections.abc import Callable

_PLUGGED = "\\\\?PnP?\\Notification"
"""The reader that stands for the plugging of others; its state holds how many there are in its high half."""
_WAIT_MS, _POLL_MS = 60_000, 1_000
_RETRIES_S = (0.25, 0.5, 1.0, 2.0)
_CANCEL_EVERY_S = 0.05
_PATIENCE_S = 3.0


@dataclass(slots=True)
class _Known:
    """What was last told of a reader; ``state`` is what PC/SC gave, None before it gave any."""

    state: int | None = None
    card: bytes | None = None
    mute: bool = False


class Watcher:
    """One thread with a context of its own; a service that goes and comes back is told, and everything with it."""

    def __init__(self, tell: Callable[[CardEvent], None]) -> None:
        """Hand each event to ``tell``, on the thread of the watch."""
        self._tell = tell
        self._known: dict[str, _Known] = {}
        self._is_up: bool | None = None
        self._stopping = threading.Event()
        self._context: Any = None
        self._thread = threading.Thread(target=self._run, name="cards", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Tell nothing more, and end the thread: at once, even while it waits for a card."""
        self._stopping.set()
        for _ in range(int(_PATIENCE_S / _CANCEL_EVERY_S)):
            context = self._context
            # Asked again until it ends: a wait that had not begun yet would not have heard.
            if context is not None:
                pcsc.library().SCardCancel(context)
            self._thread.join(_CANCEL_EVERY_S)
            if not self._thread.is_alive():
                return

    def _run(self) -> None:
        try:
            scard = pcsc.library()
        except CardLibraryAbsent:
            self._say(Happening.SERVICE_DOWN)
            return
        failed = 0
        while not self._stopping.is_set():
            code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
            if code == scard.SCARD_S_SUCCESS:
                failed = 0
                self._context = context
                self._go_up()
                self._follow(scard, context)
                self._context = None
                scard.SCardReleaseContext(context)
            if not self._stopping.is_set():
                self._go_down()
                self._stopping.wait(_RETRIES_S[min(failed, len(_RETRIES_S) - 1)])
                failed += 1

    def _go_up(self) -> None:
        if self._is_up is not True:
            self._is_up = True
            self._say(Happening.SERVICE_UP)

    def _go_down(self) -> None:
        for reader in tuple(self._known):
            self._lose(reader)
        if self._is_up is not False:
            self._is_up = False
            self._say(Happening.SERVICE_DOWN)

    def _follow(self, scard: Any, context: Any) -> None:  # noqa: ANN401 -- the binding has no types of its own
        """Follow the readers until the service goes, or the watch is stopped."""
        for known in self._known.values():
            known.state = None
        has_notice = sys.platform != "darwin"
        while not self._stopping.is_set():
            code, names = scard.SCardListReaders(context, [])
            if pcsc.unsigned(code) not in {0, pcsc.NO_READERS}:
                return
            self._meet(list(names or ()))
            asked = [(name, known.state or scard.SCARD_STATE_UNAWARE) for name, known in self._known.items()]
            if has_notice:
                asked.append((_PLUGGED, len(self._known) << 16))
            elif not asked:
                self._stopping.wait(_POLL_MS / 1000)
                continue
            code, states = scard.SCardGetStatusChange(context, _WAIT_MS if has_notice else _POLL_MS, asked)
            code = pcsc.unsigned(code)
            if code == pcsc.TIMEOUT or code in _READER_GONE:
                continue
            if code:
                return
            for name, state, atr in states:
                if name != _PLUGGED:
                    self._see(scard, name, state, bytes(atr))

    def _meet(self, names: list[str]) -> None:
        for reader in tuple(self._known):
            if reader not in names:
                self._lose(reader)
        for reader in names:
            if reader not in self._known:
                self._known[reader] = _Known()
                self._say(Happening.READER_ADDED, reader)

    def _lose(self, reader: str) -> None:
        known = self._known.pop(reader)
        if known.card is not None or known.mute:
            self._say(Happening.CARD_REMOVED, reader, known.card or b"")
        self._say(Happening.READER_REMOVED, reader)

    def _see(self, scard: Any, reader: str, state: int, atr: bytes) -> None:  # noqa: ANN401 -- as above
        known = self._known[reader]
        before, known.state = known.state, state & ~scard.SCARD_STATE_CHANGED
        present = bool(state & scard.SCARD_STATE_PRESENT)
        mute = present and bool(state & scard.SCARD_STATE_MUTE)
        card = atr if present and not mute else None
        swapped = card is not None and before is not None and (state >> 16) - (before >> 16) & 0xFFFF >= _SWAP
        if (card, mute) == (known.card, known.mute) and not swapped:
            return
        if known.card is not None or known.mute:
            self._say(Happening.CARD_REMOVED, reader, known.card or b"")
        known.card, known.mute = card, mute
        if mute:
            self._say(Happening.CARD_MUTE, reader)
        elif card is not None:
            self._say(Happening.CARD_INSERTED, reader, card)

    def _say(self, happening: Happening, reader: str = "", atr: bytes = b"") -> None:
        if not self._stopping.is_set():
            self._tell(CardEvent(happening, reader, atr))


_READER_GONE = frozenset({0x80100009, 0x80100017})
_SWAP = 2
"""PC/SC counts each insertion and each removal: two at once are a card swapped for another with the same answer."""
