"""What can be done here, and by which keys? The help of each screen, by F1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.resources import resource
from app.ui.widgets.basics import Button, EmptyState, Text, row
from app.ui.widgets.dialog import Dialog
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.ui.shortcuts import Act, Acts


def page(room: str) -> str:
    """Return the manual page of a room, in Markdown; the general page where the room has none."""
    file = resource("help", f"{room}.md")
    if not file.is_file():
        file = resource("help", "general.md")
    return file.read_text(encoding="utf-8")


class HelpDialog(Dialog):
    """The manual page of the screen, beside every key: this screen’s first."""

    def __init__(
        self,
        acts: Acts,
        rooms: Mapping[str, str],
        parent: QWidget | None = None,
        *,
        print_keys: Callable[[], object] | None = None,
    ) -> None:
        """Show the page of the room in which the user is; ``print_keys`` writes the table of all keys."""
        here = acts.room()
        super().__init__(f"Aide — {rooms.get(here, 'Galien')}", parent)
        self.text = QTextBrowser()
        self.text.setAccessibleName("Page du manuel")
        self.text.setOpenExternalLinks(False)
        self.text.setMarkdown(page(here))
        columns: list[Column[Act]] = [
            Column("Touche", lambda act: acts.key_text_of(act.id) or "—", width=16, strong=True),
            Column("Acte", lambda act: act.title),
            Column(
                "Écran", lambda act: rooms.get(act.room, "Partout"), width=12, tone=lambda _act: "muted", spare=True
            ),
        ]
        empty = EmptyState("keyboard", "Aucun acte", "Aucun acte n’est encore défini.")
        self.keys: ListTable[Act] = ListTable("Touches", columns, empty)
        order = {here: 0, "": 1}
        self.keys.set_records(sorted(acts.all(), key=lambda act: (order.get(act.room, 2), not acts.key_of(act.id))))
        close = Button("Fermer", kind="primary")
        close.clicked.connect(self.accept)
        right = QVBoxLayout()
        right.addWidget(Text("Toutes les touches", "heading"))
        right.addWidget(self.keys, 1)
        body = QHBoxLayout()
        body.setSpacing(theme.L)
        body.addWidget(self.text, 1)
        body.addLayout(right, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.XL, theme.L, theme.XL, theme.L)
        outer.setSpacing(theme.M)
        outer.addLayout(body, 1)
        told = Text("Les touches se changent dans Réglages, Clavier.", "caption")
        self.print_button = Button("&Imprimer les touches", icon="print")
        self.print_button.setVisible(print_keys is not None)
        if print_keys is not None:
            wanted = print_keys
            self.print_button.clicked.connect(lambda _checked: wanted())
        outer.addLayout(row(told, 0, self.print_button, close))
        worn = theme.current()
        room = parent.size() if parent is not None else self.sizeHint()
        self.resize(min(worn.pixels(1040), room.width() - theme.XXL), min(worn.pixels(640), room.height() - theme.XXL))
        self.keys.setFocus(Qt.FocusReason.OtherFocusReason)
