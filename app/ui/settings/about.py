"""Which program is this, in which version, made of what?"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import PySide6

from app import __version__
from app.ui.settings.page import Page
from app.ui.widgets.basics import Text
from app.ui.widgets.facts import Facts

if TYPE_CHECKING:
    from app.ui.context import Ui


class AboutPage(Page):
    """The version, the licence, what the program does not do."""

    def __init__(self, ui: Ui) -> None:
        """Say what this program is."""
        super().__init__("À propos", "Galien, logiciel de gestion d’officine.")
        what = self.panel("Ce programme")
        what.body.addWidget(
            Facts(
                [
                    ("Version", __version__),
                    ("Licence", "Apache 2.0"),
                    ("Poste", ui.settings.station),
                    ("Python", platform.python_version()),
                    ("PySide6 (Qt)", PySide6.__version__),
                    ("Police", "Inter, licence OFL 1.1"),
                ]
            )
        )
        data = self.panel("Vos données")
        data.body.addWidget(
            Text(
                "Galien n’envoie aucune mesure d’usage. Rien ne quitte l’officine sans un envoi nommé, visible dans la "
                "file d’attente. Les données sont dans votre dossier, dans des formats documentés.",
                wrap=True,
            )
        )
        self.end()
