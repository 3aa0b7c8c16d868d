"""Does the form of a vaccination show what must be known before the needle, and refuse to be glad of an expired box?"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, GS, Hands
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from ui_keys import wait_for

from app.kernel.outcome import Done
from app.ui.care.vaccination import VaccinationForm
from app.ui.care.view import CareView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage

VACCINE = "3400930306000"
ALT = Qt.KeyboardModifier.AltModifier

pytestmark = pytest.mark.req("SC.DOC.06")


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person who enters the room of care by its key."""
    one = Hands(stage, scan_keys)
    one.press(Qt.Key.Key_Equal, ALT)
    return one


def vaccination(hands: Hands, who: str = "adrun") -> VaccinationForm:
    hands.press(Qt.Key.Key_F4)
    view = hands.stage.window.views["care"]
    assert isinstance(view, CareView)
    hands.type(who)
    hands.press(ENTER)
    hands.wait(lambda: view.form is not None)
    assert isinstance(view.form, VaccinationForm)
    return view.form


def told(form: VaccinationForm) -> str:
    return form.allergies.text().replace("\u00a0", " ")


def test_age_and_allergies_are_in_sight_before_the_act(hands: Hands) -> None:
    form = vaccination(hands)
    assert told(form) == "50 ans · Allergies non renseignées"
    assert form.allergies.property("role") == "warning"
    assert form.base is not None
    patient_id, actor = form.base.patient_id, hands.stage.ui.actor()
    stated = hands.aside(lambda: hands.services.safety.allergies.state_none(patient_id, actor, ""))
    assert isinstance(stated, Done)
    hands.scan(f"010{VACCINE}1727113010V7421{GS}21SN771204")
    assert told(form).startswith("50 ans · Aucune connue")
    assert form.allergies.property("role") == "caption"


def test_an_expired_box_is_told_in_red_and_not_as_a_box_well_read(hands: Hands) -> None:
    form = vaccination(hands)
    hands.scan(f"010{VACCINE}1725013110V7421{GS}21SN771204")
    said = form.box_said.text().replace("\u00a0", " ")
    assert said.startswith("Vaccin périmé depuis le 31/01/2025 : ne l’injectez pas.")
    assert form.box_said.property("role") == "danger"


class Slow:
    """A step of the service that waits until it is let go."""

    def __init__(self, hands: Hands, name: str) -> None:
        """Hold ``name`` of the service of care."""
        self.gate, self.began = threading.Event(), threading.Event()
        usual = getattr(hands.services.care, name)

        def held(*given: object) -> object:
            self.began.set()
            assert self.gate.wait(30)
            return usual(*given)

        setattr(hands.services.care, name, held)


def filled(hands: Hands, who: str = "adrun") -> VaccinationForm:
    form = vaccination(hands, who)
    hands.scan(f"010{VACCINE}1727113010V7421{GS}21SN771204")
    hands.press(Qt.Key.Key_Down)
    return form


def press(hands: Hands, key: Qt.Key) -> None:
    """Press a key without waiting for what is under way."""
    QTest.keyClick(QApplication.focusWidget() or hands.stage.window, key)


def test_a_document_written_after_its_form_was_left_touches_no_other_patients_form(hands: Hands) -> None:
    form = filled(hands)
    assert form.base is not None
    first = form.base.patient_id
    slow = Slow(hands, "record")
    press(hands, Qt.Key.Key_F10)
    wait_for(slow.began.is_set, hands.stage.app)
    press(hands, Qt.Key.Key_Escape)
    wait_for(lambda: form.base is None, hands.stage.app)
    press(hands, Qt.Key.Key_F4)
    QTest.keyClicks(QApplication.focusWidget(), "nessi")
    wait_for(lambda: hands.stage.ui.tasks.shown is not None, hands.stage.app)
    view = hands.stage.window.views["care"]
    assert isinstance(view, CareView)
    wait_for(lambda: bool(view.patients.pane.list.records), hands.stage.app)
    press(hands, ENTER)
    wait_for(lambda: form.base is not None, hands.stage.app)
    second = form.base.patient_id  # type: ignore[union-attr] # a draft is open again
    assert second != first
    slow.gate.set()
    hands.stage.settle()
    assert form.base is not None
    assert form.base.patient_id == second, "the form still holds the second patient"
    assert form.save_button.isEnabled()
    actor = hands.stage.ui.actor()
    (written,) = hands.aside(lambda: hands.services.care.recent(actor))
    assert written.patient_id == first
    assert "enregistré" in hands.messages()


def test_f10_twice_writes_one_document(hands: Hands) -> None:
    filled(hands)
    slow = Slow(hands, "record")
    press(hands, Qt.Key.Key_F10)
    wait_for(slow.began.is_set, hands.stage.app)
    press(hands, Qt.Key.Key_F10)
    slow.gate.set()
    hands.stage.settle()
    actor = hands.stage.ui.actor()
    assert len(hands.aside(lambda: hands.services.care.recent(actor))) == 1


def test_a_preview_that_comes_after_its_form_was_left_is_not_shown(hands: Hands) -> None:
    form = filled(hands)
    slow = Slow(hands, "preview")
    press(hands, Qt.Key.Key_F9)
    wait_for(slow.began.is_set, hands.stage.app)
    press(hands, Qt.Key.Key_Escape)
    wait_for(lambda: form.base is None, hands.stage.app)
    slow.gate.set()
    hands.stage.settle()
    view = hands.stage.window.views["care"]
    assert isinstance(view, CareView)
    assert not view.reading.isVisible()


def test_what_one_operator_asked_for_is_not_opened_for_the_next(hands: Hands) -> None:
    filled(hands)
    hands.press(Qt.Key.Key_F10)
    view = hands.stage.window.views["care"]
    assert isinstance(view, CareView)
    wait_for(view.documents.isVisible, hands.stage.app, seconds=60)
    hands.stage.settle()
    slow = Slow(hands, "shown")
    press(hands, ENTER)
    wait_for(slow.began.is_set, hands.stage.app)
    other = next(one for one in hands.services.staff.members() if one.id != hands.stage.ui.operator.id)  # type: ignore[union-attr]
    hands.stage.ui.set_operator(other)
    slow.gate.set()
    hands.stage.settle()
    assert not view.reading.isVisible()
