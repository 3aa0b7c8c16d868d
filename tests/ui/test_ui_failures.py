"""Is each failure told in one way, without a stack trace and without a patient's data?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from ui_keys import press

from app.kernel.errors import DiskFull, GalienError, InputDefect, RemoteFailure
from app.ui.failures import FailureDialog, Kind, failure_of, kind_of, write_report

if TYPE_CHECKING:
    from pathlib import Path

    from app.ui.pictures import Stage


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InputDefect("Fichier vide."), Kind.REFUSAL),
        (DiskFull("Le disque est plein."), Kind.ENVIRONMENT),
        (RemoteFailure("Le service ne répond pas."), Kind.REMOTE),
        (ValueError("DUPONT Jeanne"), Kind.BUG),
        (GalienError("?"), Kind.BUG),
    ],
)
def test_each_failure_is_one_of_four_kinds(error: Exception, kind: Kind) -> None:
    assert kind_of(error) is kind


@pytest.mark.req("OFF-UI-22")
def test_a_failure_says_what_it_means_what_to_do_and_its_code() -> None:
    failure = failure_of(DiskFull("Le disque est plein."))
    assert failure.what == "Le disque est plein."
    assert "moitié" in failure.meaning
    assert failure.advice.startswith("Libérez")
    assert failure.code == "GAL-ENV-01"


@pytest.mark.req("OFF-UI-22")
def test_a_crash_report_holds_the_places_and_no_value(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="DUPONT") as caught:
        int("DUPONT Jeanne 285057800608491")
    report = write_report(tmp_path / "logs", caught.value, dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC))
    shown = failure_of(caught.value, report)
    assert report is not None
    written = report.read_text(encoding="utf-8")
    assert "ValueError" in written
    assert "test_ui_failures.py" in written
    for text in (written, shown.as_text()):
        assert "DUPONT" not in text
        assert "285057800608491" not in text


def test_a_report_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "logs"
    blocked.write_text("")
    assert write_report(blocked, ValueError(), dt.datetime(2026, 11, 23, tzinfo=dt.UTC)) is None


@pytest.mark.req("OFF-UI-22")
def test_the_dialog_tells_it_all_copies_it_and_closes_with_escape(stage: Stage) -> None:
    stage.desktop.show_failure(RemoteFailure("Le service INSi ne répond pas.", code="GAL-DIS-07", advice="Continuez."))
    stage.settle()
    dialog = stage.window.findChild(FailureDialog)
    assert dialog is not None
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for part in ("Le service INSi ne répond pas.", "Continuez.", "GAL-DIS-07"):
        assert part in words
    copy = next(button for button in dialog.findChildren(QPushButton) if "Copier" in button.text())
    copy.click()
    assert "GAL-DIS-07" in QGuiApplication.clipboard().text()
    press(dialog, Qt.Key.Key_Escape)
    stage.settle()
    assert not stage.dialogs()


def test_a_bug_leaves_a_report_and_the_screen_goes_on(stage: Stage) -> None:
    stage.ui.tasks.run(lambda _: 1 // 0, done=lambda _: None, owner=stage.window)
    stage.settle()
    assert stage.dialogs()
    reports = list(stage.services.folder.logs.glob("incident-*.txt"))
    assert len(reports) == 1
    stage.clear()
    assert stage.view("stock").isVisible()
