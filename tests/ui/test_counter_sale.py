"""Is a customer served by keyboard and scanner alone: sale, delivery on an ordonnance, register, stock, ticket?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from ui_keys import type_text, wait_for

from app.kernel.money import Money
from app.officine.catalog.model import ListClass
from app.officine.dispensing.model import PaymentMethod
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.prescription_drawer import PrescriptionDrawer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage

FREE, LISTED, LISTED_TOO = "doliprane 1000", "amoxicilline", "atorvastatine"


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


@pytest.mark.req("OFF-CPT-01")
def test_a_vente_libre_is_a_scan_then_f10_then_enter(hands: Hands) -> None:
    """Three actions; Enter may follow F10 at once."""
    product = hands.product(FREE)
    before, done = hands.stock(product), hands.deliveries()
    hands.scan(product.code)
    hands.keys = 0
    hands.hit(Qt.Key.Key_F10)
    hands.hit(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    assert hands.keys == 2
    assert hands.deliveries() == done + 1
    assert hands.stock(product) == before - 1
    assert hands.last().payments[0].method is PaymentMethod.CASH
    assert hands.page.till.session.is_empty
    assert f"n°\u00a0{hands.last().number}" in hands.messages()


@pytest.mark.req("OFF-CPT-02")
def test_three_lines_on_an_ordonnance_take_twelve_keys_at_most(hands: Hands) -> None:
    """Patient, ordonnance, three boxes, control, payment: everything by keyboard and scanner."""
    products = [hands.product(query) for query in (FREE, LISTED, LISTED_TOO)]
    before = [hands.stock(product) for product in products]
    hands.keys = 0
    hands.type("pat t")
    hands.press(ENTER)
    assert hands.page.till.session.patient_name.startswith("PAT-TROIS")
    for place, product in enumerate(products):
        hands.scan(box_frame(product, serial=f"S{place}"))
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F10)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    delivery = hands.last()
    assert hands.keys <= 12
    assert len(delivery.lines) == 3
    assert [hands.stock(product) for product in products] == [count - 1 for count in before]
    assert len(delivery.ordonnancier) == sum(product.list_class is not None for product in products)
    assert delivery.patient_name.startswith("PAT-TROIS")
    assert delivery.prescriber_name
    assert all(str(number) in hands.messages() for number in delivery.ordonnancier)


@pytest.mark.req("OFF-CPT-03")
def test_a_listed_medicine_is_blocked_until_patient_and_ordonnance_are_there(hands: Hands) -> None:
    product = hands.product(LISTED)
    assert product.list_class is ListClass.LIST_1
    done = hands.deliveries()
    hands.scan(product.code)
    hands.press(Qt.Key.Key_F10)
    assert isinstance(hands.page.drawer, ControlDrawer)
    assert "GAL-CPT-20" in [finding.code for finding in hands.page.drawer.findings]
    hands.press(ENTER)
    assert hands.deliveries() == done
    hands.press(Qt.Key.Key_F2)
    hands.type("pat trois")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F10)
    assert isinstance(hands.page.drawer, PaymentDrawer)
    hands.press(ENTER)
    hands.wait_delivered(done + 1)
    entry = hands.aside(lambda: hands.services.counter.ordonnancier(code=product.code))[-1]
    assert entry.delivery == hands.last().number
    assert entry.patient_name.startswith("PAT-TROIS")


@pytest.mark.req("OFF-CPT-04")
def test_the_ticket_is_written_and_shown(hands: Hands) -> None:
    hands.scan(hands.product(FREE).code)
    hands.press(Qt.Key.Key_F10)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.detail.ticket is not None)
    ticket = hands.page.detail.ticket
    assert ticket is not None
    assert ticket.number == hands.last().number
    assert ticket.file.parent == hands.services.folder.prints
    assert ticket.file.read_bytes().startswith(b"%PDF")


@pytest.mark.req("OFF-CPT-05")
def test_the_change_is_reckoned_and_stays_in_sight(hands: Hands) -> None:
    hands.scan(hands.product(FREE).code)
    hands.press(Qt.Key.Key_F10)
    hands.type("5")
    drawer = hands.page.drawer
    assert isinstance(drawer, PaymentDrawer)
    due = drawer.share
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    payment = hands.last().payments[0]
    assert payment.change.cents == 500 - due.cents


@pytest.mark.req("OFF-CPT-05")
def test_too_little_money_delivers_nothing(hands: Hands) -> None:
    done = hands.deliveries()
    hands.scan(hands.product(FREE).code)
    hands.press(Qt.Key.Key_F10)
    hands.type("0,50")
    hands.press(ENTER)
    assert hands.deliveries() == done
    assert isinstance(hands.page.drawer, PaymentDrawer)


@pytest.mark.req("OFF-CPT-06")
def test_a_box_that_the_stock_does_not_hold_is_confirmed_once(hands: Hands) -> None:
    product = hands.product(FREE)
    wanted = hands.stock(product) + 1
    hands.scan(product.code)
    hands.type(f"{wanted}*")
    assert hands.page.till.session.lines[0].quantity == wanted
    hands.press(Qt.Key.Key_F10)
    assert isinstance(hands.page.drawer, ControlDrawer)
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, PaymentDrawer)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    assert hands.stock(product) == -1


@pytest.mark.req("OFF-CPT-06")
def test_an_entree_meant_for_the_payment_confirms_no_warning_that_came_in_between(hands: Hands) -> None:
    """F10, and while the payment shows, the stock is found short: the next Entrée is not « J’ai vérifié »."""
    product = hands.product(FREE)
    wanted = hands.stock(product) + 1
    hands.scan(product.code)
    hands.page.set_quantity(wanted)
    hands.hit(Qt.Key.Key_F10)
    wait_for(lambda: isinstance(hands.page.drawer, ControlDrawer), hands.stage.app)
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, ControlDrawer)
    assert not hands.page.till.session.lines[0].forced_stock
    QTest.qWait(800)
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, PaymentDrawer)


@pytest.mark.req("OFF-CPT-07")
def test_a_prescriber_nobody_knew_is_created_without_leaving_the_sale(hands: Hands) -> None:
    hands.scan(hands.product(LISTED).code)
    hands.press(Qt.Key.Key_F4)
    drawer = hands.page.drawer
    assert isinstance(drawer, PrescriptionDrawer)
    hands.type("zinzolin")
    drawer.new_button.click()
    assert drawer.form.family_name.text() == "ZINZOLIN"
    for _ in drawer.form.fields:
        hands.press(ENTER)
    hands.wait(lambda: not drawer.is_creating)
    hands.press(ENTER)
    prescription = hands.page.till.session.prescription
    assert prescription is not None
    assert prescription.prescriber_name == "ZINZOLIN"


@pytest.mark.req("OFF-CPT-18")
def test_a_price_nobody_knew_is_typed_in_the_one_field(hands: Hands) -> None:
    """F10 asks for the price where it is missing; the amount and Entrée give it, and it is not a search."""
    product = hands.product("nurofen 200")
    hands.scan(product.code)
    hands.press(Qt.Key.Key_F10)
    assert hands.page.drawer is None
    assert hands.focus is hands.page.omnibox.field
    assert hands.notices() == ["GAL-CPT-13"]
    hands.type("4,90")
    hands.press(ENTER)
    assert [(line.code, line.unit_price) for line in hands.page.till.session.lines] == [(product.code, Money(490))]
    hands.press(Qt.Key.Key_F10)
    assert isinstance(hands.page.drawer, PaymentDrawer)


@pytest.mark.req("OFF-CPT-19")
def test_a_number_alone_never_adds_a_product(hands: Hands) -> None:
    """« 20 » typed for a payment that is not open must not sell what happens to hold twenty of something."""
    hands.type("20")
    assert hands.page.omnibox.answers.entries
    hands.press(ENTER)
    assert hands.page.till.session.is_empty
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    assert len(hands.page.till.session.lines) == 1


@pytest.mark.req("OFF-CPT-20")
def test_entree_in_a_blocked_control_goes_where_it_is_mended(hands: Hands) -> None:
    hands.scan(hands.product(LISTED).code)
    hands.press(Qt.Key.Key_F10)
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, PatientDrawer)
    hands.type("pat trois")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F10)
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, PrescriptionDrawer)


@pytest.mark.req("OFF-CPT-21")
def test_no_prescriber_is_guessed(hands: Hands) -> None:
    """Entrée on an empty field takes nobody; typed ahead of the answers, it waits for those to what is typed."""
    hands.scan(hands.product(LISTED).code)
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)
    drawer = hands.page.drawer
    assert isinstance(drawer, PrescriptionDrawer)
    assert hands.page.till.session.prescription is None
    type_text(hands.focus, "melil")
    hands.hit(ENTER)
    hands.wait(drawer.date.hasFocus)
    hands.press(ENTER)
    prescription = hands.page.till.session.prescription
    assert prescription is not None
    assert prescription.prescriber_name.startswith("MÉLILOT")


@pytest.mark.req("OFF-CPT-22")
def test_a_patient_nobody_knows_is_created_by_entree(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F2)
    hands.type("zzyzx anne")
    hands.press(ENTER)
    drawer = hands.page.drawer
    assert isinstance(drawer, PatientDrawer)
    assert drawer.is_creating
    assert (drawer.form.family_name.text(), drawer.form.first_name.text()) == ("zzyzx", "anne")


@pytest.mark.req("OFF-CPT-23")
def test_a_patient_is_created_in_one_go_and_without_needless_questions(hands: Hands) -> None:
    """Name, date, sex by its letter, place; what is missing is said beside the button and gets the focus."""
    hands.press(Qt.Key.Key_F2)
    hands.type("zzyzx émile")
    hands.press(ENTER)
    hands.type("290280")
    hands.press(ENTER)
    for _ in range(8):
        hands.press(ENTER)
    drawer = hands.page.drawer
    assert isinstance(drawer, PatientDrawer)
    assert [finding.code for finding in drawer.findings.findings] == ["GAL-PAT-05", "GAL-PAT-20"]
    assert hands.focus is drawer.form.female
    hands.type("m")
    assert drawer.form.male.isChecked()
    assert hands.focus is drawer.form.birth_place
    drawer.form.birth_place.setText("99999")
    for _ in range(5):
        hands.press(ENTER)
    assert hands.page.till.session.patient_name == "ZZYZX Emile"
