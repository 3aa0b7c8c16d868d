"""Who is the patient: found by name or birth date, read, or created?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Done
from app.officine.scan.model import ScanKind
from app.ui import formats, patient_access, theme
from app.ui.counter.scans import carried
from app.ui.patients.allergies import AllergyEditor
from app.ui.patients.form import PatientForm
from app.ui.patients.identity_desk import IdentityDesk
from app.ui.patients.merge_desk import MergeDesk
from app.ui.patients.rights_form import RightsForm
from app.ui.patients.sheet import PatientSheet
from app.ui.printing import print_desk
from app.ui.widgets.basics import ActButton, Panel, row
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from app.kernel.events import Changed
    from app.kernel.outcome import Finding, Outcome
    from app.officine.patients.ins_scan import Sighting
    from app.officine.patients.ins_symbols import InsSymbol
    from app.officine.patients.model import Patient
    from app.officine.rights.model import Kept
    from app.officine.safety.model import Recorded
    from app.officine.scan.model import Scan
    from app.ui.context import Ui
    from app.ui.patients.identity_forms import EvidenceForm, MarkForm, TraitsForm
    from app.ui.widgets.act_form import ActForm

_LIMIT = 100
_DWELL_MS = 1000
"""How long a file is shown before it was looked at, and not only passed on the way to another."""
_WORDS = Wording(
    name="Chercher un patient",
    placeholder="Nom, prénom ou date de naissance (martin 220580)",
    icon="patients",
    before=(
        "Cherchez un patient",
        "Tapez le début du nom, le prénom, la date de naissance, dans n’importe quel ordre.",
    ),
    nothing=("Personne ne répond à «\u00a0{}\u00a0»", "Essayez moins de lettres, ou créez le dossier avec Ctrl+N."),
    noun="patient",
)


class PatientsView(QWidget):
    """The patients: search on the left, file or creation on the right."""

    room_title = "Patients"

    def __init__(self, ui: Ui) -> None:
        """Search the files of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        columns: list[Column[Patient]] = [
            Column("Patient", lambda patient: patient.display_name, strong=True, second=_second_line),
            Column("Né(e) le", lambda patient: formats.date(patient.birth_date), width=11),
            Column("Âge", lambda patient: formats.age(patient.age(self._today)), width=7, right=True),
            Column("Sexe", lambda patient: patient.sex.value, width=5, spare=True),
            Column(
                "Identité",
                lambda patient: patient.status.label.removeprefix("Identité ").capitalize(),
                width=11,
                spare=True,
            ),
        ]
        services = ui.services
        self._today = today(services.clock)
        self.pane: SearchPane[Patient] = SearchPane(
            ui, _WORDS, columns, lambda text: services.patients.search(text, _LIMIT, ui.actor()) if text else []
        )
        self.sheet = PatientSheet()
        self._form: PatientForm | None = None
        self._rights: RightsForm | None = None
        self._editing: Panel | None = None
        self._patient: Patient | None = None
        self._identity: IdentityDesk | None = None
        self._merges: MergeDesk | None = None
        self._dwell = QTimer(self)
        self._dwell.setSingleShot(True)
        self._dwell.timeout.connect(self._trace)
        self.said = FindingList(refusal="Alerte")
        self._said_of: frozenset[int] = frozenset()
        self.right = Stack()
        self.right.addWidget(self.sheet)
        self.setFocusProxy(self.pane)
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.pane, 1)
        keys = (
            ("patients.create", ""),
            ("patients.identity", "Identité"),
            ("patients.rights", ""),
            ("patients.allergies", "Allergies"),
            ("patients.accesses", "Accès"),
            ("patients.sheet", "Fiche"),
            ("patients.label", "Étiquette"),
        )
        left.addWidget(Flow([ActButton(ui.acts, act_id, text=text) for act_id, text in keys]))
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        line.setSpacing(theme.L)
        line.addLayout(left, 5)
        beside = QVBoxLayout()
        beside.setSpacing(theme.S)
        beside.addWidget(self.said)
        beside.addWidget(self.right, 1)
        line.addLayout(beside, 4)
        self.pane.pointed.connect(self._open)
        for act_id, handler in (
            ("patients.search", self._search),
            ("patients.create", self._create),
            ("patients.rights", self._edit_rights),
            ("patients.allergies", self.edit_allergies),
            ("patients.accesses", self._accesses),
            ("patients.sheet", self._print_sheet),
            ("patients.label", self._print_label),
            ("patients.identity", self.show_identity),
            ("patients.evidence", self._check_evidence),
            ("patients.traits", self._correct),
            ("patients.mark", self._mark),
            ("patients.merge", self._merge),
            ("patients.unmerge", self._unmerge),
            ("patients.duplicates", self._duplicates),
            ("patients.save", self._save),
            ("patients.back", self._back),
        ):
            ui.acts.bind(act_id, handler, self)
        self._show_form(shown=False)
        self._open(None)

    @property
    def form(self) -> PatientForm:
        """The form of a new patient, built at its first use."""
        if self._form is None:
            self._form = PatientForm(self._ui)
            self._form.created.connect(self._created)
            self.right.addWidget(self._form)
        return self._form

    @property
    def rights(self) -> RightsForm:
        """The form of the rights, built at its first use."""
        if self._rights is None:
            self._rights = RightsForm(self._ui)
            self._rights.written.connect(self._written)
            self.right.addWidget(self._rights)
        return self._rights

    @property
    def allergies(self) -> AllergyEditor:
        """The editor of the allergies, built at its first use."""
        if self._editing is None:
            self._editing = Panel("Allergies et intolérances")
            self._editor = AllergyEditor(self._ui)
            self._editing.body.addWidget(self._editor, 1)
            self._editing.body.addLayout(row(ActButton(self._ui.acts, "patients.back", kind="ghost"), 0))
            self.right.addWidget(self._editing)
        return self._editor

    @property
    def identity(self) -> IdentityDesk:
        """The identity page and its forms, built at their first use."""
        if self._identity is None:
            self._identity = IdentityDesk(self._ui)
            self._identity.written.connect(self._identity_written)
            for part in self._identity.parts:
                self.right.addWidget(part)
        return self._identity

    @property
    def merges(self) -> MergeDesk:
        """The comparison of two files and the list of duplicates, built at their first use."""
        if self._merges is None:
            self._merges = MergeDesk(self._ui)
            self._merges.wanted.connect(self._show)
            self._merges.written.connect(self._merged)
            for part in self._merges.parts:
                self.right.addWidget(part)
        return self._merges

    def _merge(self) -> None:
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
        else:
            self.merges.pick(self._patient)

    def _unmerge(self) -> None:
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
        else:
            self.merges.undo(self._patient.id)

    def _duplicates(self) -> None:
        self.merges.list_duplicates()

    def _merged(self, said: str) -> None:
        self._ui.say(said, "success")
        self._show(self.sheet)
        self.pane.again()
        self.pane.field.setFocus()

    def show_identity(self) -> None:
        """Show the identity of the patient pointed at, with its history."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        self.identity.open_for(self._patient.id)
        self._show(self.identity.pane)

    def _check_evidence(self) -> None:
        self._begin_identity(self.identity.evidence)

    def _correct(self) -> None:
        self._begin_identity(self.identity.traits)

    def _mark(self) -> None:
        self._begin_identity(self.identity.mark)

    def _begin_identity(self, form: EvidenceForm | TraitsForm | MarkForm) -> None:
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        self.identity.begin(form, self._patient.id, lambda: self._show(self.identity.panel_of(form)))

    def _identity_written(self, said: str) -> None:
        self._ui.say(said, "success")
        self.pane.again()
        self.show_identity()

    def edit_allergies(self) -> None:
        """Open the allergies of the patient pointed at."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.")
            return
        self.allergies.open_for(self._patient)
        assert self._editing is not None
        self._show(self._editing)
        self.allergies.pane.field.setFocus()

    def refresh(self, change: Changed | None) -> None:
        """Read the files again when they changed."""
        self._today = today(self._ui.services.clock)
        if change is not None and change.touches("patient"):
            self.pane.again()

    def take_scan(self, scan: Scan) -> bool:
        """Open the file that an INS datamatrix calls for; False for any other code, which goes to the counter."""
        if scan.kind is not ScanKind.INS:
            return False
        if not scan.ok:
            self._say_of((), scan.findings)
            return True
        scans, actor = self._ui.services.ins_scans, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: scans.look_up(*carried(scan), actor), done=self._sighted, owner=self, key="ins"
        )
        return True

    def _sighted(self, sighting: Sighting) -> None:
        if sighting.draft is not None:
            self._say_of((), ())
            self._show_form(shown=True)
            self.form.fill(sighting.draft, sighting.findings)
            return
        self._say_of(sighting.patients, sighting.findings)
        if not sighting.patients:
            return
        self._show_form(shown=False)
        first = sighting.patients[0]
        self.pane.field.setText(f"{first.family_name} {first.first_name} {formats.date(first.birth_date)}")
        self.pane.field.search_now()
        self.pane.field.setFocus()

    def _say_of(self, patients: Iterable[Patient], findings: Iterable[Finding]) -> None:
        """Say what a scan found, above the files it is about, until another one is looked at."""
        self._said_of = frozenset(patient.id for patient in patients)
        self.said.set_findings(findings)

    def _print_sheet(self) -> None:
        symbols, actor = self._ui.services.ins_symbols, self._ui.actor()
        self._print(lambda patient_id: symbols.write_sheet(patient_id, actor), "a4", "Fiche d’identité")

    def _print_label(self) -> None:
        symbols, actor, size = self._ui.services.ins_symbols, self._ui.actor(), self._ui.settings.label_size
        self._print(lambda patient_id: symbols.write_label(patient_id, actor, size), "label", "Étiquette d’identité")

    def _print(self, write: Callable[[int], Path], use: str, title: str) -> None:
        """Print a paper of the patient pointed at."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        patient_id = self._patient.id
        print_desk(self._ui).print_pages(lambda: write(patient_id), use, title)

    def _search(self) -> None:
        self._show_form(shown=False)
        self.pane.field.setFocus()
        self.pane.field.selectAll()

    def _create(self) -> None:
        self._show_form(shown=True)
        self.form.begin(self.pane.field.text().strip())

    def _edit_rights(self) -> None:
        if self.sheet.patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        self._show_form(shown=True, form=self.rights)
        self.rights.begin(self.sheet.patient)

    def _accesses(self) -> None:
        """Show in the trace who opened the file of the patient pointed at, and what was done with it."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        patient = self._patient
        self._ui.acts.enter_room("registers")
        self._ui.accesses_wanted.emit(patient)

    def _save(self) -> None:
        shown = self._form_shown(self.right.currentWidget())
        if shown is not None:
            shown.save()
        elif self.right.currentWidget() is self._rights:
            self.rights.save()
        else:
            self.form.save()

    def _back(self) -> None:
        if self._merges is not None:
            self._merges.forget()
        desk = self._identity
        if desk is not None and desk.form_of(self.right.currentWidget()) is not None:
            self.show_identity()
        else:
            self._show_form(shown=False)
        self.pane.field.setFocus()

    def _created(self, patient: Patient) -> None:
        self._show_form(shown=False)
        self.pane.field.setText(f"{patient.family_name} {formats.date(patient.birth_date)}")
        self.pane.field.search_now()
        self.pane.field.setFocus()

    def _written(self, patient: Patient) -> None:
        self._show_form(shown=False)
        self._open(patient)
        self.pane.again()
        self.pane.field.setFocus()

    def _show_form(self, *, shown: bool, form: RightsForm | None = None) -> None:
        self._show((form or self.form) if shown else self.sheet)

    def _show(self, part: QWidget) -> None:
        """Show one of the sheet, the forms and the allergies on the right."""
        self.right.setCurrentWidget(part)
        is_form = part is self._form or part is self._rights or self._form_shown(part) is not None
        self._ui.acts.set_enabled("patients.save", enabled=part is not None and is_form, widget=self)
        self._ui.acts.set_enabled("patients.back", enabled=part is not self.sheet, widget=self)

    def _form_shown(self, part: QWidget | None) -> ActForm | None:
        """Return the form of the identity or of a merge that a part of the right holds; None for another part."""
        desks = [desk for desk in (self._identity, self._merges) if desk is not None]
        return next((form for desk in desks if (form := desk.form_of(part)) is not None), None)

    def _open(self, patient: Patient | None) -> None:
        self._patient = patient
        if patient is not None and patient.id not in self._said_of:
            self._say_of((), ())
        self._ui.acts.set_enabled("patients.allergies", enabled=patient is not None, widget=self)
        if self._editing is not None and self.right.currentWidget() is self._editing:
            self.allergies.open_for(patient)
        if self._identity is not None and self.right.currentWidget() is self._identity.pane:
            self._identity.open_for(None if patient is None else patient.id)
        self.sheet.show_patient(patient, self._today)
        self._dwell.stop()
        if patient is None:
            return
        self._dwell.start(_DWELL_MS)
        patient_id, allergies, actor = patient.id, self._ui.services.safety.allergies, self._ui.actor()
        rights, symbols = self._ui.services.rights, self._ui.services.ins_symbols
        self._ui.tasks.run(
            lambda _progress: (
                allergies.of(patient_id, actor),
                rights.last(patient_id),
                symbols.for_patient(patient_id, actor),
            ),
            done=lambda read: self._show_recorded(patient, *read),
            owner=self,
            key="allergies",
        )

    def _trace(self) -> None:
        """Trace the file that is looked at: those passed on the way to it are not."""
        if self._patient is not None:
            patient_access.trace(self._ui, self._patient.id, "patients")

    def _show_recorded(
        self, patient: Patient, recorded: Recorded, kept: Kept | None, symbol: Outcome[InsSymbol]
    ) -> None:
        if patient is self._patient:
            drawn = symbol.value if isinstance(symbol, Done) else None
            self.sheet.show_patient(patient, self._today, recorded, kept, drawn)


def _second_line(patient: Patient) -> str:
    """Return what tells two patients of one name apart: the birth name where another is used, and the town."""
    named = patient.birth_name if patient.birth_name != patient.display_name else ""
    return ", ".join(part for part in (named, patient.city) if part)
