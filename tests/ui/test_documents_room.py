"""Scenarios 25 to 27: are received documents found, read, filed, compared and replaced, by keyboard alone?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import received_files as files
from PySide6.QtCore import Qt
from sqlalchemy import select
from ui_keys import press, type_text, wait_for

from app.demo_documents import Demo
from app.kernel.clock import today
from app.kernel.errors import DiskFull
from app.officine.inbox.model import Agreement, Origin, Query, Sort, State
from app.officine.staff.model import Role
from app.sandbox import dataset
from app.store.tables import AuditRow
from app.ui.documents.view import DocumentsView
from app.ui.documents.worklist import CHOICES
from app.ui.patients.view import PatientsView
from app.ui.printing import print_desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication, QWidget

    from app.officine.inbox.model import Received
    from app.ui.pictures import Stage

CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
ENTER = Qt.Key.Key_Return


class Desk:
    """The room of the documents of a window, and the keys that are pressed in it."""

    def __init__(self, stage: Stage, qapp: QApplication) -> None:
        self.stage, self.qapp = stage, qapp
        members = stage.services.staff.members()
        stage.ui.set_operator(next(one for one in members if one.role is Role.HOLDER))
        stage.window.enter("counter")
        self.key(Qt.Key.Key_7, Qt.KeyboardModifier.AltModifier)
        view = stage.window.views["documents"]
        assert isinstance(view, DocumentsView)
        self.view = view
        self.inbox = stage.services.inbox

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, text: str = "") -> None:
        """Press a key where the focus is, and let the screen answer."""
        press(self.focus, key, text, modifiers)
        self.stage.settle()

    def type(self, text: str) -> None:
        """Type where the focus is."""
        type_text(self.focus, text)
        self.stage.settle()

    @property
    def focus(self) -> QWidget:
        """What has the focus."""
        return self.stage.window.focusWidget() or self.stage.window

    @property
    def titles(self) -> list[str]:
        """The titles of the list, from the top."""
        return [one.title for one in self.view.worklist.list.records]

    @property
    def document(self) -> Received:
        """The document pointed at, as it is now."""
        assert self.view.document is not None
        found = self.inbox.get(self.view.document.id)
        assert found is not None
        return found

    def go_to(self, words: str, version: int | None = None) -> Received:
        """Go down the list until the document whose title holds some words."""
        self.view.worklist.list.point(0)
        self.stage.settle()
        for _ in self.titles:
            here = self.document
            if words in here.title and version in {None, here.version}:
                return here
            self.key(Qt.Key.Key_Down)
        raise AssertionError(f"{words} is not in {self.titles}")

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let the screen work until something holds."""
        wait_for(condition, self.qapp)
        self.stage.settle()


@pytest.fixture
def desk(stage: Stage, qapp: QApplication) -> Desk:
    return Desk(stage, qapp)


# --- 25: the worklist -------------------------------------------------------------------------------------------------


@pytest.mark.req("SC.ERGO.01")
def test_the_worklist_shows_the_unread_first_seen_newest_first(desk: Desk) -> None:
    records = desk.view.worklist.list.records
    assert [one.at for one in records] == sorted((one.at for one in records), reverse=True)
    assert len(records) == 7
    model = desk.view.worklist.list.records_model
    assert all(model.columns[0].text(one).startswith("●") for one in records)
    assert "7\u00a0non lus" in desk.view.worklist.count.text()
    font = model.data(model.index(0, 0), int(Qt.ItemDataRole.FontRole))
    assert font is not None
    assert font.bold()
    desk.wait(lambda: desk.document.is_read)
    desk.key(Qt.Key.Key_Down)
    assert not model.columns[0].text(model.records[0]).startswith("●")
    assert model.data(model.index(0, 0), int(Qt.ItemDataRole.FontRole)) is None


@pytest.mark.req("SC.ERGO.01")
def test_the_rail_says_from_the_opening_how_many_documents_are_to_be_read(stage: Stage, qapp: QApplication) -> None:
    rail = stage.window._buttons["documents"]
    stage.settle()
    told = rail.accessibleDescription()
    assert (stage.window.room, rail.badge, told) == ("counter", "7", "7\u00a0documents à lire")
    desk = Desk(stage, qapp)
    desk.go_to("Lettre")
    desk.wait(lambda: desk.document.is_read)
    assert rail.badge == "6"


