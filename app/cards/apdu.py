"""How is one command put to a card, and its whole answer had, whatever the card does?

Source: ISO/IEC 7816-3 (T=0) and 7816-4. A T=0 card answers ``61xx`` (there is more: GET RESPONSE) and ``6Cxx`` (ask
for xx bytes). Both are limited here: a card that never ends, or answers more than was asked, is a defect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.cards.failures import CardDefect, CardSays

if TYPE_CHECKING:
    from app.cards.transport import Link

OK = 0x9000
_MORE, _WRONG_LE = 0x61, 0x6C
_END_OF_FILE = frozenset({0x6282, 0x6B00, 0x6A86})
_BLOCK = 256
_LONGEST_FILE = 16 * 1024
"""No file that Galien reads is longer; the largest of a Vitale holds some hundreds of bytes."""
_MOST_BLOCKS = _LONGEST_FILE // 64


class Answer(NamedTuple):
    """What a card answered: its data, and the status word."""

    data: bytes
    status: int


def exchange(link: Link, command: bytes) -> Answer:
    """Put a short APDU, whose last byte is Le where one is wanted; return the whole answer.

    Raises CardDefect for an answer that does not end or is too long, and the CardFailure of the link.
    """
    data, status = _once(link, command)
    if status >> 8 == _WRONG_LE:
        data, status = _once(link, command[:-1] + bytes([status & 0xFF]))
    whole, blocks = data, 0
    while status >> 8 == _MORE:
        data, status = _once(link, bytes([command[0] & 0x03, 0xC0, 0, 0, status & 0xFF]))
        whole, blocks = whole + data, blocks + 1
        if blocks > _MOST_BLOCKS or len(whole) > _LONGEST_FILE or not (data or status == OK):
            raise CardDefect("La carte répond sans fin.")
    return Answer(whole, status)


def expect(link: Link, command: bytes) -> bytes:
    """Put a command that must succeed; return its data. Raises CardSays for any other status word."""
    data, status = exchange(link, command)
    if status != OK:
        raise CardSays(status)
    return data


def read_binary(link: Link, short_id: int | None = None) -> bytes:
    """Return the whole of a transparent file: the one selected, or the one of ``short_id`` (SFI) in the current DF.

    Raises CardSays where its first block can't be read.
    """
    place = (0x80 | short_id) << 8 if short_id is not None else 0
    whole = block = expect(link, _read_at(place))
    while len(block) >= _BLOCK:
        if len(whole) > _LONGEST_FILE:
            raise CardDefect("Le fichier de la carte n’a pas de fin.")
        block, status = exchange(link, _read_at(len(whole)))
        if status in _END_OF_FILE:
            return whole
        if status != OK:
            raise CardSays(status)
        whole += block
    return whole


def select(*, by: int, target: bytes, described: bool = False) -> bytes:
    """Return the command that selects ``target``; ``by`` is P1: 00 a file, 04 a name, 09 a path.

    ``described`` asks for the description of what is selected (FCI), as the sequence observed on a Vitale does.
    """
    return bytes([0x00, 0xA4, by, 0x00 if described else 0x0C, len(target)]) + target


def _read_at(place: int) -> bytes:
    return bytes([0x00, 0xB0, place >> 8, place & 0xFF, 0x00])


def _once(link: Link, command: bytes) -> Answer:
    answer = link.transmit(command)
    if not 2 <= len(answer) <= _BLOCK + 2:
        raise CardDefect("La carte répond autre chose que ce qui lui est demandé.")
    return Answer(answer[:-2], int.from_bytes(answer[-2:], "big"))
