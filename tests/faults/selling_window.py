"""One workstation that sells the same few boxes through its window, by scans and keys, then says what it sold.

Arguments: the data folder, whose settings name the shared database, how many sales to try, and the codes of the boxes.
Standard output: ``ready``, then, once a line is read on standard input, one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import bootstrap
from app.officine.dispensing.rules import SHORT_STOCK
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.view import CounterView
from app.ui.pictures import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.counter.page import TillPage

_PATIENCE_S = 60.0


@dataclass
class Seller:
    """The person at the window; ``sold`` are the deliveries made, ``refused`` the sales given up for want of stock."""

    stage: Stage
    sold: list[int] = field(default_factory=list)
    refused: int = 0

    @property
    def view(self) -> CounterView:
        """The counter."""
        view = self.stage.window.views["counter"]
        assert isinstance(view, CounterView)
        return view

    @property
    def page(self) -> TillPage:
        """The comptoir shown."""
        assert self.view.page is not None, f"no comptoir after {self.sold} and {self.refused} given up"
        return self.view.page

    def come_in(self) -> None:
        """Wait for the first comptoir."""
        self._wait(lambda: self.view.page is not None)

    def sell(self, code: str) -> None:
        """Scan a box, then F10 and Entrée; where the stock is said to be short, give the sale up.

        The screen is read before Entrée: in the step Contrôle it would confirm that the missing box is there.
        """
        page = self.page
        page.till.last_delivery = None
        self.stage.ui.scanner.accept(code)
        self._wait(lambda: bool(page.till.session.lines) and page.till.is_fresh)
        if self._is_short():
            self._give_up()
            return
        self._press(Qt.Key.Key_F10)
        self._wait(lambda: page.till.is_fresh)
        if isinstance(page.drawer, PaymentDrawer):
            self._press(Qt.Key.Key_Return)
        self._wait(lambda: page.till.last_delivery is not None or self._is_short())
        if page.till.last_delivery is None:
            self._give_up()
            return
        self.sold.append(page.till.last_delivery.number)

    def _is_short(self) -> bool:
        till = self.page.till
        shown = (*till.picture.findings, *self.page.notice.findings)
        return not till.validating and any(finding.code == SHORT_STOCK for finding in shown)

    def _give_up(self) -> None:
        self.refused += 1
        page = self.page
        self.stage.act("counter.back")
        self.stage.act("counter.abandon")
        self._wait(lambda: page.till.session.is_empty)

    def _press(self, key: Qt.Key) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.stage.window, key)

    def _wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE_S
        while not condition():
            assert time.monotonic() < end, self._where()
            self.stage.app.processEvents()
            time.sleep(0.002)

    def _where(self) -> str:
        till = self.page.till
        codes = [finding.code for finding in (*till.picture.findings, *self.page.notice.findings)]
        drawer = self.page.drawer
        shown = drawer.findings if isinstance(drawer, ControlDrawer) else ()
        return f"stuck: {codes}, {len(till.session.lines)} lines, {drawer} shows {shown}, validating {till.validating}"


def main() -> None:
    """Sell, and say what was sold."""
    folder, count, *codes = sys.argv[1:]
    services = bootstrap.open_services(Path(folder))
    seller = Seller(Stage(services, "light", 100))
    seller.come_in()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for rank in range(int(count)):
        seller.sell(codes[(rank + os.getpid()) % len(codes)])
    seller.stage.close()
    services.close()
    sys.stdout.write(json.dumps({"sold": seller.sold, "refused": seller.refused}) + "\n")


if __name__ == "__main__":
    main()
