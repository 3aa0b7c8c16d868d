"""Is the aid to the delivery on, what does it check on which data, and what does it never do?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Refused, Severity
from app.kernel.text import plural
from app.officine.recalls.rules import none_loaded
from app.officine.safety.dated import AGES, ATC
from app.officine.safety.unchecked import missing_tables
from app.ui import formats
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Chip, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.safety.model import TableState
    from app.officine.safety.service import SafetyOverview
    from app.officine.safety.switch import SwitchState
    from app.ui.context import Ui

_DISCLAIMER = (
    "Cette aide lit des données publiques et les tables de l’officine. Elle ne connaît ni les doses, ni les "
    "maladies, ni ce que le patient prend d’ailleurs. L’absence d’alerte ne veut jamais dire absence de risque\u00a0: "
    "l’analyse de l’ordonnance reste celle du pharmacien (CSP R. 4235-48)."
)
_OFF = (
    "Arrêtée, plus rien n’est dit au comptoir des interactions, des doublons, des allergies, des âges et des "
    "chevauchements, sur aucun poste. Le volet Contrôle (F9) le rappelle à chaque vente. L’ordonnance, les listes, le "
    "stock et les registres restent contrôlés."
)


class ChecksPage(Page):
    """The aid to the delivery: a choice of the titulaire for the whole officine, and what the checks know."""

    def __init__(self, ui: Ui) -> None:
        """Show and set the checks of ``ui``."""
        super().__init__(
            "Aide à la délivrance",
            "Interactions, doublons, allergies, âges et chevauchements, contrôlés à chaque vente. Ce choix vaut pour "
            "tous les postes.",
        )
        self._ui = ui
        panel = self.panel("Contrôles")
        self.chip = Chip("…", "neutral")
        panel.head.addWidget(self.chip)
        self.said = Text("", wrap=True)
        panel.body.addWidget(Text(_DISCLAIMER, wrap=True))
        panel.body.addWidget(Text(_OFF, "muted", wrap=True))
        panel.body.addWidget(self.said)
        self.toggle = ActButton(ui.acts, "settings.switch_checks")
        panel.body.addWidget(Flow([self.toggle]))
        self.right = Text("Réservé au pharmacien titulaire\u00a0; chaque changement est inscrit au journal.", "caption")
        panel.body.addWidget(self.right)
        self.findings = FindingList()
        panel.body.addWidget(self.findings)
        known = self.panel("Ce que l’aide connaît")
        self.facts = Facts()
        self.notes = FindingList()
        known.body.addWidget(self.facts)
        known.body.addWidget(self.notes)
        self.end()
        ui.broadcast.changed.connect(self._changed)

    def shown(self) -> None:
        """Read the choice in force, and what the checks know."""
        self.findings.set_findings(())
        safety, recalls = self._ui.services.safety, self._ui.services.recalls
        self._ui.tasks.run(
            lambda _progress: (safety.overview(), recalls.is_empty()),
            done=lambda known: self._show(*known),
            owner=self,
            key="checks",
        )

    def switch(self) -> None:
        """Stop the checks, or start them again."""
        safety, actor = self._ui.services.safety, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: safety.switch.set(actor, enabled=not safety.enabled),
            done=self._switched,
            owner=self,
            key="switch",
        )

    def _switched(self, outcome: Outcome[SwitchState]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self._ui.say(
            "Aide à la délivrance remise en marche" if outcome.value.enabled else "Aide à la délivrance arrêtée",
            "success" if outcome.value.enabled else "warning",
        )
        self.shown()

    def _changed(self, change: Changed) -> None:
        if (change.touches("fact") or change.touches("recall")) and self.isVisible():
            self.shown()

    def _show(self, overview: SafetyOverview, no_recall: bool) -> None:  # noqa: FBT001 -- the answer of the reading
        state = overview.switch
        self.chip.say("En marche" if state.enabled else "Arrêtée", "success" if state.enabled else "danger")
        self.toggle.setText("Arrêter l’aide" if state.enabled else "Remettre l’aide en marche")
        what = "Mise en marche" if state.enabled else "Arrêtée"
        who = f"{what} par {state.by}, le {_moment(state.at)}." if state.by else ""
        self.said.setText(who)
        self.said.setVisible(bool(who))
        version = overview.version
        self.facts.set_pairs(
            [
                ("Interactions", "aucun thésaurus\u00a0: non contrôlées" if version is None else version.label),
                ("Âge de l’édition", "" if overview.age_months is None else f"{overview.age_months}\u00a0mois"),
                ("Limites d’âge", _table(overview.tables.get(AGES))),
                ("Classes ATC", _table(overview.tables.get(ATC))),
                ("Rappels de lots", "aucun\u00a0: non contrôlés" if no_recall else "chargés\u00a0: Stock, Rappels"),
                ("Allergies", "dossier du patient, choisies ou en texte libre"),
            ]
        )
        self.notes.set_findings(_notes(overview, no_recall=no_recall))


def _notes(overview: SafetyOverview, *, no_recall: bool) -> list[Finding]:
    old = Finding(
        "GAL-SEC-49",
        Severity.INFO,
        f"Le thésaurus installé a {overview.age_months}\u00a0mois\u00a0: des éditions plus récentes existent.",
        "Importez la dernière\u00a0: galien safety import DOSSIER.",
    )
    tables = missing_tables(ages=AGES in overview.tables, atc=ATC in overview.tables)
    told = (old if overview.is_old else None, tables, none_loaded() if no_recall else None)
    return [one for one in told if one is not None]


def _table(state: TableState | None) -> str:
    if state is None:
        return "aucune table\u00a0: non contrôlées"
    rows = plural(state.rows, "ligne")
    return f"{rows}, la plus récente du {formats.date(state.dated)}, chargées le {formats.date(state.loaded_on)}"


def _moment(at: str) -> str:
    return formats.moment(dt.datetime.fromisoformat(at)) if at else ""
