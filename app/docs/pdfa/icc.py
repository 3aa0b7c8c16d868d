"""Which colours does an archived page mean? The sRGB profile (ICC version 2), made here from the standard's figures.

Sources: IEC 61966-2-1 (primaries and curve, adapted to D50 as ICC asks); ICC.1:2001-04 (layout). PDF/A-1 refuses the
profiles of version 4 that libraries make, and others have licences of their own.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Final

CONDITION: Final = "sRGB IEC61966-2.1"
_WHITE: Final = (0.9642, 1.0, 0.8249)
_PRIMARIES: Final = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_POINTS: Final = 1024
_HEADER: Final = 128


@cache
def srgb() -> bytes:
    """Return the profile: a header, a table of tags, one curve that the three colours share."""
    blocks = {b"desc": _description(CONDITION), b"cprt": _text("Public domain"), b"wtpt": _xyz(_WHITE)}
    blocks |= {tag: _xyz(values) for tag, values in _PRIMARIES.items()}
    curve = _curve()
    place = _HEADER + 4 + 12 * (len(blocks) + 3)
    table, data = [], b""
    for tag, block in (*blocks.items(), (b"rTRC", curve)):
        table.append((tag, place + len(data), len(block)))
        data += block + bytes(-len(block) % 4)
    table += [(tag, *table[-1][1:]) for tag in (b"gTRC", b"bTRC")]
    tags = struct.pack(">I", len(table)) + b"".join(struct.pack(">4sII", *entry) for entry in table)
    return _header(_HEADER + len(tags) + len(data)) + tags + data


def _header(size: int) -> bytes:
    day = (2026, 1, 1, 0, 0, 0)
    head = struct.pack(">I4sI4s4s4s6H4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ", *day, b"acsp")
    return (head + bytes(28) + _fixed(_WHITE)).ljust(_HEADER, b"\0")


def _fixed(values: tuple[float, ...]) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(values)


def _text(words: str) -> bytes:
    return b"text\0\0\0\0" + words.encode("ascii") + b"\0"


def _description(words: str) -> bytes:
    said = words.encode("ascii") + b"\0"
    # Behind the ASCII name stand an empty Unicode one and an empty one for Macintosh, of a fixed 67 bytes.
    return b"desc\0\0\0\0" + struct.pack(">I", len(said)) + said + bytes(8) + bytes(3) + bytes(67)


def _curve() -> bytes:
    points = (round(_linear(rank / (_POINTS - 1)) * 65535) for rank in range(_POINTS))
    return b"curv\0\0\0\0" + struct.pack(f">I{_POINTS}H", _POINTS, *points)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