@pytest.mark.req("SC.ERGO.02")
def test_the_worklist_is_sorted_and_filtered_by_date_patient_and_type(desk: Desk) -> None:
    worklist = desk.view.worklist
    desk.key(Qt.Key.Key_S, CTRL)
    assert worklist.sorts.hasFocus()
    desk.key(Qt.Key.Key_Down)
    assert worklist.query.sort is Sort.DATED
    desk.key(Qt.Key.Key_Down)
    assert worklist.query.sort is Sort.PATIENT
    names = [one.traits.family_name for one in worklist.list.records]
    assert names == sorted(names)
    desk.key(Qt.Key.Key_Down)
    kinds = [one.kind for one in worklist.list.records]
    assert kinds.index("CR d’examens biologiques") < kinds.index("Synthèse")
    desk.key(ENTER)
    assert worklist.list.hasFocus()
    desk.key(Qt.Key.Key_Y, CTRL)
    while worklist.kinds.currentData() != "Prescription de médicaments":
        desk.key(Qt.Key.Key_Down)
    assert desk.titles == ["Prescription de médicaments"]
    desk.key(Qt.Key.Key_M, CTRL)
    desk.key(Qt.Key.Key_F2)
    desk.type("pat trois")
    assert {one.traits.family_name for one in worklist.list.records} == {"PAT-TROIS"}
    desk.key(Qt.Key.Key_M, CTRL)
    assert len(desk.titles) == 7
    desk.key(Qt.Key.Key_J, CTRL)
    desk.key(Qt.Key.Key_Down)
    assert len(desk.titles) == 1
    desk.key(Qt.Key.Key_F2)
    desk.type("xyzzyx")
    assert desk.titles == []
    assert "filtres" in worklist.empty.title.text()


@pytest.mark.req("SC.ERGO.03")
def test_a_document_that_is_read_is_unread_no_more_until_somebody_says_so(desk: Desk) -> None:
    here = desk.go_to("Synthèse")
    desk.wait(lambda: desk.document.is_read)
    assert desk.view.document is not None
    assert desk.view.document.id == here.id
    desk.key(Qt.Key.Key_E, CTRL)
    while CHOICES[desk.view.worklist.states.currentIndex()].label != "Non lus":
        desk.key(Qt.Key.Key_Down)
    assert "Synthèse médicale" not in desk.titles
    desk.key(Qt.Key.Key_M, CTRL)
    desk.go_to("Synthèse")
    desk.key(Qt.Key.Key_U, CTRL)
    assert not desk.inbox.get(here.id).is_read  # type: ignore[union-attr]


# --- 26: filing -------------------------------------------------------------------------------------------------------


@pytest.mark.req("MSS/va1.28")
def test_d1_to_d4_are_filed_in_one_key_each(desk: Desk) -> None:
    for words, version in (("Synthèse", None), ("biologiques", 1), ("Lettre", None), ("Prescription", None)):
        here = desk.go_to(words, version)
        assert desk.view.match is not None
        assert desk.view.match.sure is not None
        desk.key(Qt.Key.Key_F10)
        filed = desk.inbox.get(here.id)
        assert filed is not None
        assert filed.state is State.FILED
        assert (filed.traits.family_name in filed.patient_name.upper(), filed.kind != "") == (True, True)
    # The homonym, born the same day, got nothing.
    homonyms = desk.stage.services.patients.search("pat trois 28/03/1979")
    counts = sorted(len(desk.inbox.of(one.id)) for one in homonyms)
    assert counts == [0, 2]


@pytest.mark.req("MSS/va1.28")
def test_d6_is_filed_once_its_traits_were_compared(desk: Desk) -> None:
    here = desk.go_to("consultation")
    desk.key(Qt.Key.Key_F10)
    assert desk.view.right.currentWidget() is desk.view.matching
    assert desk.document.state is State.WAITING
    candidate = desk.view.matching.candidate
    assert candidate is not None
    assert candidate.agreement is Agreement.DIFFERS
    shown = {one.label: (one.document, one.file, one.same) for one in desk.view.matching.table.traits}
    assert shown["1er prénom de naissance"] == ("THEO", "THEOPHILE", False)
    assert shown["Nom de naissance"][2] is True
    desk.key(Qt.Key.Key_F10)
    filed = desk.inbox.get(here.id)
    assert filed is not None
    assert (filed.state, filed.patient_id) == (State.FILED, candidate.patient_id)
    # Given up, nothing would have been written.
    other = desk.go_to("vaccination")
    desk.key(Qt.Key.Key_F6)
    desk.key(Qt.Key.Key_Escape)
    assert desk.view.right.currentWidget() is desk.view.viewer
    assert desk.inbox.get(other.id).state is State.WAITING  # type: ignore[union-attr]


