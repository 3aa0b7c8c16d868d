"""Do three short sounds tell what a scan became, never waiting, and never where silence is wanted?"""

from __future__ import annotations

import io
import time
import wave
from typing import TYPE_CHECKING

import pytest
from counter_hands import Hands, box_frame
from PySide6.QtCore import Qt

from app.ui import sounds
from app.ui.sounds import Sound, Speaker, wav

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage


class Ear(Speaker):
    """Hears what would be played."""

    def __init__(self) -> None:
        self.heard: list[Sound] = []

    def play(self, sound: Sound) -> None:
        """Keep the sound."""
        self.heard.append(sound)


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    found = Ear()
    monkeypatch.setattr(sounds, "speaker", found)
    return found


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    found = Hands(stage, scan_keys)
    found.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    return found


@pytest.mark.req("OFF-CPT-21")
@pytest.mark.parametrize("sound", list(Sound))
def test_each_sound_is_short_and_its_own(sound: Sound) -> None:
    with wave.open(io.BytesIO(wav(sound))) as file:
        assert 0.03 < file.getnframes() / file.getframerate() < 0.4
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert any(file.readframes(file.getnframes()))
    assert len({wav(one) for one in Sound}) == len(Sound)


@pytest.mark.req("OFF-CPT-21")
def test_scan_found_unknown_and_refused_sound_apart(hands: Hands, ear: Ear) -> None:
    frame = box_frame(hands.product("doliprane 1000"))
    hands.scan(frame)
    assert ear.heard == [Sound.FOUND]
    hands.scan(frame)
    assert ear.heard == [Sound.FOUND, Sound.BLOCKED], "one box, one scan"
    hands.scan("3400930000007")
    assert ear.heard[2:] == [Sound.UNKNOWN]


@pytest.mark.req("OFF-CPT-21")
def test_silence_is_kept(hands: Hands, ear: Ear) -> None:
    hands.services.settings.sounds = False
    hands.scan(box_frame(hands.product("doliprane 1000")))
    assert not ear.heard


def test_a_machine_without_a_player_loses_no_time(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "_command", lambda: None)
    began = time.monotonic()
    for sound in Sound:
        Speaker().play(sound)
    assert time.monotonic() - began < 0.2
