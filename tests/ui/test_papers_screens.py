"""Is the copy of an identity paper joined, seen under a PIN and destroyed by keyboard, and nowhere while it is off?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import copy_files
import pytest
from counter_hands import ENTER, Hands
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from sqlalchemy import select
from ui_keys import wait_for

from app.demo_people import PIN, give_pins
from app.officine.staff.model import Role
from app.store.tables import AuditRow
from app.ui.patients.paper_viewer import PaperViewer
from app.ui.patients.view import PatientsView
from app.ui.settings.papers import PapersPage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.ui.patients.papers_pane import PapersPane
    from app.ui.pictures import Stage

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
pytestmark = pytest.mark.req("INS-COPIE")


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person in the room of the patients."""
    stage.view("patients")
    return Hands(stage, scan_keys)


@pytest.fixture
def title(tmp_path: Path) -> Path:
    file = tmp_path / "passeport.pdf"
    file.write_bytes(copy_files.pdf(("recto", "verso")))
    return file


def view_of(hands: Hands) -> PatientsView:
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    return view


def switch(hands: Hands, *, on: bool) -> None:
    services = hands.services
    hands.aside(lambda: services.papers.set_enabled(services.system_actor, enabled=on))
    hands.stage.settle()


def find(hands: Hands, who: str = "pat trois") -> None:
    hands.press(Qt.Key.Key_F2)
    hands.type(who)
    hands.stage.settle()


def pane(hands: Hands) -> PapersPane:
    hands.press(Qt.Key.Key_F9, CTRL)
    shown = view_of(hands).papers
    wait_for(shown.isVisible, hands.stage.app)
    hands.stage.settle()
    return shown


def join(hands: Hands, monkeypatch: pytest.MonkeyPatch, file: Path) -> PapersPane:
    """Join a file by keyboard: Qt's own dialog is not ours to test."""
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: 1)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(file)])
    shown = pane(hands)
    hands.press(Qt.Key.Key_J, ALT)
    wait_for(lambda: bool(shown.list.records or shown.findings.findings), hands.stage.app)
    hands.stage.settle()
    return shown


def traces(hands: Hands, action: str) -> list[str]:
    def read() -> list[str]:
        with hands.services.db.read() as session:
            query = select(AuditRow.result).where(AuditRow.action == f"identity_paper.{action}")
            return list(session.scalars(query.order_by(AuditRow.seq)))

    return hands.aside(read)


def viewers() -> list[PaperViewer]:
    return [top for top in QApplication.topLevelWidgets() if isinstance(top, PaperViewer) and top.isVisible()]


def test_while_it_is_off_there_is_no_button_and_the_key_says_so(hands: Hands) -> None:
    find(hands)
    hands.press(Qt.Key.Key_F7)
    wait_for(view_of(hands).identity.pane.isVisible, hands.stage.app)
    hands.stage.settle()
    assert not view_of(hands).identity.pane.papers.isVisible()
    hands.press(Qt.Key.Key_F9, CTRL)
    assert not view_of(hands).papers.isVisible()
    hands.press(Qt.Key.Key_F8)
    form = view_of(hands).identity.evidence
    wait_for(form.kind.hasFocus, hands.stage.app)
    assert not form.copies.isVisible()
    switch(hands, on=True)
    hands.press(Qt.Key.Key_F8)
    wait_for(form.copies.isVisible, hands.stage.app)
    assert "S’il refuse" in form.copies.text()
    hands.press(Qt.Key.Key_F7)
    wait_for(view_of(hands).identity.pane.papers.isVisible, hands.stage.app)


@pytest.mark.req("C42")
def test_a_title_is_joined_and_seen_marked_after_the_pin_and_nothing_of_it_stays(
    hands: Hands, monkeypatch: pytest.MonkeyPatch, title: Path
) -> None:
    switch(hands, on=True)
    find(hands)
    shown = join(hands, monkeypatch, title)
    assert shown.list.hasFocus()
    (paper,) = shown.list.records
    assert not shown.destroy_button.isVisible(), "an adjoint destroys nothing"
    hands.aside(lambda: give_pins(hands.services))
    hands.press(ENTER)
    assert shown.pin.hasFocus()
    hands.type("999999")
    hands.press(ENTER)
    wait_for(lambda: bool(shown.findings.findings), hands.stage.app)
    assert [one.code for one in shown.findings.findings] == ["GAL-PER-32"]
    assert shown.pin.text() == ""
    assert not viewers()
    hands.type(PIN)
    hands.press(ENTER)
    wait_for(lambda: bool(viewers()), hands.stage.app)
    (viewer,) = viewers()
    assert viewer.where.text() == "Page\u00a01 sur 2"
    first = viewer.page.picture.toImage()
    colours = {
        first.pixelColor(x, y).red() - first.pixelColor(x, y).green() > 40 for x in range(0, 900, 3) for y in (300, 900)
    }
    assert colours == {True, False}, "the mark is drawn over the page"
    hands.press(Qt.Key.Key_PageDown)
    assert viewer.where.text() == "Page\u00a02 sur 2"
    hands.press(Qt.Key.Key_Escape)
    assert not viewers()
    assert shown.pin_field.isHidden()
    assert traces(hands, "view") == ["refused", "ok"]
    assert traces(hands, "add") == ["ok"]
    assert paper.pages == 2