@pytest.mark.req("MSS/va1.27")
def test_a_new_version_is_imported_and_replaces_the_one_before_and_both_open(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = Demo(dataset.read(), today(desk.stage.services.clock))
    file = tmp_path / "biologie-v3.xml"
    file.write_bytes(demo.biology(version=3))
    monkeypatch.setattr("app.ui.documents.view.QFileDialog.exec", lambda _dialog: True)
    monkeypatch.setattr("app.ui.documents.view.QFileDialog.selectedFiles", lambda _dialog: [str(file)])
    before = desk.go_to("biologiques", 2)
    desk.key(Qt.Key.Key_F10)
    desk.key(Qt.Key.Key_N, CTRL)
    desk.wait(lambda: len(desk.inbox.versions(before.id)) == 3)
    found = desk.inbox.versions(before.id)
    assert [one.version for one in found] == [3, 2, 1]
    assert [one.replaced_by for one in found] == [None, found[0].id, found[0].id]
    desk.key(Qt.Key.Key_E, CTRL)
    while CHOICES[desk.view.worklist.states.currentIndex()].label != "Remplacés":
        desk.key(Qt.Key.Key_Down)
    assert len(desk.titles) == 2
    desk.key(ENTER)
    desk.go_to("biologiques", 2)
    assert desk.view.viewer.shown is not None
    assert "Remplacé par la version 3" in desk.view.viewer.shown.subtitle
    assert desk.view.verdict.title.text().startswith("Ne vous y fiez pas"), "wherever it lies"
    desk.key(Qt.Key.Key_F7)
    assert desk.view.document is not None
    assert desk.view.document.version == 1
    assert desk.view.viewer.shown is not None
    assert "5,9 mmol/L" in desk.view.viewer.shown.html
    # The same file again is told, and not doubled.
    desk.key(Qt.Key.Key_N, CTRL)
    assert len(desk.inbox.versions(before.id)) == 3


@pytest.mark.req("MSS/va1.25")
def test_a_document_is_refused_with_a_reason_and_taken_up_again(desk: Desk) -> None:
    here = desk.go_to("vaccination")
    desk.key(Qt.Key.Key_F8)
    desk.key(ENTER)
    assert [one.code for one in desk.view.reasons.findings.findings] == ["GAL-REC-01"]
    desk.type("Patiente inconnue ici")
    desk.key(ENTER)
    refused = desk.inbox.get(here.id)
    assert refused is not None
    assert (refused.state, refused.reason) == (State.REFUSED, "Patiente inconnue ici")
    assert "vaccination" not in " ".join(desk.titles)
    desk.key(Qt.Key.Key_M, CTRL)
    desk.go_to("vaccination")
    desk.key(Qt.Key.Key_R, CTRL)
    assert desk.inbox.get(here.id).state is State.WAITING  # type: ignore[union-attr]


def test_a_document_filed_by_mistake_is_taken_out_of_the_file(desk: Desk) -> None:
    here = desk.go_to("Lettre")
    desk.key(Qt.Key.Key_F10)
    desk.key(Qt.Key.Key_M, CTRL)
    desk.go_to("Lettre")
    desk.key(Qt.Key.Key_D, CTRL)
    desk.type("Mauvais dossier")
    desk.key(ENTER)
    assert desk.inbox.get(here.id).state is State.WAITING  # type: ignore[union-attr]


def test_the_patient_is_chosen_by_hand_for_a_pdf_that_names_nobody(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "courrier.pdf").write_bytes(files.plain_pdf())
    desk.view.receive([tmp_path], Origin.FOLDER)
    desk.stage.settle()
    here = desk.go_to("courrier")
    desk.key(Qt.Key.Key_F10)
    assert desk.view.matching.field.hasFocus()
    desk.type("corse anthony")
    desk.key(Qt.Key.Key_F10)
    filed = desk.inbox.get(here.id)
    assert filed is not None
    assert (filed.state, filed.patient_name) == (State.FILED, "CORSE Anthony")


@pytest.mark.req("MSS/va1.25")
def test_what_was_kept_aside_is_seen_with_its_reason_and_is_filed_nowhere(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret.pdf").write_bytes(files.enciphered_pdf())
    (tmp_path / "abime.xml").write_bytes(b"<?xml version='1.0'?><ClinicalDocument")
    desk.view.receive([tmp_path], Origin.FOLDER)
    desk.stage.settle()
    desk.go_to("secret")
    assert desk.view.verdict.title.text().startswith("Mis de côté")
    assert not desk.stage.ui.acts.is_enabled("documents.file")
    desk.go_to("abime")
    assert [one.code for one in desk.view.unreadable.findings.findings] == ["GAL-DOC-54"]
    desk.key(Qt.Key.Key_F10)
    assert desk.document.state is State.ASIDE


@pytest.mark.req("MSS/va1.25")
def test_the_sheet_of_the_patient_names_the_documents_and_opens_them(desk: Desk) -> None:
    desk.go_to("Prescription")
    desk.key(Qt.Key.Key_F10)
    desk.key(Qt.Key.Key_M, CTRL)
    desk.go_to("Prescription")
    desk.key(Qt.Key.Key_F5)
    assert desk.stage.window.room == "patients"
    patients = desk.stage.window.views["patients"]
    assert isinstance(patients, PatientsView)
    desk.wait(lambda: patients.sheet.patient is not None)
    told = " ".join(label.text() for label in patients.sheet.findChildren(type(patients.sheet.name)))
    assert "Prescription de médicaments, Dr Inès D’ANGÉLIQUE" in told
    desk.key(Qt.Key.Key_D, CTRL)
    assert desk.stage.window.room == "documents"
    assert desk.titles == ["Prescription de médicaments"]
    assert "ADRTROIS" in desk.view.worklist.only.text()


# --- 27: reading ------------------------------------------------------------------------------------------------------


@pytest.mark.req("SC.DOC.07")
def test_each_document_opens_with_its_header_and_its_body(desk: Desk) -> None:
    for words, body in (
        ("Synthèse", "Traitements au long cours"),
        ("biologiques", "Créatinine"),
        ("Prescription", "ELIQUIS"),
    ):
        here = desk.go_to(words)
        shown = desk.view.viewer.shown
        assert shown is not None
        assert (shown.title, body in shown.html) == (here.title, True)
        desk.key(ENTER)
        assert not desk.view.worklist.isVisible()
        assert here.author in desk.view.viewer.read.toPlainText()
        assert desk.view.viewer.read.toPlainText().count("Identité")
        assert body in desk.view.viewer.text.toPlainText()
        desk.key(Qt.Key.Key_Escape)
        assert desk.view.worklist.list.hasFocus()
    desk.go_to("Lettre")
    shown = desk.view.viewer.shown
    assert shown is not None
    assert shown.pages is not None
    assert shown.pages.count == 1
    assert desk.view.viewer.body.currentWidget() is desk.view.viewer.pdf


@pytest.mark.req("SC.DOC.07")
def test_abnormal_results_are_told_in_words_and_active_content_is_neutralised(desk: Desk, tmp_path: Path) -> None:
    desk.go_to("biologiques", 1)
    text = desk.view.viewer.text.toPlainText()
    assert "▲▲ très haut" in text
    (tmp_path / "scripted.xml").write_bytes(files.scripted())
    desk.view.receive([tmp_path / "scripted.xml"], Origin.FILE)
    desk.stage.settle()
    desk.go_to("Essai")
    assert "GAL-DOC-79" in [one.code for one in desk.view.viewer.findings.findings]
    assert desk.view.viewer.text.safe.refused == []


def test_nothing_of_the_room_shows_to_who_may_not_read_documents(desk: Desk) -> None:
    members = desk.stage.services.staff.members()
    desk.stage.ui.set_operator(next(one for one in members if one.role is Role.STOCK))
    desk.stage.settle()
    assert desk.view.document is None
    assert desk.titles == []
    assert desk.view.worklist.count.text() == ""
    desk.stage.window.enter("documents")
    assert desk.stage.window.room != "documents"
    assert desk.inbox.page(Query()).total == 7


def test_a_list_that_was_asked_for_by_who_was_there_before_is_not_shown_to_the_next(desk: Desk) -> None:
    members = desk.stage.services.staff.members()
    desk.view.worklist.read()
    desk.stage.ui.set_operator(next(one for one in members if one.role is Role.STOCK))
    desk.stage.settle()
    assert desk.titles == []


@pytest.mark.req("INS-03")
def test_a_document_put_on_paper_is_traced_with_its_matricule(desk: Desk) -> None:
    papers: list[Path] = []
    print_desk(desk.stage.ui).open_file = lambda file: papers.append(file) is None
    here = desk.go_to("Lettre")
    desk.wait(lambda: desk.view.viewer.shown is not None and here.title in desk.view.viewer.shown.title)
    desk.key(Qt.Key.Key_P, CTRL)
    desk.wait(lambda: bool(papers))
    with desk.stage.services.db.read() as session:
        traced = select(AuditRow.action).where(AuditRow.subject_id == str(here.id), AuditRow.action.like("%print"))
        assert sorted(session.scalars(traced)) == ["ins.print", "received_document.print"]


def test_a_paper_that_can_not_be_traced_is_not_printed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    papers: list[Path] = []
    print_desk(desk.stage.ui).open_file = lambda file: papers.append(file) is None
    here = desk.go_to("Lettre")
    desk.wait(lambda: desk.view.viewer.shown is not None and here.title in desk.view.viewer.shown.title)

    def refuse(_number: int, _actor: object) -> None:
        raise DiskFull("Le disque est plein.")

    monkeypatch.setattr(desk.inbox, "printed", refuse)
    desk.key(Qt.Key.Key_P, CTRL)
    assert papers == []
    assert list(desk.stage.services.folder.prints.glob("document-*")) == []
