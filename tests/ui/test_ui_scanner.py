"""Does what a scanner types reach the screen that waits for it, and nothing else?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QPushButton, QSpinBox, QVBoxLayout
from ui_keys import press, type_text, wait_for

from app.officine.scan.model import Scan, ScanKind
from app.ui.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication

    from app.ui.scanner import Measure

DOLIPRANE = "3400935955838"
FRAME = "0103400935955838" + "17280331" + "10A1B2C3\x1d" + "21SERIAL0001"


class Form(QDialog):
    """A dialog with what a scan must not disturb: fields, and a button that Enter would press."""

    def __init__(self) -> None:
        super().__init__()
        self.name = QLineEdit()
        self.notes = QPlainTextEdit()
        self.number = QSpinBox()
        self.number.setRange(0, 9999)
        self.button = QPushButton("Valider")
        self.pressed = 0
        self.accepted_count = 0
        self.button.setDefault(True)
        self.button.clicked.connect(self._press)
        column = QVBoxLayout(self)
        for part in (self.name, self.notes, self.number, self.button):
            column.addWidget(part)

    def _press(self) -> None:
        self.pressed += 1


@pytest.fixture
def form(qapp: QApplication) -> Iterator[Form]:
    shown = Form()
    shown.show()
    shown.activateWindow()
    wait_for(shown.isActiveWindow, qapp)
    yield shown
    shown.close()


@pytest.fixture
def scans(qapp: QApplication, form: Form) -> Iterator[list[Scan]]:
    """The scans that a scanner filter hears over the form."""
    heard: list[Scan] = []
    scanner = Scanner(qapp, form, lambda text, _kept: Scan(ScanKind.UNKNOWN, raw=text), gap_ms=50, min_length=6)
    scanner.scanned.connect(heard.append)
    yield heard
    scanner.stop()


@pytest.mark.req("OFF-SCAN-10")
def test_the_field_gets_back_its_content_cursor_and_selection(
    form: Form, scans: list[Scan], scan_keys: Callable[..., None], qapp: QApplication
) -> None:
    form.name.setText("MARTIN Jeanne")
    form.name.setFocus()
    form.name.setSelection(7, 3)
    scan_keys(form.name, FRAME)
    wait_for(lambda: bool(scans), qapp)
    assert [scan.raw for scan in scans] == [FRAME]
    assert form.name.text() == "MARTIN Jeanne"
    assert form.name.selectedText() == "Jea"


def test_a_longer_text_gets_back_its_content_too(
    form: Form, scans: list[Scan], scan_keys: Callable[..., None], qapp: QApplication
) -> None:
    form.notes.setPlainText("à rappeler\nlundi")
    form.notes.setFocus()
    scan_keys(form.notes, DOLIPRANE)
    wait_for(lambda: bool(scans), qapp)
    assert form.notes.toPlainText() == "à rappeler\nlundi"


@pytest.mark.req("OFF-SCAN-11")
def test_the_scanners_enter_presses_no_button_and_closes_no_dialog(
    form: Form, scans: list[Scan], scan_keys: Callable[..., None], qapp: QApplication
) -> None:
    for holder in (form.name, form.button):
        holder.setFocus()
        scan_keys(holder, FRAME)
    wait_for(lambda: len(scans) == 2, qapp)
    assert form.pressed == 0
    assert form.isVisible()


@pytest.mark.req("OFF-SCAN-11")
def test_the_enter_of_a_person_still_presses_the_button(form: Form, scans: list[Scan], qapp: QApplication) -> None:
    press(form.button, Qt.Key.Key_Return, "\r", at_ms=100_000)
    qapp.processEvents()
    assert form.pressed == 1
    assert scans == []


@pytest.mark.req("OFF-SCAN-12")
def test_what_a_person_types_stays(form: Form, scans: list[Scan], qapp: QApplication) -> None:
    type_text(form.name, "hélène Œuvrard-d’Été 12 €")
    assert form.name.text() == "hélène Œuvrard-d’Été 12 €"
    assert scans == []


def test_a_scan_without_enter_is_taken_after_a_silence(
    form: Form, scans: list[Scan], scan_keys: Callable[..., None], qapp: QApplication
) -> None:
    form.name.setFocus()
    scan_keys(form.name, DOLIPRANE, end=None)
    wait_for(lambda: bool(scans), qapp)
    assert scans[0].raw == DOLIPRANE
    assert form.name.text() == ""


def test_two_scans_in_a_row_are_two(
    form: Form, scans: list[Scan], scan_keys: Callable[..., None], qapp: QApplication
) -> None:
    for _ in range(2):
        scan_keys(form.name, DOLIPRANE)
    wait_for(lambda: len(scans) == 2, qapp)


@pytest.mark.req("OFF-SCAN-13")
def test_the_pauses_measured_are_those_of_the_keys(
    qapp: QApplication, form: Form, scan_keys: Callable[..., None]
) -> None:
    measures: list[Measure] = []
    scanner = Scanner(qapp, form, lambda text, _kept: Scan(ScanKind.UNKNOWN, raw=text), gap_ms=50, min_length=6)
    scanner.measured.connect(measures.append)
    scan_keys(form.name, DOLIPRANE, gap_ms=12)
    scanner.stop()
    assert measures[0].text == DOLIPRANE
    assert measures[0].gaps_ms == (12,) * 12
    assert measures[0].terminator == "enter"


def test_a_number_typed_fast_is_whole_and_comes_back_after_a_scan(
    form: Form, scans: list[Scan], scan_keys: Callable[..., None], qapp: QApplication
) -> None:
    """Two digits 30 ms apart are a person's; a scan over the number leaves it as it was."""
    form.number.setFocus()
    form.number.selectAll()
    scan_keys(form.number, "12", gap_ms=30, end=None)
    assert form.number.value() == 12
    scan_keys(form.number, DOLIPRANE)
    wait_for(lambda: bool(scans), qapp)
    assert scans[0].raw == DOLIPRANE
    assert form.number.value() == 12
