"""The day of the INS as the conformity list plays it: by keyboard, on the real window, INSi behind real TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, wait
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.kernel.outcome import Done
from app.officine.patients.insi_model import InsiSettings
from app.officine.patients.model import Attribute, IdentityStatus
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import actor_of
from app.ui.patients.view import PatientsView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.patients.identity_model import IdentityFile
    from app.officine.staff.model import Member
    from app.ui.pictures import Stage

CONTROL = Qt.KeyboardModifier.ControlModifier
PROVISIONAL, RETRIEVED = IdentityStatus.PROVISIONAL, IdentityStatus.RETRIEVED
VALIDATED, QUALIFIED = IdentityStatus.VALIDATED, IdentityStatus.QUALIFIED


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person in the room of the patients."""
    stage.view("patients")
    return Hands(stage, scan_keys)


def view_of(hands: Hands) -> PatientsView:
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    return view


def find(hands: Hands, who: str) -> int:
    """Find a patient by keys; return whose file it is."""
    hands.press(Qt.Key.Key_F2)
    hands.type(who)
    hands.stage.settle()
    patient = view_of(hands)._patient
    assert patient is not None, who
    return patient.id


def file_of(hands: Hands, patient_id: int) -> IdentityFile:
    found = hands.aside(lambda: hands.services.identities.of(patient_id))
    assert found is not None
    return found


def status_of(hands: Hands, patient_id: int) -> IdentityStatus:
    return file_of(hands, patient_id).identity.status


def shown(hands: Hands) -> str:
    view = view_of(hands)
    return " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view))


def codes(hands: Hands) -> list[str]:
    return [one.code for one in view_of(hands).insi.findings.findings]


def passport(hands: Hands) -> None:
    """Check a passport in presence, every trait alike, by keys."""
    hands.press(Qt.Key.Key_F8)
    form = view_of(hands).identity.evidence
    wait(hands, form.kind.hasFocus)
    hands.type("Passeport")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)


def ask(hands: Hands) -> None:
    """Ask INSi by the traits, and wait for the answer."""
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: view_of(hands).insi.lookup is not None or bool(codes(hands)))


def holder_of(hands: Hands) -> Member:
    members = hands.aside(hands.services.staff.members)
    return next(one for one in members if one.role is Role.HOLDER)


def super_user(hands: Hands) -> Member:
    """Make the titulaire the super-utilisateur of the identities, and return the titulaire."""
    holder = holder_of(hands)
    draft = MemberDraft(
        family_name=holder.family_name,
        given_name=holder.given_name,
        role=holder.role,
        rpps=holder.rpps,
        badge=holder.badge,
        is_identity_super_user=True,
    )
    edited = hands.aside(lambda: hands.services.staff.edit(holder.id, draft, actor_of(holder, "comptoir-1")))
    assert isinstance(edited, Done), edited
    return edited.value


@pytest.mark.req("INS-05b", "INS-19a", "INS-19c", "INS-20a", "INS-20c", "INS-20d", "INS-21", "INS-26b")
def test_scenario_3_a_document_then_insi(hands: Hands) -> None:
    patient_id = find(hands, "bourrache")
    assert status_of(hands, patient_id) is PROVISIONAL
    hands.press(Qt.Key.Key_F7)
    passport(hands)
    wait(hands, lambda: status_of(hands, patient_id) is VALIDATED)
    ask(hands)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: status_of(hands, patient_id) is QUALIFIED)
    ins = file_of(hands, patient_id).identity.ins
    assert ins is not None
    wait(hands, lambda: "Identité qualifiée" in shown(hands))
    wait(hands, lambda: "Traits stricts verrouillés" in shown(hands))
    assert "provisoire → validée" in shown(hands)
    assert "validée → qualifiée" in shown(hands)


