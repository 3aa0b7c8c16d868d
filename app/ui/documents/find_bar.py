"""Where in a document are the words that its reader looks for, whatever their accents?"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTextEdit, QWidget

from app.kernel.text import NBSP, plural
from app.ui import theme
from app.ui.widgets.basics import Button, Text

if TYPE_CHECKING:
    from app.ui.documents.rich import RichText

_MOST = 999
_WIDTH = 260


class FindBar(QWidget):
    """A field, how many times the words are found, and two buttons; Entrée goes to the next, Échap closes."""

    closed = Signal()

    def __init__(self, text: RichText) -> None:
        """Look in ``text``; hidden until ``begin``."""
        super().__init__()
        self._text = text
        self.found: list[tuple[int, int]] = []
        self.at = 0
        self.field = QLineEdit()
        self.field.setPlaceholderText("Rechercher dans le document")
        self.field.setAccessibleName("Rechercher dans le document")
        self.field.setFixedWidth(theme.current().pixels(_WIDTH))
        self.field.textChanged.connect(self._look)
        self.count = Text("", "muted")
        self.before = Button("", icon="back", kind="ghost", name="Précédent")
        self.after = Button("Suivant", kind="ghost")
        self.after.key = "Entrée"
        close = Button("Fermer", kind="ghost")
        close.key = "Échap"
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.S)
        for part in (self.field, self.count, self.before, self.after, close):
            line.addWidget(part)
        line.addStretch(1)
        self.before.clicked.connect(lambda: self.go(-1))
        self.after.clicked.connect(lambda: self.go(1))
        close.clicked.connect(self.end)
        self.hide()

    def begin(self) -> None:
        """Ask for the words, those looked for last at hand."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._look()

    def end(self) -> None:
        """Close, and leave the text unmarked."""
        self.hide()
        self._text.setExtraSelections([])
        self.closed.emit()

    def go(self, step: int) -> None:
        """Go to another place where the words are found, round and round."""
        if self.found:
            self.at = (self.at + step) % len(self.found)
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Entrée goes on, with Maj back; Échap closes."""
        if Qt.Key(event.key()) in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.go(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)

    def _look(self) -> None:
        self.found = places(self._text.toPlainText(), self.field.text())
        self.at = 0
        if self.found:
            self._show()
            return
        self._text.setExtraSelections([])
        self.count.setText("Rien de tel ici" if self.field.text().strip() else "")

    def _show(self) -> None:
        several = f"{self.at + 1} sur {len(self.found)}{'+' if len(self.found) == _MOST else ''}"
        self.count.setText(several if len(self.found) > 1 else plural(1, "endroit").replace(" ", NBSP))
        self._text.setExtraSelections([self._marked(rank) for rank in range(len(self.found))])
        cursor = QTextCursor(self._text.document())
        cursor.setPosition(self.found[self.at][0])
        self._text.setTextCursor(cursor)
        self._text.ensureCursorVisible()

    def _marked(self, rank: int) -> QTextEdit.ExtraSelection:
        start, end = self.found[rank]
        tokens = theme.current().tokens
        here = rank == self.at
        look = QTextCharFormat()
        look.setBackground(QColor(tokens.accent if here else tokens.selection))
        look.setForeground(QColor(tokens.on_accent if here else tokens.on_selection))
        marked = QTextEdit.ExtraSelection()
        marked.cursor = QTextCursor(self._text.document())
        marked.cursor.setPosition(start)
        marked.cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        marked.format = look
        return marked


def places(text: str, wanted: str) -> list[tuple[int, int]]:
    """Return where words are found, case and accents aside, as Qt counts places; at most 999."""
    letters, sought = _plain(text), _plain(wanted.strip())
    found: list[tuple[int, int]] = []
    start = letters.find(sought) if sought else -1
    while start >= 0 and len(found) < _MOST:
        found.append((start, start + len(sought)))
        start = letters.find(sought, start + len(sought))
    return found


def _plain(text: str) -> str:
    """Return a text letter for letter without case or accents; a sign that Qt counts twice stands twice."""
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    if ord(letter) > 0xFFFF:
        return letter * 2
    if letter.isspace():
        return " "
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter
