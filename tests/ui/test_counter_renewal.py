"""Is a renewal two keys and the scans, and does each box find the line that it answers?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt

from app.officine.dispensing import matching
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.directions_drawer import DirectionsDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.prescription_drawer import PrescriptionDrawer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.catalog.model import Product
    from app.ui.pictures import Stage

PATIENT = "touss"
LINES = ("eliquis 5", "furosemide biogaran", "amlodipine biogaran")
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def products(hands: Hands) -> list[Product]:
    return [hands.product(query) for query in LINES]


def shown(hands: Hands) -> list[tuple[str, bool]]:
    """Return the lines on the screen: quantity, and whether it still awaits its box."""
    return [(row.text(3, 0), row.awaits) for row in hands.page.table.lines.rows]


@pytest.mark.req("OFF-CPT-02", "OFF-ORD-03")
def test_the_renewal_of_three_lines_takes_twelve_keys_at_most(hands: Hands) -> None:
    """Patient, F4 and Entrée, three boxes, F10 and Entrée."""
    boxes = products(hands)
    before = [hands.stock(product) for product in boxes]
    done = hands.deliveries()
    hands.keys = 0
    hands.type(PATIENT)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    assert shown(hands) == [("0/1", True)] * 3
    for place, product in enumerate(reversed(boxes)):
        hands.scan(box_frame(product, serial=f"R{place}"))
    assert shown(hands) == [("1", False)] * 3
    hands.press(Qt.Key.Key_F10)
    assert isinstance(hands.page.drawer, PaymentDrawer)
    hands.press(ENTER)
    hands.wait_delivered(done + 1)
    assert hands.keys <= 12
    delivery = hands.last()
    assert {line.code: line.posology for line in delivery.lines} == {
        product.code: posology for product, posology in zip(boxes, ("1 matin 1 soir", "1 matin", "1 soir"), strict=True)
    }
    assert len(delivery.ordonnancier) == 3
    assert [hands.stock(product) for product in boxes] == [count - 1 for count in before]
    kept = hands.aside(lambda: hands.services.prescriptions.kept(delivery.patient_id or 0))[0]
    assert [line.left for line in kept.lines] == [0, 0, 0]


@pytest.mark.req("OFF-ORD-02")
def test_boxes_scanned_first_answer_the_ordonnance_taken_after(hands: Hands) -> None:
    boxes = products(hands)
    for place, product in enumerate(boxes[:2]):
        hands.scan(box_frame(product, serial=f"B{place}"))
    hands.type(PATIENT)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    assert shown(hands) == [("1", False), ("1", False), ("0/1", True)]
    hands.press(Qt.Key.Key_F10)
    drawer = hands.page.drawer
    assert isinstance(drawer, ControlDrawer)
    assert matching.NOT_DELIVERED in [finding.code for finding in drawer.findings]
    assert boxes[2].name in drawer.findings[0].text


@pytest.mark.req("OFF-ORD-02")
def test_a_box_that_the_ordonnance_does_not_ask_for_is_beside_it_until_attached(hands: Hands) -> None:
    hands.type(PATIENT)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.scan(hands.product("doliprane 1000").code)
    line = hands.page.till.session.lines[0]
    assert not line.prescribed
    assert "Hors ordonnance" in hands.page.table.lines.rows[0].second(1)
    hands.press(Qt.Key.Key_B, CTRL)
    assert hands.page.till.session.lines[0].prescribed
    hands.press(Qt.Key.Key_Z, CTRL)
    assert not hands.page.till.session.lines[0].prescribed


@pytest.mark.req("OFF-ORD-01")
def test_lines_of_a_new_ordonnance_are_typed_in_one_field_each(hands: Hands) -> None:
    product = hands.product("atorvastatine biogaran 20")
    hands.scan(product.code)
    hands.type("pat t")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_L, CTRL)
    assert isinstance(hands.page.drawer, DirectionsDrawer)
    hands.type("1 s 3 mois r3")
    hands.press(ENTER)
    assert hands.page.drawer is None
    line = hands.page.till.session.lines[0]
    assert (line.posology, line.days, line.prescribed_line) == ("1 soir", 90, "P1")
    prescription = hands.page.till.session.prescription
    assert prescription is not None
    assert prescription.lines[0].renewals == 3


@pytest.mark.req("OFF-ORD-02")
def test_a_line_typed_before_its_box_waits_for_it(hands: Hands) -> None:
    hands.type("pat t")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_L, CTRL)
    hands.type("ramipril biogaran 5")
    hands.press(ENTER)
    hands.type("1 m 30 j")
    hands.press(ENTER)
    assert shown(hands) == [("0/1", True)]
    hands.scan(box_frame(hands.product("ramipril biogaran 5"), serial="W1"))
    assert shown(hands) == [("1", False)]
    assert hands.page.till.session.lines[0].posology == "1 matin"


@pytest.mark.req("OFF-ORD-03")
def test_a_name_typed_in_f4_begins_a_new_ordonnance(hands: Hands) -> None:
    hands.type(PATIENT)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F4)
    drawer = hands.page.drawer
    assert isinstance(drawer, PrescriptionDrawer)
    assert drawer.kept.isVisible()
    hands.type("melilot")
    assert not drawer.kept.isVisible()
    hands.press(ENTER)
    hands.press(ENTER)
    prescription = hands.page.till.session.prescription
    assert prescription is not None
    assert prescription.prescriber_name.startswith("MÉLILOT")
    assert prescription.prescription_id is None
