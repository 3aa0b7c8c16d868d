"""Is the paper joined, read large, hidden and set aside by keyboard, and is the counter never held up by it?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import copy_files
import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from sqlalchemy import select
from ui_keys import wait_for

from app.kernel.text import plural
from app.officine.copies.model import Source, Target
from app.store.audit import Actor
from app.store.tables import AuditRow
from app.ui.counter.copies_drawer import CopiesDrawer
from app.ui.counter.copy_viewer import CopyViewer
from app.ui.counter.prescription_drawer import PrescriptionDrawer
from app.ui.settings.printers import PrintersPage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from app.ui.pictures import Stage

FREE = "doliprane 1000"
ACTOR = Actor(None, "Camille Durand", "comptoir-1")
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / "ordonnance d’été.pdf"
    file.write_bytes(copy_files.pdf(("recto", "verso")))
    return file


def drawer(hands: Hands) -> CopiesDrawer:
    shown = hands.page.drawer
    assert isinstance(shown, CopiesDrawer)
    return shown


def open_copies(hands: Hands) -> CopiesDrawer:
    hands.press(Qt.Key.Key_J, CTRL)
    return drawer(hands)


def count(hands: Hands) -> int:
    return drawer(hands).list.count()


def chosen(monkeypatch: pytest.MonkeyPatch, *files: Path) -> None:
    """Have the next file dialog answer with ``files``: Qt's own dialog is not ours to test."""
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: 1)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(file) for file in files])


def joined(hands: Hands, monkeypatch: pytest.MonkeyPatch, *files: Path) -> CopiesDrawer:
    """Scan a box, then join files to the sale by keyboard."""
    hands.scan(box_frame(hands.product(FREE)))
    shown = open_copies(hands)
    chosen(monkeypatch, *files)
    hands.press(Qt.Key.Key_J, ALT)
    hands.wait(lambda: shown.list.count() == len(files))
    return shown


def ask_reason(hands: Hands) -> None:
    """Press the key of the button; Qt itself lets it down for a moment before it acts."""
    shown = drawer(hands)
    hands.press(Qt.Key.Key_R, ALT)
    hands.wait(shown.reason.hasFocus)


def viewer(hands: Hands) -> CopyViewer:
    found = [top for top in QApplication.topLevelWidgets() if isinstance(top, CopyViewer) and top.isVisible()]
    assert len(found) == 1
    return found[0]


def opened(hands: Hands) -> CopyViewer:
    hands.press(ENTER)
    wait_for(lambda: bool(hands.stage.dialogs()), hands.stage.app)
    hands.stage.settle()
    return viewer(hands)


def closed(hands: Hands) -> bool:
    """Return True where no dialog is left; the window is active again, as a window manager makes it."""
    hands.stage.window.activateWindow()
    hands.stage.settle()
    return not hands.stage.dialogs()


def readings(hands: Hands) -> int:
    def read() -> int:
        with hands.services.db.read() as session:
            return len(list(session.scalars(select(AuditRow).where(AuditRow.action == "prescription_copy.read"))))

    return hands.aside(read)


def drop(widget: QWidget, data: QMimeData) -> None:
    """Drop something on a panel, as the window system does."""
    at, buttons, none = QPointF(10, 10), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(at.toPoint(), Qt.DropAction.CopyAction, data, buttons, none)
    QApplication.sendEvent(widget, entering)
    if entering.isAccepted():
        QApplication.sendEvent(widget, QDropEvent(at, Qt.DropAction.CopyAction, data, buttons, none))


