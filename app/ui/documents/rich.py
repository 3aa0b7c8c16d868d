"""How is the HTML of a document laid out, with nothing fetched and no style but ours?

The fragment is made by ``app.docs.showing``; nothing here trusts it: whatever it asked for would be refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QImage, QPalette, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser

from app.ui import theme

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QFont, QKeyEvent

    from app.ui.theme import Tokens

_PICTURE = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=]*)" width="(\d{1,4})" height="(\d{1,4})"')
_SHARPNESS = 2
_NOT_A_LINK = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})

_SHEET = Template("""
body { color: $text; }
h1 { font-size: ${title}pt; font-weight: 600; margin-top: 0px; margin-bottom: 2px; }
h2 { font-size: ${heading}pt; font-weight: 600; color: $accent_text; margin-top: 16px; margin-bottom: 4px; }
h3, h4 { font-size: ${strong}pt; font-weight: 600; margin-top: 10px; margin-bottom: 4px; }
p { margin-top: 3px; margin-bottom: 3px; }
ul, ol { margin-top: 3px; margin-bottom: 3px; -qt-list-indent: 1; }
table { border-collapse: collapse; margin-top: 6px; margin-bottom: 8px; }
th { background-color: $sunken; color: $text; font-weight: 600; padding: 4px 8px; border: 1px solid $border; }
td { padding: 4px 8px; border: 1px solid $border; }
table.facts td, table.plain td { border: 0px; padding: 1px 10px 1px 0px; }
table.facts td.key { color: $muted; }
.row { margin-top: 2px; margin-bottom: 8px; }
pre { font-family: "$family"; white-space: pre-wrap; }
.type, .muted, .ours, .note { color: $muted; }
.muted, .note { font-size: ${caption}pt; }
.strong, .warning { font-weight: 600; }
.warning { color: $warning; }
.success { color: $success; font-weight: 600; }
.flag { color: $danger; background-color: $danger_soft; font-weight: 600; }
.notice { color: $text; background-color: $warning_soft; font-weight: 600; }
.link { color: $accent_text; text-decoration: underline; }
.line { margin-top: 1px; margin-bottom: 1px; }
""")


@dataclass(frozen=True, slots=True)
class Look:
    """The colours and the sizes in points that a document wears."""

    tokens: Tokens
    points: dict[str, float]
    font: QFont

    @property
    def sheet(self) -> str:
        """The style sheet for Qt's rich text."""
        colours = {name: getattr(self.tokens, name) for name in self.tokens.__slots__}
        sizes = {role: f"{size:g}" for role, size in self.points.items()}
        return _SHEET.substitute({**colours, **sizes, "family": self.font.family()})


def screen_look(percent: int = 100) -> Look:
    """Return the look in force on the screen; ``percent`` makes this document larger or smaller."""
    worn = theme.current()
    font = worn.font("body")
    font.setPointSizeF(worn.points("body") * percent / 100)
    return Look(worn.tokens, {role: worn.points(role) * percent / 100 for role in theme.SIZES}, font)


class SafeDocument(QTextDocument):
    """A rich text that holds its pictures, and fetches nothing: neither file nor network."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.refused: list[str] = []
        """What a text asked for and was not given; empty as long as no text is at fault."""
        self._given = 0
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(theme.L)

    def show_fragment(self, fragment: str, look: Look) -> None:
        """Lay out a fragment of HTML in a look."""
        self.clear()
        self._given = 0
        self.setDefaultFont(look.font)
        self.setDefaultStyleSheet(look.sheet)
        self.setHtml(_PICTURE.sub(self._held, fragment))

    def _held(self, found: re.Match[str]) -> str:
        """Keep a picture of the fragment, and name it: Qt would otherwise compare megabytes at each drawing."""
        width, height = int(found[2]), int(found[3])
        name = f"image:{self._given}"
        self._given += 1
        self.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), _decoded(found[1], width, height))
        return f'src="{name}" width="{width}" height="{height}"'

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: ANN401 -- Qt's contract
        """Give nothing that is not held already: a style sheet, a picture, a page from elsewhere."""
        del kind
        self.refused.append(name.toString() if isinstance(name, QUrl) else name)
        return _blank()


def _decoded(text: str, width: int, height: int) -> QImage:
    """Return a picture as large as it will be drawn: Qt's rich text reduces one by leaving points out."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return _blank()
    image = QImage.fromData(content)
    if image.isNull():
        return _blank()
    if image.width() > width * _SHARPNESS:
        smooth = Qt.TransformationMode.SmoothTransformation
        return image.scaled(width * _SHARPNESS, height * _SHARPNESS, mode=smooth)
    return image


def _blank() -> QImage:
    image = QImage(1, 1, QImage.Format.Format_ARGB32)
    image.fill(0)
    return image


class RichText(QTextBrowser):
    """A rich text that is read: it scrolls, its words can be copied, it goes nowhere by itself."""

    def __init__(self, name: str) -> None:
        """Start empty; ``name`` is the accessible name."""
        super().__init__()
        self.safe = SafeDocument(self)
        self.setDocument(self.safe)
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        # One that comes and goes changes the width, and with it the whole text is laid out again.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda least, most: bar.setEnabled(most > least))
        self.fragment = ""
        self.percent = 100
        theme.current().changed.connect(self._dress)

    def show_fragment(self, fragment: str) -> None:
        """Show a fragment of HTML from its beginning."""
        self.fragment = fragment
        self._lay_out()
        # What was set moved the cursor to its end, which Qt keeps in sight when the size changes.
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(0)

    def magnify(self, percent: int) -> None:
        """Show the same text at another size, what was at the top staying about there."""
        bar = self.verticalScrollBar()
        share = bar.value() / max(1, bar.maximum())
        self.percent = percent
        self._lay_out()
        bar.setValue(round(share * bar.maximum()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let a scanner's Entrée follow no link; the rest is the reader's own."""
        if Qt.Key(event.key()) in _NOT_A_LINK and not self.textCursor().hasSelection():
            event.ignore()
            return
        super().keyPressEvent(event)

    def _dress(self) -> None:
        if self.fragment:
            self.magnify(self.percent)

    def _lay_out(self) -> None:
        look = screen_look(self.percent)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Text, QColor(look.tokens.text))
        palette.setColor(QPalette.ColorRole.Link, QColor(look.tokens.accent_text))
        self.setPalette(palette)
        self.safe.show_fragment(self.fragment, look)
