"""Which theme and which size of text?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QRadioButton

from app.ui import theme
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Text
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.ui.context import Ui

_SAID = {
    "light": "fond clair, pour un comptoir éclairé",
    "dark": "fond sombre, pour la garde de nuit",
    "contrast": "noir et couleurs vives, pour la basse vision",
    "system": "suit le réglage de l’ordinateur",
}


class AppearancePage(Page):
    """The look of the program on this workstation."""

    def __init__(self, ui: Ui) -> None:
        """Change the theme of ``ui`` at once, and keep it."""
        super().__init__("Apparence", "Ces choix valent pour ce poste et s’appliquent aussitôt.")
        self._ui = ui
        themes = self.panel("Thème")
        self.group = QButtonGroup(self)
        self.choices: dict[str, QRadioButton] = {}
        for name, title in theme.THEMES.items():
            choice = QRadioButton(f"{title} — {_SAID[name]}")
            choice.clicked.connect(partial(self._wear, name))
            self.choices[name] = choice
            self.group.addButton(choice)
            themes.body.addWidget(choice)
        zoom = self.panel("Taille de l’affichage")
        self.percent = Text("", "heading")
        zoom.body.addWidget(
            Flow(
                [
                    ActButton(ui.acts, "app.zoom_out"),
                    self.percent,
                    ActButton(ui.acts, "app.zoom_in"),
                    ActButton(ui.acts, "app.zoom_reset", kind="ghost"),
                ]
            )
        )
        zoom.body.addWidget(Text("De 80 à 200\u00a0%. Les textes ne sont jamais coupés.", "caption"))
        sounds = self.panel("Sons")
        self.sounds = QCheckBox("Dire par un son ce que devient un scan\u00a0: trouvé, inconnu, &refusé")
        self.sounds.setChecked(ui.settings.sounds)
        self.sounds.toggled.connect(self._sound)
        sounds.body.addWidget(self.sounds)
        self.end()
        ui.theme.changed.connect(self.shown)
        self.shown()

    def shown(self) -> None:
        """Show the theme and the zoom in force."""
        self.choices[self._ui.theme.name].setChecked(True)
        self.percent.setText(f"{self._ui.theme.zoom}\u00a0%")

    def _wear(self, name: str, *_checked: bool) -> None:
        self._ui.theme.set_name(name)
        self._ui.settings.theme = name
        self._ui.keep_settings()

    def _sound(self, on: bool) -> None:  # noqa: FBT001 -- a signal of Qt
        self._ui.settings.sounds = on
        self._ui.keep_settings()