@pytest.mark.req("OFF-ORD-23", "OFF-UI-02")
def test_a_file_is_joined_read_large_and_left_by_keyboard(
    hands: Hands, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = joined(hands, monkeypatch, paper)
    assert shown.list.current_copy is not None
    assert shown.list.current_copy.name == paper.name
    assert readings(hands) == 0
    large = opened(hands)
    assert readings(hands) == 1
    whole = large.page.scale
    assert large.page.height() <= large.area.viewport().height()
    for _ in range(3):
        hands.stage.app.processEvents()
        hands.press(Qt.Key.Key_Plus)
    assert large.page.scale > whole * 1.5
    hands.press(Qt.Key.Key_Minus)
    hands.press(Qt.Key.Key_0)
    assert large.page.scale == pytest.approx(whole)
    hands.press(Qt.Key.Key_PageUp)
    assert large.number == 0
    hands.press(Qt.Key.Key_PageDown)
    hands.wait(lambda: large.number == 1)
    hands.press(Qt.Key.Key_PageDown)
    assert large.number == 1
    hands.press(Qt.Key.Key_Escape)
    assert closed(hands)
    assert drawer(hands) is shown
    hands.press(Qt.Key.Key_Escape)
    assert hands.page.drawer is None


@pytest.mark.req("OFF-UI-13")
def test_the_key_that_hides_what_is_clinical_closes_the_paper_too(
    hands: Hands, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(hands, monkeypatch, paper)
    opened(hands)
    hands.press(Qt.Key.Key_H, CTRL)
    assert closed(hands)
    assert hands.page.shield.is_covered
    hands.press(Qt.Key.Key_H, CTRL)
    assert not hands.page.shield.is_covered
    assert count(hands) == 1


@pytest.mark.req("OFF-ORD-23")
def test_a_picture_is_pasted_and_an_empty_clipboard_said_so(hands: Hands) -> None:
    shown = open_copies(hands)
    QGuiApplication.clipboard().clear()
    hands.press(Qt.Key.Key_V, CTRL)
    assert "presse-papiers" in hands.messages()
    picture = QImage(300, 400, QImage.Format.Format_ARGB32)
    picture.fill(0)
    QGuiApplication.clipboard().setImage(picture)
    hands.press(Qt.Key.Key_V, CTRL)
    hands.wait(lambda: shown.list.count() == 1)
    (copy,) = shown.list.copies
    assert copy.source is Source.CLIPBOARD
    # The sale that has nothing else yet is kept with it.
    sale = hands.page.till.session.id
    hands.wait(lambda: hands.aside(lambda: hands.services.counter.load(sale)) is not None)
    # What was transparent is white paper, not black.
    page = hands.aside(lambda: hands.services.copies.thumbnail(copy, 50))
    assert min(page.rgb) > 240
    QGuiApplication.clipboard().clear()


@pytest.mark.req("OFF-ORD-23")
@pytest.mark.parametrize("panel", ["copies", "prescription"])
def test_files_dropped_on_the_panel_are_joined_to_the_sale(hands: Hands, tmp_path: Path, panel: str) -> None:
    files = []
    for place, content in enumerate((copy_files.jpeg(), copy_files.pdf())):
        files.append(tmp_path / f"page {place}.bin")
        files[-1].write_bytes(content)
    hands.stage.act(f"counter.{panel}")
    shown = hands.page.drawer
    assert shown is not None
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/ordonnance.pdf")])
    drop(shown, data)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    drop(shown, data)
    if isinstance(shown, PrescriptionDrawer):
        hands.wait(lambda: shown.copies.text() == plural(2, "copie"))
        hands.press(Qt.Key.Key_J, CTRL)
    hands.wait(lambda: count(hands) == 2)
    assert {copy.source for copy in drawer(hands).list.copies} == {Source.DROP}


@pytest.mark.req("OFF-ORD-23")
def test_the_last_file_of_the_scanner_is_joined_by_one_key(hands: Hands, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    hands.services.settings.scan_folder = str(folder)
    shown = open_copies(hands)
    assert shown.arrived.isHidden()
    came = hands.services.clock.now().timestamp() - 120
    for name, age in (("SCAN1.pdf", 300), ("SCAN2.pdf", 0)):
        (folder / name).write_bytes(copy_files.pdf((name,)))
        os.utime(folder / name, (came - age, came - age))
    # The panel looks at the folder by itself.
    hands.wait(lambda: "SCAN2.pdf" in shown.arrival_words.text())
    assert "2\u00a0min" in shown.arrival_words.text()
    hands.press(Qt.Key.Key_N, ALT)
    hands.wait(lambda: shown.list.count() == 1)
    assert shown.list.copies[0].source is Source.SCANNER
    hands.wait(lambda: "SCAN1.pdf" in shown.arrival_words.text())
    hands.press(Qt.Key.Key_N, ALT)
    hands.wait(lambda: shown.list.count() == 2 and shown.arrived.isHidden())
    assert len(list(folder.iterdir())) == 2


@pytest.mark.req("OFF-ORD-21")
def test_what_is_refused_is_said_in_the_panel_and_joins_nothing(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "ordonnance.pdf"
    bad.write_bytes(copy_files.script_pdf())
    shown = open_copies(hands)
    chosen(monkeypatch, bad)
    hands.press(Qt.Key.Key_J, ALT)
    hands.wait(lambda: [one.code for one in shown.notice.findings] == ["GAL-COP-07"])
    assert count(hands) == 0
    bad.write_bytes(copy_files.pdf())
    hands.press(Qt.Key.Key_J, ALT)
    hands.wait(lambda: count(hands) == 1)
    assert not shown.notice.findings


@pytest.mark.req("OFF-ORD-25")
def test_a_copy_is_set_aside_with_its_reason(hands: Hands, paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = joined(hands, monkeypatch, paper)
    ask_reason(hands)
    hands.press(ENTER)
    hands.wait(lambda: [one.code for one in shown.notice.findings] == ["GAL-COP-10"])
    hands.type("Autre patient")
    hands.press(Qt.Key.Key_Escape)
    assert shown.reason_field.isHidden()
    assert count(hands) == 1
    ask_reason(hands)
    hands.press(ENTER)
    hands.wait(lambda: count(hands) == 0)
    assert not shown.notice.findings
    assert drawer(hands) is shown


def test_a_damaged_copy_is_marked_and_never_shown(hands: Hands, paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = hands.services.folder.root / "blobs"
    content = copy_files.jpeg()
    copy = hands.aside(
        lambda: hands.services.copies.add(content, Target(session_id=hands.page.till.session.id), Source.FILE, ACTOR)
    ).value
    (folder / copy.sha256[:2] / copy.sha256[2:]).write_bytes(b"rot")
    shown = open_copies(hands)
    hands.wait(lambda: shown.list.spoilt == [copy])
    hands.press(ENTER)
    hands.wait(lambda: [one.code for one in shown.notice.findings] == ["GAL-COP-21"])
    assert not hands.stage.dialogs()
    assert readings(hands) == 0


@pytest.mark.req("OFF-ORD-23")
def test_the_copy_of_the_sale_is_that_of_the_delivery_and_one_more_is_joined_afterwards(
    hands: Hands, paper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.type("touss")
    hands.press(ENTER)
    done = hands.deliveries()
    joined(hands, monkeypatch, paper)
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_F10)
    for _ in range(3):
        if hands.deliveries() == done:
            hands.press(ENTER)
    hands.wait_delivered(done + 1)
    shown = open_copies(hands)
    hands.wait(lambda: count(hands) == 1)
    number = hands.last().number
    assert shown.target == Target(delivery=number)
    assert str(number) in shown.whose.text()
    later = tmp_path / "verso.png"
    later.write_bytes(copy_files.png())
    chosen(monkeypatch, later)
    hands.press(Qt.Key.Key_J, ALT)
    hands.wait(lambda: count(hands) == 2)
    # From the history of the patient, whatever the day.
    hands.press(Qt.Key.Key_Escape)
    hands.type("touss")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F5)
    hands.type("doliprane")
    hands.press(Qt.Key.Key_J, CTRL)
    hands.wait(lambda: count(hands) == 2)
    assert drawer(hands).target == Target(delivery=number)


def test_another_sale_begins_without_the_copies_of_the_last(
    hands: Hands, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(hands, monkeypatch, paper)
    hands.stage.act("counter.abandon")
    open_copies(hands)
    assert count(hands) == 0


@pytest.mark.req("OFF-ORD-24")
def test_the_copy_that_the_law_asks_for_is_missed_in_its_panel_until_it_is_joined(
    hands: Hands, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.scan(box_frame(hands.product("skenan")))
    shown = open_copies(hands)
    hands.wait(lambda: [one.code for one in shown.notice.findings] == ["GAL-COP-30"])
    chosen(monkeypatch, paper)
    hands.press(Qt.Key.Key_J, ALT)
    hands.wait(lambda: count(hands) == 1 and not shown.notice.findings)


def test_the_folder_of_the_scanner_is_chosen_in_the_settings(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.view("settings")
    stage.act("settings.printers")
    page = stage.view("settings").page("printers")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, PrintersPage)
    chosen(monkeypatch, tmp_path)
    page.scans.choose()
    stage.settle()
    assert stage.services.settings.scan_folder == str(tmp_path)
    assert str(tmp_path) in (stage.services.folder.root / "settings.json").read_text(encoding="utf-8")
    page.scans.without.click()
    stage.settle()
    assert stage.services.settings.scan_folder == ""
