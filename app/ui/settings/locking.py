"""When does this workstation lock by itself?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox

from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.staff.locks import ABSOLUTE_RANGE_HOURS, IDLE_RANGE_MINUTES, LockPolicy
from app.officine.staff.model import Right
from app.officine.staff.rules import member_may
from app.ui import formats
from app.ui.lock_watch import WARNING_SECONDS
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Button, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import Field, NumberField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.kernel.outcome import Outcome
    from app.ui.context import Ui

_ALWAYS = (
    "Un verrou existe toujours\u00a0: il se raccourcit, s’allonge dans ces limites, et ne s’arrête pas. F12 verrouille "
    "à la main. Les ventes en cours sont gardées\u202f; ce qui s’imprime ou s’enregistre s’achève et se dit ensuite."
)

_SYSTEM = (
    "Sous Linux, le bureau l’annonce (GNOME, KDE, Xfce, systemd)\u00a0; sous Windows, le système. Là où "
    "rien ne l’annonce, l’inactivité y veille."
)


class LockingPage(Page):
    """The locks of the workstation: inactivity, card removed, end of the session."""

    def __init__(self, ui: Ui) -> None:
        """Set the locks of the workstation of ``ui``, and keep them."""
        super().__init__("Verrouillage", "Quand ce poste se verrouille de lui-même, et combien dure une session.")
        self._ui = ui
        panel = self.panel("Verrous")
        self.idle = NumberField(*IDLE_RANGE_MINUTES, suffix="\u00a0min")
        self.absolute = NumberField(*ABSOLUTE_RANGE_HOURS, suffix="\u00a0h")
        self.card = QCheckBox("Verrouiller dès que la &carte qui a ouvert la session est retirée")
        warning = f"Un bandeau prévient {plural(WARNING_SECONDS, 'seconde')} avant\u202f; une touche suffit à rester."
        panel.body.addWidget(Field("&Inactivité avant verrouillage", self.idle, hint=warning))
        panel.body.addWidget(
            Field(
                "&Durée d’une identification complète",
                self.absolute,
                hint="Après elle, un code PIN ne suffit plus. Vaut à partir de la prochaine identification.",
            )
        )
        self.system = QCheckBox("Verrouiller avec la &session de l’ordinateur")
        panel.body.addWidget(self.card)
        panel.body.addWidget(self.system)
        panel.body.addWidget(Text(_SYSTEM, "caption", wrap=True))
        panel.body.addWidget(Text(_ALWAYS, "muted", wrap=True))
        self.save = Button("Enregistrer", kind="primary", icon="save")
        self.save.clicked.connect(lambda _checked=False: self.keep())
        self.findings = FindingList(refusal="Non enregistré")
        panel.body.addWidget(self.findings)
        panel.body.addWidget(Flow([self.save, ActButton(ui.acts, "app.lock")]))
        self.right = Text("Réservé à qui gère l’équipe.", "caption")
        panel.body.addWidget(self.right)
        now = self.panel("Session en cours")
        self.facts = Facts()
        now.body.addWidget(self.facts)
        self.end()

    def shown(self) -> None:
        """Show the locks in force, and the session."""
        policy, session, operator = self._ui.services.lock_settings.policy(), self._ui.session, self._ui.operator
        self.findings.set_findings(())
        self.idle.setValue(policy.idle_minutes)
        self.absolute.setValue(policy.absolute_hours)
        self.card.setChecked(policy.on_card_removed)
        self.system.setChecked(policy.on_system_lock)
        allowed = operator is None or member_may(operator, Right.MANAGE_STAFF)
        for part in (self.idle, self.absolute, self.card, self.system, self.save):
            part.setEnabled(allowed)
        self.right.setVisible(not allowed)
        if session is None:
            self.facts.set_pairs([("Session", "aucune")])
            return
        self.facts.set_pairs(
            [
                ("Opérateur", session.member.name),
                ("Identifié par", session.means.label),
                ("Ouverte le", formats.moment(session.opened_at)),
                ("S’achève le", formats.moment(session.expires_at)),
            ]
        )

    def keep(self) -> None:
        """Keep what is chosen; the watch reads it at its next look."""
        settings, actor = self._ui.services.lock_settings, self._ui.actor()
        policy = LockPolicy(self.idle.value(), self.absolute.value(), self.card.isChecked(), self.system.isChecked())
        self._ui.tasks.run(lambda _progress: settings.set(policy, actor), done=self._kept, owner=self, key="keep")

    def _kept(self, outcome: Outcome[None]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self.findings.set_findings(())
        self._ui.say("Verrouillage enregistré", "success")
