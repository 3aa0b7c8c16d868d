"""Where are the data, are they sound, and when were they last saved?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel import french
from app.ui import formats
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Chip, Text, row
from app.ui.widgets.facts import Facts

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.errors import GalienError
    from app.ui.context import Ui

_SHOWN = 8


class DatabasePage(Page):
    """The database of this data folder."""

    def __init__(self, ui: Ui) -> None:
        """Show the database of ``ui`` and save it."""
        super().__init__("Base de données", "Les données de l’officine restent chez elle\u00a0: voici où elles sont.")
        self._ui = ui
        where = self.panel("Base")
        self.state = Chip("Contrôle en cours", "neutral")
        where.head.addWidget(self.state)
        self.facts = Facts()
        where.body.addWidget(self.facts)
        saves = self.panel("Sauvegardes")
        self.last = Text("", wrap=True)
        self.list = Facts()
        saves.body.addWidget(self.last)
        saves.body.addLayout(row(ActButton(ui.acts, "settings.back_up", kind="primary"), 0))
        saves.body.addWidget(self.list)
        saves.body.addWidget(
            Text(
                "Une sauvegarde se remet en place avec la commande «\u00a0galien restore FICHIER\u00a0».",
                "caption",
                wrap=True,
            )
        )
        self.end()

    def shown(self) -> None:
        """Read the state of the base and the backups."""
        services = self._ui.services
        engine = "PostgreSQL, partagée entre les postes" if services.db.is_postgresql else "SQLite, sur ce poste"
        pairs = [
            ("Moteur", engine),
            ("Dossier de données", str(services.folder.root)),
            ("Fichier", "" if services.db.is_postgresql else services.folder.database_file.name),
            ("Nature", {"demo": "Démonstration", "training": "Formation"}.get(services.mode, "Officine réelle")),
        ]
        self.facts.set_pairs(pairs)
        self._ui.tasks.run(
            lambda _progress: [(file, file.stat().st_size, file.stat().st_mtime) for file in services.backups()],
            done=self._list,
            owner=self,
            key="backups",
        )
        self._ui.tasks.run(
            lambda _progress: services.db.wait_until_checked(),
            done=lambda _none: self.state.say("Contrôlée, saine", "success"),
            failed=self._damaged,
            owner=self,
            key="check",
        )

    def _damaged(self, error: GalienError) -> None:
        self.state.say(error.text, "danger")

    def _list(self, files: list[tuple[Path, int, float]]) -> None:
        if not files:
            self.last.setText("Aucune sauvegarde n’a encore été faite depuis ce poste.")
            self.list.set_pairs(())
            return
        self.last.setText(f"Dernière sauvegarde\u00a0: {formats.moment(formats.from_stamp(files[-1][2]))}")
        newest = reversed(files[-_SHOWN:])
        self.list.set_pairs(
            (formats.moment(formats.from_stamp(at)), f"{file.name} ({french.size_mb(size)})")
            for file, size, at in newest
        )

    def save(self) -> None:
        """Write a backup."""
        services = self._ui.services
        self._ui.tasks.run(
            lambda progress: services.back_up(progress.report),
            done=self._saved,
            owner=self,
            key="back_up",
            title="Sauvegarde…",
        )

    def _saved(self, file: Path) -> None:
        self._ui.say(f"Sauvegarde faite et relue\u00a0: {file.name}", "success")
        self.shown()
