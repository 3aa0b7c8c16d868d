"""In which order, and in which shape, are the letters of a text that runs from right to left drawn?

The page runs from left to right (French): words in Hebrew or Arabic inside it are turned, numbers inside them are not
(Unicode annex 9, reduced to one level of embedding). Arabic letters take the form that their neighbours give them
(Unicode 9.2), through the presentation forms that fonts have.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_RIGHT: Final = frozenset({"R", "AL"})
_NUMBER: Final = frozenset({"EN", "AN"})
_FORMS: Final = ("isolated", "final", "initial", "medial")
_BLOCKS: Final = (range(0xFB50, 0xFDFE), range(0xFE70, 0xFEFD))
_LAM: Final = "\u0644"
_ALEFS: Final = "\u0622\u0623\u0625\u0627"
_TATWEEL: Final = "\u0640"


def turns(text: str) -> bool:
    """Tell whether some of a text runs from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(char) in _RIGHT for char in text)


def visual(line: str) -> str:
    """Return a line in the order in which its characters are drawn from the left."""
    if not turns(line):
        return line
    clusters = _clusters(line)
    levels = _levels([unicodedata.bidirectional(cluster[0]) for cluster in clusters])
    return "".join(_ordered(clusters, levels))


def joined(text: str) -> str:
    """Return a text whose Arabic letters have the form of their place in the word."""
    if not any("\u0600" <= char <= "\u06ff" for char in text):
        return text
    out: list[str] = []
    before = False
    place = 0
    while place < len(text):
        char = text[place]
        if _is_mark(char):
            out.append(char)
            place += 1
            continue
        after = _next_letter(text, place)
        pair = char + after if char == _LAM else ""
        if pair and pair in _shapes():
            out.append(_shapes()[pair]["final" if before and "final" in _shapes()[pair] else "isolated"])
            end = text.index(after, place + 1)
            out.append(text[place + 1 : end])
            place, before = end + 1, False
            continue
        out.append(_shape(char, before=before, after=after))
        before = _joins_left(char)
        place += 1
    return "".join(out)


def _shape(char: str, *, before: bool, after: str) -> str:
    forms = _shapes().get(char, {})
    is_before = before and "final" in forms
    is_after = "initial" in forms and (after == _TATWEEL or "final" in _shapes().get(after, {}))
    wanted = _FORMS[2 * is_after + is_before]
    return forms.get(wanted, char)


def _joins_left(char: str) -> bool:
    return char == _TATWEEL or "initial" in _shapes().get(char, {})


def _next_letter(text: str, place: int) -> str:
    return next((char for char in text[place + 1 :] if not _is_mark(char)), "")


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) == "Mn"


def _clusters(line: str) -> list[str]:
    """Return the characters of a line, each with the marks that it bears."""
    found: list[str] = []
    for char in line:
        if found and _is_mark(char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _levels(kinds: Sequence[str]) -> list[int]:
    """Return the level of each character: 0 from left to right, 1 from right to left, 2 a number inside the latter."""
    strong = ""
    found: list[int | None] = []
    for kind in kinds:
        if kind in _RIGHT or kind == "L":
            strong = kind
        if kind in _RIGHT:
            found.append(1)
        elif kind in _NUMBER and strong in _RIGHT:
            found.append(2)
        else:
            found.append(0 if kind == "L" or kind in _NUMBER else None)
    return [_neutral(found, place) if level is None else level for place, level in enumerate(found)]


def _neutral(levels: Sequence[int | None], place: int) -> int:
    before = next((level for level in reversed(levels[:place]) if level is not None), 0)
    after = next((level for level in levels[place:] if level is not None), 0)
    return 1 if before and after else 0


def _ordered(clusters: Sequence[str], levels: Sequence[int]) -> list[str]:
    out: list[str] = []
    start = 0
    for place in range(1, len(clusters) + 1):
        if place < len(clusters) and bool(levels[place]) == bool(levels[start]):
            continue
        part = list(range(start, place))
        out += _turned(clusters, levels, part) if levels[start] else [clusters[one] for one in part]
        start = place
    return out


def _turned(clusters: Sequence[str], levels: Sequence[int], part: Sequence[int]) -> list[str]:
    out: list[str] = []
    number: list[str] = []
    for one in reversed(part):
        if levels[one] == 2:
            number.insert(0, clusters[one])
            continue
        out += number
        number = []
        out.append(_mirrored(clusters[one]))
    return [*out, *number]


def _mirrored(cluster: str) -> str:
    return _MIRRORS.get(cluster, cluster)


_MIRRORS: Final = dict(
    pair for left, right in ("()", "[]", "{}", "<>", "«»", "‹›") for pair in ((left, right), (right, left))
)


@cache
def _shapes() -> dict[str, dict[str, str]]:
    """Return the presentation forms of each Arabic letter, and of lam with alef, as the character database has them."""
    found: dict[str, dict[str, str]] = {}
    for block in _BLOCKS:
        for code in block:
            form, *letters = unicodedata.decomposition(chr(code)).split()[:3] or [""]
            name = form.strip("<>")
            whole = "".join(chr(int(letter, 16)) for letter in letters)
            if name in _FORMS and (len(whole) == 1 or (len(whole) == 2 and whole[0] == _LAM and name != "initial")):
                found.setdefault(whole, {}).setdefault(name, chr(code))
    return {
        letters: forms
        for letters, forms in found.items()
        if len(letters) == 1 or letters[1] in "\u0622\u0623\u0625\u0627"
    }
