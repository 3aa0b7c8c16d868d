"""Is an identity always in sight, reviewed, validated and withdrawn by keyboard, and are the site's choices kept?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, wait
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from app.kernel.outcome import Done
from app.officine.patients.evidence import DEFAULT_TYPES, Trust
from app.officine.patients.identities import IdentityOptions
from app.officine.patients.identity import Ins
from app.officine.patients.identity_model import EvidenceDraft, Mode, ReviewKind
from app.officine.patients.model import IdentityStatus, PatientDraft, Sex
from app.officine.staff.model import Role
from app.ui.patients.view import PatientsView
from app.ui.settings.identity import IdentityPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.officine.patients.identity_model import IdentityFile
    from app.ui.pictures import Stage

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PASSPORT = EvidenceDraft(code="PA", mode=Mode.FACE_TO_FACE, coherent=True)
_OTHER = Ins("192061305512310", "1.2.250.1.213.1.4.10")
TRAITS_ALWAYS = ("N. Nais.", "Pr. 1", "DDN", "S.")
ROSE = PatientDraft(
    family_name="Zinnia", first_name="Rose", birth_date=None, sex=Sex.FEMALE, birth_place="63220", used_name="Dahlia"
)


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person in the room of the patients."""
    stage.view("patients")
    return Hands(stage, scan_keys)


def view_of(hands: Hands) -> PatientsView:
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    return view


def texts(part: QWidget) -> list[str]:
    return [label.text() for label in part.findChildren(QLabel) if label.isVisible() and label.text()]


def find(hands: Hands, who: str) -> None:
    hands.press(Qt.Key.Key_F2)
    hands.type(who)
    hands.stage.settle()


def open_identity(hands: Hands, who: str) -> int:
    find(hands, who)
    hands.press(Qt.Key.Key_F7)
    pane = view_of(hands).identity.pane
    wait(hands, lambda: pane.file is not None and pane.isVisible())
    assert pane.file is not None
    return pane.file.patient.id


def file_of(hands: Hands, patient_id: int) -> IdentityFile:
    found = hands.aside(lambda: hands.services.identities.of(patient_id))
    assert found is not None
    return found


def create(hands: Hands, draft: PatientDraft = ROSE) -> int:
    born = hands.services.clock.now().date().replace(year=1988)
    actor = hands.stage.ui.actor()
    made = hands.aside(lambda: hands.services.patients.create(replace(draft, birth_date=born), actor, confirmed=True))
    assert isinstance(made, Done)
    return made.value.id


def prove(hands: Hands, patient_id: int) -> None:
    version, actor = file_of(hands, patient_id).patient.version, hands.stage.ui.actor()
    hands.aside(lambda: hands.services.identities.prove(patient_id, version, PASSPORT, actor))
    hands.stage.settle()


def become(hands: Hands, role: Role) -> None:
    members = hands.aside(hands.services.staff.members)
    hands.stage.ui.set_operator(next(one for one in members if one.role is role))
    hands.stage.settle()


def settings(hands: Hands) -> IdentityPage:
    view = hands.stage.view("settings")
    hands.stage.act("settings.identity")
    page = view.page("identity")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, IdentityPage)
    return page


def choose(hands: Hands, options: IdentityOptions) -> None:
    done = hands.aside(lambda: hands.services.identities.set_options(options, hands.services.system_actor))
    assert isinstance(done, Done)
    hands.stage.settle()


# --- The band ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-03")
def test_four_traits_and_the_status_stay_in_sight_on_every_page_of_a_file(hands: Hands) -> None:
    find(hands, "pat trois")
    view = view_of(hands)
    whole = ["PAT-TROIS", "DOMINIQUE", "28/03/1979", "F", "Identité qualifiée", "Homonyme"]
    for key in (None, Qt.Key.Key_F7, Qt.Key.Key_F8, Qt.Key.Key_F4, Qt.Key.Key_F9, Qt.Key.Key_F6):
        if key is not None:
            hands.press(key)
        wait(hands, view.band.isVisible)
        shown = texts(view.band)
        assert set(TRAITS_ALWAYS) <= set(shown), key
        assert set(whole) <= set(shown), key
    hands.press(Qt.Key.Key_I, CTRL)
    assert set(TRAITS_ALWAYS) <= set(texts(view.band))
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_N, CTRL)
    wait(hands, lambda: not view.band.isVisible())


