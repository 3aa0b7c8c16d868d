"""How is an unexpected error told without a word about a person: its kinds and the places in the code, no message?"""

from __future__ import annotations

import traceback
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def places_of(error: BaseException | None) -> list[str]:
    """Return one line for the kind of each error of the chain, and one for each place in the code that it passed.

    Neither the messages nor the values are there: they may hold a NIR, a name or a password. Paths are told from the
    program's own folder, as those of a home folder name its user.
    """
    lines: list[str] = []
    while error is not None:
        lines.append(f"error: {type(error).__module__}.{type(error).__qualname__}")
        lines += [
            f"  {_shown(place.filename)}:{place.lineno} {place.name}"
            for place in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _shown(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else path.name
