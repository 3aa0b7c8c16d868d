"""When are the boxes owed billed, and from when on is a promis late? A choice of the titulaire, for every poste."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QButtonGroup, QRadioButton

from app.kernel.outcome import Refused
from app.officine.owed.model import PromiseSettings
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Text
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.ui.context import Ui

_PRESCRIBED = (
    "Tout est facturé avec la délivrance. La boîte due se remet ensuite sans nouvelle facture\u202f; si le patient ne "
    "la prend pas, ce qui a été payé se rend par un avoir."
)
_DELIVERED = (
    "Seules les boîtes qui partent sont facturées. La boîte due l’est le jour où elle est remise, par une délivrance à "
    "elle\u00a0: prix et droits de ce jour, ordonnancier à sa date. Les honoraires de l’ordonnance ne sont facturés "
    "qu’une fois."
)
_CHOICES: Final = (
    (False, "Facturer le &prescrit, remettre plus tard", _PRESCRIBED),
    (True, "Facturer le &délivré", _DELIVERED),
)


class PromisesPage(Page):
    """How promis are billed, and from how many days on one is late."""

    def __init__(self, ui: Ui) -> None:
        """Show and set the choices of the officine of ``ui``."""
        super().__init__(
            "Promis",
            "Ce choix vaut pour tous les postes. Les promis déjà faits restent comme ils ont été faits.",
        )
        self._ui = ui
        self._settings = PromiseSettings(1)
        panel = self.panel("Facturation des boîtes dues")
        self.group = QButtonGroup(self)
        self.choices: dict[bool, QRadioButton] = {}
        for later, title, said in _CHOICES:
            choice = QRadioButton(title)
            choice.clicked.connect(partial(self._chosen, later))
            self.choices[later] = choice
            self.group.addButton(choice)
            panel.body.addWidget(choice)
            panel.body.addWidget(Text(said, "muted", wrap=True))
        late = self.panel("Promis en retard")
        self.days = TextField(limit=3)
        self.days.setMaximumWidth(ui.theme.pixels(120))
        late.body.addWidget(
            Field(
                "&Jours d’attente",
                self.days,
                hint="À partir de ce nombre de jours, l’onglet, le bandeau du patient et F8 le mettent en évidence.",
            )
        )
        late.body.addWidget(Flow([ActButton(ui.acts, "settings.keep_promises", kind="primary")]))
        self.findings = FindingList()
        late.body.addWidget(self.findings)
        late.body.addWidget(
            Text("Réservé au pharmacien titulaire\u00a0; chaque changement est inscrit au journal.", "caption")
        )
        self.end()
        ui.broadcast.changed.connect(self._changed)

    def shown(self) -> None:
        """Read the choices in force."""
        self.findings.set_findings(())
        owed = self._ui.services.owed
        self._ui.tasks.run(lambda _progress: owed.settings(), done=self._show, owner=self, key="promises")

    def keep(self) -> None:
        """Keep the number of days typed."""
        typed = self.days.text().strip()
        days = int(typed) if typed.isascii() and typed.isdigit() else 0
        self._choose(PromiseSettings(days, self._settings.bill_later))

    def _chosen(self, later: bool, *_checked: bool) -> None:  # noqa: FBT001 -- a signal of Qt
        self._choose(PromiseSettings(self._settings.late_days, later))

    def _choose(self, settings: PromiseSettings) -> None:
        owed, actor = self._ui.services.owed, self._ui.actor()
        self._ui.tasks.run(lambda _progress: owed.choose(actor, settings), done=self._done, owner=self, key="promises")

    def _done(self, outcome: Outcome[PromiseSettings]) -> None:
        if isinstance(outcome, Refused):
            self._show(self._settings)
            self.findings.set_findings(outcome.findings)
            return
        self.findings.set_findings(())
        self._show(outcome.value)
        self._ui.say("Réglage des promis gardé pour tous les postes.", "success")

    def _show(self, settings: PromiseSettings) -> None:
        self._settings = settings
        self.choices[settings.bill_later].setChecked(True)
        self.days.setText(str(settings.late_days))

    def _changed(self, change: Changed) -> None:
        if change.touches("fact") and self.isVisible():
            self.shown()