@pytest.mark.req("INS-03")
def test_the_band_of_a_form_is_of_the_patient_whom_it_writes(hands: Hands) -> None:
    find(hands, "pat trois")
    hands.press(Qt.Key.Key_F4)
    view = view_of(hands)
    wait(hands, view.identity.traits.editors["used_name"].hasFocus)
    view.pane.field.setText("adrun")
    view.pane.field.search_now()
    hands.stage.settle()
    assert view.pane.list.records[0].family_name == "ADRUN"
    assert "PAT-TROIS" in texts(view.band)
    hands.press(Qt.Key.Key_Escape)
    wait(hands, lambda: "ADRUN" in texts(view.band))


@pytest.mark.req("INS-03")
@pytest.mark.req("INS-28")
def test_an_ins_that_may_not_leave_says_so_and_is_hidden_from_who_may_not_see_it(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    find(hands, "nessi")
    band = view_of(hands).band
    wait(hands, band.isVisible)
    assert {"INS (NIR)", "INS non transmissible", "Identité récupérée"} <= set(texts(band))
    assert band.shows_ins
    monkeypatch.setattr("app.ui.patients.identity_band.holds", lambda _ui, _right: False)
    monkeypatch.setattr("app.ui.patients.view.holds", lambda _ui, _right: False)
    find(hands, "adrun")
    wait(hands, lambda: "ADRUN" in texts(band))
    assert not band.shows_ins
    said = " ".join(texts(view_of(hands)))
    assert "INS (NIR)" not in said
    assert "masqué à votre rôle" in said


@pytest.mark.req("INS-03")
def test_the_site_hides_used_names_and_never_the_four_traits(hands: Hands) -> None:
    create(hands)
    find(hands, "zinnia")
    band = view_of(hands).band
    wait(hands, lambda: "DAHLIA" in texts(band))
    assert "N. Ut." in texts(band)
    choose(hands, IdentityOptions(on_screen=()))
    wait(hands, lambda: "DAHLIA" not in texts(band))
    assert set(TRAITS_ALWAYS) <= set(texts(band))
    assert "ZINNIA" in texts(band)
    open_identity(hands, "zinnia")
    assert "Nom utilisé" not in texts(view_of(hands).identity.pane)


@pytest.mark.req("INS-03")
def test_the_counter_shows_the_four_traits_without_the_matricule(hands: Hands) -> None:
    hands.stage.view("counter")
    hands.type("pat t")
    hands.press(ENTER)
    band = hands.page.band.identity
    wait(hands, band.isVisible)
    shown = texts(band)
    assert {*TRAITS_ALWAYS, "PAT-TROIS", "28/03/1979", "Identité qualifiée"} <= set(shown)
    assert not any("INS" in text for text in shown)


@pytest.mark.req("INS-03")
def test_the_till_says_of_whom_an_account_is(hands: Hands) -> None:
    hands.stage.view("cash")
    hands.stage.act("cash.debts")
    page = hands.stage.view("cash").pages["debts"]  # type: ignore[attr-defined] # the screen of the till
    page.focus_list()
    hands.type("pat trois")
    wait(hands, page.identity.isVisible)
    assert {*TRAITS_ALWAYS, "PAT-TROIS", "28/03/1979"} <= set(texts(page.identity))
    hands.press(Qt.Key.Key_A, CTRL)
    hands.type("xyz")
    wait(hands, lambda: not page.identity.isVisible())


# --- The lock ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-26b")
def test_a_padlock_says_why_a_trait_is_locked_and_who_may_open_it(hands: Hands) -> None:
    open_identity(hands, "pat trois")
    locks = view_of(hands).identity.pane.traits.locks
    assert "Nom de naissance" in locks
    assert "Nom utilisé" not in locks
    hands.press(Qt.Key.Key_F4)
    form = view_of(hands).identity.traits
    wait(hands, form.editors["used_name"].hasFocus)
    padlock = form.places["sex"].padlock
    assert padlock.isVisible()
    assert "super-utilisateur" in padlock.toolTip()
    assert "INSi" in padlock.toolTip()
    assert not form.places["used_name"].padlock.isVisible()


# --- Validation by hand, withdrawal -----------------------------------------------------------------------------------


@pytest.mark.req("INS-19c")
@pytest.mark.req("INS-19d")
def test_where_the_site_wants_it_a_person_validates(hands: Hands) -> None:
    choose(hands, IdentityOptions(auto_validate=False))
    patient_id = create(hands)
    open_identity(hands, "zinnia")
    view = view_of(hands)
    hands.press(Qt.Key.Key_F8, CTRL)
    wait(hands, lambda: [one.code for one in view.said.findings] == ["GAL-IDN-93"])
    prove(hands, patient_id)
    assert file_of(hands, patient_id).identity.status is IdentityStatus.PROVISIONAL
    open_identity(hands, "zinnia")
    wait(hands, lambda: "Cette pièce ne valide pas l’identité à ce jour." in texts(view.identity.pane))
    assert view.identity.pane.validate.isVisible()
    assert not view.identity.pane.withdraw.isVisible()
    hands.press(Qt.Key.Key_F8, CTRL)
    wait(hands, lambda: file_of(hands, patient_id).identity.status is IdentityStatus.VALIDATED)
    wait(hands, lambda: "Identité validée" in texts(view.band))
    assert "Identité validée à la main" in texts(view.identity.pane)
    assert not view.said.findings


@pytest.mark.req("INS-20a")
def test_a_document_is_withdrawn_with_its_reason(hands: Hands) -> None:
    patient_id = create(hands)
    prove(hands, patient_id)
    open_identity(hands, "zinnia")
    hands.press(Qt.Key.Key_F8, SHIFT)
    form = view_of(hands).identity.withdrawal
    wait(hands, form.reason.hasFocus)
    assert "redevient provisoire" in form.effect.text()
    assert "Passeport" in form.about.text()
    hands.press(Qt.Key.Key_F10)
    assert [one.code for one in form.findings.findings] == ["GAL-IDN-95"]
    form.reason.setText("Faux passeport")
    hands.press(ENTER)
    wait(hands, lambda: file_of(hands, patient_id).identity.status is IdentityStatus.PROVISIONAL)
    wait(hands, lambda: "Pièce d’identité invalidée\u00a0: Faux passeport" in texts(view_of(hands).identity.pane))


# --- The worklist -----------------------------------------------------------------------------------------------------


def review_two_of_the_same_traits(hands: Hands) -> tuple[int, int]:
    first, second = create(hands), create(hands, replace(ROSE, used_name="Iris"))
    actor = hands.stage.ui.actor()
    for one in (second, first):
        traits = replace(file_of(hands, one).identity.traits, sex="M")
        hands.aside(lambda who=one, read=traits: hands.services.identities.differs(who, _OTHER, read, actor))
    hands.stage.settle()
    return first, second


@pytest.mark.req("INS-49")
@pytest.mark.req("S22")
def test_the_worklist_opens_the_very_file_and_is_settled_by_keys(hands: Hands) -> None:
    first, second = review_two_of_the_same_traits(hands)
    view = view_of(hands)
    wait(hands, lambda: view.worklist.button.text() == "À revoir (2)")
    hands.press(Qt.Key.Key_F7, SHIFT)
    panel = view.worklist.panel
    wait(hands, lambda: len(panel.list.records) == 2)
    assert [one.patient_id for one in panel.list.records] == [second, first], "the oldest first"
    assert panel.list.hasFocus()
    assert panel.list.records[0].kind is ReviewKind.DIFFERENCE
    assert "Sexe\u00a0: M sur le code, F au dossier." in panel.words.text()
    assert not view.band.isVisible()
    for place, wanted in enumerate((second, first)):
        hands.press(Qt.Key.Key_F7, SHIFT)
        wait(hands, panel.list.hasFocus)
        panel.list.point(place)
        hands.press(ENTER)
        pane = view.identity.pane
        wait(hands, lambda pane=pane, wanted=wanted: pane.isVisible() and pane.file and pane.file.patient.id == wanted)
        assert any(text.startswith("À revoir depuis le") for text in texts(pane))
    hands.press(Qt.Key.Key_F7, SHIFT)
    wait(hands, panel.list.hasFocus)
    hands.press(ENTER, CTRL)
    wait(hands, lambda: len(panel.list.records) == 1)
    hands.press(ENTER, CTRL)
    wait(hands, panel.empty.isVisible)
    assert "Aucune identité à revoir" in texts(panel)
    wait(hands, lambda: view.worklist.button.text() == "À revoir")
    assert hands.aside(hands.services.identities.worklist) == []
    hands.press(Qt.Key.Key_Escape)
    wait(hands, view.sheet.isVisible)


@pytest.mark.req("INS-49")
def test_what_somebody_else_settled_meanwhile_is_said(hands: Hands) -> None:
    review_two_of_the_same_traits(hands)
    hands.press(Qt.Key.Key_F7, SHIFT)
    panel = view_of(hands).worklist.panel
    wait(hands, lambda: len(panel.list.records) == 2)
    gone = panel.list.records[0]
    hands.aside(lambda: hands.services.identities.settle(gone.id, hands.services.system_actor))
    panel.settle()
    wait(hands, lambda: [one.code for one in panel.findings.findings] == ["GAL-IDN-64"])
    assert gone.id not in {one.id for one in panel.list.records}


# --- The settings -----------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-03")
@pytest.mark.req("INS-19d")
@pytest.mark.req("INS-32b")
def test_the_titulaire_chooses_what_is_shown_and_whether_a_document_validates(hands: Hands) -> None:
    become(hands, Role.HOLDER)
    page = settings(hands)
    wait(hands, page.by_itself.isChecked)
    for box in (page.boxes["on_screen", "used_name"], page.boxes["on_paper", "birth_place"], page.by_itself):
        box.setFocus()
        hands.press(Qt.Key.Key_Space)
    assert page.state.isVisible()
    hands.press(Qt.Key.Key_F10)
    wanted = IdentityOptions(
        on_screen=("birth_names", "used_first_name", "birth_place"), on_paper=("birth_place",), auto_validate=False
    )
    wait(hands, lambda: hands.aside(hands.services.identities.options) == wanted)
    wait(hands, lambda: not page.state.isVisible())


@pytest.mark.req("INS-19b")
def test_the_titulaire_adds_changes_and_removes_kinds_of_documents(hands: Hands) -> None:
    become(hands, Role.HOLDER)
    page = settings(hands)
    kinds, identities = page.kinds, hands.services.identities
    wait(hands, lambda: kinds.types == DEFAULT_TYPES)
    kinds.list.setFocus()
    hands.press(Qt.Key.Key_Down)
    assert kinds.code.text() == "CN"
    kinds.drop.setFocus()
    hands.press(Qt.Key.Key_Space)
    kinds.trust.setCurrentIndex(kinds.trust.findData(Trust.MEDIUM))
    kinds.put.setFocus()
    hands.press(Qt.Key.Key_Space)
    kinds.code.setText("PC!")
    kinds.label.setText("Permis de conduire")
    kinds.beside.setText("la carte Vitale")
    kinds.trust.setCurrentIndex(kinds.trust.findData(Trust.LOW))
    hands.press(Qt.Key.Key_F10)
    assert [one.code for one in kinds.findings.findings] == ["GAL-IDN-70"]
    assert hands.aside(identities.evidence_types) == DEFAULT_TYPES, "nothing is kept while something is wrong"
    kinds.code.setText("PC")
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: hands.aside(identities.evidence_types) != DEFAULT_TYPES)
    now = {one.code: one for one in hands.aside(identities.evidence_types)}
    assert "CN" not in now
    assert now["CS"].trust is Trust.MEDIUM
    assert (now["PC"].label, now["PC"].trust, now["PC"].beside) == ("Permis de conduire", Trust.LOW, "la carte Vitale")
    kinds.reset.setFocus()
    hands.press(Qt.Key.Key_Space)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: hands.aside(identities.evidence_types) == DEFAULT_TYPES)


@pytest.mark.req("INS-19b")
def test_who_may_not_choose_reads_the_choices_with_the_reason(hands: Hands) -> None:
    become(hands, Role.TECHNICIAN)
    page = settings(hands)
    wait(hands, lambda: page.kinds.types == DEFAULT_TYPES)
    for part in (page.by_itself, page.kinds.put, page.kinds.trust, page.keep_button, *page.boxes.values()):
        assert not part.isEnabled()
    assert "titulaire" in page.right.text()
    assert "titulaire" in page.by_itself.toolTip()
    before = hands.aside(hands.services.identities.options)
    page.by_itself.setChecked(not page.by_itself.isChecked())
    hands.press(Qt.Key.Key_F10)
    assert hands.aside(hands.services.identities.options) == before
    page.keep()
    wait(hands, lambda: bool(page.findings.findings))
    assert hands.aside(hands.services.identities.options) == before
    assert QApplication.focusWidget() is not None
