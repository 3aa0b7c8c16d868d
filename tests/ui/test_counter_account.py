"""Are avances made, settled and followed by keyboard and scanner on the real window?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt

from app.kernel.money import ZERO, Money
from app.officine.cash.model import Means, RecordKind
from app.officine.dispensing.model import SaleKind
from app.ui.cash.view import CashView
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.owed_drawer import OwedDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.sale_drawer import SaleDrawer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.advances.model import Advance
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import Delivery
    from app.ui.pictures import Stage

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
F = Qt.Key
LISTED = "amoxicilline"


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def waiting(hands: Hands) -> list[Advance]:
    return hands.aside(hands.services.advances.waiting)


def serve(hands: Hands) -> None:
    """Take the patient by their name."""
    hands.type("pat t")
    hands.press(ENTER)
    assert hands.page.till.session.patient_id is not None


def terms(hands: Hands) -> SaleDrawer:
    """Open the terms of the sale."""
    hands.press(F.Key_G, CTRL)
    assert isinstance(hands.page.drawer, SaleDrawer)
    return hands.page.drawer


def pay(hands: Hands) -> PaymentDrawer:
    """Come to the payment, past the warnings."""
    hands.press(F.Key_F10)
    if isinstance(hands.page.drawer, ControlDrawer):
        hands.press(ENTER)
    assert isinstance(hands.page.drawer, PaymentDrawer)
    return hands.page.drawer


def deliver(hands: Hands) -> Delivery:
    """Deliver, and return what was."""
    before = hands.page.till.last_delivery
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not before)
    return hands.last()


def advance(hands: Hands, product: Product, deposit: str = "") -> Delivery:
    """Hand one box over before its ordonnance."""
    serve(hands)
    hands.scan(box_frame(product, serial="AV1"))
    terms(hands)
    hands.press(F.Key_V, ALT)
    hands.type("Cabinet fermé")
    hands.press(ENTER)
    pay(hands)
    hands.type(deposit)
    return deliver(hands)


def till(hands: Hands) -> CashView:
    """Go to the room of the till by its key."""
    hands.press(F.Key_6, ALT)
    view = hands.stage.window.views["cash"]
    assert isinstance(view, CashView)
    return view


@pytest.mark.req("OFF-AVA-01")
def test_a_treatment_leaves_in_advance_then_is_billed_on_its_ordonnance(hands: Hands) -> None:
    product = hands.product(LISTED)
    before, entries = hands.stock(product), hands.aside(lambda: len(hands.services.counter.ordonnancier()))
    made = advance(hands, product, "10")
    assert (made.sale, made.totals.amount, len(made.ordonnancier)) == (SaleKind.ADVANCE, ZERO, 1)
    assert hands.stock(product) == before - 1
    patient = made.patient_id
    assert patient is not None
    assert hands.aside(lambda: hands.services.cash.account(patient)).deposit == Money(1000)
    serve(hands)
    assert hands.page.till.picture.advances == 1
    hands.press(F.Key_F8)
    assert isinstance(hands.page.drawer, OwedDrawer)
    hands.press(ENTER)
    assert [line.advance for line in hands.page.till.session.lines] == [1]
    hands.press(F.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)
    drawer = pay(hands)
    hands.wait(lambda: drawer.account.deposit == Money(1000))
    assert drawer.left == ZERO
    billed = deliver(hands)
    assert (billed.sale, billed.ordonnancier, billed.prescriber_name != "") == (SaleKind.ORDINARY, (), True)
    assert billed.totals.amo > ZERO
    assert hands.stock(product) == before - 1
    assert hands.aside(lambda: len(hands.services.counter.ordonnancier())) == entries + 1
    assert waiting(hands) == []
    assert all(one.method is Means.DEPOSIT for one in billed.payments)


@pytest.mark.req("OFF-AVA-01")
def test_an_avance_without_a_reason_is_refused_where_it_is_typed(hands: Hands) -> None:
    serve(hands)
    hands.scan(box_frame(hands.product(LISTED), serial="AV2"))
    drawer = terms(hands)
    hands.press(F.Key_V, ALT)
    hands.press(ENTER)
    assert hands.page.drawer is drawer
    assert "motif" in drawer.reason_field.note_label.text()
    hands.press(F.Key_Escape)
    assert hands.page.till.session.sale is SaleKind.ORDINARY


@pytest.mark.req("OFF-AVA-03")
def test_what_is_no_sum_is_no_acompte(hands: Hands) -> None:
    serve(hands)
    hands.scan(box_frame(hands.product(LISTED), serial="AV3"))
    terms(hands)
    hands.press(F.Key_V, ALT)
    hands.type("Cabinet fermé")
    hands.press(ENTER)
    drawer = pay(hands)
    for typed in ("0", "-5", "12,345"):
        drawer.given.clear()
        hands.type(typed)
        hands.press(ENTER)
        assert hands.page.drawer is drawer
        assert "Un acompte est une somme" in drawer.given_field.note_label.text()
    assert waiting(hands) == []


@pytest.mark.req("OFF-AVA-05")
def test_the_room_of_the_till_lists_avances_prepares_their_bill_and_takes_boxes_back(hands: Hands) -> None:
    patient = advance(hands, hands.product(LISTED), "5").patient_id
    assert patient is not None
    view = till(hands)
    hands.press(F.Key_6, CTRL)
    hands.wait(lambda: view.advances.record is not None)
    hands.press(F.Key_F, CTRL)
    held = hands.aside(hands.services.counter.open_sessions)
    assert [one.title for one in held if one.lines][-1:] == [waiting(hands)[0].patient_name]
    hands.press(F.Key_B, CTRL)
    hands.press(ENTER)
    assert [one.code for one in view.advances.returning.findings.findings] == ["GAL-ANN-03"]
    hands.type("Traitement arrêté")
    hands.press(ENTER)
    hands.wait(lambda: not waiting(hands))
    hands.press(F.Key_4, CTRL)
    hands.type("pat-trois")
    hands.wait(lambda: view.debts.row is not None and view.debts.row.patient_id == patient)
    hands.press(F.Key_R, CTRL)
    hands.press(ENTER)
    hands.wait(lambda: hands.aside(lambda: hands.services.cash.account(patient)).deposit == ZERO)
    record = hands.aside(lambda: hands.services.cash.journal(limit=1))[0]
    assert (record.kind, record.means, record.amount) == (RecordKind.DEPOSIT, Means.DEPOSIT, Money(500))
