"""How do the program and the process that checks documents speak over a pipe? Four octets of length, then content."""

from __future__ import annotations

import struct
from typing import IO, Final

_LENGTH: Final = struct.Struct(">I")
LARGEST: Final = 256 * 2**20
DOCUMENT: Final = b"D"
"""Begins an order: what follows is a document to check."""
PROVE: Final = b"P"
"""An order: compile every rule file of the kit."""


def frame(content: bytes) -> bytes:
    """Return the content as it is sent."""
    return _LENGTH.pack(len(content)) + content


def read(stream: IO[bytes]) -> bytes | None:
    """Return the next content; None at the end of the stream, or where it is cut or is none of ours."""
    head = _exactly(stream, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    return _exactly(stream, length) if length <= LARGEST else None


def write(stream: IO[bytes], content: bytes) -> None:
    """Send a content whole, however little a pipe takes at a time. Raises OSError where nobody reads any more."""
    left = memoryview(frame(content))
    while left:
        left = left[stream.write(left) :]


def _exactly(stream: IO[bytes], count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = stream.read(count - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)
