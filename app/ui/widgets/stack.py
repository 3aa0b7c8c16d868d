"""How does one page of several show, without the hidden ones being measured at each change of the one shown?"""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget


class Stack(QStackedWidget):
    """Pages of which one shows, in the room that the stack is given.

    Qt’s own asks every page, hidden ones too, how high it is at each width: with the rooms of a whole window in it, a
    word changed at the counter cost tens of milliseconds.
    """

    def hasHeightForWidth(self) -> bool:
        """Return False: the pages take the height that they are given."""
        return False
