"""Are the pharmacist's documents written, looked at, corrected, deleted and printed by keyboard on the real window?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, GS, Hands
from PySide6.QtCore import Qt
from ui_keys import wait_for

from app.officine.care.model import DocumentKind, DocumentState, VaccinationPart
from app.officine.scan.image import read_pages
from app.officine.staff.model import Role
from app.ui.care.dialogs import DeleteDialog, ForgetDialog
from app.ui.care.vaccination import VaccinationForm
from app.ui.care.view import CareView
from app.ui.patients.view import PatientsView
from app.ui.printing import print_desk
from app.ui.settings.care import CarePage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.officine.care.model import CareDraft, KeptDraft, WrittenDocument
    from app.ui.care.form import CareForm
    from app.ui.pictures import Stage

VACCINE = "3400930306000"
BOX = f"010{VACCINE}17271130" + f"10V7421{GS}21SN771204"
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
QUALIFIED, RECOVERED = "adrun", "nessi"


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person who enters the room of care by its key."""
    one = Hands(stage, scan_keys)
    one.press(Qt.Key.Key_Equal, ALT)
    assert stage.window.room == "care"
    return one


def room(hands: Hands) -> CareView:
    view = hands.stage.window.views["care"]
    assert isinstance(view, CareView)
    return view


def form_of(hands: Hands) -> CareForm:
    form = room(hands).form
    assert form is not None
    return form


def begin(hands: Hands, key: Qt.Key, who: str = QUALIFIED) -> CareForm:
    """Begin a document by its key, and choose its patient."""
    hands.press(key)
    if room(hands).form is None:
        hands.type(who)
        hands.press(ENTER)
    hands.wait(lambda: room(hands).form is not None)
    return form_of(hands)


def documents(hands: Hands) -> list[WrittenDocument]:
    services, actor = hands.services, hands.stage.ui.actor()
    return hands.aside(lambda: services.care.recent(actor))


def kept(hands: Hands) -> list[KeptDraft]:
    services, actor = hands.services, hands.stage.ui.actor()
    return hands.aside(lambda: services.care.kept(actor))


def validate(hands: Hands, count: int) -> WrittenDocument:
    """Look at the document, then write it."""
    hands.press(Qt.Key.Key_F9)
    wait_for(room(hands).reading.isVisible, hands.stage.app, seconds=60)
    hands.stage.settle()
    assert len(documents(hands)) == count - 1, "a preview writes nothing"
    hands.press(Qt.Key.Key_F10)
    wait_for(room(hands).documents.isVisible, hands.stage.app, seconds=60)
    hands.stage.settle()
    every = documents(hands)
    assert len(every) == count
    return every[0]


def vaccinate(hands: Hands, who: str = QUALIFIED, count: int = 1) -> WrittenDocument:
    begin(hands, Qt.Key.Key_F4, who)
    hands.scan(BOX)
    hands.press(Qt.Key.Key_Down)
    return validate(hands, count)


def write_bilan(hands: Hands, who: str = QUALIFIED, count: int = 1) -> WrittenDocument:
    form = begin(hands, Qt.Key.Key_F6, who)
    if not form.part.treatments:  # type: ignore[union-attr] # the part of a bilan
        hands.press(Qt.Key.Key_L, CTRL)
        for word in ("Bisoprolol 2,5 mg", "2,5 mg", "matin", "Insuffisance cardiaque", "Pouls à 58"):
            hands.type(word)
            hands.press(ENTER)
    hands.press(Qt.Key.Key_A, ALT)
    hands.type("Traitement bien compris.")
    return validate(hands, count)


def written_papers(hands: Hands) -> list[Path]:
    papers: list[Path] = []
    print_desk(hands.stage.ui).open_file = lambda file: papers.append(file) is None  # type: ignore[func-returns-value]
    return papers


def words_of(file: Path) -> str:
    import pypdfium2  # noqa: PLC0415 -- heavy

    pdf = pypdfium2.PdfDocument(file.read_bytes())
    return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def point_at(hands: Hands, document: WrittenDocument) -> None:
    """Move to a document with the arrows."""
    table = room(hands).documents.pane.list
    hands.press(Qt.Key.Key_F2)
    place = table.place_of(document.id)
    assert place is not None
    while table.currentIndex().row() != place:
        hands.press(Qt.Key.Key_Down if table.currentIndex().row() < place else Qt.Key.Key_Up)


