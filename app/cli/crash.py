"""What does a crash report say, without a word about a person?"""

from __future__ import annotations

import datetime as dt
import platform
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from app import __version__
from app.cli import frame
from app.kernel.errors import GalienError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ROOT = Path(__file__).resolve().parents[2]


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
        file.write_text("\n".join([*_head(now, rest), *_chain(error)]) + "\n", encoding="utf-8")
    except (OSError, GalienError):
        return None
    return file


def _head(now: dt.datetime, rest: Sequence[str]) -> list[str]:
    command = rest[0] if rest and rest[0].isalpha() else "(poste)"
    return [
        f"Galien {__version__}",
        f"date: {now:%Y-%m-%dT%H:%M:%SZ}",
        f"python: {platform.python_version()}",
        f"system: {platform.system()} {platform.release()}",
        f"command: {command}",
    ]


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"error: {type(error).__module__}.{type(error).__qualname__}"
        for place in traceback.extract_tb(error.__traceback__):
            yield f"  {_shown(place.filename)}:{place.lineno} {place.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _shown(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else path.name
