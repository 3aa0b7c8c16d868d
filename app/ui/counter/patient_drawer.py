"""For whom is it? The patient is searched, created, or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Finding, Refused, Severity, is_refused
from app.officine.dispensing import session as editing
from app.officine.patients.antecedents import born_in, named_in
from app.officine.patients.dates import read_birth_date
from app.officine.patients.model import Patient, PatientDraft, Sex
from app.ui import formats, theme
from app.ui.counter.drawer import Drawer
from app.ui.patients.antecedents import INCOMPLETE, LONG_ENOUGH, Antecedents
from app.ui.patients.place_field import PlaceField
from app.ui.widgets.basics import ActButton, Button, Text, row
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Outcome
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_WORDS = Wording(
    name="Chercher un patient",
    placeholder="Nom, prénom, date de naissance…",
    icon="patients",
    before=("Cherchez un patient", "Nom, prénom ou date de naissance."),
    nothing=("Personne ne répond à «\u00a0{}\u00a0»", "Entrée\u00a0: créer ce patient."),
    noun="patient",
)


class _SexButton(QRadioButton):
    """A sex to choose, also by its first letter; Entrée goes on."""

    typed = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take F, M and Entrée."""
        letter = event.text().upper()
        if letter in {"F", "M"} or event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.typed.emit(letter)
        else:
            super().keyPressEvent(event)


class PatientForm(QWidget):
    """What is typed to create a patient: the strict traits, and how to reach them."""

    def __init__(self, ui: Ui) -> None:
        """Start empty."""
        super().__init__()
        self._today = today(ui.services.clock)
        self.antecedents = Antecedents(ui)
        self.family_name = TextField(limit=100)
        self.first_name = TextField(limit=100)
        self.birth_date = TextField(placeholder="120580, 12/5/1980, mai 1980…", limit=30)
        self.birth_place = PlaceField(ui, self._born)
        self.address = TextField(limit=100)
        self.postal_code = TextField(limit=10)
        self.city = TextField(limit=100)
        self.phone = TextField(limit=30)
        self._scanned = PatientDraft(family_name="", first_name="", birth_date=None, sex=None)
        self.birth_field = Field("&Date de naissance", self.birth_date)
        self.female, self.male = _SexButton("&Féminin"), _SexButton("&Masculin")
        self._sexes = QButtonGroup(self)
        sexes = QHBoxLayout()
        sexes.setSpacing(theme.L)
        for button in (self.female, self.male):
            self._sexes.addButton(button)
            button.typed.connect(self._type_sex)
            sexes.addWidget(button)
        sexes.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.birth_field)
        column.addWidget(self.antecedents)
        column.addWidget(Field("&Nom de naissance", self.family_name))
        column.addWidget(Field("&Prénom", self.first_name))
        column.addLayout(sexes)
        place_field = Field("&Lieu de naissance", self.birth_place)
        self.birth_place.told.connect(place_field.note)
        column.addWidget(place_field)
        column.addWidget(Field("&Adresse", self.address))
        column.addLayout(row(Field("&Code postal", self.postal_code), Field("&Ville", self.city), spacing=theme.M))
        column.addWidget(Field("&Téléphone", self.phone))
        self.birth_date.textChanged.connect(lambda _text: self._say_date())
        self.birth_date.installEventFilter(self)

    @property
    def fields(self) -> tuple[TextField, ...]:
        """The fields in the order of typing: the birth date first, by which whoever is known is found (RNIV)."""
        return (
            self.birth_date,
            self.family_name,
            self.first_name,
            self.birth_place,
            self.address,
            self.postal_code,
            self.city,
            self.phone,
        )

    @property
    def steps(self) -> tuple[QWidget, ...]:
        """What Entrée goes through: the sex stands after the names."""
        return (*self.fields[:3], self.female, *self.fields[3:])

    def _type_sex(self, letter: str) -> None:
        for known, button in (("F", self.female), ("M", self.male)):
            if letter == known:
                button.setChecked(True)
        self.birth_place.setFocus()

    def point_at(self, trait: str) -> None:
        """Put the focus where ``trait`` is typed."""
        editor = self.female if trait == "sex" else getattr(self, trait, None)
        if isinstance(editor, QWidget):
            editor.setFocus()

    def fill(self, draft: PatientDraft) -> None:
        """Show a draft, from a scan or from what was searched."""
        self._scanned = draft
        self.family_name.setText(draft.family_name)
        self.first_name.setText(draft.first_name)
        self.birth_date.setText("" if draft.birth_date is None else formats.date(draft.birth_date))
        self.birth_place.setText(draft.birth_place)
        self._sexes.setExclusive(False)
        self.female.setChecked(draft.sex is Sex.FEMALE)
        self.male.setChecked(draft.sex is Sex.MALE)
        self._sexes.setExclusive(True)

    def draft(self) -> PatientDraft:
        """Return what is typed."""
        read = read_birth_date(self.birth_date.text(), self._today)
        sex = Sex.FEMALE if self.female.isChecked() else Sex.MALE if self.male.isChecked() else None
        return PatientDraft(
            family_name=self.family_name.text(),
            first_name=self.first_name.text(),
            birth_names=self._scanned.birth_names,
            birth_place=self.birth_place.code,
            birth_date=None if read is None else read.date,
            birth_date_uncertain=read is not None and read.uncertain,
            sex=sex,
            address_line=self.address.text(),
            postal_code=self.postal_code.text(),
            city=self.city.text(),
            phone=self.phone.text(),
        )

    def clear(self) -> None:
        """Forget what was typed."""
        for field in self.fields:
            field.clear()
        self.fill(PatientDraft(family_name="", first_name="", birth_date=None, sex=None))

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

    def _born(self) -> dt.date | None:
        read = read_birth_date(self.birth_date.text(), self._today)
        return None if read is None else read.date

    def _say_date(self) -> None:
        text = self.birth_date.text()
        self.antecedents.look(text)
        # A code of a place holds between two dates.
        self.birth_place.again()
        read = read_birth_date(text, self._today)
        if read is None:
            self.birth_field.note(INCOMPLETE if len(text) >= LONG_ENOUGH else "", "warning")
            return
        uncertain = " (complétée par la règle, incertaine)" if read.uncertain else ""
        self.birth_field.note(f"{formats.date(read.date)}{uncertain}", "success")


