"""Is whoever is already known found by keyboard before a file is created, in the patients’ room and at the till?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, wait
from PySide6.QtCore import Qt

from app.officine.patients.model import IdentityStatus
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.patients.view import PatientsView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.patients.form import PatientForm
    from app.ui.pictures import Stage

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person at the window."""
    return Hands(stage, scan_keys)


def form_of(hands: Hands) -> PatientForm:
    view = hands.stage.view("patients")
    assert isinstance(view, PatientsView)
    hands.press(Qt.Key.Key_N, CONTROL)
    return view.form


def drawer_of(hands: Hands) -> PatientDrawer:
    hands.press(Qt.Key.Key_F2)
    hands.type("zinnia")
    hands.press(ENTER)
    drawer = hands.page.drawer
    assert isinstance(drawer, PatientDrawer)
    wait(hands, lambda: drawer.is_creating)
    return drawer


@pytest.mark.req("INS-17a", "OFF-INS-C08")
def test_the_form_begins_by_the_birth_date_and_shows_who_is_known_at_it(hands: Hands) -> None:
    form = form_of(hands)
    assert form.birth_date.hasFocus()
    hands.type("28031979")
    wait(hands, lambda: len(form.antecedents.found) == 2)
    assert {one.family_name for one in form.antecedents.found} == {"PAT-TROIS"}
    hands.press(Qt.Key.Key_Down)
    assert form.antecedents.list.hasFocus()
    known = form.antecedents.list.current_record
    chosen = None if known is None else known.patient
    hands.press(ENTER)
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    wait(hands, lambda: view.right.currentWidget() is view.sheet)
    assert chosen is not None
    assert chosen in view.pane.list.records


@pytest.mark.req("OFF-INS-C08", "INS-05b")
def test_nothing_is_created_before_whoever_is_known_was_seen(hands: Hands) -> None:
    before = hands.aside(hands.services.patients.count)
    form = form_of(hands)
    form.birth_date.blockSignals(True)
    form.birth_date.setText("28/03/1979")
    form.birth_date.blockSignals(False)
    form.editors["family_name"].setText("Zinnia")
    form.editors["first_name"].setText("Rose")
    form.editors["birth_place"].setText("99999")
    form.sex.setCurrentIndex(1)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: [one.code for one in form.findings.findings] == ["GAL-PAT-36"])
    assert hands.aside(hands.services.patients.count) == before
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: hands.aside(hands.services.patients.count) == before + 1)


@pytest.mark.req("INS-05a")
@pytest.mark.parametrize("missing", ["family_name", "first_name", "birth_date", "sex", "birth_place"])
def test_each_of_the_five_traits_is_needed(hands: Hands, missing: str) -> None:
    before = hands.aside(hands.services.patients.count)
    form = form_of(hands)
    form.birth_date.setText("" if missing == "birth_date" else "22/05/1980")
    for name, value in (("family_name", "Zinnia"), ("first_name", "Rose"), ("birth_place", "99999")):
        form.editors[name].setText("" if name == missing else value)
    form.sex.setCurrentIndex(0 if missing == "sex" else 1)
    hands.stage.settle()
    hands.press(Qt.Key.Key_F10)
    assert hands.aside(hands.services.patients.count) == before
    assert form.fields[missing].note_label.isVisibleTo(form)


@pytest.mark.req("INS-01b", "INS-01c", "INS-20a")
def test_lower_case_and_accents_are_converted_before_the_eyes_and_a_year_alone_is_uncertain(hands: Hands) -> None:
    form = form_of(hands)
    hands.type("1955")
    assert "31/12/1955 (complétée par la règle, incertaine)" in form.fields["birth_date"].note_label.text()
    form.editors["family_name"].setText("d’Été--Brun")
    assert "D'ETE--BRUN" in form.fields["family_name"].note_label.text()
    form.editors["first_name"].setText("François")
    form.editors["birth_place"].setText("99352")
    form.sex.setCurrentIndex(2)
    assert form.editors["used_name"].text() == "", "the used name is never filled from the birth name"
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: len(hands.aside(lambda: hands.services.patients.search("ete brun"))) == 1)
    (made,) = hands.aside(lambda: hands.services.patients.search("ete brun"))
    assert (made.family_name, made.first_name, made.used_name) == ("D'ETE--BRUN", "FRANCOIS", "")
    assert made.birth_date_uncertain
    assert made.status is IdentityStatus.PROVISIONAL


@pytest.mark.req("OFF-INS-C08")
def test_at_the_till_too_the_date_comes_first_and_somebody_known_is_taken_by_two_keys(hands: Hands) -> None:
    drawer = drawer_of(hands)
    assert drawer.form.birth_date.hasFocus()
    hands.type("28031979")
    wait(hands, lambda: len(drawer.form.antecedents.found) == 2)
    chosen = drawer.form.antecedents.found[0]
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    wait(hands, lambda: hands.page.till.session.patient_id == chosen.id)


def test_at_the_till_a_new_person_is_created_by_the_keys_of_the_form(hands: Hands) -> None:
    drawer = drawer_of(hands)
    hands.type("22051980")
    hands.press(ENTER)
    assert drawer.form.family_name.text() == "zinnia", "what was searched is not typed again"
    hands.press(ENTER)
    hands.type("Rose")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F)
    assert drawer.form.birth_place.hasFocus()
    drawer.form.birth_place.setText("63220")
    for _ in range(6):
        if not drawer.is_creating:
            break
        hands.press(ENTER)
    wait(hands, lambda: hands.page.till.session.patient_id is not None)
    assert "ZINNIA" in hands.page.till.session.patient_name


@pytest.mark.req("OFF-INS-C43")
def test_the_twin_that_is_chosen_is_the_one_that_opens(hands: Hands) -> None:
    form = form_of(hands)
    hands.type("15032019")
    wait(hands, lambda: len(form.antecedents.found) == 2)
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    for first_name in ("LEONIE", "JULES"):
        chosen = next(one for one in form.antecedents.found if one.first_name == first_name)
        form.antecedents.chosen.emit(chosen)
        wait(hands, partial(lambda wanted: view._patient == wanted, chosen))


@pytest.mark.req("INS-17a", "OFF-INS-C08")
def test_the_very_same_person_is_not_created_twice_by_one_key(hands: Hands) -> None:
    before = hands.aside(hands.services.patients.count)
    form = form_of(hands)
    hands.type("15032019")
    wait(hands, lambda: len(form.antecedents.found) == 2)
    form.editors["family_name"].setText("Tilleul")
    form.editors["first_name"].setText("Léonie")
    form.editors["birth_place"].setText("99999")
    form.sex.setCurrentIndex(1)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: "GAL-PAT-30" in [one.code for one in form.findings.findings])
    assert hands.aside(hands.services.patients.count) == before
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: hands.aside(hands.services.patients.count) == before + 1)
