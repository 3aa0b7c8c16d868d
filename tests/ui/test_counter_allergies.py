"""Are allergies noted by keyboard, told at once by the checks, and is the aid switched by the titulaire alone?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt

from app.officine.safety.model import AllergyKind, Recorded
from app.officine.staff.model import Role
from app.ui.counter.allergies_drawer import AllergiesDrawer
from app.ui.settings.checks import ChecksPage
from app.ui.widgets.basics import Chip

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.patients.model import Patient
    from app.ui.patients.view import PatientsView
    from app.ui.pictures import Stage

SILENT = "tilleul jules"
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def patient(hands: Hands) -> Patient:
    return hands.aside(lambda: hands.services.patients.search(SILENT)[0])


def recorded(hands: Hands) -> Recorded:
    whose = patient(hands)
    return hands.aside(lambda: hands.services.safety.allergies.of(whose.id))


def drawer(hands: Hands) -> AllergiesDrawer:
    assert isinstance(hands.page.drawer, AllergiesDrawer)
    return hands.page.drawer


def take_patient(hands: Hands) -> None:
    hands.type(SILENT)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.picture.patient is not None)


def codes(hands: Hands) -> set[str]:
    return {finding.code for finding in hands.page.till.picture.findings}


def chips(hands: Hands) -> list[str]:
    found = (hands.page.band.chips.itemAt(place).widget() for place in range(hands.page.band.chips.count()))
    return [chip.text() for chip in found if isinstance(chip, Chip)]


@pytest.mark.req("OFF-SCOPE-03")
def test_an_allergy_is_noted_in_a_few_keys_and_told_of_the_box_scanned_next(hands: Hands) -> None:
    take_patient(hands)
    hands.press(Qt.Key.Key_I, CTRL)
    assert drawer(hands).editor.state.text() == "Allergies non renseignées"
    hands.type("ibup")
    hands.press(ENTER)
    assert hands.focus is drawer(hands).editor.reaction
    hands.type("urticaire")
    hands.press(ENTER)
    hands.wait(lambda: bool(drawer(hands).editor.recorded.allergies))
    held = recorded(hands).allergies
    assert [(one.kind, one.key, one.reaction) for one in held] == [(AllergyKind.SUBSTANCE, "ibuprofene", "urticaire")]
    assert hands.page.band.allergies.isVisible()
    assert "Ibuprofène (urticaire)" in hands.page.band.allergy_words.whole
    # A scan goes to the sale from within the panel, and leaves no letter in its fields.
    hands.scan(box_frame(hands.product("advil 200")))
    hands.wait(lambda: "GAL-SEC-31" in codes(hands))
    assert drawer(hands).editor.pane.field.text() == ""
    assert "GAL-SEC-48" not in codes(hands)


@pytest.mark.req("OFF-SCOPE-03")
def test_none_known_is_said_by_its_key_and_taken_back(hands: Hands) -> None:
    take_patient(hands)
    hands.scan(box_frame(hands.product("doliprane 1000")))
    hands.wait(lambda: "GAL-SEC-48" in codes(hands))
    hands.press(Qt.Key.Key_I, CTRL)
    hands.press(Qt.Key.Key_A, ALT)
    hands.wait(lambda: drawer(hands).editor.recorded.none is not None)
    hands.wait(lambda: "GAL-SEC-48" not in codes(hands))
    assert "Sans allergie connue" in chips(hands)
    assert "dit le 23/11/2026" in drawer(hands).editor.state.text()
    hands.press(Qt.Key.Key_T, ALT)
    hands.wait(lambda: drawer(hands).editor.recorded.is_silent)
    hands.wait(lambda: "GAL-SEC-48" in codes(hands))


@pytest.mark.req("OFF-SCOPE-03")
def test_enter_on_nothing_adds_nothing_and_a_second_time_is_refused_in_place(hands: Hands) -> None:
    take_patient(hands)
    hands.press(Qt.Key.Key_I, CTRL)
    hands.press(ENTER)
    hands.type("xyzzyx")
    hands.press(ENTER)
    assert recorded(hands).is_silent
    for _ in range(2):
        drawer(hands).editor.pane.field.clear()
        drawer(hands).editor.pane.field.setFocus()
        hands.type("pénicillines")
        hands.press(ENTER)
        hands.press(ENTER)
        hands.wait(lambda: bool(recorded(hands).allergies))
    hands.wait(lambda: bool(drawer(hands).editor.findings.findings))
    assert [finding.code for finding in drawer(hands).editor.findings.findings] == ["GAL-ALG-01"]
    assert len(recorded(hands).allergies) == 1


@pytest.mark.req("OFF-SCOPE-03")
def test_without_a_patient_the_panel_asks_for_one(hands: Hands) -> None:
    hands.press(Qt.Key.Key_I, CTRL)
    assert "F2" in drawer(hands).editor.state.text()
    assert not drawer(hands).editor.add.isEnabled()
    assert not drawer(hands).editor.none.isEnabled()


@pytest.mark.req("OFF-SCOPE-03")
def test_the_patients_room_edits_the_same_file(hands: Hands) -> None:
    stage = hands.stage
    view: PatientsView = stage.view("patients")  # type: ignore[assignment]
    view.pane.field.setFocus()
    hands.type(SILENT)
    hands.wait(lambda: view.sheet.patient is not None)
    hands.press(Qt.Key.Key_I, CTRL)
    hands.type("sulfami")
    hands.press(ENTER)
    hands.press(ENTER)
    hands.wait(lambda: bool(view.allergies.recorded.allergies))
    assert [one.label for one in recorded(hands).allergies] == ["Sulfamides"]
    hands.press(Qt.Key.Key_Escape)
    assert view.right.currentWidget() is view.sheet


def settings_page(stage: Stage) -> ChecksPage:
    stage.view("settings")
    stage.act("settings.checks")
    page = stage.view("settings").page("checks")  # type: ignore[attr-defined]
    assert isinstance(page, ChecksPage)
    return page


def be(hands: Hands, role: Role) -> None:
    members = hands.aside(hands.services.staff.members)
    hands.stage.ui.set_operator(next(member for member in members if member.role is role))
    hands.stage.settle()


@pytest.mark.req("OFF-SCOPE-03")
def test_the_titulaire_stops_the_aid_and_the_counter_says_so(hands: Hands) -> None:
    be(hands, Role.HOLDER)
    page = settings_page(hands.stage)
    assert page.chip.text() == "En marche"
    page.toggle.click()
    hands.wait(lambda: page.chip.text() == "Arrêtée")
    assert "Arrêtée par" in page.said.text()
    hands.stage.view("counter")
    hands.page.omnibox.field.setFocus()
    hands.scan(box_frame(hands.product("doliprane 1000")))
    hands.wait(lambda: "GAL-SEC-41" in codes(hands))
    assert not {code for code in codes(hands) if code.startswith("GAL-SEC")} - {"GAL-SEC-41"}


@pytest.mark.req("OFF-SCOPE-03")
def test_nobody_else_stops_the_aid(hands: Hands) -> None:
    be(hands, Role.TECHNICIAN)
    page = settings_page(hands.stage)
    page.toggle.click()
    hands.wait(lambda: bool(page.findings.findings))
    assert [finding.code for finding in page.findings.findings] == ["GAL-PER-01"]
    assert hands.aside(lambda: hands.services.safety.enabled)
