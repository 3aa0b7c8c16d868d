"""Which medicines database is in force, and how is it renewed or put back?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app.kernel.outcome import Refused, Severity
from app.kernel.text import grouped, plural
from app.ui import formats
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, EmptyState, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.jobs import Progress
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.catalog.model import CatalogVersion, ImportReport, Rejected
    from app.ui.context import Ui


class CatalogPage(Page):
    """The medicines database: its version, its import, its return to the previous one."""

    def __init__(self, ui: Ui) -> None:
        """Show and renew the catalogue of ``ui``."""
        super().__init__(
            "Base des médicaments",
            "La base publique des médicaments (BDPM) est contrôlée avant d’entrer en vigueur\u202f; une base abîmée "
            "est refusée et la vente continue sur celle d’avant.",
        )
        self._ui = ui
        force = self.panel("En vigueur")
        self.facts = Facts()
        self.previous = Text("", "caption", wrap=True)
        force.body.addWidget(self.facts)
        force.body.addWidget(self.previous)
        force.body.addWidget(
            Flow([ActButton(ui.acts, "settings.import", kind="primary"), ActButton(ui.acts, "settings.rollback")])
        )
        self.findings = FindingList()
        force.body.addWidget(self.findings)
        self.report = self.panel("Dernier import", stretch=1)
        self.summary = Text("", wrap=True)
        columns: list[Column[Rejected]] = [
            Column("Fichier", lambda line: line.file, width=20),
            Column("Ligne", lambda line: grouped(line.line), width=8, right=True),
            Column("Motif", lambda line: line.reason),
        ]
        empty = EmptyState("check", "Aucune ligne rejetée", "Chaque ligne de la base a été lue.")
        self.rejected: ListTable[Rejected] = ListTable("Lignes rejetées", columns, empty)
        self.rejected.setMinimumHeight(200)
        self.report.body.addWidget(self.summary)
        self.report.body.addWidget(self.rejected, 1)
        self.report.hide()
        self.end()
        ui.broadcast.changed.connect(self._changed)

    def shown(self) -> None:
        """Read the versions."""
        catalog = self._ui.services.catalog
        self._ui.tasks.run(
            lambda _progress: (catalog.version(), catalog.previous_version()),
            done=lambda versions: self._show(*versions),
            owner=self,
            key="version",
        )

    def choose_folder(self) -> None:
        """Ask for the folder that holds the files of the base."""
        dialog = QFileDialog(self, "Dossier de la base des médicaments")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.LookIn, "Chercher dans\u00a0:")
        dialog.setLabelText(QFileDialog.DialogLabel.FileType, "Montrer\u00a0:")
        if dialog.exec():
            self.import_folder(Path(dialog.selectedFiles()[0]))

    def import_folder(self, source: Path) -> None:
        """Import the base that lies in ``source``."""
        catalog, actor = self._ui.services.catalog, self._ui.actor()

        def work(progress: Progress) -> Outcome[ImportReport]:
            return catalog.import_folder(source, actor, progress, isolated=True)

        self._ui.tasks.run(
            work, done=self._imported, owner=self, key="import", title="Import de la base des médicaments…"
        )

    def roll_back(self) -> None:
        """Put the previous version back in force."""
        catalog, actor = self._ui.services.catalog, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: catalog.rollback(actor), done=self._rolled_back, owner=self, key="import", title="Retour…"
        )

    def _changed(self, change: Changed) -> None:
        if change.touches("catalog") and self.isVisible():
            self.shown()

    def _show(self, version: CatalogVersion | None, previous: CatalogVersion | None) -> None:
        self._ui.acts.set_enabled("settings.rollback", enabled=previous is not None)
        if version is None:
            self.facts.set_pairs([("Version", "Aucune\u00a0: importez le dossier des fichiers de la BDPM.")])
        else:
            self.facts.set_pairs(
                [
                    ("Version", version.version),
                    ("Date de la source", formats.date(version.source_date)),
                    ("Source", version.source),
                    ("Spécialités", grouped(version.specialities)),
                    ("Présentations", grouped(version.presentations)),
                    ("Groupes génériques", grouped(version.generic_groups)),
                    ("Empreinte", version.sha256[:16] + "…"),
                ]
            )
        said = (
            f"Version précédente gardée\u00a0: {previous.version}." if previous else "Aucune version précédente gardée."
        )
        self.previous.setText(said)

    def _imported(self, outcome: Outcome[ImportReport]) -> None:
        if isinstance(outcome, Refused):
            self._refused(outcome)
            return
        report = outcome.value
        self.findings.set_findings(finding for finding in outcome.findings if finding.severity is not Severity.INFO)
        rejected = f"{plural(len(report.rejected), 'ligne')} rejetée{'s' if len(report.rejected) > 1 else ''}"
        self.summary.setText(
            f"Version {report.version}\u00a0: {plural(report.specialities, 'spécialité')}, "
            f"{plural(report.presentations, 'présentation')}, {rejected}, en {round(report.seconds)}\u00a0s."
        )
        self.rejected.set_records(report.rejected)
        self.report.show()
        self._ui.say("Base des médicaments mise à jour", "success")
        self.shown()

    def _rolled_back(self, outcome: Outcome[CatalogVersion]) -> None:
        if isinstance(outcome, Refused):
            self._refused(outcome)
        else:
            self.findings.set_findings(())
            self._ui.say(f"Version {outcome.value.version} remise en vigueur", "success")
            self.shown()

    def _refused(self, refused: Refused) -> None:
        self.findings.set_findings(refused.findings)
