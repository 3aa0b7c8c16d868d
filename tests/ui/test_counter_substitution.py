"""Are a substitution, a refusal, a mention and units of a box done by keyboard and scanner alone?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.kernel.money import ZERO, Money
from app.officine.billing.model import Justification, Substitution
from app.officine.prescriptions.model import PrescribedLine
from app.ui.counter.substitution_drawer import SubstitutionDrawer
from app.ui.counter.units_drawer import UnitsDrawer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage

PRINCEPS, NARROW, OTHER, UNIT, FREE = "crestor 10", "lamictal", "omeprazole biogaran", "xanax", "doliprane 1000"
ALT = Qt.KeyboardModifier.AltModifier
DOWN_MS = 150
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def begin(hands: Hands, *queries: str) -> None:
    """Take the patient, scan the boxes, keep the ordonnance; point at the first line."""
    hands.type("pat t")
    hands.press(ENTER)
    for place, query in enumerate(queries):
        hands.scan(box_frame(hands.product(query), serial=f"U{place}"))
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.page.table.point(0)
    hands.stage.settle()


def drawer(hands: Hands) -> SubstitutionDrawer:
    shown = hands.page.drawer
    assert isinstance(shown, SubstitutionDrawer)
    return shown


def alt(hands: Hands, key: Qt.Key) -> None:
    """Press Alt and the letter of a control; Qt shows a button go down for a moment before it acts."""
    hands.press(key, ALT)
    QTest.qWait(DOWN_MS)
    hands.stage.settle()


def substitution(hands: Hands) -> Substitution:
    return hands.page.till.session.lines[0].substitution


def deliver(hands: Hands) -> None:
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_F10)
    for _ in range(3):
        if hands.page.till.last_delivery is None:
            hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)


@pytest.mark.req("OFF-SUB-07")
def test_f6_then_enter_puts_a_generic_in_the_place_of_a_princeps(hands: Hands) -> None:
    begin(hands, PRINCEPS)
    princeps = hands.product(PRINCEPS)
    hands.press(Qt.Key.Key_F6)
    offers = drawer(hands).list.records
    assert all(offer.difference == Money(-193) for offer in offers)
    assert offers[0].quantity > 0
    hands.press(ENTER)
    (line,) = hands.page.till.session.lines
    assert (line.code, line.replaces, line.boxes) == (offers[0].product.code, princeps.code, ())
    assert hands.page.drawer is None
    hands.press(Qt.Key.Key_Z, CTRL)
    (line,) = hands.page.till.session.lines
    assert (line.code, line.replaces, len(line.boxes)) == (princeps.code, "", 1)
    hands.press(Qt.Key.Key_Y, CTRL)
    deliver(hands)
    delivered = hands.last().lines[0]
    assert (delivered.code, delivered.replaces) == (offers[0].product.code, princeps.code)
    assert [line.code for line in hands.last().invoice_lines][:2] == ["PH7", "HD7"]
    assert hands.last().invoice_lines[0].amount == Money(441)


@pytest.mark.req("OFF-SUB-07")
def test_a_refusal_says_its_price_and_the_line_goes_on_an_invoice_of_its_own(hands: Hands) -> None:
    begin(hands, PRINCEPS, OTHER)
    due = hands.page.till.picture.invoice
    assert due is not None
    assert due.totals.patient == ZERO
    hands.press(Qt.Key.Key_F6)
    alt(hands, Qt.Key.Key_R)
    assert substitution(hands) == Substitution(refused=True)
    assert "pas de tiers payant sur cette facture (avec 1\u00a0autre ligne)" in drawer(hands).decision.text()
    invoice = hands.page.till.picture.invoice
    assert invoice is not None
    assert invoice.totals.patient == invoice.totals.amount
    alt(hands, Qt.Key.Key_F)
    assert substitution(hands) == Substitution(refused=True, apart=True)
    assert "facturé à part" in drawer(hands).decision.text()
    deliver(hands)
    delivery = hands.last()
    assert delivery.totals.patient == Money(634 + 102)
    assert delivery.lines[0].refused
    assert [line.code for line in delivery.invoice_lines if line.apart] == ["PH7", "HD7"]
    assert delivery.third_party


@pytest.mark.req("OFF-SUB-07")
def test_a_refusal_taken_back_leaves_nothing(hands: Hands) -> None:
    begin(hands, PRINCEPS)
    hands.press(Qt.Key.Key_F6)
    alt(hands, Qt.Key.Key_R)
    assert substitution(hands).refused
    alt(hands, Qt.Key.Key_A)
    assert substitution(hands) == Substitution()
    assert drawer(hands).decision.isHidden()


@pytest.mark.req("OFF-SUB-07")
def test_mte_typed_at_the_counter_keeps_third_party_and_is_recorded(hands: Hands) -> None:
    begin(hands, NARROW)
    hands.press(Qt.Key.Key_F6)
    alt(hands, Qt.Key.Key_R)
    alt(hands, Qt.Key.Key_M)
    hands.press(Qt.Key.Key_Down)
    assert substitution(hands) == Substitution(refused=True, justification=Justification.NARROW_MARGIN)
    assert "MTE" in drawer(hands).decision.text()
    deliver(hands)
    delivery = hands.last()
    assert (delivery.lines[0].mention, delivery.third_party) == ("MTE", True)
    assert delivery.invoice_lines[0].amount == Money(1187)
    assert delivery.totals.patient == ZERO


@pytest.mark.req("OFF-SUB-07")
def test_the_mention_of_the_ordonnance_is_shown_and_recorded(hands: Hands) -> None:
    begin(hands, NARROW)
    till = hands.page.till
    prescription = till.session.prescription
    assert prescription is not None
    written = PrescribedLine(line_id="P1", code=till.session.lines[0].code, label="Lamictal", mention="MTE")
    session = replace(
        till.session,
        prescription=replace(prescription, lines=(written,)),
        lines=(replace(till.session.lines[0], prescribed_line="P1"),),
        revision=till.session.revision + 1,
    )
    till.do((session, ()))
    hands.stage.settle()
    hands.press(Qt.Key.Key_F6)
    assert "d’après l’ordonnance" in drawer(hands).decision.text()
    assert drawer(hands).mention.currentText().startswith("MTE")
    deliver(hands)
    assert hands.last().lines[0].mention == "MTE"


def test_f6_without_a_line_or_without_a_group_says_why(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F6)
    assert drawer(hands).empty.title.text() == "Aucune ligne"
    hands.press(ENTER)
    hands.press(Qt.Key.Key_Escape)
    hands.scan(hands.product("toujeo").code)
    hands.press(Qt.Key.Key_F6)
    assert drawer(hands).empty.title.text() == "Aucun groupe générique"
    assert drawer(hands).refuse.isHidden()


def test_a_scan_while_f6_is_open_goes_to_the_sale(hands: Hands) -> None:
    begin(hands, PRINCEPS)
    hands.press(Qt.Key.Key_F6)
    hands.scan(box_frame(hands.product(FREE), serial="LATE"))
    assert [line.quantity for line in hands.page.till.session.lines] == [1, 1]
    hands.press(Qt.Key.Key_F6)
    assert drawer(hands).line is not None


@pytest.mark.req("OFF-UNI-03")
def test_six_units_of_a_box_of_thirty_by_keyboard(hands: Hands) -> None:
    product = hands.product(UNIT)
    before = hands.stock(product)
    begin(hands, UNIT)
    alt(hands, Qt.Key.Key_U)
    assert isinstance(hands.page.drawer, UnitsDrawer)
    hands.type("6")
    hands.press(ENTER)
    assert hands.page.till.session.lines[0].units == 6
    row = hands.page.table.lines.rows[0]
    assert (row.text(3, 0), row.units) == ("6\u00a0u.", "6\u00a0unités sur une boîte de 30")
    assert row.part == Money(25 + 102)
    deliver(hands)
    delivery = hands.last()
    assert (delivery.lines[0].units, delivery.lines[0].quantity) == (6, 1)
    assert delivery.invoice_lines[0].amount == Money(25)
    assert hands.stock(product) == before - 1
    (held,) = hands.aside(lambda: hands.services.open_boxes.of([product.code]))[product.code]
    assert (held.remaining, held.lot, held.serial) == (24, "LOT7", "U0")


@pytest.mark.req("OFF-UNI-03")
@pytest.mark.parametrize("typed", ["31", "999", "-1", "six", "1,5", "²"])
def test_a_number_of_units_that_makes_no_sense_is_refused_where_it_is_typed(hands: Hands, typed: str) -> None:
    begin(hands, UNIT)
    alt(hands, Qt.Key.Key_U)
    hands.type(typed)
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, UnitsDrawer)
    assert hands.page.till.session.lines[0].units is None
    assert QApplication.focusWidget() is hands.page.drawer.units


def test_nothing_or_zero_goes_back_to_the_whole_box_and_plus_is_refused_by_the_unit(hands: Hands) -> None:
    begin(hands, UNIT)
    alt(hands, Qt.Key.Key_U)
    hands.type("6")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_Plus)
    assert hands.page.till.session.lines[0].quantity == 1
    assert "GAL-UNI-03" in hands.notices()
    alt(hands, Qt.Key.Key_U)
    hands.type("0")
    hands.press(ENTER)
    assert hands.page.till.session.lines[0].units is None


@pytest.mark.req("OFF-FAC-03")
def test_why_says_row_rule_source_and_date_of_each_amount_and_its_vat(hands: Hands) -> None:
    begin(hands, PRINCEPS, UNIT)
    hands.press(Qt.Key.Key_F6)
    alt(hands, Qt.Key.Key_R)
    hands.press(Qt.Key.Key_Escape)
    alt(hands, Qt.Key.Key_P)
    shown = hands.page.drawer
    assert shown is not None
    texts = [
        shown.content.itemAt(place).widget().text()
        for place in range(shown.content.count())
        if hasattr(shown.content.itemAt(place).widget(), "text")
    ]
    whole = " | ".join(texts)
    for wanted in (
        "générique refusé sans mention valable", "Franchise\u00a0: 2,00\u00a0€", "dont TVA 0,13\u00a0€ à 2,1\u00a0%",
        "Base du générique le plus cher du groupe", "depuis le 08/01/2025", "TVA comprise dans",
    ):  # fmt: skip
        assert wanted in whole, wanted