def test_the_viewer_closes_with_the_lock_of_the_workstation(
    hands: Hands, monkeypatch: pytest.MonkeyPatch, title: Path
) -> None:
    switch(hands, on=True)
    find(hands)
    shown = join(hands, monkeypatch, title)
    hands.aside(lambda: give_pins(hands.services))
    hands.press(ENTER)
    hands.type(PIN)
    hands.press(ENTER)
    wait_for(lambda: bool(viewers()), hands.stage.app)
    hands.stage.act("app.lock")
    assert not viewers()
    assert shown.pin.text() == ""


def test_escape_goes_back_from_the_pin_to_the_list_and_then_to_the_file(
    hands: Hands, monkeypatch: pytest.MonkeyPatch, title: Path
) -> None:
    switch(hands, on=True)
    find(hands)
    shown = join(hands, monkeypatch, title)
    hands.press(ENTER)
    hands.type("27")
    hands.press(Qt.Key.Key_Escape)
    assert shown.list.hasFocus()
    assert shown.pin.text() == ""
    hands.press(Qt.Key.Key_Escape)
    assert view_of(hands).sheet.isVisible()


def test_what_is_no_title_is_refused_by_name(hands: Hands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bad = tmp_path / "titre.pdf"
    bad.write_bytes(copy_files.script_pdf())
    switch(hands, on=True)
    find(hands)
    shown = join(hands, monkeypatch, bad)
    assert [one.code for one in shown.findings.findings] == ["GAL-COP-07"]
    assert shown.list.records == []


def test_the_titulaire_destroys_with_a_reason_and_the_list_of_the_others_is_empty(
    hands: Hands, monkeypatch: pytest.MonkeyPatch, title: Path
) -> None:
    switch(hands, on=True)
    hands.stage.ui.set_operator(next(one for one in hands.services.staff.members() if one.role is Role.HOLDER))
    find(hands)
    shown = join(hands, monkeypatch, title)
    hands.press(Qt.Key.Key_D, ALT)
    wait_for(shown.reason.hasFocus, hands.stage.app)
    hands.press(ENTER)
    wait_for(lambda: bool(shown.findings.findings), hands.stage.app)
    assert [one.code for one in shown.findings.findings] == ["GAL-TIT-08"]
    hands.type("Demande du patient")
    hands.press(ENTER)
    wait_for(lambda: not shown.list.records, hands.stage.app)
    assert traces(hands, "delete") == ["refused", "ok"]
    switch(hands, on=False)
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_F9, CTRL)
    assert not shown.isVisible()


def test_the_scanner_s_last_file_is_proposed(hands: Hands, title: Path) -> None:

    now = hands.services.clock.now().timestamp()
    os.utime(title, (now - 60, now - 60))
    hands.stage.ui.settings.scan_folder = str(title.parent)
    switch(hands, on=True)
    find(hands)
    shown = pane(hands)
    assert shown.take_button.isVisible()
    hands.press(Qt.Key.Key_N, ALT)
    wait_for(lambda: len(shown.list.records) == 1, hands.stage.app)
    assert title.exists()
    hands.stage.ui.settings.scan_folder = ""


def test_the_switch_is_the_titulaire_s_and_the_page_says_how_copies_are_protected(stage: Stage) -> None:
    view = stage.view("settings")
    stage.act("settings.papers")
    page = view.page("papers")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, PapersPage)
    assert page.chip.text() == "Arrêtée"
    stage.act("settings.switch_papers")
    assert page.chip.text() == "Arrêtée", "an adjoint does not set it"
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is Role.HOLDER))
    stage.act("settings.switch_papers")
    assert page.chip.text() == "En marche"
    assert stage.services.papers.enabled
