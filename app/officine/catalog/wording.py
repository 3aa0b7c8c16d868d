"""To which one form are the words of a product and the words of a search brought?"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from app.kernel.text import fold, fold_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WORDS = 8
MAX_TEXT = 200
"""What is typed beyond these is left out of the search: no name is that long."""

_BOUNDARY = re.compile(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])")
_LETTERS = string.ascii_lowercase


def index_text(text: str) -> str:
    """Return the folded words of a text, letters and digits apart: ``1000mg`` is ``1000 mg``."""
    return _BOUNDARY.sub(" ", fold(text))


def index_texts(texts: Iterable[str]) -> dict[str, str]:
    """Return ``index_text`` of each distinct text, many at a time; no text may hold a line feed."""
    distinct = list(dict.fromkeys(texts))
    if not distinct:
        return {}
    apart = _BOUNDARY.sub(" ", "\n".join(fold_lines(distinct)))
    return dict(zip(distinct, apart.split("\n"), strict=True))


def query_words(text: str) -> tuple[str, ...]:
    """Return the distinct words to look for in a text as typed, at most ``MAX_WORDS``; any text is legal."""
    return tuple(dict.fromkeys(index_text(text[:MAX_TEXT]).split()))[:MAX_WORDS]


def query_code(text: str) -> str:
    """Return the digits of a text that can be a code or the beginning of one (5 digits or more), else nothing."""
    digits = "".join(text.split())
    return digits if 5 <= len(digits) <= 14 and digits.isascii() and digits.isdigit() else ""


def near_words(word: str) -> set[str]:
    """Return the words at one typing error of ``word``: a letter missing, added, changed, or two swapped."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    missing = {head + letter + tail for head, tail in cuts for letter in _LETTERS}
    added = {head + tail[1:] for head, tail in cuts if tail}
    changed = {head + letter + tail[1:] for head, tail in cuts if tail for letter in _LETTERS}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    return (missing | added | changed | swapped) - {word}
