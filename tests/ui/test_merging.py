"""Are two files compared, merged, told apart and given back by keyboard, with what follows said before?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, wait
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.kernel.outcome import Done
from app.officine.patients.model import Attribute, PatientDraft, Sex
from app.officine.staff.model import Role
from app.ui.patients.view import PatientsView

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.officine.patients.model import Patient
    from app.ui.pictures import Stage

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ONE = PatientDraft(
    family_name="ZINNIA",
    first_name="ROSE",
    birth_date=dt.date(1988, 3, 14),
    sex=Sex.FEMALE,
    birth_place="63220",
    phone="0600000001",
)


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """The titulaire in the room of the patients."""
    members = stage.services.staff.members()
    stage.ui.set_operator(next(one for one in members if one.role is Role.HOLDER))
    stage.view("patients")
    return Hands(stage, scan_keys)


def view_of(hands: Hands) -> PatientsView:
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    return view


def create(hands: Hands, draft: PatientDraft) -> Patient:
    made = hands.aside(lambda: hands.services.patients.create(draft, hands.services.system_actor, confirmed=True))
    assert isinstance(made, Done)
    return made.value


def patient_of(hands: Hands, patient_id: int) -> Patient:
    found = hands.aside(lambda: hands.services.patients.get(patient_id))
    assert found is not None
    return found


def find(hands: Hands, who: str, count: int) -> None:
    hands.press(Qt.Key.Key_F2)
    view_of(hands).pane.field.setText(who)
    view_of(hands).pane.field.search_now()
    hands.stage.settle()
    wait(hands, lambda: len(view_of(hands).pane.list.records) == count)


def words(part: QWidget) -> str:
    return " ".join(label.text() for label in part.findChildren(QLabel) if label.isVisibleTo(part))


@pytest.mark.req("OFF-SCOPE")
def test_two_files_are_compared_and_merged_then_given_back_by_keyboard(hands: Hands) -> None:
    one = create(hands, ONE)
    other = create(hands, replace(ONE, birth_place="99999", used_name="ARNICA", phone="0600000002"))
    find(hands, "zinnia rose", 2)
    view = view_of(hands)
    first = view.pane.list.records[0].id
    hands.press(Qt.Key.Key_F7, CONTROL)
    form = view.merges.merging
    wait(hands, form.kept.hasFocus)
    assert form.comparison is not None
    assert form.comparison.keep.patient.id == first
    if first != one.id:
        # Whichever comes first in the list, the one of the whole address is kept: the keys turn the two.
        hands.press(Qt.Key.Key_Down)
        wait(hands, lambda: form.comparison is not None and form.comparison.keep.patient.id == one.id)
    shown = words(form)
    assert "Doublon probable" in shown
    assert "63220" in shown
    assert "Suivrait le dossier absorbé" in form.follows.text()
    hands.press(Qt.Key.Key_F10)
    assert [finding.code for finding in form.findings.findings] == ["GAL-FUS-21"], "nothing is decided beforehand"
    form.parts_shown()[1].setFocus()
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    assert form.decision.hasFocus()
    hands.press(Qt.Key.Key_Down)
    assert "ne se trouvera plus" in form.follows.text()
    hands.press(ENTER)
    assert form.reason.hasFocus()
    hands.press(ENTER)
    wait(hands, lambda: [finding.code for finding in form.findings.findings] == ["GAL-FUS-07"])
    form.reason.setText("Vue au comptoir")
    form.reason.setFocus()
    hands.press(ENTER)
    wait(hands, lambda: patient_of(hands, other.id).merged_into == one.id)
    kept = patient_of(hands, one.id)
    assert (kept.used_name, kept.phone, kept.birth_place) == ("ARNICA", "0600000002", "63220")
    find(hands, "zinnia rose", 1)
    hands.press(Qt.Key.Key_F7)
    wait(hands, lambda: "Dossiers fusionnés" in words(view.identity.pane))
    assert "Vue au comptoir" in words(view.identity.pane)
    hands.press(Qt.Key.Key_F7, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    wait(hands, view.merges.undoing.reason.hasFocus)
    assert f"n°\u00a0{other.id}" in view.merges.undoing.about.text()
    view.merges.undoing.reason.setText("Deux personnes")
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: patient_of(hands, other.id).merged_into is None)
    assert patient_of(hands, one.id).used_name == ""
    find(hands, "zinnia rose", 2)


@pytest.mark.req("OFF-SCOPE")
def test_any_two_files_are_compared_one_key_on_each(hands: Hands) -> None:
    one = create(hands, ONE)
    other = create(hands, replace(ONE, family_name="MUSCARI", birth_date=dt.date(1951, 2, 3)))
    find(hands, "zinnia", 1)
    hands.press(Qt.Key.Key_F7, CONTROL)
    find(hands, "muscari", 1)
    hands.press(Qt.Key.Key_F7, CONTROL)
    form = view_of(hands).merges.merging
    wait(hands, form.kept.hasFocus)
    assert form.comparison is not None
    assert (form.comparison.keep.patient.id, form.comparison.absorb.patient.id) == (one.id, other.id)
    assert "Rien ne dit" in form.alike.text()
    assert [finding.code for finding in form.findings.findings] == ["GAL-FUS-08"]
    hands.press(Qt.Key.Key_Escape)
    assert view_of(hands).right.currentWidget() is view_of(hands).sheet


@pytest.mark.req("OFF-SCOPE")
def test_twins_are_marked_from_the_list_of_duplicates(hands: Hands) -> None:
    create(hands, ONE)
    twin = create(hands, replace(ONE, first_name="ALBANE"))
    hands.press(Qt.Key.Key_F9, SHIFT)
    view = view_of(hands)
    table = view.merges.duplicates.list
    wait(hands, lambda: any(pair.second_id == twin.id for pair in table.records))
    table.point(next(place for place, pair in enumerate(table.records) if pair.second_id == twin.id))
    assert "prénoms différents" in view.merges.duplicates.about.text()
    table.setFocus()
    hands.press(ENTER)
    form = view.merges.merging
    wait(hands, form.kept.hasFocus)
    assert [finding.code for finding in form.findings.findings] == ["GAL-FUS-09"]
    form.decision.setFocus()
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Down)
    assert not form.reason.isVisibleTo(form)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: patient_of(hands, twin.id).attributes == {Attribute.HOMONYM})
    hands.press(Qt.Key.Key_F9, SHIFT)
    wait(hands, lambda: all(pair.second_id != twin.id for pair in table.records))


@pytest.mark.req("INS-04")
def test_who_may_not_merge_is_told(hands: Hands) -> None:
    members = hands.services.staff.members()
    hands.stage.ui.set_operator(next(one for one in members if one.role is Role.ASSISTANT))
    create(hands, ONE)
    find(hands, "zinnia", 1)
    hands.press(Qt.Key.Key_F7, CONTROL)
    hands.press(Qt.Key.Key_F9, SHIFT)
    assert view_of(hands).right.currentWidget() is view_of(hands).sheet
