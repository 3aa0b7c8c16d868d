"""Is anything ever lost: undo, Échap, autosave, restart, waiting, several comptoirs, a failure in the delivery?"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands
from PySide6.QtCore import Qt
from ui_keys import type_text

from app.kernel.errors import DiskFull
from app.officine.dispensing.model import SessionState
from app.ui.counter.lists_drawers import WaitingDrawer
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.pictures import Stage
from app.ui.widgets.basics import ActButton

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from app.bootstrap import Services
    from app.kernel.outcome import Outcome
    from app.officine.dispensing.model import CounterSession

CTRL = Qt.KeyboardModifier.ControlModifier
FREE, OTHER = "doliprane 1000", "advil"


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def codes(hands: Hands) -> list[str]:
    return [line.code for line in hands.page.till.session.lines]


@pytest.mark.req("OFF-CPT-10")
def test_each_change_is_undone_and_done_again(hands: Hands) -> None:
    product = hands.product(FREE)
    hands.scan(product.code)
    hands.press(Qt.Key.Key_Plus)
    hands.press(Qt.Key.Key_Delete)
    assert codes(hands) == []
    hands.press(Qt.Key.Key_Z, CTRL)
    assert hands.page.till.session.lines[0].quantity == 2
    hands.press(Qt.Key.Key_Z, CTRL)
    assert hands.page.till.session.lines[0].quantity == 1
    hands.press(Qt.Key.Key_Y, CTRL)
    assert hands.page.till.session.lines[0].quantity == 2
    hands.press(Qt.Key.Key_Minus)
    assert hands.page.till.session.lines[0].quantity == 1


@pytest.mark.req("OFF-CPT-11")
def test_escape_never_loses_what_was_typed(hands: Hands) -> None:
    hands.scan(hands.product(FREE).code)
    hands.press(Qt.Key.Key_F2)
    drawer = hands.page.drawer
    assert isinstance(drawer, PatientDrawer)
    drawer.begin("")
    hands.type("22051980")
    for _ in range(5):
        hands.press(Qt.Key.Key_Escape)
    assert hands.page.drawer is None
    assert len(codes(hands)) == 1
    assert drawer.form.birth_date.text() == "22051980"


@pytest.mark.req("OFF-CPT-12")
def test_each_change_is_in_the_database_without_being_asked(hands: Hands) -> None:
    hands.scan(hands.product(FREE).code)
    session = hands.page.till.session
    hands.wait(lambda: hands.page.till.is_saved)
    kept = hands.services.counter.load(session.id)
    assert kept is not None
    assert [line.code for line in kept.lines] == codes(hands)


@pytest.mark.req("OFF-CPT-12")
def test_a_restart_brings_the_sale_back(services: Services, qapp: QApplication, scan_keys: Callable[..., None]) -> None:
    """The last key pressed before the window closes is kept too."""
    hands = Hands(Stage(services, "light", 100), scan_keys)
    hands.scan(hands.product(FREE).code)
    hands.hit(Qt.Key.Key_Plus)
    hands.stage.close()
    again = Hands(Stage(services, "light", 100), scan_keys)
    lines = again.page.till.session.lines
    again.stage.close()
    assert [(line.label, line.quantity) for line in lines] == [(again.product(FREE).name, 2)]


@pytest.mark.req("OFF-CPT-13")
def test_f7_puts_the_sale_in_waiting_and_takes_it_back(hands: Hands) -> None:
    hands.scan(hands.product(FREE).code)
    hands.press(Qt.Key.Key_F7)
    assert hands.page.till.session.is_empty
    states = [one.state for one in hands.services.counter.open_sessions() if one.lines]
    assert states == [SessionState.SUSPENDED]
    hands.press(Qt.Key.Key_F7)
    assert isinstance(hands.page.drawer, WaitingDrawer)
    hands.press(ENTER)
    assert codes(hands) == [hands.product(FREE).code]


@pytest.mark.req("OFF-CPT-14")
def test_several_comptoirs_keep_their_sales_apart(hands: Hands) -> None:
    first, second = hands.product(FREE).code, hands.product(OTHER).code
    hands.scan(first)
    hands.press(Qt.Key.Key_N, CTRL)
    assert len(hands.view.all_pages) == 2
    hands.scan(second)
    assert codes(hands) == [second]
    hands.press(Qt.Key.Key_1, CTRL)
    assert codes(hands) == [first]
    hands.stage.act("counter.next")
    assert codes(hands) == [second]


@pytest.mark.req("OFF-CPT-10")
def test_a_save_that_comes_after_its_delivery_takes_no_comptoir_away(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The autosave lost the race against the delivery: the comptoir goes on to the next customer."""
    hands.scan(hands.product(FREE).code)
    counter, delivered = hands.services.counter, threading.Event()
    save, validate = counter.save, counter.validate

    def late_save(session: CounterSession) -> Outcome[CounterSession]:
        delivered.wait(10)
        return save(session)

    def validate_first(*asked: object) -> object:
        outcome = validate(*asked)  # type: ignore[arg-type]
        delivered.set()
        # The answer of the save comes while that of the delivery is still on its way.
        time.sleep(0.2)
        return outcome

    monkeypatch.setattr(counter, "save", late_save)
    monkeypatch.setattr(counter, "validate", validate_first)
    page = hands.page
    page.add(hands.product(OTHER))
    page.till.save_now()
    hands.hit(Qt.Key.Key_F10)
    hands.hit(ENTER)
    hands.wait(lambda: page.till.last_delivery is not None)
    assert hands.view.page is page
    assert page.till.session.is_empty


