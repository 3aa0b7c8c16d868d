"""What did the scanner type, when its keyboard layout is not that of the computer?

A scanner in keyboard mode sends key positions. Read with another layout, or under Caps Lock, the same positions give
other characters: digits become ``&é"'(-è_çà``, A and Q change places. Each damage is a table by position, so that its
inverse gives back exactly what the symbol held; only a check key tells whether that damage is the one that took place.
"""

from __future__ import annotations

from typing import NamedTuple

from app.officine.scan.defects import Defect

# By position: the top row from the key under Esc, then the three rows of letters, left to right; then space.
_US = "`1234567890-=" + "qwertyuiop[]\\" + "asdfghjkl;'" + "zxcvbnm,./"
_US_SHIFT = "~!@#$%^&*()_+" + "QWERTYUIOP{}|" + 'ASDFGHJKL:"' + "ZXCVBNM<>?"
_FR = "²&é\"'(-è_çà)=" + "azertyuiop^$*" + "qsdfghjklmù" + "wxcvbn,;:!"
_FR_SHIFT = "³1234567890°+" + "AZERTYUIOP¨£µ" + "QSDFGHJKLM%" + "WXCVBN?./§"


class Damage(NamedTuple):
    """One way in which a reading is changed: what tells the user, and the table from shown to sent character."""

    defect: Defect
    inverse: dict[int, int]

    def undo(self, text: str) -> str:
        """Return what the scanner meant when it suffered this damage."""
        return text.translate(self.inverse)

    def apply(self, text: str) -> str:
        """Return what the computer shows for what the scanner sends: the contrary of ``undo``."""
        return text.translate({meant: shown for shown, meant in self.inverse.items()})


def _between(meant: str, shown: str) -> dict[int, int]:
    return {ord(after): ord(before) for before, after in zip(meant, shown, strict=True)}


def _caps_only(letters: str) -> dict[int, int]:
    return _between(letters, letters.swapcase())


US_ON_FR = Damage(Defect.LAYOUT_US, _between(_US + _US_SHIFT, _FR + _FR_SHIFT))
CAPS_ON_FR = Damage(Defect.CAPS_LOCK, _between(_FR + _FR_SHIFT, _FR_SHIFT + _FR))
CAPS_ON_LETTERS = Damage(Defect.CAPS_LOCK, _caps_only("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
US_ON_FR_WITH_CAPS = Damage(Defect.LAYOUT_US, _between(_US + _US_SHIFT, _FR_SHIFT + _FR))
FR_ON_US = Damage(Defect.LAYOUT_FR, _between(_FR + _FR_SHIFT, _US + _US_SHIFT))

DAMAGES = (US_ON_FR, CAPS_ON_FR, CAPS_ON_LETTERS, US_ON_FR_WITH_CAPS, FR_ON_US)

_TOP_ROW = frozenset("&é\"'(-è_çà")
_TOP_ROW_US = frozenset("!@#$%^&*()")


def looks_damaged(text: str) -> bool:
    """Return True when the text is mostly made of the unshifted top row: digits read with the wrong layout."""
    shown = sum(char in _TOP_ROW or char in _TOP_ROW_US for char in text)
    return len(text) >= 6 and shown * 2 >= len(text)
