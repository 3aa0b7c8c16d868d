"""How does what happens to the card readers reach the screens? On their own thread, once the window is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from app.officine.patients.cards import News
    from app.ui.context import Services
    from app.ui.tasks import Tasks


class CardBridge(QObject):
    """Brings each piece of news from the thread of the readers to that of the screens."""

    told = Signal(object)
    _arrived = Signal(object)

    def __init__(self, services: Services, tasks: Tasks, parent: QObject | None = None) -> None:
        """Listen to the cards of ``services`` from ``start`` to ``stop``."""
        super().__init__(parent)
        self._cards, self._tasks = services.cards, tasks
        self._arrived.connect(self.told, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin to listen, in the background: the library of the readers is loaded only now."""
        self._tasks.run(lambda _progress: self._cards.start(self._arrived.emit), done=lambda _none: None, owner=self)

    def stop(self) -> None:
        """Hear no more; a card that is being read is let go."""
        self._cards.stop()

    def tell(self, news: News) -> None:
        """Pass a piece of news on, from whatever thread."""
        self._arrived.emit(news)
