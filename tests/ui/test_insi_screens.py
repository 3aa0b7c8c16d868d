"""Is INSi asked, compared, accepted and refused by keyboard on the real window, as the conformity day plays it?"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, wait
from insi_line import Line
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from ui_keys import wait_for

from app.kernel.outcome import Done
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import EvidenceDraft, InsiIdentity, Mode, PastIns
from app.officine.patients.insi_desk import InsiDesk
from app.officine.patients.insi_model import InsiMode, InsiSettings
from app.officine.patients.insi_ports import FailureKind, InsiFailed
from app.officine.patients.insi_site import InsiSite
from app.officine.patients.model import IdentityStatus, PatientDraft, Sex
from app.officine.staff.model import Role
from app.officine.staff.service import actor_of
from app.ui.patients.view import PatientsView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.patients.identity_model import IdentityFile
    from app.ui.patients.insi_panel import InsiPanel
    from app.ui.pictures import Stage

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NIR = "1.2.250.1.213.1.4.8"
ZINNIA = InsiIdentity(
    ins=Ins("275126322074974", NIR),
    traits=Traits(
        family_name="ZINNIA", birth_names="ROSE MARIE", sex="F", birth_date="1988-11-23", birth_place="63220"
    ),
    past=(PastIns(ins=Ins("192061305512310", NIR), start="1988-11-23", end="2001-02-03"),),
)


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person in the room of the patients."""
    stage.view("patients")
    return Hands(stage, scan_keys)


@pytest.fixture
def line(hands: Hands) -> Line:
    """An INSi that knows Rose Zinnia."""
    told = Line({"ROSE": [ZINNIA]}, is_simulated=True)
    hands.services.insi = _desk(hands, told)
    return told


def _desk(hands: Hands, line: Line) -> InsiDesk:
    services = hands.services
    return InsiDesk(
        services.db,
        services.staff,
        identities=services.identities,
        site=InsiSite(services.db, services.staff, defect_of=lambda _pem: ""),
        line=line,
        box=services.vault,
        production=False,
        waits=(0.0, 0.0),
    )


def view_of(hands: Hands) -> PatientsView:
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    return view


def panel_of(hands: Hands) -> InsiPanel:
    return view_of(hands).insi


def create(hands: Hands, **changed: object) -> int:
    draft = PatientDraft(
        family_name="Zinnia",
        first_name="Rose",
        birth_names="Rose Marie",
        birth_date=hands.services.clock.now().date().replace(year=1988),
        sex=Sex.FEMALE,
        birth_place="63220",
    )
    asked = replace(draft, **changed)  # type: ignore[arg-type] # by name
    actor = hands.stage.ui.actor()
    made = hands.aside(lambda: hands.services.patients.create(asked, actor, confirmed=True))
    assert isinstance(made, Done)
    return made.value.id


def find(hands: Hands, who: str) -> None:
    hands.press(Qt.Key.Key_F2)
    hands.type(who)
    hands.stage.settle()


def file_of(hands: Hands, patient_id: int) -> IdentityFile:
    found = hands.aside(lambda: hands.services.identities.of(patient_id))
    assert found is not None
    return found


def shown(hands: Hands) -> str:
    """Return what is read on the right, with the band above it."""
    parts = (view_of(hands).band, view_of(hands).right)
    return " ".join(label.text() for part in parts for label in part.findChildren(QLabel) if label.isVisibleTo(part))


def codes(hands: Hands) -> list[str]:
    return [one.code for one in panel_of(hands).findings.findings]


def prove(hands: Hands, patient_id: int) -> None:
    version = file_of(hands, patient_id).patient.version
    passport = EvidenceDraft(code="PA", mode=Mode.FACE_TO_FACE, coherent=True)
    actor = hands.stage.ui.actor()
    done = hands.aside(lambda: hands.services.identities.prove(patient_id, version, passport, actor))
    assert isinstance(done, Done)


