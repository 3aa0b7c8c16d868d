"""Are the exceptional rules and the proposed quantities reached by one key, and never taken by themselves?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.officine.dispensing import exceptional, restricted
from app.officine.prescriptions.model import ExtraSupply
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.prescription_drawer import PrescriptionDrawer

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.ui.pictures import Stage

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
CHRONIC = "touss"


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def words(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def take(hands: Hands, patient: str) -> None:
    hands.type(patient)
    hands.press(ENTER)


def codes(hands: Hands) -> set[str]:
    return {finding.code for finding in hands.page.till.picture.findings}


def deliver(hands: Hands) -> None:
    done = hands.deliveries()
    hands.press(Qt.Key.Key_F10)
    if isinstance(hands.page.drawer, ControlDrawer):
        assert not hands.page.till.blocked, codes(hands)
        hands.press(ENTER)
    assert isinstance(hands.page.drawer, PaymentDrawer)
    hands.page.till.last_delivery = None
    hands.press(ENTER)
    hands.wait_delivered(done + 1)


@pytest.mark.req("OFF-ORD-06")
def test_a_month_more_is_one_key_on_an_ordonnance_that_is_over(hands: Hands) -> None:
    """The ordonnance of a chronic treatment is renewed for the last time; a month later, F4 and Alt+X."""
    product = hands.product("eliquis 5")
    take(hands, CHRONIC)
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.scan(box_frame(product, serial="E1"))
    deliver(hands)
    hands.days_pass(31)
    take(hands, CHRONIC)
    hands.press(Qt.Key.Key_F4)
    drawer = hands.page.drawer
    assert isinstance(drawer, PrescriptionDrawer)
    assert drawer.beyond.isVisible()
    assert hands.page.till.session.prescription is None
    hands.press(Qt.Key.Key_X, ALT)
    hands.wait(lambda: hands.page.till.session.prescription is not None)
    prescription = hands.page.till.session.prescription
    assert prescription is not None
    assert prescription.supply is ExtraSupply.CONTINUITY
    assert hands.page.drawer is None
    assert "dispensation exceptionnelle" in hands.page.band.prescription.second.whole
    hands.scan(box_frame(product, serial="E2"))
    assert exceptional.INFORM in codes(hands)
    deliver(hands)
    delivery = hands.last()
    offers = hands.aside(lambda: hands.services.counter.beyond(delivery.patient_id or 0))
    assert all(offer.kept.written_on != prescription.written_on or len(offer.made) == 1 for offer in offers)


@pytest.mark.req("OFF-ORD-06")
def test_nothing_is_offered_beyond_while_the_ordonnance_may_be_renewed(hands: Hands) -> None:
    take(hands, CHRONIC)
    hands.press(Qt.Key.Key_F4)
    drawer = hands.page.drawer
    assert isinstance(drawer, PrescriptionDrawer)
    assert drawer.kept.isVisible()
    assert not drawer.beyond.isVisible()


@pytest.mark.req("OFF-ORD-10")
def test_the_quantity_proposed_is_shown_and_taken_by_its_key(hands: Hands) -> None:
    product = hands.product("furosemide biogaran")
    take(hands, "pat t")
    hands.scan(box_frame(product, serial="Q1"))
    hands.press(Qt.Key.Key_F4)
    hands.type("melilot")
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_L, CTRL)
    hands.press(Qt.Key.Key_A, CTRL)
    hands.type("1 m 1 s 30 j r2")
    hands.press(ENTER)
    line = hands.page.till.session.lines[0]
    advice = hands.page.till.picture.advice[line.line_id]
    assert advice.proposal is not None
    wanted = advice.proposal.boxes
    assert line.quantity == 1
    assert wanted > 1
    hands.wait(lambda: advice.proposal is not None and advice.proposal.words in words(hands.page.detail))
    assert "R.5132-12" in words(hands.page.detail)
    hands.press(Qt.Key.Key_Q, ALT)
    assert hands.page.till.session.lines[0].quantity == wanted
    hands.press(Qt.Key.Key_Z, CTRL)
    assert hands.page.till.session.lines[0].quantity == 1


def test_the_key_of_the_proposal_says_what_lacks(hands: Hands) -> None:
    hands.scan(hands.product("doliprane 1000").code)
    hands.press(Qt.Key.Key_Q, ALT)
    assert "Pas de quantité à proposer" in hands.messages()


@pytest.mark.req("OFF-ORD-08")
def test_a_restricted_medicine_is_to_be_seen_once_in_the_control(hands: Hands) -> None:
    take(hands, "pat t")
    hands.scan(box_frame(hands.product("isotretinoine"), serial="I1"))
    hands.press(Qt.Key.Key_F4)
    hands.type("melilot")
    hands.press(ENTER)
    hands.press(ENTER)
    assert {restricted.PRESCRIBER, restricted.SURVEILLANCE} <= codes(hands)
    hands.press(Qt.Key.Key_F10)
    drawer = hands.page.drawer
    assert isinstance(drawer, ControlDrawer)
    assert "ordonnance initiale d’un spécialiste à présenter" in words(drawer)
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, PaymentDrawer)
