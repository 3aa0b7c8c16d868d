"""How is a patient’s file created: the traits, what will be kept of them, what stands in the way?"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Finding, Refused, Severity
from app.officine.patients.antecedents import TO_CONFIRM, born_in, named_in
from app.officine.patients.dates import read_birth_date
from app.officine.patients.model import Patient, PatientDraft, Sex
from app.officine.patients.names import converted
from app.ui import formats, theme
from app.ui.patients.antecedents import INCOMPLETE, LONG_ENOUGH, Antecedents
from app.ui.patients.place_field import PlaceField
from app.ui.widgets.act_form import ways_out
from app.ui.widgets.basics import Panel, Text
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Tall

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from app.kernel.outcome import Outcome
    from app.ui.context import Ui

_NAMES = ("family_name", "first_name", "birth_names", "used_name", "used_first_name")
_LABELS = {
    "birth_date": "&Date de naissance",
    "sex": "&Sexe",
    "family_name": "&Nom de naissance",
    "first_name": "&Premier prénom de naissance",
    "birth_place": "&Lieu de naissance",
    "birth_names": "Autres p&rénoms de naissance",
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
    "birth_place": "La commune ou le pays, ou son code\u202f; 99999 s’il est inconnu.",
}
_REQUIRED = 5
"""The traits that no identity is created without (RNIV; INS.11) stand first; nothing else is asked (INS.12)."""


class PatientForm(Panel):
    """The creation of a file: five traits first, then what is useful at the counter."""

    created = Signal(object)
    known = Signal(object)
    """The file of somebody already known, taken instead of a new one."""

    def __init__(self, ui: Ui) -> None:
        """Create files with the services of ``ui``."""
        super().__init__("Nouveau patient")
        self._ui = ui
        self.birth_place = PlaceField(ui, self._born)
        self.editors: dict[str, TextField] = {
            name: self.birth_place if name == "birth_place" else TextField()
            for name in _LABELS
            if name not in {"birth_date", "sex"}
        }
        self.birth_date = TextField(placeholder="120580, 12/5/1980, mai 1980, 1980…", limit=30)
        self.antecedents = Antecedents(ui)
        self.antecedents.chosen.connect(self.known)
        self.sex = QComboBox()
        self.sex.addItem("Choisir…", None)
        for sex in Sex:
            self.sex.addItem(sex.label, sex)
        self.fields: dict[str, Field] = {}
        self._warned_of: PatientDraft | None = None
        self.findings = FindingList()
        self.body.addWidget(Text("Le dossier sera d’identité provisoire, jusqu’à l’appel INSi.", "muted", wrap=True))
        self.body.addWidget(self.antecedents)
        self.body.addWidget(self._grid(), 1)
        self.body.addWidget(self.findings)
        self.body.addLayout(ways_out(ui.acts, "patients.save", "Créer le dossier"))
        for name in _NAMES:
            self.editors[name].textChanged.connect(partial(self._show_conversion, name))
        self.birth_date.textChanged.connect(self._read_date)
        self.birth_date.installEventFilter(self)
        self.birth_place.told.connect(self.fields["birth_place"].note)

    def begin(self, typed: str = "") -> None:
        """Empty the form; the names ``typed`` in the search are not typed again, nor its birth date."""
        for editor in (*self.editors.values(), self.birth_date):
            editor.clear()
        self.antecedents.forget()
        self.sex.setCurrentIndex(0)
        self._show([])
        day = today(self._ui.services.clock)
        family, *first = named_in(typed, day) or ("",)
        self.editors["family_name"].setText(family)
        self.editors["first_name"].setText(" ".join(first))
        self.birth_date.setText(born_in(typed, day))
        # RNIV: the search before creation begins by the birth date, and so does the form.
        self.birth_date.setFocus(Qt.FocusReason.OtherFocusReason)

    def fill(self, draft: PatientDraft, findings: Iterable[Finding]) -> None:
        """Write what was scanned into the fields, to be looked at and completed, and what there is to say of it."""
        self.begin()
        for name in (*_NAMES, "birth_place"):
            self.editors[name].setText(getattr(draft, name))
        self.birth_date.setText("" if draft.birth_date is None else formats.date(draft.birth_date))
        self.sex.setCurrentIndex(max(0, self.sex.findData(draft.sex)))
        self.findings.set_findings(findings)

    @property
    def draft(self) -> PatientDraft:
        """What is typed."""
        typed = {name: editor.text().strip() for name, editor in self.editors.items()}
        first, others = converted(typed["first_name"]), converted(typed["birth_names"])
        starts_alike = not others or others.split(" ")[0] == first
        sex: Sex | None = self.sex.currentData()
        born = read_birth_date(self.birth_date.text(), today(self._ui.services.clock))
        place = self.birth_place.code
        return PatientDraft(
            family_name=typed["family_name"],
            first_name=typed["first_name"],
            birth_names=others if starts_alike else f"{first} {others}",
            birth_date=None if born is None else born.date,
            birth_date_uncertain=born is not None and born.uncertain,
            sex=sex,
            birth_place=place,
            used_name=typed["used_name"],
            used_first_name=typed["used_first_name"],
            phone=typed["phone"],
            address_line=typed["address_line"],
            postal_code=typed["postal_code"],
            city=typed["city"],
            allergies=typed["allergies"],
        )

    def save(self) -> None:
        """Create the file, or show what stands in the way; whoever is known at that date was shown before."""
        typed = self.birth_date.text()
        if self.draft.birth_date is not None and not self.antecedents.is_done_for(typed):
            self.antecedents.look(typed, self._looked)
            return
        self._create()

    def _looked(self) -> None:
        """Go on where nobody is known at that date; else let whoever creates compare first."""
        if not self.antecedents.found:
            self._create()
            return
        text = "Des dossiers existent à cette date de naissance."
        self._show([Finding("GAL-PAT-36", Severity.WARNING, text, "Comparez-les, puis enregistrez de nouveau.")])

    def _create(self) -> None:
        draft, actor, patients = self.draft, self._ui.actor(), self._ui.services.patients
        self._ui.tasks.run(
            lambda _progress: patients.create(draft, actor, confirmed=draft == self._warned_of),
            done=lambda outcome: self._saved(outcome, draft),
            owner=self,
            key="create",
            title="Création du dossier…",
        )

    def _saved(self, outcome: Outcome[Patient], draft: PatientDraft) -> None:
        if isinstance(outcome, Refused):
            # Told once that a file resembles it, whoever saves the same again says that it is another person.
            is_alike = any(one.code == TO_CONFIRM for one in outcome.findings)
            self._warned_of = draft if is_alike else None
            self._show(list(outcome.findings))
            return
        self._warned_of = None
        self._ui.say(f"Dossier de {outcome.value.display_name} créé", "success")
        self.created.emit(outcome.value)

    def _show(self, findings: list[Finding]) -> None:
        """Show each finding under its field; what has no field goes to the list."""
        for name, field in self.fields.items():
            field.note("")
            if name in _NAMES:
                self._show_conversion(name)
        self.birth_place.again()
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go from the birth date down into the files that are known at that date."""
        if (
            watched is self.birth_date
            and isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Down
        ):
            return self.antecedents.go_in()
        return super().eventFilter(watched, event)

    def _read_date(self, typed: str) -> None:
        """Say which date is read, and look for who is known at it."""
        read = read_birth_date(typed, today(self._ui.services.clock))
        field = self.fields["birth_date"]
        # A code of a place holds between two dates.
        self.birth_place.again()
        if read is None:
            field.note(INCOMPLETE if len(typed) >= LONG_ENOUGH else "", "warning")
            self.antecedents.forget()
            return
        uncertain = " (complétée par la règle, incertaine)" if read.uncertain else ""
        field.note(f"{formats.date(read.date)}{uncertain}", "success")
        self.antecedents.look(typed)

    def _born(self) -> dt.date | None:
        read = read_birth_date(self.birth_date.text(), today(self._ui.services.clock))
        return None if read is None else read.date

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
        line = 0
        for title, group in (
            ("Cinq traits obligatoires", list(_LABELS)[:_REQUIRED]),
            ("Facultatif", list(_LABELS)[_REQUIRED:]),
        ):
            grid.addWidget(Text(title, "strong"), line, 0, 1, 2)
            for place, name in enumerate(group):
                field = self.fields[name] = Field(_LABELS[name], every[name], hint=_HINTS.get(name, ""))
                # The last of an odd number has the whole line.
                wide = 2 if place % 2 == 0 and place == len(group) - 1 else 1
                grid.addWidget(field, line + 1 + place // 2, place % 2, 1, wide, Qt.AlignmentFlag.AlignTop)
            line += 1 + (len(group) + 1) // 2
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
