"""How is a patient’s file created: the traits, what will be kept of them, what stands in the way?"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Refused, Severity
from app.officine.patients.model import Patient, PatientDraft, Sex
from app.officine.patients.names import converted
from app.ui import theme
from app.ui.widgets.act_form import ways_out
from app.ui.widgets.basics import Panel, Text
from app.ui.widgets.fields import DateField, Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Tall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.outcome import Finding, Outcome
    from app.ui.context import Ui

_NAMES = ("family_name", "first_name", "birth_names", "used_name", "used_first_name")
_LABELS = {
    "family_name": "&Nom de naissance",
    "first_name": "&Premier prénom de naissance",
    "birth_names": "Autres &prénoms de naissance",
    "birth_date": "&Date de naissance",
    "sex": "&Sexe",
    "birth_place": "&Lieu de naissance (code officiel)",
    "used_name": "Nom &utilisé",
    "used_first_name": "Prénom ut&ilisé",
    "phone": "&Téléphone",
    "address_line": "&Adresse",
    "postal_code": "&Code postal",
    "city": "&Ville",
    "allergies": "Aller&gies et intolérances",
}
_HINTS = {
    "birth_names": "Comme sur la pièce d’identité, séparés par des espaces.",
    "birth_place": "Cinq caractères\u202f; 99999 s’il est inconnu.",
}


class PatientForm(Panel):
    """The creation of a file: five traits first, then what is useful at the counter."""

    created = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Create files with the services of ``ui``."""
        super().__init__("Nouveau patient")
        self._ui = ui
        self.editors: dict[str, TextField] = {
            name: TextField() for name in _LABELS if name not in {"birth_date", "sex"}
        }
        self.birth_date = DateField(lambda: today(ui.services.clock))
        self.sex = QComboBox()
        self.sex.addItem("Choisir…", None)
        for sex in Sex:
            self.sex.addItem(sex.label, sex)
        self.fields: dict[str, Field] = {}
        self.findings = FindingList()
        self.body.addWidget(Text("Le dossier sera d’identité provisoire, jusqu’à l’appel INSi.", "muted", wrap=True))
        self.body.addWidget(self._grid(), 1)
        self.body.addWidget(self.findings)
        self.body.addLayout(ways_out(ui.acts, "patients.save"))
        for name in _NAMES:
            self.editors[name].textChanged.connect(partial(self._show_conversion, name))

    def begin(self, typed: str = "") -> None:
        """Empty the form; ``typed`` in the search becomes the name."""
        for editor in (*self.editors.values(), self.birth_date):
            editor.clear()
        self.sex.setCurrentIndex(0)
        self._show([])
        if not any(char.isdigit() for char in typed):
            family, _, first = typed.partition(" ")
            self.editors["family_name"].setText(family)
            self.editors["first_name"].setText(first)
        self.editors["family_name"].setFocus(Qt.FocusReason.OtherFocusReason)

    def fill(self, draft: PatientDraft, findings: Iterable[Finding]) -> None:
        """Write what was scanned into the fields, to be looked at and completed, and what there is to say of it."""
        self.begin()
        for name in (*_NAMES, "birth_place"):
            self.editors[name].setText(getattr(draft, name))
        self.birth_date.set_date(draft.birth_date)
        self.sex.setCurrentIndex(max(0, self.sex.findData(draft.sex)))
        self.findings.set_findings(findings)

    @property
    def draft(self) -> PatientDraft:
        """What is typed."""
        typed = {name: editor.text().strip() for name, editor in self.editors.items()}
        first, others = converted(typed["first_name"]), converted(typed["birth_names"])
        starts_alike = not others or others.split(" ")[0] == first
        sex: Sex | None = self.sex.currentData()
        return PatientDraft(
            family_name=typed["family_name"],
            first_name=typed["first_name"],
            birth_names=others if starts_alike else f"{first} {others}",
            birth_date=self.birth_date.date,
            sex=sex,
            birth_place=typed["birth_place"],
            used_name=typed["used_name"],
            used_first_name=typed["used_first_name"],
            phone=typed["phone"],
            address_line=typed["address_line"],
            postal_code=typed["postal_code"],
            city=typed["city"],
            allergies=typed["allergies"],
        )

    def save(self) -> None:
        """Create the file, or show what stands in the way."""
        draft, actor, patients = self.draft, self._ui.actor(), self._ui.services.patients
        self._ui.tasks.run(
            lambda _progress: patients.create(draft, actor),
            done=self._saved,
            owner=self,
            key="create",
            title="Création du dossier…",
        )

    def _saved(self, outcome: Outcome[Patient]) -> None:
        if isinstance(outcome, Refused):
            self._show(list(outcome.findings))
            return
        self._ui.say(f"Dossier de {outcome.value.display_name} créé", "success")
        self.created.emit(outcome.value)

    def _show(self, findings: list[Finding]) -> None:
        """Show each finding under its field; what has no field goes to the list."""
        for name, field in self.fields.items():
            field.note("")
            if name in _NAMES:
                self._show_conversion(name)
        apart = []
        for finding in findings:
            place = self.fields.get(finding.subject)
            if place is None:
                apart.append(finding)
            else:
                place.note(finding.text, {"error": "danger", "warning": "warning"}.get(finding.severity, "caption"))
        self.findings.set_findings(apart)
        refused = (f.subject for f in findings if f.severity is Severity.ERROR)
        wrong = next((self.fields[subject] for subject in refused if subject in self.fields), None)
        if wrong is not None:
            wrong.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_conversion(self, name: str, _text: str = "") -> None:
        """Say how a name will be kept, when it is not as typed."""
        typed = self.editors[name].text().strip()
        kept = converted(typed)
        self.fields[name].note(f"Sera enregistré\u00a0: {kept}" if kept != typed else "", "success")

    def _grid(self) -> QWidget:
        inside = Tall()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, theme.S, 0)
        grid.setHorizontalSpacing(theme.L)
        grid.setVerticalSpacing(theme.M)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        every: dict[str, QWidget] = {**self.editors, "birth_date": self.birth_date, "sex": self.sex}
        for place, name in enumerate(_LABELS):
            field = Field(_LABELS[name], every[name], hint=_HINTS.get(name, ""))
            self.fields[name] = field
            wide = name == "allergies"
            grid.addWidget(field, place // 2, 0 if wide else place % 2, 1, 2 if wide else 1, Qt.AlignmentFlag.AlignTop)
        for before, after in pairwise(_LABELS):
            QWidget.setTabOrder(every[before], every[after])
        outer = QWidget()
        column = QVBoxLayout(outer)
        column.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        column.addWidget(area)
        return outer
