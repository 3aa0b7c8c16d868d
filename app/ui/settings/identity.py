"""What does the officine show of an identity, and which documents prove one? A choice for every poste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QGridLayout

from app.kernel.outcome import Done, Refused
from app.officine.patients.evidence import DEFAULT_TYPES
from app.officine.patients.identities import OPTIONAL_TRAITS, IdentityOptions
from app.officine.patients.ins_symbols import LABELS
from app.officine.staff.model import Right
from app.ui import theme
from app.ui.patients.identity_words import holds
from app.ui.settings.evidence_list import EvidenceList
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Text
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.patients.evidence import EvidenceType
    from app.ui.context import Ui

    Choice = tuple[tuple[EvidenceType, ...], IdentityOptions]

_PLACES = (("on_screen", "Écran"), ("on_paper", "Papiers"))
_BY_ITSELF = "Une pièce de haut niveau de confiance valide l’identité d’elle-même."
_BY_HAND = (
    "Arrêté, la pièce contrôlée est notée et le statut attend l’acte «\u00a0Valider l’identité\u00a0», sur la page "
    "Identité du dossier."
)
_RIGHT = "Réservé au pharmacien titulaire et au super-utilisateur identité\u00a0; chaque changement est tracé."


class IdentityPage(Page):
    """The traits shown, the automatic validation, the kinds of documents and their trust; kept by one act."""

    def __init__(self, ui: Ui) -> None:
        """Show and set the choices of the officine of ``ui``."""
        super().__init__("Identité", "Ces choix valent pour tous les postes. Ce qui a été contrôlé garde sa valeur.")
        self._ui = ui
        self.right = Text(_RIGHT, "caption", wrap=True)
        self.column.addWidget(self.right)
        self._kept: Choice = (DEFAULT_TYPES, IdentityOptions())
        self.boxes: dict[tuple[str, str], QCheckBox] = {}
        self._lay_traits()
        validation = self.panel("Validation")
        self.by_itself = QCheckBox("&Validation automatique")
        validation.body.addWidget(self.by_itself)
        validation.body.addWidget(Text(_BY_ITSELF, wrap=True))
        validation.body.addWidget(Text(_BY_HAND, "muted", wrap=True))
        documents = self.panel("Pièces d’identité et confiance")
        self.kinds = EvidenceList()
        documents.body.addWidget(self.kinds)
        end = self.panel("")
        self.state = Text("", "strong", wrap=True)
        self.findings = FindingList(refusal="Refusé")
        end.body.addWidget(self.state)
        end.body.addWidget(self.findings)
        self.keep_button = ActButton(ui.acts, "settings.keep_identity", kind="primary", text="Enregistrer")
        end.body.addWidget(Flow([self.keep_button]))
        self.end()
        for box in (*self.boxes.values(), self.by_itself):
            box.toggled.connect(lambda _on: self._tell())
        self.kinds.edited.connect(self._tell)
        ui.broadcast.changed.connect(self._changed)
        ui.operator_changed.connect(self._look_at_right)

    def _lay_traits(self) -> None:
        panel = self.panel("Traits affichés")
        always = "Nom de naissance, 1er prénom de naissance, date de naissance et sexe sont toujours affichés."
        panel.body.addWidget(Text(always, "muted", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.L)
        grid.setVerticalSpacing(theme.XS)
        grid.setColumnStretch(3, 1)
        for line, name in enumerate(OPTIONAL_TRAITS):
            grid.addWidget(Text(LABELS[name][0]), line, 0)
            for column, (place, title) in enumerate(_PLACES, start=1):
                box = QCheckBox(title)
                box.setAccessibleName(f"{LABELS[name][0]}\u00a0: {title.lower()}")
                self.boxes[place, name] = box
                grid.addWidget(box, line, column)
        panel.body.addLayout(grid)

    @property
    def choice(self) -> Choice:
        """What is chosen on the page."""
        shown = {
            place: tuple(name for name in OPTIONAL_TRAITS if self.boxes[place, name].isChecked())
            for place, _title in _PLACES
        }
        return self.kinds.types, IdentityOptions(**shown, auto_validate=self.by_itself.isChecked())

    def shown(self) -> None:
        """Read the choices in force."""
        self.findings.set_findings(())
        identities = self._ui.services.identities
        self._ui.tasks.run(
            lambda _progress: (identities.evidence_types(), identities.options()),
            done=self._show,
            owner=self,
            key="identity",
        )

    def keep(self) -> None:
        """Keep what is chosen, for every poste."""
        if not self.kinds.take_typed():
            return
        types, options = self.choice
        if (types, options) == self._kept:
            self._ui.say("Rien n’a été changé.", "info")
            return
        identities, actor, before = self._ui.services.identities, self._ui.actor(), self._kept

        def act() -> Outcome[Choice]:
            kinds = identities.set_evidence_types(types, actor) if types != before[0] else Done(types)
            if isinstance(kinds, Refused):
                return kinds
            shown = identities.set_options(options, actor)
            return shown if isinstance(shown, Refused) else Done((kinds.value, shown.value))

        self._ui.tasks.run(lambda _progress: act(), done=self._done, owner=self, key="identity")

    def _done(self, outcome: Outcome[Choice]) -> None:
        self.findings.set_findings(outcome.findings)
        if isinstance(outcome, Refused):
            self.ensureWidgetVisible(self.findings)
            return
        self._show(outcome.value)
        self._ui.say("Réglages de l’identité gardés pour tous les postes.", "success")

    def _show(self, choice: Choice) -> None:
        self._kept = choice
        types, options = choice
        for (place, name), box in self.boxes.items():
            box.setChecked(name in getattr(options, place))
        self.by_itself.setChecked(options.auto_validate)
        self.kinds.set_types(types)
        self._look_at_right()
        self._tell()

    def _tell(self) -> None:
        self.state.setText("Changements non enregistrés." if self.choice != self._kept else "")
        self.state.setVisible(self.choice != self._kept)

    def _look_at_right(self) -> None:
        self.show_right(may=holds(self._ui, Right.MANAGE_IDENTITY))

    def show_right(self, *, may: bool) -> None:
        """Let the choices be changed, or grey them with the reason."""
        for part in (*self.boxes.values(), self.by_itself):
            part.setEnabled(may)
            part.setToolTip("" if may else _RIGHT)
        self.kinds.set_open(may=may, why=_RIGHT)
        self.keep_button.setEnabled(may)
        self.right.set_role("caption" if may else "warning")

    def _changed(self, change: Changed) -> None:
        # What is typed here and not kept yet stays: it is compared with what another poste chose when it is kept.
        if change.touches("fact") and self.isVisible() and self.choice == self._kept:
            self.shown()
