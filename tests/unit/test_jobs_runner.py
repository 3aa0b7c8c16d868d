"""Works run in the background, say how far they are, and stop when asked."""

from __future__ import annotations

import threading

import pytest

from app.jobs import Cancelled, Progress, Runner


def test_a_work_returns_its_result_and_reports() -> None:
    heard: list[tuple[int, int, str]] = []
    runner = Runner()

    def work(progress: Progress) -> str:
        progress.report(1, 2, "moitié")
        return "fini"

    job = runner.submit(work, lambda done, total, said: heard.append((done, total, said)))
    assert job.result(10) == "fini"
    assert heard == [(1, 2, "moitié")]
    runner.shutdown()


def test_a_work_asked_to_stop_stops_at_its_next_step() -> None:
    runner, begun = Runner(), threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        while True:
            progress.check()

    job = runner.submit(work)
    assert begun.wait(10)
    job.cancel()
    with pytest.raises(Cancelled):
        job.result(10)
    runner.shutdown()


def test_a_work_that_has_not_begun_never_begins() -> None:
    runner, let_go = Runner(workers=1), threading.Event()
    runner.submit(lambda progress: let_go.wait(10))
    ran: list[bool] = []
    waiting = runner.submit(lambda progress: ran.append(True))
    waiting.cancel()
    let_go.set()
    with pytest.raises(Cancelled):
        waiting.result(10)
    runner.shutdown()
    assert ran == []


def test_the_failure_of_a_work_reaches_the_one_who_waits() -> None:
    runner, over = Runner(), threading.Event()

    def work(progress: Progress) -> None:
        raise LookupError

    job = runner.submit(work)
    job.when_over(lambda done: over.set())
    with pytest.raises(LookupError):
        job.result(10)
    assert over.wait(10)
    runner.shutdown()


def test_shutting_down_stops_what_runs() -> None:
    runner, begun = Runner(), threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        while True:
            progress.check()

    job = runner.submit(work)
    assert begun.wait(10)
    runner.shutdown()
    assert job.is_over