@pytest.mark.req("INS-05")
@pytest.mark.req("INS-20b")
@pytest.mark.req("INS-20d")
def test_scenario_4_insi_first_then_a_document(hands: Hands, line: Line) -> None:
    patient_id = create(hands)
    find(hands, "zinnia")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    assert "INSi a trouvé une identité (1\u00a0appel avec ROSE)." in shown(hands)
    assert "identique" in shown(hands)
    assert file_of(hands, patient_id).identity.ins is None
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: file_of(hands, patient_id).identity.status is IdentityStatus.RETRIEVED)
    wait(hands, lambda: "Identité récupérée" in shown(hands))
    assert "Identité reprise d’INSi" in shown(hands)
    prove(hands, patient_id)
    assert file_of(hands, patient_id).identity.status is IdentityStatus.QUALIFIED
    assert [one.operation.value for one in _calls(hands)] == ["rechercherInsAvecTraitsIdentite"]


@pytest.mark.req("INS-20d")
def test_scenario_3_a_document_first_then_insi(hands: Hands, line: Line) -> None:
    patient_id = create(hands)
    prove(hands, patient_id)
    find(hands, "zinnia")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: file_of(hands, patient_id).identity.status is IdentityStatus.QUALIFIED)
    past = file_of(hands, patient_id).insi_history
    assert past == ZINNIA.past


@pytest.mark.req("INS-06a")
@pytest.mark.req("INS-06b")
def test_scenario_16_differences_are_shown_and_confirmed_and_the_first_name_stays(hands: Hands, line: Line) -> None:
    patient_id = create(hands, family_name="Zin-nia", birth_place="99999", birth_names="")
    theirs = replace(ZINNIA, traits=replace(ZINNIA.traits, birth_names="MARIE ROSE"))
    line.answers["ROSE"] = [theirs]
    find(hands, "zin")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    text = shown(hands)
    assert "écart typographique" in text
    assert "différent" in text
    assert "GAL-IDN-31" in codes(hands), "the first name does not begin the list: told, not overwritten"
    tick = panel_of(hands).tick
    assert tick is not None
    assert tick.hasFocus()
    hands.press(Qt.Key.Key_F10)
    assert codes(hands) == ["GAL-INS-45"]
    assert file_of(hands, patient_id).identity.status is IdentityStatus.PROVISIONAL
    hands.press(Qt.Key.Key_Space)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: file_of(hands, patient_id).identity.status is IdentityStatus.RETRIEVED)
    patient = file_of(hands, patient_id).patient
    assert (patient.family_name, patient.first_name, patient.birth_names) == ("ZINNIA", "ROSE", "MARIE ROSE")


@pytest.mark.req("INS-11")
@pytest.mark.req("INS-12")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"birth_date": "1988-00-23"}, "GAL-IDN-06"),
        ({"family_name": ""}, "GAL-IDN-05"),
        ({"birth_names": ""}, "GAL-IDN-05"),
        ({"sex": ""}, "GAL-IDN-05"),
    ],
)
def test_scenario_17_an_unfit_answer_is_told_and_offers_nothing(
    hands: Hands, line: Line, changed: dict[str, str], code: str
) -> None:
    patient_id = create(hands)
    before = file_of(hands, patient_id)
    line.answers["ROSE"] = [replace(ZINNIA, traits=replace(ZINNIA.traits, **changed))]
    find(hands, "zinnia")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    assert code in codes(hands)
    assert not panel_of(hands).accept.isEnabled()
    hands.press(Qt.Key.Key_F10)
    assert file_of(hands, patient_id) == before
    (call,) = _calls(hands)
    assert (call.code, str(call.decision)) == ("00", "unfit")


@pytest.mark.req("INS-25b")
def test_scenario_19_a_doubtful_identity_is_not_asked_for(hands: Hands, line: Line) -> None:
    find(hands, "x-fictive")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: codes(hands) == ["GAL-INS-41"])
    assert line.asked == []
    assert _calls(hands) == []


