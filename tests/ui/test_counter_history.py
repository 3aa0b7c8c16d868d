"""Does F5 show what the patient takes, filter as one types, and take a product again in one key?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands
from PySide6.QtCore import Qt

from app.ui.counter.lists_drawers import HistoryDrawer, WaitingDrawer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


@pytest.mark.req("OFF-CPT-05")
def test_what_was_received_is_filtered_then_taken_again(hands: Hands) -> None:
    hands.type("pat t")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F5)
    drawer = hands.page.drawer
    assert isinstance(drawer, HistoryDrawer)
    hands.wait(lambda: bool(drawer.list.records))
    every = [one.last.code for one in drawer.list.records]
    assert len(set(every)) == len(every)
    wanted = drawer.list.records[-1].last
    hands.type(wanted.label[:12])
    assert wanted.code in [one.last.code for one in drawer.list.records]
    assert len(drawer.list.records) < len(every)
    shown = drawer.list.records[0].last
    hands.press(ENTER)
    hands.wait(lambda: bool(hands.page.till.session.lines))
    line = hands.page.till.session.lines[0]
    assert (line.code, line.quantity) == (shown.code, shown.quantity)
    assert len(hands.page.till.session.lines) == 1


def test_a_sale_on_hold_is_found_by_what_is_typed(hands: Hands) -> None:
    for query in ("doliprane 1000", "advil 200"):
        hands.scan(hands.product(query).code)
        hands.press(Qt.Key.Key_F7)
        hands.wait(lambda: hands.page.till.session.is_empty)
    hands.press(Qt.Key.Key_F7)
    drawer = hands.page.drawer
    assert isinstance(drawer, WaitingDrawer)
    hands.wait(lambda: len(drawer.list.records) == 2)
    assert all(item.amount.cents > 0 for item in drawer.list.records)
    hands.type("dolip")
    assert len(drawer.list.records) == 1
    hands.press(ENTER)
    hands.wait(lambda: bool(hands.page.till.session.lines))
    assert hands.page.till.session.lines[0].code == hands.product("doliprane 1000").code
