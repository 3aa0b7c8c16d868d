"""Is the window itself right: simulation shown, state told, rooms that say what they are, lock that hides?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QLabel

from app.kernel.mode import Mode
from app.officine.staff.model import Right, Role
from app.ui.main_window import MainWindow
from app.ui.rooms import ROOMS
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.ui.pictures import Stage
    from app.ui.theme import Theme


def words(widget: QWidget) -> str:
    """Return every text that the widget shows."""
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


@pytest.mark.req("OFF-UI-21")
@pytest.mark.parametrize(
    ("mode", "banner"), [(Mode.DEMO, "SIMULATION"), (Mode.TRAINING, "FORMATION"), (Mode.PRODUCTION, "")]
)
def test_only_a_simulation_has_its_red_frame_and_its_name(mode: Mode, banner: str, theme: Theme) -> None:
    tasks = Tasks()
    window = MainWindow(theme, tasks, mode, {})
    frame = window.findChild(QFrame, "simulation")
    assert (frame is not None) == bool(banner)
    assert banner in window.windowTitle()
    if frame is not None:
        assert any(banner in label.text() for label in frame.findChildren(QLabel))
    window.close()


@pytest.mark.req("OFF-UI-21")
def test_the_frame_is_there_in_every_room(shared_stage: Stage) -> None:
    for room in ROOMS:
        shared_stage.view(room.id)
        assert "SIMULATION" in words(shared_stage.window)
        red = shared_stage.window.grab().toImage().pixelColor(1, shared_stage.window.height() // 2)
        assert red == shared_stage.desktop.theme.color("simulation")


@pytest.mark.parametrize("room", ["messaging"])
def test_a_room_to_come_says_so_and_what_it_will_hold(room: str, shared_stage: Stage) -> None:
    said = words(shared_stage.view(room))
    assert "pas encore construit" in said
    assert len(said) > 80


@pytest.mark.req("OFF-UI-02")
def test_each_room_is_entered_by_its_key(shared_stage: Stage) -> None:
    for room in ROOMS:
        keys = QKeySequence(room.key)[0]
        QTest.keyClick(shared_stage.window, keys.key(), keys.keyboardModifiers())
        shared_stage.settle()
        assert shared_stage.window.room == room.id


def test_the_state_bar_tells_the_base_the_catalogue_and_the_queue(shared_stage: Stage) -> None:
    said = words(shared_stage.window.state_bar)
    assert "Base SQLite\u00a0: contrôlée" in said
    assert "Médicaments du" in said
    assert "Rien en attente d’envoi" in said


@pytest.mark.req("OFF-UI-20")
def test_the_lock_hides_everything_and_a_name_opens_a_demonstration_without_codes(stage: Stage) -> None:
    stage.view("patients")
    stage.act("app.lock")
    assert stage.window.locked
    assert not stage.window.views["patients"].isVisible()
    names = stage.window.lock_view.list
    assert len(names.records) == len(stage.services.staff.members())
    names.point(len(names.records) - 1)
    chosen = names.current_record
    QTest.keyClick(names, Qt.Key.Key_Return)
    stage.settle()
    assert not stage.window.locked
    assert stage.ui.operator == chosen
    assert stage.window.room == "patients"


@pytest.mark.req("OFF-UI-20")
def test_while_locked_no_room_is_entered_by_its_key(stage: Stage) -> None:
    stage.view("patients")
    stage.act("app.lock")
    QTest.keyClick(stage.window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(stage.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    stage.settle()
    assert stage.window.locked
    assert stage.window.room == "patients"
    assert not stage.dialogs()


@pytest.mark.req("OFF-UI-20")
def test_a_badge_opens_a_demonstration_without_codes_a_strangers_does_not(
    stage: Stage, scan_keys: Callable[..., None]
) -> None:
    member = next(member for member in stage.services.staff.members() if member.badge)
    stage.act("app.lock")
    scan_keys(stage.window, "GAL-S-NOBODY99")
    stage.settle()
    assert stage.window.locked
    scan_keys(stage.window, member.badge)
    stage.settle()
    assert not stage.window.locked
    assert stage.ui.operator == member


def test_the_zoom_is_changed_by_key_and_kept(stage: Stage, no_watchdog: None) -> None:
    stage.act("app.zoom_in")
    assert stage.desktop.theme.zoom == 110
    stage.settle()
    assert '"zoom_percent": 110' in stage.services.folder.settings_file.read_text(encoding="utf-8")  # type: ignore[attr-defined]


@pytest.mark.req("OFF-UI-20")
def test_an_act_that_the_operator_may_not_do_is_not_done_and_says_which_right_it_needs(stage: Stage) -> None:
    clerk = next(member for member in stage.services.staff.members() if member.role is Role.SUPPORT)
    stage.view("patients")
    stage.ui.set_operator(clerk)
    QTest.keyClick(stage.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    stage.settle()
    view = stage.window.views["patients"]
    assert view.right.currentWidget() is view.sheet  # type: ignore[attr-defined]
    assert any(Right.EDIT_PATIENT.label in toast.text for toast in stage.window.toasts.shown)
    assert "patients.create" not in {act.id for act in stage.ui.acts.available()}
