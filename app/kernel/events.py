"""Who is told that something changed? One broadcast, published once after each commit."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Changed:
    """What a committed write changed: topics such as ``patient``, ``stock``, ``delivery:42``."""

    topics: frozenset[str]

    @classmethod
    def of(cls, *topics: str) -> Changed:
        """Return the change of these topics."""
        return cls(frozenset(topics))

    def touches(self, topic: str) -> bool:
        """Return True when ``topic``, or something of its kind, changed; ``*`` stands for everything."""
        return "*" in self.topics or any(name == topic or name.startswith(topic + ":") for name in self.topics)


class Publisher:
    """Hands each change to whoever subscribed, on the thread that published it."""

    def __init__(self) -> None:
        """Start without subscribers."""
        self._subscribers: list[Callable[[Changed], None]] = []
        self._lock = threading.Lock()

    def subscribe(self, receive: Callable[[Changed], None]) -> Callable[[], None]:
        """Call ``receive`` with each change from now on; return what ends the subscription."""
        with self._lock:
            self._subscribers.append(receive)

        def unsubscribe() -> None:
            with self._lock:
                if receive in self._subscribers:
                    self._subscribers.remove(receive)

        return unsubscribe

    def publish(self, change: Changed) -> None:
        """Hand the change to every subscriber."""
        with self._lock:
            subscribers = tuple(self._subscribers)
        for receive in subscribers:
            receive(change)
