"""Was the scan found, unknown or refused? Three short sounds tell, where the machine can play them."""

from __future__ import annotations

import array
import enum
import io
import math
import os
import shutil
import sys
import tempfile
import wave
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from app.settings import Settings

_RATE = 22_050
_PLAYERS = (("paplay",), ("pw-play",), ("aplay", "-q"), ("afplay",))
_LOUD, _EDGE_S = 0.35, 0.006


class Sound(enum.StrEnum):
    """What a sound says."""

    FOUND = "found"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"


# Notes in Hz (0: silence) and their length in seconds: high and short for yes, twice for what, low for no.
_NOTES: dict[Sound, tuple[tuple[float, float], ...]] = {
    Sound.FOUND: ((1_320.0, 0.07),),
    Sound.UNKNOWN: ((740.0, 0.09), (0.0, 0.05), (740.0, 0.09)),
    Sound.BLOCKED: ((392.0, 0.12), (262.0, 0.22)),
}


@cache
def wav(sound: Sound) -> bytes:
    """Return a sound as a WAV file: 16 bits, one channel, its notes faded in and out so that they do not click."""
    samples = array.array("h")
    for pitch, seconds in _NOTES[sound]:
        count = int(seconds * _RATE)
        edge = int(_EDGE_S * _RATE)
        for place in range(count):
            fade = min(1.0, place / edge, (count - place) / edge)
            samples.append(int(32_767 * _LOUD * fade * math.sin(2 * math.pi * pitch * place / _RATE)))
    if sys.byteorder == "big":
        samples.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


class Speaker:
    """Plays sounds by what the machine has, without ever waiting; silent where it has nothing."""

    def play(self, sound: Sound) -> None:
        """Begin a sound and return at once; a machine without a player beeps for what is refused."""
        if QApplication.platformName() in {"offscreen", "minimal"}:
            return
        if sys.platform == "win32":
            import winsound  # noqa: PLC0415 -- there on Windows only

            winsound.PlaySound(str(_file(sound)), winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT)
            return
        command = _command()
        if command is None:
            if sound is Sound.BLOCKED:
                QApplication.beep()
            return
        program, *words = command
        QProcess.startDetached(program, [*words, str(_file(sound))])


speaker = Speaker()
"""The speaker of this workstation; tests put another in its place."""


def play(settings: Settings, sound: Sound) -> None:
    """Play a sound, unless the settings want silence."""
    if settings.sounds:
        speaker.play(sound)


@cache
def _command() -> tuple[str, ...] | None:
    """Return the program that plays a WAV file, with its words; None where there is none."""
    found = ((shutil.which(program), words) for program, *words in _PLAYERS)
    return next(((path, *words) for path, words in found if path is not None), None)


@cache
def _file(sound: Sound) -> Path:
    """Return the file of a sound, written at its first use."""
    # One for each account: the file of another one can't be read.
    account = os.getuid() if os.name == "posix" else 0
    file = Path(tempfile.gettempdir()) / f"galien-{sound}-{_RATE}-{account}.wav"
    try:
        if not file.exists():
            file.write_bytes(wav(sound))
    except OSError:
        # A full disk makes no sound, and stops nothing.
        return file
    return file
