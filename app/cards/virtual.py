"""Where do cards live that exist in no reader? In process, behind the same words as the real ones."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from app.cards.failures import CardAbsent, CardMute, CardRemoved, ReaderAbsent
from app.cards.transport import CardEvent, Happening, Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Card(Protocol):
    """What a virtual card answers; ``atr`` empty: it is mute."""

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        ...

    def reset(self) -> None:
        """Begin anew, as when power comes."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Answer one APDU, status word included."""
        ...


class VirtualTransport:
    """Readers that exist in this process only; every watch is told by the thread that inserts or pulls."""

    is_simulated = True

    def __init__(self, readers: Sequence[str]) -> None:
        """Begin with empty ``readers``."""
        self._cards: dict[str, Card | None] = dict.fromkeys(readers)
        self._watches: list[VirtualWatch] = []
        self._lock = threading.RLock()

    def insert(self, reader: str, card: Card) -> None:
        """Put a card into a reader; the one that was there is pulled first."""
        with self._lock:
            self.pull(reader)
            card.reset()
            self._cards[reader] = card
            self._tell(_insertion(reader, card))

    def pull(self, reader: str) -> None:
        """Pull the card of a reader, if it holds one."""
        with self._lock:
            card, self._cards[reader] = self._cards[reader], None
            if card is not None:
                self._tell(CardEvent(Happening.CARD_REMOVED, reader, card.atr))

    def card_in(self, reader: str) -> Card | None:
        """Return the card of a reader; None where it is empty. Raises ReaderAbsent."""
        try:
            return self._cards[reader]
        except KeyError as error:
            raise ReaderAbsent("Ce lecteur de cartes n’existe pas.") from error

    def slots(self) -> tuple[Slot, ...]:
        """Return the readers as they are now."""
        with self._lock:
            return tuple(
                Slot(reader, card is not None, b"" if card is None else card.atr)
                for reader, card in self._cards.items()
            )

    def connect(self, reader: str) -> VirtualLink:
        """Speak to the card of a reader. Raises CardFailure."""
        card = self.card_in(reader)
        if card is None:
            raise CardAbsent("Le lecteur est vide.")
        if not card.atr:
            raise CardMute("La carte ne répond pas.")
        card.reset()
        return VirtualLink(self, reader, card)

    def watch(self, tell: Callable[[CardEvent], None]) -> VirtualWatch:
        """Tell every event from now on, beginning with what is there."""
        with self._lock:
            watch = VirtualWatch(self, tell)
            self._watches.append(watch)
            tell(CardEvent(Happening.SERVICE_UP))
            for reader, card in self._cards.items():
                tell(CardEvent(Happening.READER_ADDED, reader))
                if card is not None:
                    tell(_insertion(reader, card))
            return watch

    def forget(self, watch: VirtualWatch) -> None:
        """Tell a watch nothing more."""
        with self._lock:
            if watch in self._watches:
                self._watches.remove(watch)

    def _tell(self, event: CardEvent) -> None:
        for watch in tuple(self._watches):
            watch.tell(event)


class VirtualWatch:
    """One who is told what happens to virtual readers."""

    def __init__(self, transport: VirtualTransport, tell: Callable[[CardEvent], None]) -> None:
        """Hand the events of ``transport`` to ``tell``."""
        self._transport = transport
        self.tell = tell

    def stop(self) -> None:
        """Tell nothing more."""
        self._transport.forget(self)


class VirtualLink:
    """A virtual card that is being spoken to."""

    def __init__(self, transport: VirtualTransport, reader: str, card: Card) -> None:
        """Speak to ``card`` as long as it stays in ``reader``."""
        self._transport, self._reader, self._card = transport, reader, card
        self.atr = card.atr

    def transmit(self, command: bytes) -> bytes:
        """Send one APDU; return the answer. Raises CardRemoved once the card was pulled."""
        answer = b"" if self._is_gone else self._card.transmit(command)
        if self._is_gone:
            raise CardRemoved("La carte a été retirée pendant la lecture.")
        return answer

    def close(self) -> None:
        """Give the card back."""

    @property
    def _is_gone(self) -> bool:
        return self._transport.card_in(self._reader) is not self._card


def _insertion(reader: str, card: Card) -> CardEvent:
    return CardEvent(Happening.CARD_INSERTED if card.atr else Happening.CARD_MUTE, reader, card.atr)
