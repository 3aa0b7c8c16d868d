"""What is asked of whatever brings bytes to a card and back: real readers, or cards in process?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Happening(enum.StrEnum):
    """What a watch tells."""

    SERVICE_UP = "service-up"
    SERVICE_DOWN = "service-down"
    READER_ADDED = "reader-added"
    READER_REMOVED = "reader-removed"
    CARD_INSERTED = "card-inserted"
    CARD_REMOVED = "card-removed"
    CARD_MUTE = "card-mute"


@dataclass(frozen=True, slots=True)
class CardEvent:
    """Something happened to a ``reader`` (empty: to the service); ``atr`` is that of the card, if it gave one."""

    happening: Happening
    reader: str = ""
    atr: bytes = b""


@dataclass(frozen=True, slots=True)
class Slot:
    """A reader as it is now: empty, or with a card whose answer to reset is ``atr`` (empty: mute)."""

    reader: str
    present: bool = False
    atr: bytes = b""


class Link(Protocol):
    """A card that is being spoken to, in shared mode; closing it leaves the card as it is."""

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Send one APDU; return the answer, status word included. Raises CardFailure."""
        ...

    def close(self) -> None:
        """Give the card back; never raises."""
        ...


class Watch(Protocol):
    """A thread that tells what happens to the readers."""

    def stop(self) -> None:
        """Tell nothing more."""
        ...


class Transport(Protocol):
    """A set of readers."""

    @property
    def is_simulated(self) -> bool:
        """True where cards and people are fictitious."""
        ...

    def slots(self) -> tuple[Slot, ...]:
        """Return the readers as they are now. Raises CardFailure where there is no service."""
        ...

    def connect(self, reader: str) -> Link:
        """Speak to the card of a reader. Raises CardFailure."""
        ...

    def watch(self, tell: Callable[[CardEvent], None]) -> Watch:
        """Tell every event from now on, beginning with what is there; ``tell`` is called on a thread of the watch."""
        ...
