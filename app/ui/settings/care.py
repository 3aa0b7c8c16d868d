"""What do the documents of care tell the patient of his rights?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.kernel.outcome import Refused
from app.kernel.text import grouped
from app.officine.care.rules import RIGHTS_LIMIT
from app.officine.staff.model import Right
from app.ui.care.writing import Writing
from app.ui.patients.identity_words import holds
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Chip, Text, row
from app.ui.widgets.fields import Field
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.care.site import SiteTexts
    from app.ui.context import Ui

_LINES: Final = 8
_KEPT: Final = "Les documents déjà validés gardent le texte qu’ils portent."
_RESERVED: Final = "Réservé au pharmacien titulaire\u00a0; chaque changement est inscrit au journal."


class CarePage(Page):
    """The text on the rights of the patient, for every workstation."""

    def __init__(self, ui: Ui) -> None:
        """Show and set the text of the officine of ``ui``."""
        super().__init__(
            "Documents de soins",
            "Au pied de chaque note de vaccination, entretien et bilan, le patient lit ce qu’il advient de ses "
            "données. Ce texte vaut pour tous les postes.",
        )
        self._ui = ui
        self._texts: SiteTexts | None = None
        panel = self.panel("Information du patient (RGPD)")
        self.chip = Chip("…", "neutral")
        panel.head.addWidget(self.chip)
        self.text = Writing(least=_LINES)
        self.field = Field("&Texte", self.text)
        self.count = Text("", "caption")
        self.findings = FindingList(refusal="Non gardé")
        self.keep_button = ActButton(ui.acts, "settings.keep_care", kind="primary", text="Garder le texte")
        self.default_button = ActButton(ui.acts, "settings.default_care", kind="ghost")
        panel.body.addWidget(self.field)
        told = row(Text(_KEPT, "muted", wrap=True), self.count)
        told.setStretch(0, 1)
        panel.body.addLayout(told)
        panel.body.addWidget(self.findings)
        panel.body.addWidget(Flow([self.keep_button, self.default_button]))
        panel.body.addWidget(Text(_RESERVED, "caption", wrap=True))
        self.end()
        self.text.textChanged.connect(self._measure_text)
        ui.broadcast.changed.connect(self._changed)

    def shown(self) -> None:
        """Read the text in force."""
        self.findings.set_findings(())
        site = self._ui.services.care_site
        self._ui.tasks.run(lambda _progress: site.values(), done=self._show, owner=self, key="care")

    def keep(self) -> None:
        """Keep the text that is typed."""
        self._set(self.text.text)

    def restore(self) -> None:
        """Go back to the text of Galien."""
        self._set("")

    def _set(self, text: str) -> None:
        site, actor = self._ui.services.care_site, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: site.set_rights_text(text, actor), done=self._done, owner=self, key="set-care"
        )

    def _done(self, outcome: Outcome[SiteTexts]) -> None:
        self.findings.set_findings(outcome.findings)
        if isinstance(outcome, Refused):
            return
        self._show(outcome.value)
        told = "Texte de Galien remis en place" if outcome.value.is_default else "Texte gardé"
        self._ui.say(f"{told}\u00a0: les prochains documents le porteront.", "success")

    def _show(self, texts: SiteTexts) -> None:
        self._texts = texts
        self.chip.say(*(("Texte de Galien", "neutral") if texts.is_default else ("Texte de l’officine", "accent")))
        if self.text.text != texts.rights_text:
            self.text.setPlainText(texts.rights_text)
        self._measure_text()
        self._allow()

    def _measure_text(self) -> None:
        length = len(self.text.text.strip())
        self.count.setText(f"{grouped(length)} / {grouped(RIGHTS_LIMIT)} caractères")
        self.count.set_role("danger" if length > RIGHTS_LIMIT else "caption")

    def _allow(self) -> None:
        may = holds(self._ui, Right.SET_CARE)
        self.text.setReadOnly(not may)
        self._ui.acts.set_enabled("settings.keep_care", enabled=may)
        self._ui.acts.set_enabled(
            "settings.default_care", enabled=may and self._texts is not None and not self._texts.is_default
        )

    def _changed(self, change: Changed) -> None:
        is_typing = self._texts is not None and self.text.text != self._texts.rights_text
        if change.touches("care") and self.isVisible() and not is_typing:
            self.shown()