@pytest.mark.req("OFF-CPT-10")
def test_what_was_known_of_the_sale_before_is_not_taken_for_this_one(hands: Hands) -> None:
    """Both sales have one line, and so the same revision: a hand that scans at once would pay the other price."""
    page = hands.page
    hands.scan(hands.product(FREE).code)
    other, fresh = hands.product(OTHER), []

    def scan_at_once(_delivery: object) -> None:
        page.add(other)
        fresh.append(page.till.is_fresh)

    page.till.delivered.connect(scan_at_once)
    hands.hit(Qt.Key.Key_F10)
    hands.hit(ENTER)
    hands.wait(lambda: bool(fresh) and page.till.is_fresh)
    assert fresh == [False]
    invoice = page.till.picture.invoice
    assert invoice is not None
    assert {line.line_id for line in invoice.lines if line.line_id} <= {
        line.line_id for line in page.till.session.lines
    }


@pytest.mark.req("OFF-CPT-15")
def test_a_full_disk_in_the_delivery_leaves_the_sale_as_it_was(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    product = hands.product(FREE)
    hands.scan(product.code)
    before, done = hands.stock(product), hands.deliveries()

    def full(*_args: object) -> None:
        raise DiskFull("Le disque est plein.")

    with monkeypatch.context() as broken:
        broken.setattr(hands.services.counter, "validate", full)
        hands.press(Qt.Key.Key_F10)
        hands.press(ENTER)
        assert hands.notices() == ["GAL-ENV-01"]
        assert codes(hands) == [product.code]
        assert (hands.stock(product), hands.deliveries()) == (before, done)
    hands.press(ENTER)
    hands.wait_delivered(done + 1)
    assert hands.stock(product) == before - 1


@pytest.mark.req("OFF-CPT-16")
def test_entree_takes_the_first_answer_even_typed_ahead(hands: Hands) -> None:
    """Enter may come before the answers do."""
    type_text(hands.focus, "doliprane 1000")
    hands.hit(ENTER)
    hands.wait(lambda: bool(codes(hands)))
    assert codes(hands) == [hands.product(FREE).code]
    assert hands.page.omnibox.field.text() == ""


@pytest.mark.req("OFF-CPT-17")
def test_a_birth_date_finds_the_patient(hands: Hands) -> None:
    patient = hands.services.patients.search("pat trois")[0]
    hands.type(f"{patient.birth_date:%d%m%Y}")
    assert patient.display_name in [entry.text for entry in hands.page.omnibox.answers.entries]


def test_the_acts_that_no_icon_explains_keep_their_words_on_a_small_screen(hands: Hands) -> None:
    """At 1366 by 768 « + », « − » and the bin speak for themselves; history, waiting and detail do not."""
    hands.stage.window.resize(1366, 768)
    hands.stage.settle()
    shown = {button.text() for button in hands.page.findChildren(ActButton) if button.isVisible()}
    assert {"Historique", "Attente", "Détail", "Encaisser"} <= shown


def test_a_message_drawn_in_another_size_goes_away(hands: Hands) -> None:
    hands.stage.ui.say("Vente mise en attente")
    hands.stage.act("app.zoom_in")
    assert "Vente mise en attente" not in hands.messages()
