"""By which component are rights read from a Vitale or a phone here, and does it answer?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QGridLayout, QWidget

from app.kernel.outcome import Refused
from app.officine.rights.component import CODE_RANGE_MINUTES, CONTEXT_RANGE_MINUTES, Component
from app.officine.staff.model import Right
from app.officine.staff.rules import member_may
from app.ui import theme
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Button, Chip, Text, row
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import Field, NumberField, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.kernel.outcome import Outcome
    from app.officine.rights.component import ComponentTest
    from app.ui.context import Ui

_PURPOSE = (
    "Les droits de la carte se lisent par les fournitures SESAM-Vitale de l’officine\u00a0: Galien n’en livre aucune. "
    "Sans elles, les droits se saisissent d’après l’attestation."
)
_SIMULATED = "Simulation\u00a0: les droits y sont fictifs, et ces réglages ne servent qu’avec des données réelles."
_LIMIT = 1_000
_TOP = Qt.AlignmentFlag.AlignTop


class VitalePage(Page):
    """The SESAM-Vitale library and the appli carte Vitale, with a trial that names what is missing."""

    def __init__(self, ui: Ui) -> None:
        """Set and try the component of the workstation of ``ui``."""
        super().__init__("Carte Vitale et appli carte Vitale", _PURPOSE)
        self._ui = ui
        self.library = TextField(limit=_LIMIT, name="Fichiers de la bibliothèque")
        self.version = TextField(limit=60, placeholder="toutes")
        self.professional, self.reader = TextField(limit=60), TextField(limit=60)
        self.meanings = TextField(limit=_LIMIT, placeholder="aucune", name="Codes couverture")
        self.code = NumberField(*CODE_RANGE_MINUTES, suffix="\u00a0min")
        self.context = NumberField(*CONTEXT_RANGE_MINUTES, suffix="\u00a0min")
        self._build_library()
        self._build_trial()
        self.end()

    def _build_library(self) -> None:
        panel = self.panel("Fournitures SESAM-Vitale")
        grid = QGridLayout()
        grid.setSpacing(theme.S)
        several = "Plusieurs fichiers\u00a0: séparés par «\u00a0;\u00a0»."
        codes = "Table JSON remise par l’éditeur\u00a0; sans elle, les codes sont montrés tels quels."
        unknown = "Aucun texte public ne fixe ces durées."
        choose = Button("&Bibliothèque…", icon="folder", name="Choisir la bibliothèque")
        choose.clicked.connect(lambda _checked=False: self._choose(self.library, several=True))
        table = Button("&Table…", icon="folder", name="Choisir la table des codes couverture")
        table.clicked.connect(lambda _checked=False: self._choose(self.meanings))
        grid.addWidget(Field("&Fichiers de la bibliothèque", _beside(self.library, choose), hint=several), 0, 0, 1, 2)
        grid.addWidget(Field("&Version exigée", self.version), 1, 0, 1, 2)
        grid.addWidget(Field("Ressource de la &CPS (galss.ini)", self.professional), 2, 0)
        grid.addWidget(Field("Ressource du &lecteur (galss.ini)", self.reader), 2, 1)
        grid.addWidget(Field("Codes couvertu&re", _beside(self.meanings, table), hint=codes), 3, 0, 1, 2)
        grid.addWidget(Field("Un &QR de l’appli sert", self.code, hint=unknown), 4, 0, _TOP)
        grid.addWidget(Field("Ce qu’il a &ouvert sert", self.context), 4, 1, _TOP)
        self.findings = FindingList(refusal="Non enregistré")
        self.save = Button("Enregistrer", kind="primary", icon="save")
        self.save.clicked.connect(lambda _checked=False: self.keep())
        self.try_button = ActButton(self._ui.acts, "settings.test_component")
        self.right = Text("Réservé au titulaire et au technicien.", "caption")
        panel.body.addLayout(grid)
        panel.body.addWidget(self.findings)
        panel.body.addWidget(Flow([self.save, self.try_button]))
        panel.body.addWidget(self.right)
        self.simulated = Text(_SIMULATED, "muted", wrap=True)
        panel.body.addWidget(self.simulated)
        self.simulated.setVisible(self._ui.services.mode.is_simulated)

    def _build_trial(self) -> None:
        self.tried = self.panel("Dernier essai")
        self.chip = Chip("", "neutral")
        self.tried.head.addWidget(self.chip)
        self.facts, self.missing = Facts(), FindingList(refusal="Manque")
        self.tried.body.addWidget(self.missing)
        self.tried.body.addWidget(self.facts)
        self.tried.hide()

    def shown(self) -> None:
        """Show what is chosen."""
        settings, operator = self._ui.settings, self._ui.operator
        self.findings.set_findings(())
        self.library.setText(settings.fsv_library)
        self.version.setText(settings.fsv_version)
        self.professional.setText(settings.fsv_ps_resource)
        self.reader.setText(settings.fsv_reader_resource)
        self.meanings.setText(settings.fsv_meanings)
        self.code.setValue(settings.apcv_code_minutes)
        self.context.setValue(settings.apcv_context_minutes)
        allowed = operator is None or member_may(operator, Right.SET_CARDS)
        self.save.setEnabled(allowed)
        self.right.setVisible(not allowed)

    def keep(self) -> None:
        """Keep what is typed."""
        settings, actor, chosen = self._ui.services.component_settings, self._ui.actor(), self._chosen()
        self._ui.tasks.run(lambda _progress: settings.set(chosen, actor), done=self._kept, owner=self, key="keep")

    def test(self) -> None:
        """Try what is typed, kept or not."""
        settings, actor, chosen = self._ui.services.component_settings, self._ui.actor(), self._chosen()
        self._ui.tasks.run(
            lambda _progress: settings.test(chosen, actor),
            done=self._show_test,
            owner=self,
            key="test",
            title="Essai de la bibliothèque…",
        )

    def _chosen(self) -> Component:
        return Component(
            fsv_library=self.library.text().strip(),
            fsv_version=self.version.text().strip(),
            fsv_ps_resource=self.professional.text().strip(),
            fsv_reader_resource=self.reader.text().strip(),
            fsv_meanings=self.meanings.text().strip(),
            apcv_code_minutes=self.code.value(),
            apcv_context_minutes=self.context.value(),
        )

    def _kept(self, outcome: Outcome[None]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self.findings.set_findings(())
        self._ui.say("Enregistré\u00a0: pris en compte au prochain démarrage de Galien", "success")

    def _show_test(self, outcome: Outcome[ComponentTest]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self.findings.set_findings(())
        test = outcome.value
        self.tried.show()
        if test.findings:
            self.chip.say("Incomplet", "warning")
        else:
            self.chip.say("Répond", "success")
        self.missing.set_findings(test.findings)
        self.facts.set_pairs(test.facts)
        self.ensureWidgetVisible(self.tried)

    def _choose(self, field: TextField, *, several: bool = False) -> None:
        dialog = QFileDialog(self, "Fournitures SESAM-Vitale")
        mode = QFileDialog.FileMode
        dialog.setFileMode(mode.ExistingFiles if several else mode.ExistingFile)
        if dialog.exec():
            field.setText(" ; ".join(dialog.selectedFiles()))


def _beside(field: TextField, button: Button) -> QWidget:
    """Return a field with its button beside it."""
    both = QWidget()
    both.setFocusProxy(field)
    line = row(field, button)
    line.setContentsMargins(0, 0, 0, 0)
    both.setLayout(line)
    return both
