"""Which objects does a file of a card hold, in BER-TLV?

Source: ISO/IEC 7816-4, 5.2.2. A file is padded with 00 or FF after its last object; an object that is cut short is a
defect, never half a value.
"""

from __future__ import annotations

from app.cards.failures import CardDefect

_PADDING = (0x00, 0xFF)
_LONG_TAG = 0x1F
_CONTINUES = 0x80
_LONGEST_LENGTH = 3


def encode(tag: int, value: bytes) -> bytes:
    """Return an object: ``tag`` as it is written (0x65, 0x7F21), its length, its value."""
    head = tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")
    count = len(value)
    if count < _CONTINUES:
        return head + bytes([count]) + value
    length = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return head + bytes([_CONTINUES | len(length)]) + length + value


def decode(data: bytes) -> list[tuple[int, bytes]]:
    """Return the objects, in order, up to the padding. Raises CardDefect where one is cut short or has no length."""
    found, at = [], 0
    while at < len(data) and data[at] not in _PADDING:
        tag, at = _tag(data, at)
        length, at = _length(data, at)
        if at + length > len(data):
            raise _cut()
        found.append((tag, data[at : at + length]))
        at += length
    return found


def fields(data: bytes) -> dict[int, bytes]:
    """Return the objects by their tags; the first one where a tag comes twice. Raises as ``decode``."""
    return dict(reversed(decode(data)))


def _tag(data: bytes, at: int) -> tuple[int, int]:
    tag = data[at]
    at += 1
    if tag & _LONG_TAG != _LONG_TAG:
        return tag, at
    for octet in data[at : at + 2]:
        tag, at = tag << 8 | octet, at + 1
        if not octet & _CONTINUES:
            return tag, at
    raise _cut()


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise _cut()
    first = data[at]
    at += 1
    if not first & _CONTINUES:
        return first, at
    count = first & ~_CONTINUES
    if not 1 <= count <= _LONGEST_LENGTH or at + count > len(data):
        raise _cut()
    return int.from_bytes(data[at : at + count], "big"), at + count


def _cut() -> CardDefect:
    return CardDefect("Le contenu de la carte est incomplet.")
