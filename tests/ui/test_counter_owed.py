"""Is a line delivered in part, and the rest handed over later, by keyboard and scanner on the real window?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.kernel.outcome import Done
from app.officine.catalog.model import ListClass
from app.officine.owed import rules
from app.officine.owed.model import PromiseSettings
from app.officine.scan.promise import build
from app.officine.stock.model import ReceiptLine
from app.ui.counter.owed_drawer import OwedDrawer
from app.ui.printing import print_desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.officine.catalog.model import Product
    from app.officine.owed.model import Promise
    from app.ui.counter.tabs import _Tab
    from app.ui.pictures import Stage

FREE, LISTED = "doliprane 1000", "amoxicilline"


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def leave(hands: Hands, product: Product, boxes: int) -> None:
    """Leave so many boxes in stock."""
    stock, actor = hands.services.stock, hands.services.system_actor
    assert isinstance(hands.aside(lambda: stock.adjust(actor, product.code, boxes, "essai")), Done)
    hands.stage.settle()


def receive(hands: Hands, product: Product, boxes: int) -> None:
    """Receive boxes, as the stock room does."""
    stock, actor = hands.services.stock, hands.services.system_actor
    lines = [ReceiptLine(code=product.code, quantity=boxes)]
    assert isinstance(hands.aside(lambda: stock.receive(actor, lines, "BL-39")), Done)
    hands.stage.settle()


def drawer(hands: Hands) -> OwedDrawer:
    """Return the panel of the promis, which is open."""
    assert isinstance(hands.page.drawer, OwedDrawer)
    return hands.page.drawer


def owed(hands: Hands) -> list[Promise]:
    return hands.aside(hands.services.owed.open_promises)


def deliver_two_of_three(hands: Hands, product: Product) -> None:
    """Deliver two boxes of three on an ordonnance: F8 proposes to promise the one that lacks."""
    leave(hands, product, 2)
    hands.type("pat t")
    hands.press(ENTER)
    for serial in ("S1", "S2"):
        hands.scan(box_frame(product, serial=serial))
    hands.press(Qt.Key.Key_Plus)
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F8)
    assert drawer(hands).promising.proposal.text() == "2 sur 3 disponibles\u00a0: promettre 1"
    hands.press(ENTER)
    assert hands.page.till.session.lines[0].owed == 1
    hands.press(Qt.Key.Key_F10)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)


@pytest.mark.req("OFF-SCOPE")
def test_two_boxes_of_three_leave_then_the_third_without_new_billing(hands: Hands) -> None:
    """Scenario 39: promis, data of its ticket, text of the SMS, hand-over by F8, scan, Entrée."""
    product = hands.product(LISTED)
    assert product.list_class is ListClass.LIST_1
    deliver_two_of_three(hands, product)
    delivery, done = hands.last(), hands.deliveries()
    assert (delivery.lines[0].quantity, delivery.lines[0].owed) == (3, 1)
    assert hands.stock(product) == 0
    assert "1\u00a0boîte promise" in hands.messages()
    promise = owed(hands)[0]
    written: list[Path] = []
    print_desk(hands.stage.ui).open_file = lambda file: written.append(file) is None
    hands.press(Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    hands.wait(lambda: [file.name for file in written] == ["promis-000001.pdf"])
    slip = rules.slip(promise)
    assert (slip.number, slip.boxes, slip.delivery, slip.customer) == (1, 1, delivery.number, delivery.patient_name)
    receive(hands, product, 5)
    assert "1 promis prêt" in hands.messages()
    hands.press(Qt.Key.Key_F8)
    hands.scan(box_frame(product, serial="S3", lot="LOT9"))
    assert "LOT9" in drawer(hands).handing.scanned.text()
    assert "promis" in drawer(hands).handing.sms.text()
    assert product.name not in drawer(hands).handing.sms.text()
    hands.press(ENTER)
    hands.wait(lambda: not owed(hands))
    after = hands.last()
    assert (hands.deliveries(), after.totals, after.payments) == (done, delivery.totals, delivery.payments)
    assert [box.lot for box in after.lines[0].boxes] == ["LOT7", "LOT7", "LOT9"]
    assert hands.stock(product) == 4
    entries = hands.aside(lambda: hands.services.counter.ordonnancier(code=product.code))[-2:]
    assert [entry.quantity for entry in entries] == [2, 1]
    assert f"n°\u00a0{entries[-1].number}" in hands.messages()
    assert hands.page.till.session.is_empty


@pytest.mark.req("OFF-SCOPE", "OFF-CPT-02")
def test_a_promis_billed_at_its_hand_over_shows_its_price_and_is_paid_by_entree(hands: Hands) -> None:
    """« Facturer le délivré » : two boxes of three are billed, the third by F8, its scan and Entrée."""
    owing, actor = hands.services.owed, hands.services.system_actor
    hands.aside(lambda: owing.choose(actor, PromiseSettings(7, bill_later=True)))
    product = hands.product(LISTED)
    deliver_two_of_three(hands, product)
    first, done = hands.last(), hands.deliveries()
    assert "1\u00a0boîte promise" in hands.messages()
    assert [(line.quantity, line.promised) for line in first.lines] == [(2, 1)]
    receive(hands, product, 5)
    hands.press(Qt.Key.Key_F8)
    hands.scan(box_frame(product, serial="S3", lot="LOT9"))
    panel = drawer(hands)
    hands.wait(lambda: panel.due.payments() is not None)
    assert panel.due.isVisible()
    assert "à facturer à la remise" in panel.handing.about.text()
    assert "À payer à la remise" in panel.due.amount.text()
    hands.press(ENTER)
    hands.wait(lambda: not owed(hands))
    second = hands.last()
    assert hands.deliveries() == done + 1
    assert (second.lines[0].quantity, second.lines[0].boxes[0].lot) == (1, "LOT9")
    assert sum(payment.amount.cents for payment in second.payments) == second.totals.patient.cents
    assert f"délivrance n°\u00a0{second.number}" in hands.messages()
    assert hands.page.till.session.is_empty


@pytest.mark.req("OFF-SCOPE")
def test_what_is_owed_and_for_how_long_is_on_the_tab_and_the_band_until_it_is_handed_over(hands: Hands) -> None:
    product = hands.product(LISTED)
    deliver_two_of_three(hands, product)
    receive(hands, product, 5)
    shown = []
    for days in (2, 5):
        hands.days_pass(days)
        hands.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        hands.type("pat t")
        hands.press(ENTER)
        hands.wait(lambda: bool(tab(hands).owed.text()) and hands.page.till.is_fresh)
        shown.append((tab(hands).owed.text(), tab(hands).owed.property("chip"), band(hands)))
    assert shown == [
        ("dû 2\u00a0j", "info", "1\u00a0boîte due depuis 2\u00a0jours\u00a0: F8 · Vente libre"),
        ("dû 7\u00a0j", "warning", "1\u00a0boîte due depuis 7\u00a0jours\u00a0: F8 · Vente libre"),
    ]
    assert "en retard" in tab(hands).accessibleName()
    hands.press(Qt.Key.Key_F8)
    hands.scan(box_frame(product, serial="S3"))
    hands.press(ENTER)
    hands.wait(lambda: not owed(hands))
    hands.wait(tab(hands).owed.isHidden)
    assert "due" not in band(hands)


def tab(hands: Hands) -> _Tab:
    return hands.view.tabs._tabs[0]


def band(hands: Hands) -> str:
    return hands.page.band.prescription.second.whole


@pytest.mark.req("OFF-SCOPE")
def test_another_product_is_not_handed_over_nor_sold(hands: Hands) -> None:
    product, other = hands.product(LISTED), hands.product(FREE)
    deliver_two_of_three(hands, product)
    receive(hands, product, 5)
    hands.press(Qt.Key.Key_F8)
    hands.press(ENTER)
    hands.scan(box_frame(other, serial="S9"))
    assert [finding.code for finding in drawer(hands).refusal.findings] == ["GAL-DU-14"]
    assert hands.page.till.session.is_empty
    hands.scan(box_frame(product, serial="S3"))
    hands.scan(box_frame(product, serial="S4"))
    assert [finding.code for finding in drawer(hands).refusal.findings] == ["GAL-DU-05"]
    hands.press(Qt.Key.Key_Escape)
    assert isinstance(hands.page.drawer, OwedDrawer)
    assert len(owed(hands)) == 1


@pytest.mark.req("OFF-SCOPE")
def test_the_scan_of_the_ticket_goes_to_its_promis(hands: Hands) -> None:
    product = hands.product(LISTED)
    deliver_two_of_three(hands, product)
    receive(hands, product, 5)
    hands.scan(build(1))
    hands.scan(box_frame(product, serial="S3"))
    hands.press(ENTER)
    hands.wait(lambda: not owed(hands))
    assert hands.page.till.session.is_empty
    hands.scan(build(1))
    assert hands.notices() == ["GAL-DU-15"]


def test_a_scan_while_the_line_is_promised_goes_to_the_sale(hands: Hands) -> None:
    product, other = hands.product(FREE), hands.product("advil 200")
    hands.scan(product.code)
    hands.press(Qt.Key.Key_F8)
    hands.scan(other.code)
    assert [line.code for line in hands.page.till.session.lines] == [product.code, other.code]


def test_an_unknown_customer_leaves_a_name_and_a_telephone(hands: Hands) -> None:
    product = hands.product(FREE)
    leave(hands, product, 0)
    hands.scan(product.code)
    hands.press(Qt.Key.Key_F8)
    hands.press(ENTER)
    panel = drawer(hands)
    assert [finding.code for finding in panel.refusal.findings] == ["GAL-DU-03"]
    assert QApplication.focusWidget() is panel.promising.customer
    hands.type("Mme Dupuis 0612345678")
    hands.press(ENTER)
    assert hands.page.drawer is None
    hands.press(Qt.Key.Key_F10)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    assert [(one.customer, one.phone) for one in owed(hands)] == [("Mme Dupuis", "0612345678")]


def test_bad_counts_promise_nothing(hands: Hands) -> None:
    product = hands.product(FREE)
    hands.scan(box_frame(product, serial="S1"))
    for typed, code in (("9", "GAL-DU-01"), ("x", "GAL-DU-01"), ("1", "GAL-DU-02")):
        hands.press(Qt.Key.Key_F8)
        panel = drawer(hands)
        panel.promising.customer.setText("Mme Dupuis 0612345678")
        panel.promising.boxes.setText(typed)
        panel.promising.boxes.setFocus()
        hands.press(ENTER)
        assert [finding.code for finding in panel.refusal.findings] == [code]
        assert hands.page.till.session.lines[0].owed == 0


def test_a_promis_is_cancelled_with_a_reason(hands: Hands) -> None:
    product = hands.product(LISTED)
    deliver_two_of_three(hands, product)
    hands.press(Qt.Key.Key_F8)
    hands.press(ENTER)
    panel = drawer(hands)
    panel.handing.cancel.click()
    hands.press(ENTER)
    assert [finding.code for finding in panel.refusal.findings] == ["GAL-DU-06"]
    hands.type("rupture")
    hands.press(ENTER)
    hands.wait(lambda: not owed(hands))
    assert "avoir" in hands.messages()