@pytest.mark.req("INS-49")
@pytest.mark.req("INS-48")
def test_scenario_20_a_verification_that_fails_gives_provisoire_and_the_worklist(hands: Hands, line: Line) -> None:
    members = hands.aside(hands.services.staff.members)
    holder = actor_of(next(one for one in members if one.role is Role.HOLDER), "comptoir-1")
    done = hands.aside(lambda: hands.services.insi._site.set(InsiSettings(verifies=True), holder))
    assert isinstance(done, Done)
    line.answers["DOMINIQUE"] = ["01"]
    find(hands, "pat trois")
    patient = view_of(hands)._patient
    assert patient is not None
    assert patient.status is IdentityStatus.QUALIFIED
    hands.press(Qt.Key.Key_F6, CONTROL)
    wait(hands, lambda: file_of(hands, patient.id).identity.status is IdentityStatus.PROVISIONAL)
    assert file_of(hands, patient.id).identity.ins is None
    wait(hands, lambda: "Vérification" in shown(hands) or "non reconnue" in shown(hands))
    assert [one.patient_id for one in hands.aside(hands.services.identities.worklist)] == [patient.id]


def test_a_refusal_needs_its_reason_and_changes_nothing(hands: Hands, line: Line) -> None:
    patient_id = create(hands)
    find(hands, "zinnia")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    reason = panel_of(hands).reason
    assert reason is not None
    hands.press(Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    assert reason.hasFocus()
    hands.press(ENTER)
    assert codes(hands) == ["GAL-INS-47"]
    reason.setText("autre prénom d’usage")
    hands.press(ENTER)
    wait(hands, lambda: [str(one.decision) for one in _calls(hands)] == ["refused"])
    assert file_of(hands, patient_id).identity.status is IdentityStatus.PROVISIONAL


def test_several_people_are_refined_by_one_key(hands: Hands, line: Line) -> None:
    create(hands)
    line.answers |= {"ROSE": ["02"], "ROSE MARIE": [ZINNIA]}
    find(hands, "zinnia")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    assert "GAL-IDN-33" in codes(hands)
    assert [one.text() for one in panel_of(hands).refinements] == [
        "Préciser\u00a0: ROSE MARIE",
        "Préciser\u00a0: ROSE, né(e) à 63220",
        "Préciser\u00a0: ROSE MARIE, né(e) à 63220",
    ]
    assert panel_of(hands).refinements[0].hasFocus()
    hands.press(Qt.Key.Key_Space)
    wait(hands, lambda: panel_of(hands).lookup is not None and panel_of(hands).lookup.code == "00")
    assert [one.first_name for one in line.asked] == ["ROSE", "ROSE MARIE"]


def test_a_service_that_is_down_is_told_with_its_code_and_the_work_goes_on(hands: Hands, line: Line) -> None:
    patient_id = create(hands)
    line.answers["ROSE"] = [
        InsiFailed(
            "Le téléservice INSi est indisponible.",
            code="GAL-DIS-40",
            advice="Continuez\u00a0: l’appel est à refaire.",
            kind=FailureKind.SERVICE,
            may_retry=True,
            fault="siram_40/insi_111",
        )
    ]
    find(hands, "zinnia")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: codes(hands) == ["GAL-DIS-40"])
    assert "Le dossier n’a pas changé." in shown(hands)
    assert [one.patient_id for one in hands.aside(hands.services.identities.worklist)] == [patient_id]
    hands.press(Qt.Key.Key_Escape)
    assert view_of(hands).right.currentWidget() is view_of(hands).identity.pane


def test_where_insi_finds_nobody_one_key_corrects_the_traits(hands: Hands, line: Line) -> None:
    create(hands, first_name="Hilda", birth_names="Hilda")
    line.answers["HILDA"] = ["01"]
    find(hands, "zinnia")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    assert panel_of(hands).edit.isVisible()
    assert not panel_of(hands).accept.isVisible()
    hands.press(Qt.Key.Key_F4)
    hands.stage.settle()
    assert view_of(hands).right.currentWidget() is not panel_of(hands)
    assert "Corriger" in shown(hands)


