"""Is a recalled box stopped at the scan, for whom, and where does it go? By scanner and keyboard on the real window."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt

from app.kernel.outcome import Done, Severity
from app.officine.recalls.model import Level, RecallDraft
from app.officine.staff.model import Role
from app.ui import sounds
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.recall_drawer import RecallDrawer
from app.ui.sounds import Sound

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.catalog.model import Product
    from app.ui.pictures import Stage

FREE, OTHER = "doliprane 1000", "lait corporel"
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


class Heard(sounds.Speaker):
    """A speaker that notes what it is asked to play."""

    def __init__(self) -> None:
        self.played: list[Sound] = []

    def play(self, sound: Sound) -> None:
        """Note the sound."""
        self.played.append(sound)


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    speaker = Heard()
    monkeypatch.setattr(sounds, "speaker", speaker)
    return speaker


def serve_as(hands: Hands, role: Role) -> None:
    members = hands.aside(hands.services.staff.members)
    hands.stage.ui.set_operator(next(one for one in members if one.role is role))
    hands.stage.settle()


def recall(hands: Hands, *lots: str) -> Product:
    """Put a recall in force, and return its product."""
    product = hands.product(FREE)
    draft = RecallDraft(
        code=product.code,
        lots=lots,
        all_lots=not lots,
        reason="Défaut d’étanchéité",
        level=Level.PATIENT,
        day=dt.date(2026, 11, 20),
        instruction="Retourner au grossiste",
        reference="R-1",
    )
    services = hands.services
    assert isinstance(hands.aside(lambda: services.recalls.record(services.system_actor, draft)), Done)
    hands.stage.settle()
    return product


def drawer(hands: Hands) -> RecallDrawer:
    assert isinstance(hands.page.drawer, RecallDrawer)
    return hands.page.drawer


def quarantined(hands: Hands, product: Product) -> int:
    return hands.aside(lambda: hands.services.stock.item(product.code)).quarantined


@pytest.mark.req("SC.DP.05")
def test_a_recalled_box_is_stopped_with_its_reason_and_set_aside_by_one_key(hands: Hands, heard: Heard) -> None:
    """Scenario 8, by a préparateur: nothing lets the box leave."""
    serve_as(hands, Role.TECHNICIAN)
    product = recall(hands, "LOT7")
    before = hands.stock(product)
    hands.scan(box_frame(product, serial="A1"))
    assert hands.page.till.session.is_empty
    assert heard.played == [Sound.BLOCKED]
    told = drawer(hands).told
    assert told.isVisible()
    assert (told.lot.text(), told.why.text()) == ("Lot LOT7 rappelé", "Défaut d’étanchéité")
    assert "Retourner au grossiste" in told.instruction.text()
    assert not drawer(hands).force_button.isVisible()
    assert not drawer(hands).reason_field.isVisible()
    drawer(hands).reason.setText("tant pis")
    drawer(hands).force()
    hands.stage.settle()
    assert hands.page.till.session.is_empty
    hands.press(Qt.Key.Key_F9, SHIFT)
    hands.wait(lambda: hands.page.drawer is None)
    assert (hands.stock(product), quarantined(hands, product)) == (before - 1, 1)
    (entry,) = hands.aside(hands.services.quarantine.present)
    assert (entry.lot, entry.serial, entry.reference) == ("LOT7", "A1", "R-1")
    assert hands.page.till.session.is_empty


@pytest.mark.req("SC.DP.05")
def test_a_pharmacist_lets_it_leave_with_a_reason_asked_for_once(hands: Hands, heard: Heard) -> None:
    serve_as(hands, Role.HOLDER)
    product, done = recall(hands, "LOT7"), hands.deliveries()
    hands.scan(box_frame(product, serial="A1"))
    assert heard.played == [Sound.BLOCKED]
    hands.press(Qt.Key.Key_M, ALT)
    hands.press(ENTER)
    assert hands.page.till.session.is_empty
    assert "Obligatoire" in drawer(hands).reason_field.note_label.text()
    hands.type("aucun autre lot")
    hands.press(ENTER)
    hands.wait(lambda: bool(hands.page.till.session.lines) and hands.page.till.is_fresh)
    (word,) = hands.page.till.session.acknowledged
    assert (word.code, word.reason, word.author.name) == (
        "GAL-SEC-50",
        "aucun autre lot",
        hands.stage.ui.operator.name,  # type: ignore[union-attr] # who serves is known
    )
    found = [one for one in hands.page.till.picture.findings if one.code == "GAL-SEC-50"]
    assert [one.severity for one in found] == [Severity.WARNING]
    hands.press(Qt.Key.Key_F10)
    assert isinstance(hands.page.drawer, PaymentDrawer)
    hands.press(ENTER)
    hands.wait_delivered(done + 1)
    assert hands.last().lines[0].boxes[0].lot == "LOT7"


@pytest.mark.req("SC.DP.05")
def test_another_lot_leaves_with_a_warning(hands: Hands, heard: Heard) -> None:
    """Scenario 9."""
    serve_as(hands, Role.TECHNICIAN)
    product, done = recall(hands, "AB12"), hands.deliveries()
    hands.scan(box_frame(product, serial="A1"))
    assert heard.played == [Sound.FOUND]
    assert hands.page.till.session.lines[0].quantity == 1
    assert hands.notices() == ["GAL-SEC-51"]
    assert "AB12" in hands.page.notice.findings[0].text
    hands.press(Qt.Key.Key_F10)
    assert isinstance(hands.page.drawer, ControlDrawer)
    hands.press(ENTER)
    hands.wait(lambda: isinstance(hands.page.drawer, PaymentDrawer))
    hands.press(ENTER)
    hands.wait_delivered(done + 1)


@pytest.mark.req("SC.DP.05")
def test_a_lot_that_no_scan_gave_is_asked_for_and_stops_the_line_once_typed(hands: Hands) -> None:
    serve_as(hands, Role.TECHNICIAN)
    product = recall(hands, "AB12")
    hands.scan(product.code)
    assert hands.notices() == ["GAL-SEC-51"]
    assert "lot" in hands.page.notice.findings[0].advice
    hands.type("lot ab12")
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.is_fresh and hands.page.till.blocked)
    hands.press(Qt.Key.Key_F9, SHIFT)
    hands.wait(lambda: drawer(hands).case is not None)
    assert drawer(hands).told.isVisible()
    hands.press(ENTER)
    hands.wait(lambda: hands.page.drawer is None)
    assert hands.page.till.session.lines == ()
    assert quarantined(hands, product) == 1


@pytest.mark.req("SC.DP.05")
def test_a_code_without_lot_is_stopped_where_all_lots_are_recalled(hands: Hands) -> None:
    serve_as(hands, Role.TECHNICIAN)
    product = recall(hands)
    hands.scan(product.code)
    assert hands.page.till.session.is_empty
    assert drawer(hands).told.lot.text() == "Produit rappelé, tous les lots"


@pytest.mark.req("SC.DP.05")
def test_boxes_stopped_one_after_the_other_are_set_aside_each_in_turn(hands: Hands) -> None:
    serve_as(hands, Role.TECHNICIAN)
    product = recall(hands, "LOT7")
    for serial in ("A1", "A2", "A2"):
        hands.scan(box_frame(product, serial=serial))
    assert drawer(hands).more.isVisible()
    hands.press(Qt.Key.Key_F9, SHIFT)
    hands.wait(lambda: quarantined(hands, product) == 1)
    hands.press(Qt.Key.Key_F9, SHIFT)
    hands.wait(lambda: hands.page.drawer is None)
    assert quarantined(hands, product) == 2
    # In quarantine, it is refused at the scan.
    hands.scan(box_frame(product, serial="A1"))
    assert hands.notices() == ["GAL-SEC-52"]
    assert hands.page.till.session.is_empty


def test_a_recalled_box_stopped_over_the_payment_loses_nothing_typed(hands: Hands) -> None:
    serve_as(hands, Role.TECHNICIAN)
    product = recall(hands, "LOT7")
    hands.scan(hands.product(OTHER).code)
    hands.press(Qt.Key.Key_F10)
    hands.type("20")
    hands.scan(box_frame(product, serial="A1"))
    hands.press(Qt.Key.Key_F9, SHIFT)
    hands.wait(lambda: hands.page.drawer is None)
    assert len(hands.page.till.session.lines) == 1
    hands.press(Qt.Key.Key_F10)
    payment = hands.page.drawer
    assert isinstance(payment, PaymentDrawer)
    assert payment.given.text() == "20"


def test_an_expired_box_of_the_sale_is_set_aside_with_its_cause(hands: Hands) -> None:
    serve_as(hands, Role.TECHNICIAN)
    product = hands.product(FREE)
    hands.scan(box_frame(product, serial="A1", expiry="261031"))
    hands.scan(box_frame(product, serial="A2"))
    hands.press(Qt.Key.Key_F9, SHIFT)
    hands.wait(lambda: drawer(hands).case is not None)
    hands.press(Qt.Key.Key_F9, SHIFT)
    hands.wait(lambda: hands.page.drawer is None)
    (line,) = hands.page.till.session.lines
    assert (line.quantity, [box.serial for box in line.boxes]) == (1, ["A2"])
    (entry,) = hands.aside(hands.services.quarantine.present)
    assert (entry.cause.label, entry.serial) == ("Périmé", "A1")