# --- Scenario 7: a vaccination ----------------------------------------------------------------------------------------


@pytest.mark.req("SC.DOC.06", "SC.DOC.06.LGO", "ERGO.04")
def test_scenario_7_a_scanned_box_makes_a_valid_note_of_vaccination(hands: Hands) -> None:
    form = begin(hands, Qt.Key.Key_F4)
    assert isinstance(form, VaccinationForm)
    assert form.findings_shown == (), "nothing is said to be missing before it was typed"
    hands.scan(BOX)
    part = form.part
    assert (part.cip13, part.lot, str(part.expiry), part.route) == (VACCINE, "V7421", "2027-11-30", "IM")
    assert form.choices["site"].hasFocus(), "what the box does not say comes next"
    hands.press(Qt.Key.Key_Down)
    assert form.part.site
    document = validate(hands, 1)
    assert (document.kind, document.state, document.version) == (DocumentKind.VACCINATION, DocumentState.VALID, 1)
    assert document.carries_ins
    assert room(hands).documents.line is not None
    assert room(hands).documents.line.id == document.id
    assert "Rien n’est encore envoyé" in hands.messages()
    assert kept(hands) == [], "a document that is written leaves no draft"


@pytest.mark.req("SC.DOC.06")
def test_a_note_without_a_lot_is_refused_under_its_field_and_nothing_is_lost(hands: Hands) -> None:
    form = begin(hands, Qt.Key.Key_F4)
    hands.type("Vaccin inconnu XYZ")
    hands.press(ENTER)
    hands.wait(form.places["part.lot"].editor.hasFocus)
    hands.press(Qt.Key.Key_F10)
    assert "lot" in form.places["part.lot"].note_label.text()
    assert form.places["part.lot"].editor.hasFocus()
    assert "bloquant" in form.count.text()
    assert documents(hands) == []
    hands.press(Qt.Key.Key_Escape)
    assert [one.draft.part.name for one in kept(hands)] == ["Vaccin inconnu XYZ"]  # type: ignore[union-attr]


def test_a_box_scanned_into_a_bilan_stays_away_from_the_counter(hands: Hands) -> None:
    form = begin(hands, Qt.Key.Key_F6)
    hands.scan(BOX)
    assert room(hands).form is form
    assert hands.stage.window.room == "care"


# --- Scenarios 21 and 22: what is printed -----------------------------------------------------------------------------


def printed(hands: Hands, who: str) -> list[Path]:
    """Write a note and a bilan of a patient, and print both and the extract of the ordonnancier."""
    papers = written_papers(hands)
    note = vaccinate(hands, who, 1)
    point_at(hands, note)
    hands.press(Qt.Key.Key_P, CTRL)
    hands.wait(lambda: len(papers) == 1)
    bilan = write_bilan(hands, who, 2)
    point_at(hands, bilan)
    hands.press(Qt.Key.Key_P, CTRL)
    hands.wait(lambda: len(papers) == 2)
    hands.press(Qt.Key.Key_2, ALT)
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    hands.press(Qt.Key.Key_F2)
    hands.type(who)
    hands.wait(lambda: view.sheet.patient is not None)
    hands.press(Qt.Key.Key_O, CTRL)
    wait_for(lambda: len(papers) == 3, hands.stage.app, seconds=30)
    return papers


LABELS = ("Nom de naissance", "1er prénom de naissance", "Date de naissance", "Sexe")
"""Those of the four traits that INS.02 always asks for."""


def symbols_of(hands: Hands, file: Path) -> list[str]:
    """Return what a scanner reads of the pages, drawn."""
    return [text for page in hands.aside(lambda: read_pages(file.read_bytes())) for text in page]


@pytest.mark.req("INS-32", "INS-32c")
def test_scenario_21_papers_of_a_qualified_patient_bear_traits_matricule_and_a_symbol_that_reads(hands: Hands) -> None:
    for file in printed(hands, QUALIFIED):
        words = words_of(file)
        assert all(label.lower() in words.lower() for label in LABELS), file.name
        assert "Matricule INS (NIR)" in words
        assert "ADRUN" in words
        assert any(text.removeprefix("]d1").startswith("IS01") for text in symbols_of(hands, file)), file.name