@pytest.mark.req("INS-20b", "INS-20d")
def test_scenario_4_insi_then_a_document(hands: Hands) -> None:
    patient_id = find(hands, "bourrache")
    ask(hands)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: status_of(hands, patient_id) is RETRIEVED)
    wait(hands, lambda: "non transmissible" in shown(hands))
    passport(hands)
    wait(hands, lambda: status_of(hands, patient_id) is QUALIFIED)


@pytest.mark.req("INS-17a", "INS-17b", "INS-17c", "INS-17e")
@pytest.mark.parametrize(
    "typed",
    [
        "17/01/1985",
        "17/01/1985 est",
        "17/01/1985 arg",
        "17/01/1985 the",
        "17/01/1985 d'a",
        "argousier-testdeux",
        "argousier testdeux",
        "argousier--testdeux",
        "d’argousier",
        "dargousier",
        "théo",
    ],
)
def test_scenario_14_found_by_date_and_letters_of_any_name_with_or_without_signs(hands: Hands, typed: str) -> None:
    find(hands, typed)
    assert "D'ARGOUSIER-TESTDEUX" in {one.family_name for one in view_of(hands).pane.list.records}


@pytest.mark.req("INS-17d")
def test_scenario_15_a_matricule_is_looked_up_with_its_right_key_only(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F2)
    hands.type("279035121518989")
    hands.stage.settle()
    assert [one.family_name for one in view_of(hands).pane.list.records] == ["PAT-TROIS"]
    for typed, code in (("279035121518988", "GAL-PAT-33"), ("2790351215189", "GAL-PAT-34")):
        hands.press(Qt.Key.Key_F2)
        hands.type(typed)
        hands.stage.settle()
        assert view_of(hands).pane.list.records == []
        assert [one.code for one in view_of(hands).said.findings] == [code]
    hands.press(Qt.Key.Key_F2)
    hands.type("bourrache")
    hands.stage.settle()
    assert view_of(hands).said.findings == ()


@pytest.mark.req("INS-06a", "INS-06b")
def test_scenario_16_differences_are_highlighted_and_the_first_name_is_not_overwritten(hands: Hands) -> None:
    patient_id = find(hands, "argousier")
    ask(hands)
    assert "GAL-IDN-31" in codes(hands)
    assert "différent" in shown(hands)
    hands.press(Qt.Key.Key_Space)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: status_of(hands, patient_id) is RETRIEVED)
    patient = file_of(hands, patient_id).patient
    assert (patient.first_name, patient.birth_names) == ("THEOPHILE", "MARIE THEOPHILE")
    assert (patient.used_name, patient.used_first_name) == ("L'ESTRAGON", "THEO"), "used names are not INSi’s to change"


@pytest.mark.req("INS-11")
def test_scenario_17_a_date_with_00_is_refused_and_nothing_changes(hands: Hands) -> None:
    patient_id = find(hands, "camomille")
    before = file_of(hands, patient_id)
    ask(hands)
    assert codes(hands) == ["GAL-IDN-06"]
    hands.press(Qt.Key.Key_F10)
    assert file_of(hands, patient_id) == before


@pytest.mark.req("INS-26a", "INS-26c", "INS-27")
def test_scenario_18_a_strict_trait_is_the_super_user_s_and_lowers_by_one_level(hands: Hands) -> None:
    patient_id = find(hands, "corse")
    assert status_of(hands, patient_id) is QUALIFIED
    hands.press(Qt.Key.Key_F4)
    form = view_of(hands).identity.traits
    wait(hands, form.editors["used_name"].hasFocus)
    assert not form.editors["family_name"].isEnabled()
    hands.press(Qt.Key.Key_Escape)
    hands.stage.ui.set_operator(super_user(hands))
    hands.stage.settle()
    hands.press(Qt.Key.Key_F4)
    wait(hands, lambda: form.editors["family_name"].isEnabled() and form.editors["family_name"].hasFocus())
    form.editors["used_name"].setText("ROSAT")
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: file_of(hands, patient_id).patient.used_name == "ROSAT")
    assert status_of(hands, patient_id) is QUALIFIED, "a complementary trait touches nothing"
    hands.press(Qt.Key.Key_F4)
    wait(hands, form.editors["family_name"].hasFocus)
    form.editors["family_name"].setText("CORSET")
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: status_of(hands, patient_id) is VALIDATED)
    assert file_of(hands, patient_id).identity.ins is None


