"""A document names an address: does its reader really want to go there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout

from app.ui import theme
from app.ui.widgets.basics import Button, Text, row
from app.ui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

_WIDTH = 520
_BREAK_AT = 60
_ASK = "Ce document renvoie à une adresse d’Internet. Galien ne l’a pas ouverte, et ne sait pas ce qui s’y trouve."


def open_in_browser(address: str) -> bool:
    """Open an address in the browser of the system."""
    return QDesktopServices.openUrl(QUrl(address))


class LinkDialog(Dialog):
    """Shows the whole address, and the site apart; nothing is opened unless the button is pressed."""

    def __init__(self, address: str, parent: QWidget | None, open_address: Callable[[str], bool]) -> None:
        """Ask about ``address``; ``open_address`` opens it."""
        super().__init__("Adresse donnée par le document", parent)
        url = QUrl(address)
        # Letters of other alphabets may imitate a known name: the site is named as the network knows it.
        self.site = Text(url.host(QUrl.ComponentFormattingOption.FullyEncoded), "heading", wrap=True)
        self.address = Text(_breakable(url.toString(QUrl.ComponentFormattingOption.FullyEncoded)), wrap=True)
        self.cancel = Button("Ne pas ouvrir", kind="primary")
        self.cancel.key = "Échap"
        self.cancel.clicked.connect(self.reject)
        self.copy = Button("&Copier l’adresse", icon="copy")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(address))
        self.open_button = Button("&Ouvrir dans le navigateur")
        self.open_button.clicked.connect(lambda: open_address(address))
        self.open_button.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.L, theme.XL, theme.L)
        column.setSpacing(theme.M)
        column.addWidget(Text(_ASK, wrap=True))
        column.addWidget(self.site)
        column.addWidget(self.address)
        column.addLayout(row(self.open_button, self.copy, 0, self.cancel))
        self.setFixedWidth(theme.current().pixels(_WIDTH))
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)


def _breakable(address: str) -> str:
    """Return an address that can go on to the next line."""
    parts = [address[start : start + _BREAK_AT] for start in range(0, len(address), _BREAK_AT)]
    return "\u200b".join(parts)
