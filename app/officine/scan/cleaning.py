"""What did the code itself hold, once the reader's own additions are taken away?"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.officine.scan.model import GS

_EDGES = " \t\r\n\x00\x02\x03\x04"
_AIM = re.compile(r"\](?P<id>[A-Za-z][0-9A-Za-z])")
_BOUNDARY = re.compile(rf"[\r\n]|{_AIM.pattern}")
_RENDERED_GS = re.compile(r"<GS>|\{GS\}|␝|\^\]|\\u001D|\\x1D", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1c\x1e\x1f\x7f-\x9f]")
_NEVER_SUBSTITUTE = re.compile(r"[0-9A-Za-z .'\-\]]*")

GS1_CARRIERS = frozenset({"d2", "d3", "C1", "e0", "Q3", "J1"})
"""AIM identifiers of symbols that carry GS1 element strings (ISO/IEC 15424)."""


class Frame(NamedTuple):
    """What a reader transmitted: the AIM identifier without ``]`` (empty without one) and the content."""

    aim: str
    body: str


def clean(text: str, gs_substitute: str = "") -> Frame:
    r"""Return the content with one kind of separator (GS), without AIM identifier, terminators and outer spaces.

    Separators are accepted as ``\x1d``, ``<GS>``, ``{GS}``, ``^]``, ``␝``, ``\u001D`` and as the substitute set for
    the scanner (letters, digits and the signs of names alone are none: they are content).
    """
    text = _RENDERED_GS.sub(GS, text).strip(GS + _EDGES)
    if not _NEVER_SUBSTITUTE.fullmatch(gs_substitute):
        text = text.replace(gs_substitute, GS)
    match = _AIM.match(text)
    aim = match["id"] if match else ""
    return Frame(aim, text[match.end() if match else 0 :].strip(GS + _EDGES))


def has_control(body: str) -> bool:
    """Return True for a control character other than the separator."""
    return _CONTROL.search(body) is not None


def first_frame(body: str) -> str:
    """Return the first of the readings that arrived as one: what stands before a terminator or an AIM identifier."""
    match = _BOUNDARY.search(body)
    return body[: match.start()] if match else body
