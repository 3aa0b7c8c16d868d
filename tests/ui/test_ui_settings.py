"""Is what is set kept, and is what can't be set refused with its reason?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from ui_keys import press

from app.kernel.outcome import Severity
from app.officine.owed.model import PromiseSettings
from app.officine.scan.calibration import SCANS_WANTED, TEST_PAYLOAD
from app.officine.scan.image import read_image
from app.officine.staff.model import Role
from app.ui.settings.scanner import draw_symbol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from app.ui.pictures import Stage


def page(stage: Stage, name: str) -> Any:  # noqa: ANN401 -- each page has its own type
    stage.view("settings")
    stage.act(f"settings.{name}")
    return stage.view("settings").page(name)  # type: ignore[attr-defined]


def kept(stage: Stage) -> dict[str, Any]:
    stage.settle()
    file = stage.services.folder.root / "settings.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


@pytest.mark.req("OFF-UI-10")
def test_a_theme_is_worn_at_once_and_kept(stage: Stage, no_watchdog: None) -> None:
    page(stage, "appearance").choices["dark"].click()
    assert stage.desktop.theme.effective == "dark"
    assert kept(stage)["theme"] == "dark"


@pytest.mark.req("OFF-SCOPE")
def test_the_titulaire_chooses_when_promis_are_billed_and_when_they_are_late(stage: Stage) -> None:
    owed = stage.services.owed
    team = stage.services.staff.members()
    stage.ui.set_operator(next(one for one in team if one.role is Role.HOLDER))
    promises = page(stage, "promises")
    stage.settle()
    assert promises.choices[False].isChecked()
    promises.choices[True].click()
    stage.settle()
    assert owed.settings() == PromiseSettings(7, bill_later=True)
    for typed, code in (("0", ["GAL-DU-16"]), ("x", ["GAL-DU-16"]), ("10", [])):
        promises.days.setText(typed)
        stage.act("settings.keep_promises")
        stage.settle()
        assert [finding.code for finding in promises.findings.findings] == code
    assert owed.settings() == PromiseSettings(10, bill_later=True)
    stage.ui.set_operator(next(one for one in team if one.role is not Role.HOLDER))
    promises.choices[False].click()
    stage.settle()
    assert [finding.code for finding in promises.findings.findings] == ["GAL-PER-01"]
    assert promises.choices[True].isChecked()
    assert owed.settings() == PromiseSettings(10, bill_later=True)


@pytest.mark.req("OFF-UI-02")
def test_a_key_is_changed_works_and_is_kept(stage: Stage) -> None:
    keyboard = page(stage, "keyboard")
    place = next(rank for rank, act in enumerate(keyboard.list.records) if act.id == "room.stock")
    keyboard.list.point(place)
    keyboard.key.setKeySequence(QKeySequence("Ctrl+Alt+S"))
    keyboard.choose()
    assert kept(stage)["keys"] == {"room.stock": "Ctrl+Alt+S"}
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    QTest.keyClick(stage.window, Qt.Key.Key_S, both)
    stage.settle()
    assert stage.window.room == "stock"


@pytest.mark.req("OFF-UI-02")
def test_a_key_already_taken_is_refused_with_the_name_of_its_act(stage: Stage) -> None:
    keyboard = page(stage, "keyboard")
    place = next(rank for rank, act in enumerate(keyboard.list.records) if act.id == "room.stock")
    keyboard.list.point(place)
    keyboard.key.setKeySequence(QKeySequence("F1"))
    keyboard.choose()
    assert "Aide" in keyboard.findings.findings[0].text
    assert stage.ui.acts.key_of("room.stock") == "Alt+4"


@pytest.mark.req("OFF-SCAN-13")
def test_five_scans_of_the_code_shown_propose_settings_that_are_adopted(
    stage: Stage, scan_keys: Callable[..., None]
) -> None:
    scanner = page(stage, "scanner")
    stage.act("settings.calibrate")
    for _ in range(SCANS_WANTED):
        scan_keys(stage.window, TEST_PAYLOAD, gap_ms=30)
    stage.settle()
    assert scanner.proposal is not None
    assert scanner.proposal.longest_ms == 30
    assert scanner.diagnosis.separators_kept
    assert not scanner.measuring
    scanner.adopt.click()
    assert kept(stage)["scanner_gap_ms"] == scanner.proposal.gap_ms
    assert stage.window.room == "settings"


def test_the_code_shown_is_the_one_that_calibration_expects(tmp_path: Path) -> None:
    file = tmp_path / "code.png"
    file.write_bytes(draw_symbol(TEST_PAYLOAD))
    assert [text.removeprefix("]d1") for text in read_image(file)] == [TEST_PAYLOAD]


@pytest.mark.req("OFF-DB-05")
def test_a_backup_is_made_and_listed(stage: Stage) -> None:
    database = page(stage, "database")
    stage.act("settings.back_up")
    made = stage.services.backups()
    assert len(made) == 1
    assert made[0].is_file()
    assert "Dernière sauvegarde" in database.last.text()


@pytest.mark.req("OFF-CAT-04")
def test_a_folder_that_is_no_medicines_base_is_refused_and_the_one_in_force_stays(stage: Stage, tmp_path: Path) -> None:
    catalog = page(stage, "catalog")
    before = stage.services.catalog.version()
    empty = tmp_path / "empty"
    empty.mkdir()
    catalog.import_folder(empty)
    stage.settle()
    told = [finding.severity for finding in catalog.findings.findings]
    assert Severity.ERROR in told or stage.dialogs()
    assert stage.services.catalog.version() == before
    stage.clear()


def test_an_act_of_a_page_goes_to_its_page_from_anywhere(stage: Stage) -> None:
    stage.view("counter")
    stage.act("settings.back_up")
    view = stage.view("settings")
    assert view.stack.currentWidget() is view.page("database")  # type: ignore[attr-defined]


def test_the_queue_can_neither_retry_nor_give_up_what_is_not_there(stage: Stage) -> None:
    page(stage, "queue")
    assert not stage.ui.acts.is_enabled("settings.queue_retry")
    press(stage.window, Qt.Key.Key_Escape)
    assert not stage.ui.acts.trigger("settings.queue_cancel")