@pytest.mark.req("OFF-INS-C36")
def test_a_code_of_nobody_known_begins_a_file_and_asks_insi_at_once(hands: Hands) -> None:
    code = (
        "IS010000000000000000000000S1109076322088835S21.2.250.1.213.1.4.9\x1dS3MATRICULE\x1dS4PROVISOIRE\x1d"
        "S5MS601-07-2009S763220"
    )
    hands.stage.ui.scanner.accept(code)
    hands.stage.settle()
    view = view_of(hands)
    wait(hands, lambda: view.form.editors["family_name"].text() == "PROVISOIRE")
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: view.insi.lookup is not None)
    assert view.right.currentWidget() is view.insi
    assert "(NIA)" in shown(hands)
    hands.press(Qt.Key.Key_F10)
    (made,) = hands.aside(lambda: hands.services.patients.search("provisoire matricule"))
    wait(hands, lambda: status_of(hands, made.id) is RETRIEVED)


@pytest.mark.req("INS-25a", "INS-25b")
@pytest.mark.parametrize("who", ["corse", "nessi", "tchitchi"])
@pytest.mark.parametrize("attribute", [Attribute.DOUBTFUL, Attribute.FICTITIOUS])
def test_scenario_19_doubtful_or_fictitious_is_provisoire_and_never_asked_for(
    hands: Hands, who: str, attribute: Attribute
) -> None:
    patient_id = find(hands, who)
    assert status_of(hands, patient_id) is not PROVISIONAL
    hands.press(Qt.Key.Key_F9)
    form = view_of(hands).identity.mark
    wait(hands, form.attribute.hasFocus)
    while form.attribute.currentData() is None or form.attribute.currentData()[0] is not attribute:
        hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    wait(hands, lambda: status_of(hands, patient_id) is PROVISIONAL)
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: codes(hands) == ["GAL-INS-41"])
    assert hands.services.demo_insi is not None
    assert hands.services.demo_insi.server.calls == []


@pytest.mark.req("INS-48", "INS-49")
def test_scenario_20_a_verification_that_fails(hands: Hands) -> None:
    actor = actor_of(holder_of(hands), "comptoir-1")
    done = hands.aside(lambda: hands.services.insi_site.set(InsiSettings(verifies=True), actor))
    assert isinstance(done, Done)
    patient_id = find(hands, "adrun")
    assert status_of(hands, patient_id) is QUALIFIED
    hands.press(Qt.Key.Key_F6, CONTROL)
    wait(hands, lambda: status_of(hands, patient_id) is PROVISIONAL)
    assert file_of(hands, patient_id).identity.ins is None
    wait(hands, lambda: "À revoir depuis le" in shown(hands))
    assert [one.patient_id for one in hands.aside(hands.services.identities.worklist)] == [patient_id]


def test_a_twin_whose_first_name_is_corrected_stays_the_one_in_sight(hands: Hands) -> None:
    find(hands, "tilleul 15/03/2019")
    view = view_of(hands)
    leonie = next(place for place, one in enumerate(view.pane.list.records) if one.first_name == "LEONIE")
    view.pane.list.point(leonie)
    hands.stage.settle()
    assert view._patient is not None
    number = view._patient.id
    hands.press(Qt.Key.Key_F4)
    form = view.identity.traits
    wait(hands, form.editors["family_name"].hasFocus)
    form.editors["family_name"].setText("ANIS")
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: file_of(hands, number).patient.family_name == "ANIS")
    wait(hands, lambda: view._patient is not None and view._patient.id == number)
    assert view._patient.family_name == "ANIS"