@pytest.mark.req("INS-28")
def test_scenario_22_papers_of_a_recovered_identity_bear_its_traits_and_nothing_of_the_ins(hands: Hands) -> None:
    for file in printed(hands, RECOVERED):
        words = words_of(file)
        assert all(label.lower() in words.lower() for label in LABELS), file.name
        assert "NESSI" in words
        assert "Matricule INS" not in words
        assert not any("IS01" in text for text in symbols_of(hands, file))


# --- Scenario 24: corrected, then deleted -----------------------------------------------------------------------------


@pytest.mark.req("DMP-MAJ", "SC.DOC.02")
def test_scenario_24_a_bilan_is_corrected_then_deleted_with_a_reason(hands: Hands) -> None:
    first = write_bilan(hands)
    point_at(hands, first)
    hands.press(Qt.Key.Key_F7)
    hands.wait(lambda: room(hands).form is not None)
    form = form_of(hands)
    assert "annule et remplace" in form.title.text()
    assert form.reason.hasFocus(), "why it is corrected is asked for first"
    hands.press(ENTER)
    assert form.first.hasFocus()
    hands.press(Qt.Key.Key_F10)
    hands.wait(form.reason.hasFocus)
    assert "motif" in form.places["reason"].note_label.text().lower()
    hands.type("Posologie corrigée")
    second = validate(hands, 2)
    assert (second.version, second.replaces, second.reason) == (2, first.id, "Posologie corrigée")
    states = {one.id: one.state for one in documents(hands)}
    assert states[first.id] is DocumentState.REPLACED
    point_at(hands, second)
    hands.press(Qt.Key.Key_F8)
    dialogs = [top for top in hands.stage.dialogs() if isinstance(top, DeleteDialog)]
    assert len(dialogs) == 1
    dialogs[0].activateWindow()
    dialogs[0].reason.setFocus()
    hands.press(ENTER)
    hands.wait(lambda: bool(dialogs[0].field.note_label.text()))
    assert {one.id: one.state for one in documents(hands)}[second.id] is DocumentState.VALID
    hands.type("Bilan d’un homonyme")
    hands.press(ENTER)
    hands.wait(lambda: not hands.stage.dialogs())
    gone = documents(hands)[0]
    assert (gone.state, gone.deletion) == (DocumentState.DELETED, "Bilan d’un homonyme")
    point_at(hands, gone)
    assert not hands.stage.ui.acts.is_enabled("care.modify")


# --- Entretien --------------------------------------------------------------------------------------------------------


@pytest.mark.req("SC.DOC.01", "SC.DOC.04")
def test_an_entretien_is_written_from_a_model_for_a_doctor_typed_by_rpps(hands: Hands) -> None:
    form = begin(hands, Qt.Key.Key_F5)
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    form.model.activated.emit(form.model.currentIndex())  # type: ignore[attr-defined] # an open list does so
    hands.stage.settle()
    hands.press(ENTER)
    hands.type("Prend son traitement chaque matin.")
    hands.press(Qt.Key.Key_F3)
    hands.type("89970002054")
    hands.press(ENTER)
    assert [one.family_name for one in form.draft.recipients][-1] == "BELLADONE"
    document = validate(hands, 1)
    assert "BELLADONE" in [one.family_name for one in document.recipients]


# --- Drafts -----------------------------------------------------------------------------------------------------------


def name_of(draft: CareDraft) -> str:
    assert isinstance(draft.part, VaccinationPart)
    return draft.part.name


def test_what_is_typed_is_kept_at_the_lock_and_comes_back_to_who_typed_it_alone(hands: Hands) -> None:
    form = begin(hands, Qt.Key.Key_F4)
    hands.type("Vaccin d’essai")
    hands.press(ENTER)
    hands.stage.window.lock()
    hands.wait(lambda: bool(kept(hands)))
    assert name_of(kept(hands)[0].draft) == "Vaccin d’essai"
    hands.stage.window.unlock()
    hands.stage.settle()
    assert room(hands).form is form, "the same person goes on where they were"
    mine = hands.stage.ui.operator
    other = next(
        one
        for one in hands.services.staff.members()
        if one.role.is_pharmacist and mine is not None and one.id != mine.id
    )
    hands.stage.ui.set_operator(other)
    hands.stage.settle()
    assert room(hands).form is None
    assert room(hands).documents.pane.list.records == [], "another person's draft is not shown"
    hands.stage.ui.set_operator(mine)
    hands.stage.settle()
    assert [line.state for line in room(hands).documents.pane.list.records] == ["Brouillon"]
    hands.press(Qt.Key.Key_F2)
    hands.press(ENTER)
    hands.wait(lambda: room(hands).form is not None)
    assert name_of(form_of(hands).draft) == "Vaccin d’essai"
    hands.press(Qt.Key.Key_N, CTRL)
    hands.wait(lambda: name_of(form_of(hands).draft) == "")
    assert kept(hands) == []


