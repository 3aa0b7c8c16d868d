"""Is an identity checked, corrected and marked by keyboard, its lock seen, and its history read?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, wait
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.kernel.outcome import Done
from app.officine.patients.model import Attribute, IdentityStatus, PatientDraft, Sex
from app.ui.patients.view import PatientsView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.patients.identity_model import IdentityFile
    from app.ui.pictures import Stage


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person in the room of the patients."""
    stage.view("patients")
    return Hands(stage, scan_keys)


def view_of(hands: Hands) -> PatientsView:
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    return view


def open_identity(hands: Hands, who: str) -> int:
    """Find a patient and open the identity by keys; return whose file it is."""
    hands.press(Qt.Key.Key_F2)
    hands.type(who)
    hands.stage.settle()
    hands.press(Qt.Key.Key_F7)
    view = view_of(hands)
    wait(hands, lambda: view.identity.pane.file is not None and view.identity.pane.isVisible())
    file = view.identity.pane.file
    assert file is not None
    return file.patient.id


def file_of(hands: Hands, patient_id: int) -> IdentityFile:
    found = hands.aside(lambda: hands.services.identities.of(patient_id))
    assert found is not None
    return found


def words(hands: Hands) -> str:
    """Return what is read on the page, with the band above it."""
    view = view_of(hands)
    parts = (view.band, view.identity.pane)
    return " ".join(label.text() for part in parts for label in part.findChildren(QLabel) if label.isVisibleTo(part))


def create(hands: Hands, family_name: str) -> int:
    draft = PatientDraft(
        family_name=family_name,
        first_name="Rose",
        birth_date=hands.services.clock.now().date().replace(year=1988),
        sex=Sex.FEMALE,
        birth_place="63220",
    )
    made = hands.aside(lambda: hands.services.patients.create(draft, hands.stage.ui.actor()))
    assert isinstance(made, Done)
    return made.value.id


@pytest.mark.req("INS.20")
@pytest.mark.req("INS.24")
@pytest.mark.req("INS.26")
def test_a_document_is_checked_by_keyboard_and_the_status_and_history_show_it(hands: Hands) -> None:
    patient_id = create(hands, "Zinnia")
    assert open_identity(hands, "zinnia") == patient_id
    assert "Identité provisoire" in words(hands)
    hands.press(Qt.Key.Key_F8)
    form = view_of(hands).identity.evidence
    wait(hands, form.kind.hasFocus)
    assert form.kind.currentData() is None, "no kind is chosen beforehand"
    hands.press(Qt.Key.Key_F10)
    assert [one.code for one in form.findings.findings] == ["GAL-IDN-72"]
    form.kind.setFocus()
    hands.type("Passeport")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    hands.press(ENTER)
    assert form.agreement.hasFocus()
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    wait(hands, lambda: file_of(hands, patient_id).identity.status is IdentityStatus.VALIDATED)
    wait(hands, lambda: "Identité validée" in words(hands))
    shown = words(hands)
    assert "Passeport, Contrôlée" in shown or "Passeport, en présence" in shown
    assert "Pièce d’identité contrôlée (PA, traits conformes)" in shown
    assert "provisoire → validée" in shown
    assert "Traits stricts verrouillés" in shown


@pytest.mark.req("INS.29")
@pytest.mark.req("INS.30")
@pytest.mark.req("INS.31")
def test_strict_traits_are_seen_locked_and_used_names_stay_free(hands: Hands) -> None:
    patient_id = open_identity(hands, "pat trois")
    assert file_of(hands, patient_id).identity.status is IdentityStatus.QUALIFIED
    hands.press(Qt.Key.Key_F4)
    form = view_of(hands).identity.traits
    wait(hands, form.editors["used_name"].hasFocus)
    for name in ("family_name", "birth_names", "birth_date", "birth_place"):
        assert not form.editors[name].isEnabled()
        assert "super-utilisateur" in form.editors[name].toolTip()
        assert form.places[name].note_label.text().startswith("Verrouillé")
    assert "Dompremy" in form.places["birth_place"].note_label.text(), "the code is told in words"
    assert not form.sex.isEnabled()
    hands.type("d’été")
    assert "D'ETE" in form.places["used_name"].note_label.text(), "what is kept is said as it is typed"
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: file_of(hands, patient_id).patient.used_name == "D'ETE")
    assert file_of(hands, patient_id).identity.status is IdentityStatus.QUALIFIED
    wait(hands, lambda: "Traits modifiés" in words(hands))


@pytest.mark.req("INS.26")
@pytest.mark.req("C24")
def test_what_a_doubt_does_is_said_before_and_done_after(hands: Hands) -> None:
    patient_id = open_identity(hands, "pat trois")
    hands.press(Qt.Key.Key_F9)
    form = view_of(hands).identity.mark
    wait(hands, form.attribute.hasFocus)
    hands.type("Poser")
    while form.attribute.currentData() is None or form.attribute.currentData()[0] is not Attribute.DOUBTFUL:
        hands.press(Qt.Key.Key_Down)
    assert "matricule INS est invalidé" in form.effect.text()
    hands.press(ENTER)
    wait(hands, lambda: file_of(hands, patient_id).identity.status is IdentityStatus.PROVISIONAL)
    assert file_of(hands, patient_id).identity.ins is None
    wait(hands, lambda: "Identité douteuse" in words(hands))
    hands.press(Qt.Key.Key_Escape)
    assert view_of(hands).sheet.isVisible()


@pytest.mark.req("INS.17")
def test_a_file_edited_meanwhile_is_told_and_nothing_is_overwritten(hands: Hands) -> None:
    patient_id = create(hands, "Yucca")
    open_identity(hands, "yucca")
    hands.press(Qt.Key.Key_F4)
    form = view_of(hands).identity.traits
    wait(hands, form.editors["family_name"].hasFocus)
    version, actor = file_of(hands, patient_id).patient.version, hands.stage.ui.actor()
    hands.aside(lambda: hands.services.identities.edit(patient_id, version, {"used_name": "MAUVE"}, actor))
    hands.stage.settle()
    form.editors["used_name"].setFocus()
    hands.type("Guimauve")
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: [one.code for one in form.findings.findings] == ["GAL-PAT-13"])
    assert file_of(hands, patient_id).patient.used_name == "MAUVE"
