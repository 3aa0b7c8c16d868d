"""Which pharmacy is this: the name, number and address that every paper of the officine bears?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from app.kernel.outcome import Refused, Severity
from app.officine.pharmacy.model import PharmacyFacts
from app.officine.staff.model import Right
from app.ui import theme
from app.ui.patients.identity_words import holds
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Text
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.kernel.outcome import Finding, Outcome
    from app.ui.context import Ui

_RIGHT = "Réservé au pharmacien titulaire\u00a0; chaque changement est tracé."
_MISSING = (
    "La pharmacie n’est pas encore renseignée\u00a0: tickets, étiquettes et registres n’ont pas d’en-tête, et aucun "
    "document de soins ne peut être enregistré."
)
_PLACES = (
    ("name", "&Nom de la pharmacie", "", 0, 0, 2),
    ("finess", "Numéro &FINESS", "celui de l’établissement", 0, 2, 1),
    ("address_line", "&Adresse", "numéro et voie", 1, 0, 3),
    ("postal_code", "&Code postal", "", 2, 0, 1),
    ("city", "C&ommune", "", 2, 1, 1),
    ("phone", "&Téléphone", "", 2, 2, 1),
)
"""Field, label, hint, then its line, its column and how many columns it spans."""


class PharmacyPage(Page):
    """The pharmacy, for every workstation; kept by one act."""

    def __init__(self, ui: Ui) -> None:
        """Show and set the pharmacy of the services of ``ui``."""
        super().__init__(
            "Pharmacie",
            "L’en-tête des tickets, étiquettes, registres, factures et documents de soins, pour tous les postes. Ce "
            "qui est déjà imprimé ou enregistré ne change pas.",
        )
        self._ui = ui
        self._kept = PharmacyFacts()
        self.right = Text(_RIGHT, "caption", wrap=True)
        self.column.addWidget(self.right)
        panel = self.panel("En-tête des papiers")
        self.missing = Text(_MISSING, "warning", wrap=True)
        panel.body.addWidget(self.missing)
        self.editors: dict[str, TextField] = {}
        self.fields: dict[str, Field] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.M)
        grid.setVerticalSpacing(theme.S)
        for name, label, hint, line, column, span in _PLACES:
            editor = TextField()
            editor.textEdited.connect(lambda _text, name=name: self._edited(name))
            editor.returnPressed.connect(self.keep)
            self.editors[name] = editor
            self.fields[name] = Field(label, editor, hint=hint)
            grid.addWidget(self.fields[name], line, column, 1, span, Qt.AlignmentFlag.AlignTop)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        panel.body.addLayout(grid)
        self.state = Text("", "strong", wrap=True)
        self.findings = FindingList(refusal="Refusé")
        panel.body.addWidget(self.state)
        panel.body.addWidget(self.findings)
        self.keep_button = ActButton(ui.acts, "settings.keep_pharmacy", kind="primary", text="Enregistrer")
        panel.body.addWidget(Flow([self.keep_button]))
        self.end()
        self._tell()
        ui.broadcast.changed.connect(self._changed)
        ui.operator_changed.connect(self._look_at_right)

    @property
    def typed(self) -> PharmacyFacts:
        """What is typed on the page."""
        return PharmacyFacts(**{name: editor.text() for name, editor in self.editors.items()})

    def shown(self) -> None:
        """Read what is known."""
        site = self._ui.services.pharmacy_site
        self._ui.tasks.run(lambda _progress: site.values(), done=self._show, owner=self, key="pharmacy")

    def keep(self) -> None:
        """Keep what is typed, for every workstation."""
        site, actor, typed = self._ui.services.pharmacy_site, self._ui.actor(), self.typed
        if typed == self._kept and typed.is_complete:
            self._ui.say("Rien n’a été changé.", "info")
            return
        self._ui.tasks.run(lambda _progress: site.set(typed, actor), done=self._done, owner=self, key="pharmacy")

    def _done(self, outcome: Outcome[PharmacyFacts]) -> None:
        if isinstance(outcome, Refused):
            self._say(outcome.findings)
            first = next((one.subject for one in outcome.findings if one.subject in self.editors), None)
            if first is not None:
                self.editors[first].setFocus()
            return
        self._show(outcome.value)
        self._say(outcome.findings)
        self._ui.say("Pharmacie enregistrée pour tous les postes.", "success")

    def _show(self, known: PharmacyFacts) -> None:
        self._kept = known
        for name, editor in self.editors.items():
            editor.setText(getattr(known, name))
        self._say(())
        self._look_at_right()
        self._tell()

    def _say(self, findings: tuple[Finding, ...]) -> None:
        """Say each finding under its field, and what belongs to no field in the list."""
        for name, field in self.fields.items():
            own = [one for one in findings if one.subject == name]
            field.note(" ".join(f"{one.text} {one.advice}".strip() for one in own), _tone(own))
        self.findings.set_findings([one for one in findings if one.subject not in self.fields])

    def _edited(self, name: str) -> None:
        self.fields[name].note("")
        self._tell()

    def _tell(self) -> None:
        is_changed = self.typed != self._kept
        self.state.setText("Changements non enregistrés." if is_changed else "")
        self.state.setVisible(is_changed)
        self.missing.setVisible(not self._kept.is_complete)

    def _look_at_right(self) -> None:
        may = holds(self._ui, Right.SET_PHARMACY)
        for editor in self.editors.values():
            editor.setReadOnly(not may)
            editor.setToolTip("" if may else _RIGHT)
        self.keep_button.setEnabled(may)
        self.right.set_role("caption" if may else "warning")

    def _changed(self, change: Changed) -> None:
        # What is typed here and not kept yet stays.
        if change.touches("officine") and self.isVisible() and self.typed == self._kept:
            self.shown()


def _tone(findings: list[Finding]) -> str:
    return "danger" if any(one.severity is Severity.ERROR for one in findings) else "warning"
