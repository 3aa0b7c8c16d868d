"""How are the readers of this workstation reached? By PC/SC, with the library pyscard, loaded at first use.

Its lowest layer is used, which returns the codes of PC/SC themselves: its own monitors die for good when the service
restarts. Every link has a context of its own, in shared mode, and leaves the card as it was.
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.cards.failures import (
    CardAbsent,
    CardBusy,
    CardFailure,
    CardLibraryAbsent,
    CardMute,
    CardRemoved,
    CardReset,
    CardServiceAbsent,
    ReaderAbsent,
)
from app.cards.transport import Slot

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cards.transport import CardEvent
    from app.cards.watcher import Watcher

# Codes of PC/SC (MS-RPRN and pcsc-lite, winscard.h), as 32 bits without sign.
CANCELLED, TIMEOUT = 0x80100002, 0x8010000A
NO_READERS = 0x8010002E
SERVICE_GONE = frozenset({0x8010001D, 0x8010001E, 0x80100013, 0x80100003, 0x80100006, 0x80100014})
_FAILURES: dict[int, tuple[type[CardFailure], str]] = {
    0x80100009: (ReaderAbsent, "Ce lecteur de cartes n’est plus branché."),
    0x80100017: (ReaderAbsent, "Ce lecteur de cartes n’est plus branché."),
    0x8010000C: (CardAbsent, "Le lecteur est vide."),
    0x8010000B: (CardBusy, "La carte est utilisée par un autre logiciel."),
    0x80100016: (CardRemoved, "La carte a été retirée pendant la lecture."),
    0x80100069: (CardRemoved, "La carte a été retirée pendant la lecture."),
    0x80100068: (CardReset, "Un autre logiciel a réinitialisé la carte pendant la lecture."),
    0x80100066: (CardMute, "La carte ne répond pas."),
    0x80100067: (CardMute, "La carte n’est pas alimentée."),
    0x8010000F: (CardMute, "La carte et le lecteur ne s’entendent sur aucun protocole."),
}


def unsigned(code: int) -> int:
    """Return a code of PC/SC as it is documented: pyscard gives it with a sign on some systems."""
    return code & 0xFFFFFFFF


def failure_of(code: int) -> CardFailure:
    """Return the failure that stands for a code of PC/SC."""
    code = unsigned(code)
    if code in SERVICE_GONE:
        return CardServiceAbsent("Le service des lecteurs de cartes (PC/SC) ne répond pas.")
    kind, text = _FAILURES.get(code, (CardFailure, f"Le lecteur de cartes a échoué (code {code:08X})."))
    return kind(text)


@lru_cache(maxsize=1)
def library() -> Any:  # noqa: ANN401 -- the binding has no types of its own
    """Return the binding of PC/SC. Raises CardLibraryAbsent where it is not installed, or can't be loaded."""
    try:
        return importlib.import_module("smartcard.scard")
    except (ImportError, OSError) as error:
        raise CardLibraryAbsent("La bibliothèque des lecteurs de cartes n’est pas installée sur ce poste.") from error


class PcscTransport:
    """The readers of this workstation."""

    is_simulated = False

    def slots(self) -> tuple[Slot, ...]:
        """Return the readers as they are now. Raises CardLibraryAbsent or CardServiceAbsent."""
        scard = library()
        with _Context(scard) as context:
            code, names = scard.SCardListReaders(context, [])
            if unsigned(code) == NO_READERS or not names:
                return ()
            _check(code)
            code, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in names])
            _check(code)
        return tuple(_slot(scard, name, state, atr) for name, state, atr in states)

    def connect(self, reader: str) -> PcscLink:
        """Speak to the card of a reader, in whichever protocol it takes. Raises CardFailure."""
        return PcscLink(library(), reader)

    def watch(self, tell: Callable[[CardEvent], None]) -> Watcher:
        """Tell every event from now on, on a thread of its own; the library is loaded there."""
        from app.cards.watcher import Watcher  # noqa: PLC0415 -- it stands on this module

        watcher = Watcher(tell)
        watcher.start()
        return watcher


class PcscLink:
    """A card in a reader, shared with the other programs of the workstation."""

    def __init__(self, scard: Any, reader: str) -> None:  # noqa: ANN401 -- the binding has no types of its own
        """Connect to the card of ``reader``. Raises CardFailure; nothing is left open then."""
        self._scard = scard
        self._holds = False
        self._context = _Context(scard)
        context = self._context.__enter__()
        wanted = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, self._card, protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, wanted)
        if code != scard.SCARD_S_SUCCESS:
            self._context.close()
            raise failure_of(code)
        self._head = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        code, _, _, _, atr = scard.SCardStatus(self._card)
        if code != scard.SCARD_S_SUCCESS:
            self.close()
            raise failure_of(code)
        self.atr = bytes(atr)

    def transmit(self, command: bytes) -> bytes:
        """Send one APDU; return the answer, status word included. Raises CardFailure.

        The first one begins a transaction, which lasts until the link is closed: what another program selects on the
        same card never mixes with what is selected here. It waits for the transaction of another program.
        """
        if not self._holds:
            _check(self._scard.SCardBeginTransaction(self._card))
            self._holds = True
        code, answer = self._scard.SCardTransmit(self._card, self._head, list(command))
        _check(code)
        if not answer:
            # What a reader gives when the card goes while it speaks: success, and nothing.
            raise failure_of(0x80100069)
        return bytes(answer)

    def close(self) -> None:
        """Give the card back as it is: another program may be using it."""
        if self._holds:
            self._scard.SCardEndTransaction(self._card, self._scard.SCARD_LEAVE_CARD)
        self._scard.SCardDisconnect(self._card, self._scard.SCARD_LEAVE_CARD)
        self._context.close()


class _Context:
    """A context of PC/SC: always a new one, as an old one never outlives a restart of the service."""

    def __init__(self, scard: Any) -> None:  # noqa: ANN401 -- the binding has no types of its own
        self._scard = scard
        self._handle: Any = None

    def __enter__(self) -> Any:  # noqa: ANN401 -- a handle of the binding
        code, self._handle = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_USER)
        _check(code)
        return self._handle

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._scard.SCardReleaseContext(self._handle)


def _check(code: int) -> None:
    if code:
        raise failure_of(code)


def _slot(scard: Any, name: str, state: int, atr: list[int]) -> Slot:  # noqa: ANN401 -- the binding has no types
    present = bool(state & scard.SCARD_STATE_PRESENT)
    mute = bool(state & scard.SCARD_STATE_MUTE)
    return Slot(name, present, bytes(atr) if present and not mute else b"")