class PatientDrawer(Drawer):
    """Search, creation, and « sans patient »."""

    name = "patient"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Choose the patient of ``till``."""
        super().__init__(ui, till, "Patient")
        columns: list[Column[Patient]] = [
            Column("Patient", lambda patient: patient.display_name, strong=True),
            Column("Naissance", lambda patient: formats.date(patient.birth_date), width=11),
        ]
        self.pane: SearchPane[Patient] = SearchPane(ui, _WORDS, columns, self._search)
        self.form = PatientForm(ui)
        self.form.antecedents.chosen.connect(self._choose)
        self.origin = Text("", "caption", wrap=True)
        self.findings = FindingList()
        self._checked: PatientDraft | None = None
        self.form_page = self._form_page()
        self.content.addWidget(self.pane, 1)
        self.content.addWidget(self.form_page, 1)
        self.create_button = Button("&Nouveau patient")
        self.without_button = Button("&Sans patient", kind="ghost")
        self.save_button = Button("Créer le patient — Entrée", kind="primary", icon="check")
        self.create_button.clicked.connect(lambda: self.begin(self.pane.field.text()))
        self.without_button.clicked.connect(self._leave_out)
        self.save_button.clicked.connect(self.confirm)
        self.card_button = ActButton(ui.acts, "counter.card", kind="ghost", text="Carte")
        self.foot.addLayout(row(self.create_button, self.without_button, self.card_button, 0, spacing=theme.XS))
        self.foot.addWidget(self.findings)
        self.foot.addWidget(self.save_button)
        self.pane.chosen.connect(self._choose)
        self.pane.unanswered.connect(self.begin)
        self.pane.list.setMinimumHeight(theme.current().pixels(120))
        self.chain(*self.form.steps)
        self._page(0)

    def _search(self, text: str) -> list[Patient]:
        return self.ui.services.patients.search(text, actor=self.ui.actor())

    def opened(self) -> None:
        """Begin with the search, unless a creation was begun."""
        self.without_button.setVisible(self.till.session.patient_id is not None)
        self.card_button.setVisible(not self.is_creating and self.till.session.patient_id is None)
        if self.is_creating:
            self.form.family_name.setFocus()
        else:
            self.pane.field.setFocus()
            self.pane.field.selectAll()

    def begin(self, typed: str = "", draft: PatientDraft | None = None, origin: str = "") -> None:
        """Begin a creation with what was typed or scanned."""
        day = today(self.ui.services.clock)
        family, *first = named_in(typed, day) or ("",)
        named = PatientDraft(family_name=family, first_name=" ".join(first), birth_date=None, sex=None)
        self.form.fill(draft or named)
        if draft is None:
            # Searched by a date too: it is not typed again, and whoever was born then is shown.
            self.form.birth_date.setText(born_in(typed, day))
        self.origin.setText(origin)
        self.origin.setVisible(bool(origin))
        self.findings.set_findings(())
        self._checked = None
        self._page(1)
        field = next((field for field in self.form.fields[:3] if not field.text()), self.form.family_name)
        field.setFocus()

    @property
    def is_creating(self) -> bool:
        """True while a creation is typed."""
        return not self.form_page.isHidden()

    def back(self) -> bool:
        """Go back from the creation to the search; what was typed stays until a patient is created."""
        if not self.is_creating:
            return False
        self._page(0)
        self.pane.field.setFocus()
        return True

    def confirm(self) -> None:
        """Take the patient pointed at, or create the one typed."""
        if not self.is_creating:
            record = self.pane.list.current_record
            if record is not None:
                self._choose(record)
            return
        draft, typed = self.form.draft(), self.form.birth_date.text()
        if draft == self._checked:
            self._create(draft)
            return
        if draft.birth_date is not None and not self.form.antecedents.is_done_for(typed):
            self.form.antecedents.look(typed, self._weigh_known)
            return
        self._check(draft)

    def _weigh_known(self) -> None:
        """Go on where nobody is known at that date; else they are shown before anything is created."""
        if not self.form.antecedents.found:
            self._check(self.form.draft())

    def _check(self, draft: PatientDraft) -> None:
        patients = self.ui.services.patients
        self.ui.tasks.run(
            lambda _progress: patients.check(draft),
            done=lambda found: self._weigh(draft, found),
            owner=self,
            key="check",
        )

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        self.form.clear()
        self.pane.field.clear()
        self.findings.set_findings(())
        self._checked = None
        self._page(0)

    def _weigh(self, draft: PatientDraft, found: list[Finding]) -> None:
        found = [finding for finding in found if _is_worth(finding)]
        self.findings.set_findings(found)
        wrong = next((finding for finding in found if finding.severity is Severity.ERROR), None)
        if wrong is not None:
            self.form.point_at(wrong.subject)
        doubtful = any(finding.severity is Severity.WARNING for finding in found)
        self._checked = None if is_refused(found) else draft
        if not is_refused(found) and not doubtful:
            self._create(draft)
        elif doubtful and not is_refused(found):
            self.save_button.setText("Créer quand même — Entrée")

    def _create(self, draft: PatientDraft) -> None:
        patients, actor = self.ui.services.patients, self.ui.actor()
        # Whoever may be the same person was shown beforehand: see ``_weigh``.
        self.ui.tasks.run(
            lambda _progress: patients.create(draft, actor, confirmed=True),
            done=self._created,
            owner=self,
            key="create",
        )

    def _created(self, outcome: Outcome[Patient]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self.form.clear()
        self._checked = None
        self._page(0)
        self.ui.say(f"Dossier créé\u00a0: {outcome.value.display_name}", "success")
        self._choose(outcome.value)

    def _choose(self, patient: Patient) -> None:
        self.till.do(editing.set_patient(self.till.session, patient.id, patient.display_name))
        self.pane.field.clear()
        self.closed.emit()

    def _leave_out(self) -> None:
        self.till.do(editing.set_patient(self.till.session, None))
        self.closed.emit()

    def _form_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.M)
        column.addWidget(self.origin)
        column.addWidget(self.form)
        column.addStretch(1)
        return page

    def _page(self, place: int) -> None:
        self.pane.setVisible(place == 0)
        self.form_page.setVisible(place == 1)
        self.findings.setVisible(place == 1 and bool(self.findings.findings))
        self.title.setText("Nouveau patient" if place else "Patient")
        self.create_button.setVisible(place == 0)
        # Beside « Sans patient » there would be no room for it.
        self.card_button.setVisible(place == 0 and self.till.session.patient_id is None)
        self.without_button.setVisible(place == 0 and self.till.session.patient_id is not None)
        self.save_button.setVisible(place == 1)
        self.save_button.setText("Créer le patient — Entrée")


def _is_worth(finding: Finding) -> bool:
    """Return True for what stops a pharmacist: not how a name is written."""
    return finding.severity is not Severity.INFO
