"""Does the workstation lock by itself when it must, warn before, and keep open while somebody is there?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from counter_hands import Hands, wait
from PySide6.QtCore import Qt

from app.officine.staff.session import EndWhy
from app.ui.lock_watch import WARNING_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.clock import FixedClock
    from app.ui.lock_watch import LockWatch
    from app.ui.main_window import MainWindow
    from app.ui.pictures import Stage


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """The window of a demonstration, open."""
    return Hands(stage, scan_keys)


def window_of(hands: Hands) -> MainWindow:
    return hands.stage.window


def later(hands: Hands, step: dt.timedelta) -> LockWatch:
    """Let time pass, and the watch look."""
    clock: FixedClock = hands.services.clock  # type: ignore[assignment] # the tests' clock
    clock.advance(step)
    watch = window_of(hands).watch
    watch.look()
    return watch


IDLE = dt.timedelta(minutes=10)


@pytest.mark.req("OFF-UI-20")
def test_ten_minutes_without_anybody_lock(hands: Hands) -> None:
    later(hands, IDLE - dt.timedelta(seconds=WARNING_SECONDS + 1))
    assert not window_of(hands).locked
    assert not window_of(hands).closing.isVisible()
    later(hands, dt.timedelta(seconds=WARNING_SECONDS + 1))
    hands.stage.settle()
    assert window_of(hands).locked
    assert "Personne" in window_of(hands).lock_view.reason.text()


@pytest.mark.req("OFF-UI-20")
def test_the_last_seconds_are_told_and_a_key_keeps_it_open_and_does_its_work(hands: Hands) -> None:
    later(hands, IDLE - dt.timedelta(seconds=8))
    strip = window_of(hands).closing
    assert strip.isVisible()
    assert "8 secondes" in strip.words.text().replace("\u00a0", " ")
    hands.type("doli")
    assert not strip.isVisible()
    later(hands, IDLE - dt.timedelta(seconds=WARNING_SECONDS + 1))
    assert not window_of(hands).locked


@pytest.mark.req("OFF-UI-20")
def test_a_scan_keeps_it_open_whole(hands: Hands) -> None:
    later(hands, IDLE - dt.timedelta(seconds=5))
    code = hands.product("doliprane").code
    hands.scan(f"010{code}17281231" + "10LOT7" + "\x1d" + "21SN9")
    assert not window_of(hands).closing.isVisible()
    assert len(hands.page.till.session.lines) == 1


@pytest.mark.req("OFF-UI-20")
def test_the_time_of_the_setting_is_the_one_that_counts(hands: Hands) -> None:
    hands.services.settings.lock_idle_minutes = 2
    later(hands, dt.timedelta(minutes=2))
    hands.stage.settle()
    assert window_of(hands).locked


@pytest.mark.req("OFF-UI-20")
def test_a_clock_that_goes_back_ends_the_session(hands: Hands) -> None:
    later(hands, dt.timedelta(minutes=-5))
    hands.stage.settle()
    assert window_of(hands).locked
    assert hands.stage.ui.session is None
    assert "horloge" in window_of(hands).lock_view.reason.text()


@pytest.mark.req("OFF-UI-20")
def test_a_session_ended_elsewhere_locks_within_a_minute(hands: Hands) -> None:
    session = hands.stage.ui.session
    assert session is not None
    hands.aside(lambda: hands.services.sign_in.sign_out(session, EndWhy.CLOSED))
    later(hands, dt.timedelta(seconds=61))
    wait(hands, lambda: window_of(hands).locked)
    assert hands.stage.ui.session is None


@pytest.mark.req("OFF-UI-20")
def test_the_end_of_the_session_while_locked_asks_for_a_full_sign_in(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F12)
    assert hands.stage.ui.session is not None
    later(hands, dt.timedelta(hours=12))
    hands.stage.settle()
    assert window_of(hands).locked
    assert hands.stage.ui.session is None
    assert "session" in window_of(hands).lock_view.reason.text()
