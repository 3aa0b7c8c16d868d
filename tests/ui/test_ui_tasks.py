"""Does work run off the thread of the screens, and does only the answer that is still wanted come back?"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QObject
from ui_keys import wait_for

from app.kernel.errors import DiskFull
from app.ui.tasks import Task, Tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

    from app.jobs import Progress
    from app.kernel.errors import GalienError


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[Tasks]:
    running = Tasks()
    yield running
    running.shutdown()


@pytest.fixture
def owner() -> QObject:
    return QObject()


def test_the_work_runs_elsewhere_and_the_answer_comes_back_here(
    tasks: Tasks, owner: QObject, qapp: QApplication
) -> None:
    threads: list[int] = []
    tasks.run(
        lambda _: threading.get_ident(), done=lambda ident: threads.extend((ident, threading.get_ident())), owner=owner
    )
    wait_for(lambda: len(threads) == 2, qapp)
    assert threads[0] != threading.get_ident()
    assert threads[1] == threading.get_ident()


def test_an_older_answer_with_the_same_key_is_dropped(tasks: Tasks, owner: QObject, qapp: QApplication) -> None:
    gate = threading.Event()
    answers: list[str] = []

    def slow(_progress: Progress) -> str:
        gate.wait(5)
        return "old"

    tasks.run(slow, done=answers.append, owner=owner, key="search")
    tasks.run(lambda _: "new", done=answers.append, owner=owner, key="search")
    wait_for(lambda: bool(answers), qapp)
    gate.set()
    wait_for(lambda: tasks.idle, qapp)
    assert answers == ["new"]


def test_two_screens_may_use_the_same_key(tasks: Tasks, owner: QObject, qapp: QApplication) -> None:
    other = QObject()
    answers: list[int] = []
    tasks.run(lambda _: 1, done=answers.append, owner=owner, key="search")
    tasks.run(lambda _: 2, done=answers.append, owner=other, key="search")
    wait_for(lambda: len(answers) == 2, qapp)


def test_nothing_is_told_to_a_screen_that_is_gone(tasks: Tasks, qapp: QApplication) -> None:
    owner = QObject()
    answers: list[int] = []
    tasks.run(lambda _: 1, done=answers.append, owner=owner)
    shiboken6.delete(owner)
    wait_for(lambda: tasks.idle, qapp)
    assert answers == []


def test_a_named_failure_goes_to_who_asked_else_it_is_shown(tasks: Tasks, owner: QObject, qapp: QApplication) -> None:
    told: list[GalienError] = []
    shown: list[BaseException] = []
    tasks.show_failure = shown.append

    def full(_progress: Progress) -> None:
        raise DiskFull("Le disque est plein.")

    tasks.run(full, done=lambda _: None, failed=told.append, owner=owner)
    tasks.run(full, done=lambda _: None, owner=owner)
    wait_for(lambda: bool(told and shown), qapp)
    assert isinstance(told[0], DiskFull)
    assert isinstance(shown[0], DiskFull)


def test_a_bug_is_never_handled_as_a_named_failure(tasks: Tasks, owner: QObject, qapp: QApplication) -> None:
    told: list[GalienError] = []
    shown: list[BaseException] = []
    tasks.show_failure = shown.append
    tasks.run(lambda _: 1 // 0, done=lambda _: None, failed=told.append, owner=owner)
    wait_for(lambda: bool(shown), qapp)
    assert isinstance(shown[0], ZeroDivisionError)
    assert told == []


@pytest.mark.req("OFF-UI-04")
def test_progress_shows_after_a_moment_and_can_be_cancelled_after_another(
    tasks: Tasks, owner: QObject, qapp: QApplication
) -> None:
    answers: list[int] = []

    def long(progress: Progress) -> int:
        for step in range(1000):
            progress.report(step, 1000, "Lecture")
            progress.check()
            time.sleep(0.01)
        return 1

    task = tasks.run(long, done=answers.append, owner=owner, title="Import…")
    assert tasks.shown == []
    wait_for(lambda: tasks.shown == [task], qapp)
    assert not task.can_cancel
    wait_for(lambda: task.can_cancel, qapp)
    assert task.steps[1:] == (1000, "Lecture")
    task.cancel()
    wait_for(lambda: tasks.idle, qapp)
    assert answers == []


def test_who_asked_is_told_that_somebody_cancelled(tasks: Tasks, owner: QObject, qapp: QApplication) -> None:
    told: list[str] = []

    def wait(progress: Progress) -> None:
        while True:
            progress.check()
            time.sleep(0.01)

    def run() -> Task:
        return tasks.run(
            wait, done=lambda _: told.append("done"), cancelled=lambda: told.append("cancelled"), owner=owner
        )

    run().cancel_by_hand()
    wait_for(lambda: tasks.idle, qapp)
    assert told == ["cancelled"]
    run().cancel()
    wait_for(lambda: tasks.idle, qapp)
    assert told == ["cancelled"], "what the program drops by itself is nobody's news"


def test_nothing_begins_once_the_window_is_closed(tasks: Tasks, owner: QObject, qapp: QApplication) -> None:
    tasks.shutdown()
    answers: list[int] = []
    tasks.run(lambda _: 1, done=answers.append, owner=owner)
    qapp.processEvents()
    assert tasks.idle
    assert answers == []
