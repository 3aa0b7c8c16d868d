"""How is a qualified identity written as an INS datamatrix?

Source: ANS, « Datamatrix INS » v2.x, 4: header, blocks S1 to S7 in this order, a separator behind a variable value
that is neither at its longest nor the last; ECC 200, square, a quiet zone around. For an identity qualifiée only.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.kernel.outcome import is_refused
from app.officine.scan import ins
from app.officine.scan.model import GS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.kernel.outcome import Finding

HEADER = f"{ins.MARKER}{ins.VERSION}{'0' * 22}"
_LONGEST = {"oid": 20, "birth_names": 100, "family_name": 100}
"""The values of variable length, with their longest."""


def message(traits: Mapping[str, str], today: dt.date) -> tuple[str, tuple[Finding, ...]]:
    """Return the message of an identity, and what forbids it: the message is then empty.

    ``traits`` are those of ``ins.FIELDS``; the date is ``YYYY-MM-DD``; a place of birth may be absent.
    """
    given = [(number, name, traits.get(name) or "") for number, name in enumerate(ins.FIELDS, 1)]
    blocks = [(number, name, _as_written(name, value)) for number, name, value in given if value]
    text = HEADER
    for number, name, value in blocks:
        is_closed = name not in _LONGEST or len(value) >= _LONGEST[name] or number == blocks[-1][0]
        text += f"S{number}{value}{'' if is_closed else GS}"
    # What the reader of a colleague would say of it: nothing leaves that would be refused.
    findings = ins.decode(text, today).findings
    return ("", findings) if is_refused(findings) else (text, findings)


def png(text: str, scale: int = 6) -> bytes:
    """Return the symbol of a message as a PNG in black and white, ``scale`` pixels a module, quiet zone included."""
    from app.docs import datamatrix  # noqa: PLC0415 -- a heavy library, at first use

    return datamatrix.png(datamatrix.modules_of(text), scale)


def _as_written(name: str, value: str) -> str:
    if name != "birth_date":
        return value
    try:
        return f"{dt.date.fromisoformat(value):%d-%m-%Y}"
    except ValueError:
        return value