def test_a_draft_is_given_up_only_after_a_question(hands: Hands) -> None:
    begin(hands, Qt.Key.Key_F4)
    hands.type("Vaccin d’essai")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_Escape)
    hands.wait(lambda: bool(room(hands).documents.pane.list.records))
    hands.press(Qt.Key.Key_F8)
    dialog = next(top for top in hands.stage.dialogs() if isinstance(top, ForgetDialog))
    assert dialog.keep_button.hasFocus()
    dialog.forget_button.setFocus()
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: not hands.stage.dialogs())
    assert kept(hands) == []


def test_a_document_is_not_begun_over_the_draft_of_another(hands: Hands) -> None:
    note = vaccinate(hands)
    begin(hands, Qt.Key.Key_F4)
    hands.type("Seconde dose")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_Escape)
    hands.wait(lambda: len(room(hands).documents.pane.list.records) == 2)
    point_at(hands, note)
    hands.press(Qt.Key.Key_F7)
    hands.wait(lambda: bool(hands.stage.dialogs()))
    assert room(hands).form is None
    assert [name_of(one.draft) for one in kept(hands)] == ["Seconde dose"]
    hands.stage.clear()


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("SC.DOC.01")
def test_a_preparateur_names_the_pharmacist_who_answers_and_deletes_nothing(hands: Hands) -> None:
    member = next(one for one in hands.services.staff.members() if one.role is Role.TECHNICIAN)
    hands.stage.ui.set_operator(member)
    hands.stage.settle()
    form = begin(hands, Qt.Key.Key_F4)
    hands.scan(BOX)
    hands.press(Qt.Key.Key_F10)
    assert form.supervisor.hasFocus(), "the pharmacist who answers is asked for"
    hands.press(Qt.Key.Key_Down)
    document = validate(hands, 1)
    assert document.supervisor_name
    assert document.author_name == member.name
    point_at(hands, document)
    hands.press(Qt.Key.Key_F8)
    assert "pharmaciens" in hands.messages()
    assert not hands.stage.dialogs()


def test_the_documents_of_a_patient_open_from_the_file(hands: Hands) -> None:
    vaccinate(hands)
    vaccinate(hands, "bourrache", 2)
    hands.press(Qt.Key.Key_2, ALT)
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    hands.type(QUALIFIED)
    hands.wait(lambda: view.sheet.patient is not None)
    hands.press(Qt.Key.Key_F5)
    hands.wait(lambda: hands.stage.window.room == "care")
    shown = room(hands).documents
    assert [line.patient_name for line in shown.pane.list.records] == ["ADRUN Zoe"]
    assert shown.band.isVisible()
    hands.press(Qt.Key.Key_F6)
    hands.wait(lambda: room(hands).form is not None)
    assert form_of(hands).draft.kind is DocumentKind.BILAN
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_M, CTRL)
    hands.wait(lambda: len(shown.pane.list.records) == 2)


# --- Settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-DOC-05")
def test_the_text_of_the_rights_is_set_by_the_holder_and_restored(hands: Hands) -> None:
    services, stage = hands.services, hands.stage
    own = services.care_site.values().rights_text
    stage.view("settings")
    stage.act("settings.care")
    view = stage.window.views["settings"]
    page = view.page("care")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, CarePage)
    assert page.text.isReadOnly(), "an adjoint reads it"
    stage.ui.set_operator(next(one for one in services.staff.members() if one.role is Role.HOLDER))
    stage.act("settings.care")
    assert not page.text.isReadOnly()
    page.text.setFocus()
    page.text.setPlainText("x" * 3_001)
    hands.press(Qt.Key.Key_S, CTRL)
    assert [one.code for one in page.findings.findings] == ["GAL-SOI-19"]
    page.text.setPlainText("Vos droits, en deux mots.")
    hands.press(Qt.Key.Key_S, CTRL)
    assert services.care_site.values().rights_text == "Vos droits, en deux mots."
    stage.act("settings.default_care")
    assert services.care_site.values().rights_text == own
    assert page.text.text == own
