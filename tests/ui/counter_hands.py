"""What a pharmacist's hands do at the counter, for the tests: keys, scans, and what is then read on the screen."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from ui_keys import type_text, wait_for

from app.kernel.clock import FixedClock
from app.kernel.outcome import Done
from app.ui.counter.view import CounterView

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.bootstrap import Services
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import Delivery
    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage

T = TypeVar("T")
GS = "\x1d"
ENTER = Qt.Key.Key_Return


def box_frame(product: Product, serial: str = "SN0001", lot: str = "LOT7", expiry: str = "281231") -> str:
    """Return what the DataMatrix of a box holds."""
    return f"010{product.code}17{expiry}10{lot}{GS}21{serial}"


@dataclass
class Hands:
    """One person at one window; ``keys`` counts the keys pressed, scans not counted."""

    stage: Stage
    scan_keys: Callable[..., None]
    keys: int = 0

    @property
    def services(self) -> Services:
        """The services of the demonstration."""
        return self.stage.services

    @property
    def view(self) -> CounterView:
        """The counter."""
        view = self.stage.window.views["counter"]
        assert isinstance(view, CounterView)
        return view

    @property
    def page(self) -> TillPage:
        """The comptoir shown."""
        page = self.view.page
        assert page is not None
        return page

    @property
    def focus(self) -> QWidget:
        """What has the focus."""
        return QApplication.focusWidget() or self.stage.window

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key and let the screen come to rest."""
        self.hit(key, modifiers)
        self.stage.settle()

    def hit(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key and wait for nothing."""
        self.keys += 1
        QTest.keyClick(self.focus, key, modifiers)

    def type(self, text: str) -> None:
        """Type as a person does."""
        self.keys += len(text)
        type_text(self.focus, text)
        self.stage.settle()

    def scan(self, frame: str) -> None:
        """Scan as a keyboard wedge does, into whatever has the focus."""
        self.scan_keys(self.focus, frame)
        self.stage.settle()

    def aside(self, read: Callable[[], T]) -> T:
        """Read the database on another thread: the screens go on working meanwhile, as they would."""
        with ThreadPoolExecutor(1) as other:
            answer = other.submit(read)
            wait_for(answer.done, self.stage.app, seconds=60)
        return answer.result()

    def days_pass(self, days: int) -> None:
        """Let days go by; whoever serves has signed in that morning."""
        clock, ui = self.services.clock, self.stage.ui
        assert isinstance(clock, FixedClock)
        clock.advance(dt.timedelta(days=days))
        assert ui.operator is not None
        opened = self.services.sign_in.demo(ui.operator.id)
        assert isinstance(opened, Done)
        ui.set_session(opened.value)

    def product(self, query: str) -> Product:
        """Return the product that a search gives first."""
        return self.aside(lambda: self.services.catalog.search(query, 1)[0])

    def stock(self, product: Product) -> int:
        """Return the boxes on hand."""
        return self.aside(lambda: self.services.stock.on_hand([product.code]).get(product.code, 0))

    def last(self) -> Delivery:
        """Return the last delivery."""

        def read() -> Delivery | None:
            return self.services.counter.delivery(self.services.counter.deliveries(limit=1)[0].number)

        delivery = self.aside(read)
        assert delivery is not None
        return delivery

    def deliveries(self) -> int:
        """Return how many deliveries were made today."""
        return len(self.aside(self.services.counter.deliveries))

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds, then until the screen is at rest."""
        wait_for(condition, self.stage.app)
        self.stage.settle()

    def wait_delivered(self, count: int) -> None:
        """Wait until ``count`` deliveries were made today."""
        self.wait(lambda: self.page.till.last_delivery is not None)
        assert self.deliveries() == count

    def notices(self) -> list[str]:
        """Return the codes of what is shown over the lines."""
        return [finding.code for finding in self.page.notice.findings]

    def messages(self) -> str:
        """Return the short messages shown."""
        return " | ".join(toast.text for toast in self.stage.window.toasts._shown)


def wait(hands: Hands, condition: Callable[[], bool]) -> None:
    """Wait for what follows the hash of a secret, which takes seconds of a machine that others share."""
    wait_for(condition, hands.stage.app, seconds=60)
    hands.stage.settle()
