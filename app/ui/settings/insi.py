"""How does this officine reach the téléservice INSi, under which identifiers, and is its certificate there?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFileDialog, QGridLayout, QPlainTextEdit, QRadioButton

from app.kernel.outcome import Finding, Refused, Severity
from app.kernel.text import NBSP
from app.officine.patients.insi_model import InsiMode, InsiSettings
from app.officine.secrets.rules import certificate_ends
from app.officine.staff.model import Right
from app.ui import formats
from app.ui.patients.identity_words import holds
from app.ui.settings.import_p12 import USAGES, content_of
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Button, Chip, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.secrets.model import Certificate
    from app.ui.context import Ui

_PURPOSE = (
    "Ces réglages valent pour tous les postes de l’officine. Chaque changement est inscrit à la trace\u00a0; chaque "
    "appel l’est au journal d’appels INSi (Registres)."
)
_SIMULATED = (
    "Simulation\u00a0: INSi est fictif, sur ce poste\u202f; les adresses, le numéro d’autorisation, les autorités et "
    "le certificat n’y servent pas."
)
_RESERVED = "Réservé au titulaire et au super-utilisateur identité\u00a0: ces réglages se lisent seulement."
_MODES: Final = (
    (
        InsiMode.ORGANISATION,
        "Certificat de l’&officine (CL-ORG)",
        "Sans carte\u00a0: le certificat importé dans «\u00a0Clés et certificats\u00a0» identifie l’officine.",
    ),
    (
        InsiMode.CARD,
        "Carte de &professionnel (CPx)",
        "La carte du pharmacien est dans le lecteur, et son code demandé à l’appel.",
    ),
)
_CARD_ALWAYS = "La recherche par carte Vitale se fait toujours avec une carte de professionnel."
_USAGE: Final = USAGES[0][0]
"""Under which usage the certificate that authenticates the officine is imported."""
_NAMES: Final = ("INSI-MANU", "INSI-AUTO")
"""The common names of a CL-ORG certificate that INSi lets in, any other is answered desir_560 (SEL-MP-043)."""
_ROWS = 5
_LARGEST = 2_000_000


class InsiPage(Page):
    """The way to INSi, chosen by who keeps the identities; read by all."""

    def __init__(self, ui: Ui) -> None:
        """Show and set the choices of the officine of ``ui``."""
        super().__init__("Téléservice INSi", _PURPOSE)
        self._ui = ui
        self.address, self.card_address = (TextField(limit=300, placeholder="https://") for _ in range(2))
        self.authorisation, self.billing_id, self.sector = (TextField(limit=60) for _ in range(3))
        self.authorities = QPlainTextEdit()
        self.verifies = QCheckBox("&Vérifier les INS auprès d’INSi")
        self.namespace = TextField(limit=200)
        self.fields: dict[str, Field] = {}
        self.modes: dict[InsiMode, QRadioButton] = {}
        self.right = Text(_RESERVED, "warning", wrap=True)
        self.column.addWidget(self.right)
        self.simulated = Text(_SIMULATED, "muted", wrap=True)
        self.column.addWidget(self.simulated)
        self.simulated.setVisible(ui.services.mode.is_simulated)
        self._build_mode()
        self._build_certificate()
        self._build_site()
        self._build_verification()
        if ui.services.insi.is_simulated:
            self._build_trial()
        self.findings = FindingList(refusal="Non gardé")
        self.column.addWidget(self.findings)
        self.column.addWidget(Flow([ActButton(ui.acts, "settings.keep_insi", kind="primary")]))
        self.end()

    def _build_trial(self) -> None:
        """Offer to play an answer from a file, as the cases of the CNDA are: in a simulation only."""
        panel = self.panel("Réponse d’essai")
        said = (
            "Le fichier XML choisi sera, tel quel, la prochaine réponse d’INSi\u00a0: les cas du CNDA se jouent ainsi."
        )
        panel.body.addWidget(Text(said, "muted", wrap=True))
        self.trial = Button("Choisir une &réponse…", icon="folder", name="Choisir une réponse d’essai d’INSi")
        self.trial.clicked.connect(lambda _checked=False: self._choose_trial())
        panel.body.addWidget(Flow([self.trial]))

    def _choose_trial(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, "Réponse d’essai d’INSi", "", "XML (*.xml)")
        if name:
            self.play(Path(name))

    def play(self, file: Path) -> None:
        """Let a file be the next answer of the simulated INSi."""
        desk, actor = self._ui.services.insi, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: desk.inject(content_of(file, _LARGEST), actor), done=self._played, owner=self, key="trial"
        )

    def _played(self, outcome: Outcome[None]) -> None:
        if isinstance(outcome, Refused):
            self._refuse(outcome.findings)
            return
        self._ui.say("La prochaine réponse d’INSi sera ce fichier", "success")

    def shown(self) -> None:
        """Read what is chosen, and whether the certificate of the officine is there."""
        self._refuse(())
        site, certificates = self._ui.services.insi_site, self._ui.services.certificates
        self._ui.tasks.run(
            lambda _progress: (site.settings(), certificates.all()),
            done=lambda read: self.show_state(*read),
            owner=self,
            key="insi",
        )

    def keep(self) -> None:
        """Keep what is typed, or say what is wrong with it."""
        site, actor, wanted = self._ui.services.insi_site, self._ui.actor(), self._wanted()
        self._ui.tasks.run(lambda _progress: site.set(wanted, actor), done=self._kept, owner=self, key="insi")

    def show_state(self, settings: InsiSettings, certificates: Sequence[Certificate]) -> None:
        """Show what is chosen, and the certificate among those of the officine."""
        self.modes[settings.mode].setChecked(True)
        self.address.setText(settings.address)
        self.card_address.setText(settings.card_address)
        self.authorisation.setText(settings.authorisation)
        self.billing_id.setText(settings.billing_id)
        self.sector.setText(settings.sector)
        self.authorities.setPlainText(settings.authorities)
        self.verifies.setChecked(settings.verifies)
        self.namespace.setText(settings.verify_namespace)
        allowed = holds(self._ui, Right.MANAGE_IDENTITY)
        self.right.setVisible(not allowed)
        for editor in (*self.modes.values(), self.verifies, *(field.editor for field in self.fields.values())):
            editor.setEnabled(allowed)
        self._ui.acts.set_enabled("settings.keep_insi", enabled=allowed)
        self._show_certificate(next((one for one in certificates if one.usage == _USAGE), None))

    # --- Parts --------------------------------------------------------------------------------------------------------

    def _build_mode(self) -> None:
        panel = self.panel("Mode d’appel")
        self.group = QButtonGroup(self)
        for mode, title, said in _MODES:
            choice = QRadioButton(title)
            self.modes[mode] = choice
            self.group.addButton(choice)
            panel.body.addWidget(choice)
            panel.body.addWidget(Text(said, "muted", wrap=True))
        panel.body.addWidget(Text(_CARD_ALWAYS, "caption", wrap=True))

    def _build_certificate(self) -> None:
        panel = self.panel("Certificat de l’officine")
        self.chip = Chip("…", "neutral")
        panel.head.addWidget(self.chip)
        self.certificate = Facts()
        self.told = FindingList()
        panel.body.addWidget(self.certificate)
        panel.body.addWidget(self.told)
        panel.body.addWidget(Flow([ActButton(self._ui.acts, "settings.secrets", text="Clés et certificats")]))

    def _build_site(self) -> None:
        panel = self.panel("Adresses et identifiants")
        grid = QGridLayout()
        top = Qt.AlignmentFlag.AlignTop
        self._place(grid, "address", "Adresse en mode &CL-ORG", self.address, 0)
        self._place(grid, "card_address", "Adresse en mode CP&x", self.card_address, 1)
        number = "Donné à l’éditeur par le CNDA."
        self._place(grid, "authorisation", "Numéro d’&autorisation CNDA", self.authorisation, 2, hint=number)
        billing, sector = "FINESS géographique, sinon SIRET.", "SA33 pour une officine."
        for column, (name, label, editor, hint) in enumerate(
            (
                ("billing_id", "Identifiant de &facturation", self.billing_id, billing),
                ("sector", "&Secteur d’activité", self.sector, sector),
            )
        ):
            self.fields[name] = Field(label, editor, hint=hint)
            grid.addWidget(self.fields[name], 3, column, top)
        self.authorities.setTabChangesFocus(True)
        self.authorities.setPlaceholderText("-----BEGIN CERTIFICATE-----")
        self.authorities.setFixedHeight(self.authorities.fontMetrics().lineSpacing() * _ROWS)
        empty = "Certificats PEM des autorités crues, l’un après l’autre\u00a0; vide\u00a0: celles du système."
        self._place(grid, "authorities", "A&utorités du serveur (PEM)", self.authorities, 4, hint=empty)
        panel.body.addLayout(grid)

    def _build_verification(self) -> None:
        panel = self.panel("Vérification")
        panel.body.addWidget(self.verifies)
        said = "Le schéma de cette opération n’est pas public\u00a0: ouvrez-la quand l’éditeur l’a reçu et essayé."
        panel.body.addWidget(Text(said, "muted", wrap=True))
        self.fields["verify_namespace"] = Field("&Espace de noms de la vérification", self.namespace)
        panel.body.addWidget(self.fields["verify_namespace"])

    def _place(
        self, grid: QGridLayout, name: str, label: str, editor: TextField | QPlainTextEdit, line: int, *, hint: str = ""
    ) -> None:
        self.fields[name] = Field(label, editor, hint=hint)
        grid.addWidget(self.fields[name], line, 0, 1, 2)

    # --- Within -------------------------------------------------------------------------------------------------------

    def _wanted(self) -> InsiSettings:
        return InsiSettings(
            mode=next(mode for mode, choice in self.modes.items() if choice.isChecked()),
            address=self.address.text(),
            card_address=self.card_address.text(),
            authorisation=self.authorisation.text(),
            billing_id=self.billing_id.text(),
            sector=self.sector.text(),
            authorities=self.authorities.toPlainText(),
            verifies=self.verifies.isChecked(),
            verify_namespace=self.namespace.text(),
        )

    def _kept(self, outcome: Outcome[InsiSettings]) -> None:
        if isinstance(outcome, Refused):
            self._refuse(outcome.findings)
            return
        self._ui.say("Réglages d’INSi gardés pour tous les postes.", "success")
        self.shown()

    def _refuse(self, findings: Sequence[Finding]) -> None:
        self.findings.set_findings(findings)
        wrong = {one.subject: one.text for one in findings}
        for name, field in self.fields.items():
            field.note(wrong.get(name, ""), "danger")
        first = next((field for name, field in self.fields.items() if name in wrong), None)
        if first is not None:
            first.editor.setFocus()
            self.ensureWidgetVisible(first)
        elif findings:
            self.ensureWidgetVisible(self.findings)

    def _show_certificate(self, face: Certificate | None) -> None:
        if face is None:
            self.chip.say("Absent", "danger")
            self.certificate.set_pairs([])
            text = f"Aucun certificat n’est importé pour l’usage «{NBSP}{_USAGE}{NBSP}»."
            advice = "Le titulaire l’importe avec son mot de passe\u00a0: page «\u00a0Clés et certificats\u00a0»."
            self.told.set_findings([Finding("GAL-INS-68", Severity.WARNING, text, advice)])
            return
        self.certificate.set_pairs(
            [
                ("Nom (CN)", face.common_name),
                ("Sujet", face.subject),
                ("Émis par", face.issuer),
                ("Jusqu’au", formats.moment(face.not_after)),
            ]
        )
        now = self._ui.services.clock.now()
        found = [certificate_ends(_USAGE, face.not_after, now)]
        if face.common_name not in _NAMES:
            text = f"INSi n’admet que les certificats nommés {' ou '.join(_NAMES)}."
            found.append(Finding("GAL-INS-67", Severity.WARNING, text, "Commandez à l’ANS un CL-ORG pour INSi."))
        self.told.set_findings(one for one in found if one is not None)
        if face.not_after <= now:
            self.chip.say("Expiré", "danger")
        elif any(found):
            self.chip.say("À vérifier", "warning")
        else:
            self.chip.say("Présent", "success")
