"""Which card of a health professional is this? Presence and serial number only, without its code.

Everything else of a CPS (holder, situations, keys) is reached by PKCS#11, never by commands of ours. Source: the ANS's
Cryptolib: the serial number stands in 3F00/D003, readable freely, and begins with 80 250 00001, the issuer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cards.apdu import expect, read_binary, select
from app.cards.failures import CardSays

if TYPE_CHECKING:
    from app.cards.transport import Link

ISSUER = bytes.fromhex("8025000001")
SERIAL_PATH = bytes.fromhex("3F00D003")
_LONGEST = 10


def read_serial(link: Link) -> str:
    """Return the serial number in hexadecimal; empty where the card does not give it. Raises the link's CardFailure."""
    try:
        expect(link, select(by=0x09, target=SERIAL_PATH))
        content = read_binary(link)
    except CardSays:
        return ""
    start = content.find(ISSUER)
    return content[start : start + _LONGEST].hex().upper() if start >= 0 else ""
