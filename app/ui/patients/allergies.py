"""What is a patient allergic to: what the file says, what is added, by keyboard, in the counter and in the file?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.safety.model import Allergy, AllergyChoice, AllergyKind, Recorded
from app.ui import formats, theme
from app.ui.widgets.basics import Button, EmptyState, Text, row
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from app.kernel.outcome import Outcome
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

_WORDS = Wording(
    name="Chercher une allergie",
    placeholder="Substance, classe ou famille…",
    icon="search",
    before=("Cherchez une allergie", "Pénicillines, AINS, iode, une substance, un produit…"),
    nothing=("Rien ne répond à «\u00a0{}\u00a0»", "Notez-la dans le texte libre du dossier."),
    noun="réponse",
)
_HELD_HEIGHT, _FOUND_HEIGHT, _FOUND_WIDE, _ROW, _ROWS = 80, 92, 200, 46, 2


def recorded_words(recorded: Recorded | None, free_text: str) -> str:
    """Return the allergies of a file on one line, what is recorded first, then the free text; empty for none."""
    held = () if recorded is None else recorded.allergies
    told = [f"{one.label} ({one.reaction})" if one.reaction else one.label for one in held]
    return " · ".join([*told, *([free_text.strip()] if free_text.strip() else [])])


def state_words(recorded: Recorded, free_text: str = "") -> str:
    """Return in a few words what a file says: how many allergies, that none is known, or nothing."""
    if recorded.allergies:
        return plural(len(recorded.allergies), "allergie au dossier", "allergies au dossier")
    if recorded.none is not None:
        return f"Aucune connue, dit le {formats.date(recorded.none.noted_on)}"
    return "Texte libre seulement" if free_text.strip() else "Allergies non renseignées"


class AllergyEditor(QWidget):
    """What the file holds, a field that finds what to add, and the statement that none is known.

    Each part shows while it is of use; ``wanted`` tells which one is to be in sight. ``foot`` holds the buttons: in a
    ``narrow`` place it is laid out by whoever asks, so that it stays in sight while the rest scrolls.
    """

    changed = Signal(object)
    wanted = Signal(QWidget)

    def __init__(self, ui: Ui, *, narrow: bool = False) -> None:
        """Edit with the services of ``ui``; ``open_for`` says whose."""
        super().__init__()
        self._ui = ui
        self._patient: Patient | None = None
        self._chosen: AllergyChoice | None = None
        self.recorded = Recorded()
        self.state = Text("", "strong", wrap=True)
        self.free = Text("", "caption", wrap=True)
        self.held = self._held_list()
        columns: list[Column[AllergyChoice]] = [
            Column("Allergie", lambda choice: choice.label, strong=True),
            Column("", lambda choice: choice.kind.label, width=9),
        ]
        allergies = ui.services.safety.allergies
        self.pane: SearchPane[AllergyChoice] = SearchPane(
            # Nothing typed offers nothing: Entrée on an empty field would note the first of the list.
            ui,
            _WORDS,
            columns,
            lambda text: allergies.choices(text) if text else [],
        )
        self.pane.list.setFixedHeight(theme.current().pixels(_FOUND_HEIGHT if narrow else _FOUND_WIDE))
        self.reaction = TextField(placeholder="urticaire, œdème, choc…", limit=200)
        self.reaction_field = Field("&Réaction, si elle est connue", self.reaction)
        self.add = Button("Ajouter — Entrée", kind="primary", icon="plus")
        self.none = Button("&Aucune connue", icon="check", name="Aucune allergie connue")
        self.remove = Button("Re&tirer", kind="ghost", icon="trash")
        self.findings = FindingList()
        self.setFocusProxy(self.pane)
        self.foot = QWidget()
        self._narrow = narrow
        self._lay_out()
        self._show_parts()
        self.pane.field.textChanged.connect(lambda _text: self._show_parts())
        self.pane.field.textEdited.connect(lambda _text: self._look_again())
        self.pane.pointed.connect(lambda _choice: self.wanted.emit(self.pane.list))
        self.pane.chosen.connect(self._choose)
        self.reaction.returnPressed.connect(self.confirm)
        self.add.clicked.connect(self.confirm)
        self.none.clicked.connect(self._state_none)
        self.remove.clicked.connect(self._remove)
        self.held.pointed.connect(lambda _one: self._enable())

    def open_for(self, patient: Patient | None) -> None:
        """Show the allergies of a patient, and wait for one to be typed."""
        if patient is None or self._patient is None or patient.id != self._patient.id:
            self.clear()
        self._patient = patient
        self._show(Recorded())
        self.pane.search(self.pane.field.text())
        if patient is None:
            return
        patient_id, allergies = patient.id, self._ui.services.safety.allergies
        self._ui.tasks.run(lambda _progress: allergies.of(patient_id), done=self._show, owner=self, key="allergies")

    def clear(self) -> None:
        """Forget what was typed."""
        self._chosen = None
        self.pane.field.clear()
        self.reaction.clear()
        self._show_parts()
        self.reaction_field.note()
        self.findings.set_findings(())

    def confirm(self) -> None:
        """Add the allergy chosen; with none chosen yet, choose the one pointed at."""
        if self._chosen is None:
            record = self.pane.list.current_record
            if record is not None and self.pane.field.text().strip():
                self._choose(record)
            else:
                self._go_to(self.pane.field)
            return
        choice, reaction, actor = self._chosen, self.reaction.text(), self._ui.actor()
        if self._patient is not None:
            patient_id, allergies = self._patient.id, self._ui.services.safety.allergies
            self._write(lambda: allergies.add(patient_id, choice, actor, reaction=reaction))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Suppr out of the list of what is held."""
        if event.key() == Qt.Key.Key_Delete and self.held.hasFocus():
            self._remove()
            return
        super().keyPressEvent(event)

    def _choose(self, choice: AllergyChoice) -> None:
        self._chosen = choice
        self.findings.set_findings(())
        self.reaction_field.note(f"Choisi\u00a0: {choice.label}. Entrée l’ajoute.", "success")
        self._show_parts()
        self._go_to(self.reaction)

    def _state_none(self) -> None:
        if self._patient is not None:
            patient, actor, allergies = self._patient, self._ui.actor(), self._ui.services.safety.allergies
            self._write(lambda: allergies.state_none(patient.id, actor, patient.allergies))

    def _remove(self) -> None:
        one = self.held.current_record
        if one is not None and self._patient is not None:
            patient_id, actor, allergies = self._patient.id, self._ui.actor(), self._ui.services.safety.allergies
            self._write(lambda: allergies.remove(patient_id, one.id, actor))

    def _write(self, act: Callable[[], Outcome[Recorded]]) -> None:
        self._ui.tasks.run(lambda _progress: act(), done=self._written, owner=self, key="write allergy")

    def _written(self, outcome: Outcome[Recorded]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self.clear()
        self._show(outcome.value)
        self._go_to(self.pane.field)
        self.changed.emit(outcome.value)

    def _show(self, recorded: Recorded) -> None:
        self.recorded = recorded
        free = "" if self._patient is None else self._patient.allergies.strip()
        self.state.setText(
            state_words(recorded, free) if self._patient is not None else "F2\u00a0: choisissez d’abord le patient"
        )
        self.free.setText(f"Texte libre du dossier\u00a0: {free}")
        self.free.setVisible(bool(free))
        rows = len(recorded.allergies) + (recorded.none is not None)
        self.held.setFixedHeight(theme.current().pixels(_HELD_HEIGHT + _ROW * (min(max(rows, 1), _ROWS) - 1)))
        self.held.setVisible(rows > 0)
        self.held.set_records([*recorded.allergies, *([recorded.none] if recorded.none is not None else [])])
        self._enable()

    def _enable(self) -> None:
        known = self._patient is not None
        free = known and bool(self._patient.allergies.strip())  # type: ignore[union-attr] # known
        self.remove.setEnabled(self.held.current_record is not None)
        self.none.setEnabled(known and not self.recorded.allergies and not free)
        self.add.setEnabled(known)

    def _held_list(self) -> ListTable[Allergy]:
        columns: list[Column[Allergy]] = [
            Column("Au dossier", lambda one: one.label, strong=True, tone=_tone, second=_second),
        ]
        return ListTable("Allergies au dossier", columns, EmptyState("check", "Rien au dossier", ""))

    def _go_to(self, field: TextField) -> None:
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.wanted.emit(self.reaction_field if field is self.reaction else field)

    def _look_again(self) -> None:
        """Forget what was chosen: another one is looked for."""
        self._chosen = None
        self.reaction_field.note()
        self._show_parts()

    def _show_parts(self) -> None:
        """Show the answers while one is looked for, the reaction once it is chosen."""
        self.pane.list.setVisible(self._chosen is None and bool(self.pane.field.text().strip()))
        self.reaction_field.setVisible(self._chosen is not None)

    def _lay_out(self) -> None:
        below = QVBoxLayout(self.foot)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(theme.S)
        below.addWidget(self.findings)
        below.addWidget(Flow([self.add, self.none]))
        self.pane.count.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        head = row(self.state, self.remove)
        head.setStretch(0, 1)
        column.addLayout(head)
        column.addWidget(self.free)
        column.addWidget(self.held)
        column.addWidget(self.pane)
        column.addWidget(self.reaction_field)
        column.addStretch(1)
        if not self._narrow:
            column.addWidget(self.foot)


def _second(one: Allergy) -> str:
    reaction = one.reaction if one.kind is not AllergyKind.NONE else ""
    kind = "" if one.kind is AllergyKind.NONE else one.kind.label.lower()
    noted = f"noté le {formats.date(one.noted_on)} par {one.author}"
    return " · ".join(part for part in (kind, reaction, noted) if part)


def _tone(one: Allergy) -> str:
    return "success" if one.kind is AllergyKind.NONE else "danger"
