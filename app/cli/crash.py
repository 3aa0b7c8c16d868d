"""What does a crash report say, without a word about a person?"""

from __future__ import annotations

import datetime as dt
import platform
from typing import TYPE_CHECKING

from app import __version__
from app.cli import frame
from app.kernel.errors import GalienError
from app.kernel.trace import places_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def report(error: BaseException, words: Sequence[str]) -> Path | None:
    """Write a crash report in the logs of the data folder of the command line; return its file, None if it can't be.

    It holds the kinds of the errors and the places in the code: no message, no value, no argument of the command.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        common, rest = frame.split_common(words)
        folder = frame.data_root(common) / "logs"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / f"crash-{now:%Y%m%dT%H%M%S%f}.txt"
        file.write_text("\n".join([*_head(now, rest), *places_of(error)]) + "\n", encoding="utf-8")
    except (OSError, GalienError):
        return None
    return file


def _head(now: dt.datetime, rest: Sequence[str]) -> list[str]:
    command = frame.shown_word(rest[0]) if rest else "(poste)"
    return [
        f"Galien {__version__}",
        f"date: {now:%Y-%m-%dT%H:%M:%SZ}",
        f"python: {platform.python_version()}",
        f"system: {platform.system()} {platform.release()}",
        f"command: {command}",
    ]
