"""Does each scan do one thing, whatever is open, and does nothing scanned press a button or get lost?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt

from app.officine.scan.model import Scan, ScanKind
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.counter.payment_drawer import PaymentDrawer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage

FREE, OTHER, LISTED = "doliprane 1000", "lait corporel", "amoxicilline"


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


@pytest.mark.req("OFF-SCAN-20")
def test_a_box_becomes_a_line_with_its_lot_and_a_second_box_adds_one(hands: Hands) -> None:
    product = hands.product(LISTED)
    hands.scan(box_frame(product, serial="A1"))
    hands.scan(box_frame(product, serial="A2"))
    (line,) = hands.page.till.session.lines
    assert (line.code, line.quantity, line.lot, len(line.boxes)) == (product.code, 2, "LOT7", 2)
    assert hands.page.omnibox.field.text() == ""


@pytest.mark.req("OFF-SCAN-21")
def test_the_same_box_twice_is_refused(hands: Hands) -> None:
    product = hands.product(LISTED)
    hands.scan(box_frame(product, serial="A1"))
    hands.scan(box_frame(product, serial="A1"))
    assert hands.page.till.session.lines[0].quantity == 1
    assert hands.notices() == ["GAL-CPT-01"]


@pytest.mark.req("OFF-SCAN-22")
def test_an_unknown_code_says_so_and_changes_nothing(hands: Hands) -> None:
    hands.scan("3400999999994")
    assert hands.page.till.session.is_empty
    assert len(hands.notices()) == 1
    assert hands.notices()[0].startswith("GAL-")
    assert hands.page.notice.findings[0].advice


@pytest.mark.req("OFF-SCAN-23")
def test_a_scan_over_the_payment_is_neither_lost_nor_a_key(hands: Hands) -> None:
    """The line is added, the price follows, what was typed stays, and nothing is delivered."""
    done = hands.deliveries()
    hands.scan(hands.product(FREE).code)
    hands.press(Qt.Key.Key_F10)
    hands.type("20")
    hands.scan(hands.product(OTHER).code)
    drawer = hands.page.drawer
    assert isinstance(drawer, PaymentDrawer)
    assert drawer.given.text() == "20"
    assert len(hands.page.till.session.lines) == 2
    assert hands.deliveries() == done
    hands.press(ENTER)
    hands.wait_delivered(done + 1)
    assert len(hands.last().lines) == 2


@pytest.mark.req("OFF-SCAN-23")
def test_a_listed_box_scanned_over_the_payment_brings_the_control_back(hands: Hands) -> None:
    done = hands.deliveries()
    hands.scan(hands.product(FREE).code)
    hands.press(Qt.Key.Key_F10)
    hands.scan(hands.product(LISTED).code)
    hands.press(ENTER)
    assert hands.deliveries() == done
    assert hands.page.drawer is not None
    assert hands.page.drawer.name == "control"


@pytest.mark.req("OFF-SCAN-24")
def test_a_staff_badge_changes_the_operator(hands: Hands) -> None:
    member = next(one for one in hands.services.staff.members() if one.badge and one != hands.stage.ui.operator)
    hands.stage.ui.scanner.accept(member.badge)
    hands.stage.settle()
    assert hands.stage.ui.operator == member


@pytest.mark.req("OFF-SCAN-25")
def test_an_eprescription_keeps_its_number_and_says_what_is_missing(hands: Hands) -> None:
    hands.page.take_scan(Scan(ScanKind.EPRESCRIPTION, {"number": "0123456789ABCDEF"}, (), "x"))
    hands.stage.settle()
    assert "0123456789ABCDEF" in hands.page.till.session.label
    assert hands.notices() == ["GAL-CPT-72"]


@pytest.mark.req("OFF-SCAN-26")
def test_an_ins_of_nobody_known_offers_the_creation(hands: Hands) -> None:
    fields: dict[str, str | None] = {
        "matricule": "299121234567888", "oid": "1.2.250.1.213.1.4.10", "birth_names": "ZOE ANNA",
        "family_name": "XYLOPHON", "sex": "F", "birth_date": "1999-12-03", "birth_place": "75111",
    }  # fmt: skip
    hands.page.take_scan(Scan(ScanKind.INS, fields, (), "x"))
    hands.stage.settle()
    drawer = hands.page.drawer
    assert isinstance(drawer, PatientDrawer)
    assert drawer.is_creating
    draft = drawer.form.draft()
    assert (draft.family_name, draft.first_name, draft.birth_names) == ("XYLOPHON", "ZOE", "ZOE ANNA")
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(ENTER)
    drawer.confirm()
    hands.wait(lambda: hands.page.till.session.patient_id is not None)
    assert "XYLOPHON" in hands.page.till.session.patient_name
