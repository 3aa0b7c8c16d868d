"""Are recalls entered, read and answered, boxes set aside and taken out, by keyboard and scanner in the stock room?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt

from app.officine.staff.model import Role
from app.officine.stock.quarantined import Aside, Cause, Exit
from app.ui.stock.view import StockView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.catalog.model import Product
    from app.officine.stock.model import StockItem
    from app.ui.pictures import Stage

FREE = "doliprane 1000"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def room(hands: Hands, role: Role = Role.HOLDER) -> StockView:
    """Enter the room of the stock as a member of that role."""
    members = hands.aside(hands.services.staff.members)
    hands.stage.ui.set_operator(next(one for one in members if one.role is role))
    view = hands.stage.view("stock")
    assert isinstance(view, StockView)
    return view


def item(hands: Hands, product: Product) -> StockItem:
    return hands.aside(lambda: hands.services.stock.item(product.code))


def enter_recall(hands: Hands, view: StockView, product: Product) -> None:
    """Scan a box on the page of recalls, and type the rest of the notice."""
    hands.press(Qt.Key.Key_F5)
    hands.scan(box_frame(product, serial="A1", lot="AB12"))
    form = view.recalls.sheet.entry
    assert (form.code.text(), form.lots.text()) == (product.code, "AB12")
    form.lots.setFocus()
    for following in (form.day, form.level, form.reason):
        hands.press(ENTER)
        assert following.hasFocus()
    hands.type("Défaut d’étanchéité")
    hands.press(Qt.Key.Key_F10)
    hands.wait(lambda: len(view.recalls.list.records) == 1)


@pytest.mark.req("SC.DP.05")
def test_a_recall_typed_here_stops_the_box_at_the_counter(hands: Hands) -> None:
    view, product = room(hands, Role.TECHNICIAN), hands.product(FREE)
    enter_recall(hands, view, product)
    row = view.recalls.list.records[0]
    assert row.state.on_hand == hands.stock(product)
    assert row.state.recall.source.label == "saisi à l’officine"
    hands.stage.view("counter")
    hands.scan(box_frame(product, serial="A1", lot="AB12"))
    assert hands.page.till.session.is_empty
    assert hands.page.drawer is not None
    assert hands.page.drawer.name == "recall"


def test_a_notice_that_lacks_its_reason_is_refused_where_it_is_typed(hands: Hands) -> None:
    view = room(hands)
    hands.press(Qt.Key.Key_F5)
    hands.press(Qt.Key.Key_N, CTRL)
    hands.press(Qt.Key.Key_F10)
    form = view.recalls.sheet.entry
    hands.wait(lambda: bool(form.findings.findings))
    assert [one.code for one in form.findings.findings] == ["GAL-RAP-01", "GAL-RAP-02", "GAL-RAP-03"]
    hands.press(Qt.Key.Key_Escape)
    assert not view.recalls.sheet.form_open
    assert not hands.stage.ui.acts.is_enabled("stock.save")


@pytest.mark.req("SC.DP.05")
def test_a_recall_is_read_its_boxes_set_aside_then_sent_back(hands: Hands) -> None:
    view, product = room(hands), hands.product(FREE)
    enter_recall(hands, view, product)
    before = hands.stock(product)
    hands.press(Qt.Key.Key_F11)
    hands.wait(lambda: bool(view.recalls.list.records[0].state.recall.seen))
    hands.press(Qt.Key.Key_F8)
    form = view.quarantine.sheet.aside
    assert view.quarantine.sheet.form is form
    assert (form.code.text(), form.lot.text()) == (product.code, "AB12")
    hands.type("2")
    hands.press(Qt.Key.Key_F10)
    hands.wait(lambda: len(view.quarantine.list.records) == 1)
    held = item(hands, product)
    assert (held.quantity, held.quarantined) == (before - 2, 2)
    entry = view.quarantine.list.records[0].held
    assert (entry.cause, entry.recall_id is not None) == (Cause.RECALL, True)
    # Not sold again while the recall is in force.
    hands.press(Qt.Key.Key_F7)
    leaving = view.quarantine.sheet.exit
    leaving.kind.setCurrentIndex(list(Exit).index(Exit.RELEASED))
    leaving.reason.setFocus()
    hands.type("Contrôlé")
    hands.press(ENTER)
    hands.wait(lambda: bool(leaving.findings.findings))
    assert [one.code for one in leaving.findings.findings] == ["GAL-QUA-08"]
    leaving.kind.setCurrentIndex(list(Exit).index(Exit.RETURNED))
    hands.press(Qt.Key.Key_F10)
    hands.wait(lambda: view.quarantine.list.records == [])
    held = item(hands, product)
    assert (held.quantity, held.quarantined) == (before - 2, 0)


def test_a_box_scanned_in_quarantine_is_set_aside_under_its_serial(hands: Hands) -> None:
    view, product = room(hands, Role.TECHNICIAN), hands.product(FREE)
    hands.press(Qt.Key.Key_F4)
    hands.scan(box_frame(product, serial="A7", expiry="261031"))
    hands.wait(lambda: view.quarantine.sheet.form_open)
    assert "Périmée depuis le 31/10/2026" in view.quarantine.sheet.aside.reason.text()
    hands.press(Qt.Key.Key_F10)
    hands.wait(lambda: len(view.quarantine.list.records) == 1)
    entry = view.quarantine.list.records[0].held
    assert (entry.cause, entry.serial, entry.lot) == (Cause.EXPIRED, "A7", "LOT7")


@pytest.mark.req("INS-04")
def test_who_may_not_take_boxes_out_is_told(hands: Hands) -> None:
    product = hands.product(FREE)
    services = hands.services
    asked = Aside(code=product.code, cause=Cause.DAMAGED, reason="Écrasée")
    hands.aside(lambda: services.quarantine.set_aside(services.system_actor, asked))
    view = room(hands, Role.TECHNICIAN)
    hands.press(Qt.Key.Key_F4)
    hands.wait(lambda: len(view.quarantine.list.records) == 1)
    hands.press(Qt.Key.Key_F7)
    assert not view.quarantine.sheet.form_open
    assert item(hands, product).quarantined == 1


def test_the_movements_of_a_product_say_what_was_set_aside(hands: Hands) -> None:
    product = hands.product(FREE)
    services = hands.services
    asked = Aside(code=product.code, cause=Cause.DAMAGED, reason="Écrasée")
    hands.aside(lambda: services.quarantine.set_aside(services.system_actor, asked))
    view = room(hands)
    hands.scan(product.code)
    hands.wait(lambda: view.sheet.record is not None and view.sheet.record.row.code == product.code)
    shown = view.sheet.movements.records_model
    texts = [str(shown.data(shown.index(0, place))) for place in range(shown.columnCount())]
    under = [shown.data(shown.index(0, place), Qt.ItemDataRole.UserRole) for place in range(shown.columnCount())]
    assert "Quarantaine" in texts
    assert "Écrasée" in under
