"""Does the officine keep copies of identity papers, how are they protected, and how many are there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.staff.model import Right
from app.ui.patients.identity_words import holds
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Chip, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.ui.context import Ui

_WHAT = (
    "Arrêtée à l’installation. En marche, la copie d’un titre se joint au dossier du patient (Ctrl+F9), avec son "
    "accord\u202f; un refus n’empêche rien, le contrôle se note sans copie."
)
_OFF = (
    "Arrêter ne détruit rien\u00a0: aucune copie nouvelle n’entre, celles qui sont gardées se voient, et sont "
    "détruites par le titulaire ou à leur échéance."
)
_FACTS = (
    ("Chiffrement", "AES-256-GCM, une clé de 256 bits et un nonce de 96 bits tirés au hasard pour chaque copie"),
    ("Clés", "chacune chiffrée sous la clé de l’officine, elle-même dans le trousseau de chaque poste"),
    ("Qui voit", "titulaire et adjoints, après leur code PIN\u202f; chaque lecture et chaque refus sont tracés"),
    ("Qui détruit", "le titulaire, avec un motif\u202f; Galien à l’échéance, chaque jour"),
    ("Conservation", "cinq ans après la copie, ou après la dernière délivrance ou le dernier contrôle d’identité"),
    (
        "Sauvegardes",
        "aucune sauvegarde de Galien ne contient ces copies ni leurs clés\u00a0: rien de détruit ne peut revenir",
    ),
)


class PapersPage(Page):
    """The copies of identity papers: a choice of the titulaire for the whole officine."""

    def __init__(self, ui: Ui) -> None:
        """Show and set the choice of the officine of ``ui``."""
        super().__init__(
            "Copies des titres d’identité",
            "Profil «\u00a0Stockage des copies des titres d’identité\u00a0» du Ségur. Ce choix vaut pour tous les "
            "postes.",
        )
        self._ui = ui
        panel = self.panel("Conservation des copies")
        self.chip = Chip("…", "neutral")
        panel.head.addWidget(self.chip)
        panel.body.addWidget(Text(_WHAT, wrap=True))
        panel.body.addWidget(Text(_OFF, "muted", wrap=True))
        self.toggle = ActButton(ui.acts, "settings.switch_papers")
        panel.body.addWidget(Flow([self.toggle]))
        panel.body.addWidget(
            Text(
                "Réservé au pharmacien titulaire\u00a0; chaque changement est inscrit au journal.", "caption", wrap=True
            )
        )
        self.findings = FindingList()
        panel.body.addWidget(self.findings)
        kept = self.panel("Protection")
        self.count = Text("", "strong", wrap=True)
        kept.body.addWidget(self.count)
        kept.body.addWidget(Facts(_FACTS))
        self.end()
        ui.broadcast.changed.connect(self._changed)

    def shown(self) -> None:
        """Read the choice in force, and how many copies there are."""
        self.findings.set_findings(())
        papers = self._ui.services.papers
        self._ui.tasks.run(
            lambda _progress: (papers.enabled, len(papers.every())),
            done=lambda known: self._show(*known),
            owner=self,
            key="papers",
        )

    def switch(self) -> None:
        """Begin to keep copies, or keep no new one."""
        papers, actor = self._ui.services.papers, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: papers.set_enabled(actor, enabled=not papers.enabled),
            done=self._switched,
            owner=self,
            key="switch",
        )

    def _switched(self, outcome: Outcome[bool]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        said = "Conservation des copies en marche" if outcome.value else "Conservation des copies arrêtée"
        self._ui.say(said, "success")
        self.shown()

    def _show(self, is_on: bool, count: int) -> None:  # noqa: FBT001 -- the answer of the reading
        self.chip.say("En marche" if is_on else "Arrêtée", "success" if is_on else "neutral")
        self.toggle.setText("Ne plus garder de copie" if is_on else "Garder les copies des titres")
        self.toggle.setEnabled(holds(self._ui, Right.MANAGE_IDENTITY))
        self.count.setText(plural(count, "copie gardée", "copies gardées") if count else "Aucune copie gardée")

    def _changed(self, change: Changed) -> None:
        if (change.touches("fact") or change.touches("identity_paper")) and self.isVisible():
            self.shown()
