"""Does the form of a vaccination show what must be known before the needle, and refuse to be glad of an expired box?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, GS, Hands
from PySide6.QtCore import Qt

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


def vaccination(hands: Hands) -> VaccinationForm:
    hands.press(Qt.Key.Key_F4)
    view = hands.stage.window.views["care"]
    assert isinstance(view, CareView)
    hands.type("adrun")
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