def test_a_call_that_is_cancelled_from_the_status_bar_is_over_on_the_panel(hands: Hands, line: Line) -> None:
    create(hands)
    free = threading.Event()
    line.meanwhile = free.wait
    find(hands, "zinnia")
    hands.hit(Qt.Key.Key_F5, CONTROL)
    wait_for(lambda: bool(line.asked), hands.stage.app)
    task = panel_of(hands)._task
    assert task is not None
    task.cancel_by_hand()
    free.set()
    wait(hands, lambda: hands.stage.ui.tasks.idle)
    assert codes(hands) == ["GAL-INS-72"]
    assert "Le dossier n’a pas changé." in shown(hands)
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)


def test_an_ins_of_another_file_opens_that_file(hands: Hands, line: Line) -> None:
    first = create(hands)
    find(hands, "zinnia")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: file_of(hands, first).identity.ins is not None)
    create(hands, family_name="Zinnia-Double")
    find(hands, "zinnia-double")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: "GAL-IDN-60" in codes(hands))
    assert not panel_of(hands).accept.isEnabled()
    other = panel_of(hands).other
    assert other is not None
    assert other.hasFocus()
    hands.press(Qt.Key.Key_Space)
    wait(hands, lambda: view_of(hands)._patient is not None and view_of(hands)._patient.id == first)


def test_an_ins_of_another_file_leads_to_the_comparison_of_both(hands: Hands, line: Line) -> None:
    members = hands.services.staff.members()
    hands.stage.ui.set_operator(next(one for one in members if one.role is Role.HOLDER))
    first = create(hands)
    find(hands, "zinnia")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: file_of(hands, first).identity.ins is not None)
    second = create(hands, family_name="Zinnia-Double")
    find(hands, "zinnia-double")
    hands.press(Qt.Key.Key_F5, CONTROL)
    wait(hands, lambda: "GAL-IDN-60" in codes(hands))
    hands.press(Qt.Key.Key_Tab)
    hands.press(Qt.Key.Key_Space)
    form = view_of(hands).merges.merging
    wait(hands, form.kept.hasFocus)
    assert form.comparison is not None
    assert (form.comparison.keep.patient.id, form.comparison.absorb.patient.id) == (second, first)


@pytest.mark.req("INS-TLS3")
def test_the_vitale_asks_for_the_code_of_the_professional_then_for_insi(hands: Hands, line: Line) -> None:
    assert hands.services.demo_cards is not None
    hands.services.demo_cards.toggle("amandine")
    hands.stage.settle()
    amandine = InsiIdentity(
        ins=Ins("292039999900243", NIR),
        traits=Traits(
            family_name="BOURRACHE-TESTUN",
            birth_names="AMANDINE",
            sex="F",
            birth_date="1992-03-14",
            birth_place="62999",
        ),
    )
    line.answers[""] = [amandine]
    hands.stage.view("patients")
    find(hands, "bourrache")
    patient = view_of(hands)._patient
    assert patient is not None
    hands.press(Qt.Key.Key_F5, CONTROL | SHIFT)
    wait(hands, lambda: panel_of(hands).code is not None)
    code = panel_of(hands).code
    assert code is not None
    assert code.hasFocus()
    code.setText("1234")
    hands.press(ENTER)
    wait(hands, lambda: panel_of(hands).lookup is not None)
    assert line.modes == [InsiMode.CARD]
    card = line.asked[0].card
    assert card is not None
    assert (card.birth_date, card.rank) == ("1992-03-14", 1)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: file_of(hands, patient.id).identity.ins == amandine.ins)


def _calls(hands: Hands) -> list[object]:
    from app.officine.patients import insi_store  # noqa: PLC0415 -- the journal itself, whoever may read it

    def read() -> list[object]:
        with hands.services.db.read() as session:
            return list(insi_store.journal(session, limit=50))

    return hands.aside(read)
