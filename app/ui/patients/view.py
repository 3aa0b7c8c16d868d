"""Who is the patient: found by name or birth date, read, or created?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Done
from app.officine.patients.antecedents import NO_KEY, WRONG_KEY, matricule_refusals
from app.officine.patients.insi_model import Operation
from app.officine.scan.model import ScanKind
from app.officine.staff.model import Right
from app.ui import formats, patient_access, theme
from app.ui.counter.scans import carried
from app.ui.patients.allergies import AllergyEditor
from app.ui.patients.form import PatientForm
from app.ui.patients.identity_band import IdentityBand
from app.ui.patients.identity_desk import IdentityDesk
from app.ui.patients.identity_words import holds
from app.ui.patients.insi_panel import InsiPanel
from app.ui.patients.merge_desk import MergeDesk
from app.ui.patients.papers_pane import PapersPane
from app.ui.patients.reviews_desk import ReviewsDesk
from app.ui.patients.rights_form import RightsForm
from app.ui.patients.sheet import PatientSheet, Sight
from app.ui.printing import print_desk
from app.ui.widgets.basics import ActButton, Panel, row
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from PySide6.QtCore import SignalInstance

    from app.kernel.events import Changed
    from app.kernel.outcome import Finding, Outcome
    from app.officine.inbox.model import Received
    from app.officine.patients.cog_model import PlaceName
    from app.officine.patients.ins_scan import Sighting
    from app.officine.patients.ins_symbols import InsSymbol
    from app.officine.patients.model import Patient
    from app.officine.rights.model import Kept
    from app.officine.safety.model import Recorded
    from app.officine.scan.model import Scan
    from app.ui.context import Ui
    from app.ui.patients.identity_desk import Form
    from app.ui.widgets.act_form import ActForm

_LIMIT = 100
_NOBODY = 0
"""The number of no file."""
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


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is read beside a file, off the thread of the screens."""

    recorded: Recorded
    kept: Kept | None
    symbol: Outcome[InsSymbol]
    place: PlaceName
    documents: Sequence[Received] | None


class PatientsView(QWidget):
    """The patients: search on the left, file or creation on the right."""

    room_title = "Patients"
    _fills_scan = False
    """True while the form holds what a code INS began."""

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
        papers = (("patients.care", "Soins"), ("patients.extract", "Ordonnancier"))
        self.sheet.body.addWidget(
            Flow([ActButton(ui.acts, act_id, kind="ghost", text=text) for act_id, text in papers])
        )
        self._form: PatientForm | None = None
        self._rights: RightsForm | None = None
        self._editing: Panel | None = None
        self._patient: Patient | None = None
        self._identity: IdentityDesk | None = None
        self._insi: InsiPanel | None = None
        self._papers: PapersPane | None = None
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
        self.worklist = ReviewsDesk(ui, self)
        keys = (
            ("patients.create", "Nouveau"),
            ("patients.identity", "Identité"),
            ("patients.rights", "Droits"),
            ("patients.allergies", "Allergies"),
            ("patients.accesses", "Accès"),
            ("patients.insi_calls", "Appels INSi"),
            ("patients.sheet", "Fiche"),
            ("patients.label", "Étiquette"),
        )
        buttons = [ActButton(ui.acts, act_id, text=text) for act_id, text in keys]
        left.addWidget(Flow([*buttons[:2], self.worklist.button, *buttons[2:]]))
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        line.setSpacing(theme.L)
        line.addLayout(left, 5)
        beside = QVBoxLayout()
        beside.setSpacing(theme.S)
        self.band = IdentityBand(ui, with_ins=True)
        self.whose = Panel(margin=theme.S)
        self.whose.body.addWidget(self.band)
        beside.addWidget(self.said)
        beside.addWidget(self.whose)
        beside.addWidget(self.right, 1)
        line.addLayout(beside, 4)
        self.pane.pointed.connect(self._open)
        self._bind()
        self._show_form(shown=False)
        self._open(None)

    def _bind(self) -> None:
        ui = self._ui
        for told, heard in ((self.pane.field.searched, self._judge), (self.pane.lost, self._follow)):
            told.connect(heard)
        for asked, answer in ((ui.operator_changed, self._seen_by_another), (ui.patient_wanted, self._wanted)):
            asked.connect(answer)
        for act_id, handler in (
            ("patients.search", self._search),
            ("patients.create", self._create),
            ("patients.rights", self._edit_rights),
            ("patients.allergies", self.edit_allergies),
            ("patients.care", self._show_care),
            ("patients.extract", self._print_extract),
            ("patients.accesses", lambda: self._read_of(ui.accesses_wanted)),
            ("patients.insi_calls", lambda: self._read_of(ui.insi_calls_wanted)),
            ("patients.documents", self._show_documents),
            ("patients.sheet", self._print_sheet),
            ("patients.label", self._print_label),
            ("patients.identity", self.show_identity),
            ("patients.insi", lambda: self._ask_insi(Operation.BY_TRAITS)),
            ("patients.insi_card", lambda: self._ask_insi(Operation.BY_CARD)),
            ("patients.insi_verify", lambda: self._ask_insi(Operation.VERIFY)),
            ("patients.evidence", lambda: self._begin_identity(self.identity.evidence)),
            ("patients.traits", lambda: self._begin_identity(self.identity.traits)),
            ("patients.mark", lambda: self._begin_identity(self.identity.mark)),
            ("patients.withdraw", lambda: self._begin_identity(self.identity.withdrawal)),
            ("patients.validate", self._validate),
            ("patients.papers", self.show_papers),
            ("patients.merge", self._merge),
            ("patients.unmerge", self._unmerge),
            ("patients.duplicates", self._duplicates),
            ("patients.save", self._save),
            ("patients.back", self._back),
        ):
            ui.acts.bind(act_id, handler, self)

    @property
    def form(self) -> PatientForm:
        """The form of a new patient, built at its first use."""
        if self._form is None:
            self._form = PatientForm(self._ui)
            self._form.created.connect(self._new)
            self._form.known.connect(self._created)
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
            self._identity.refused.connect(self._identity_refused)
            self._identity.begun.connect(self._show_whose)
            for part in self._identity.parts:
                self.right.addWidget(part)
        return self._identity

    @property
    def merges(self) -> MergeDesk:
        """The comparison of two files and the list of duplicates, built at their first use."""
        if self._merges is None:
            self._merges = MergeDesk(self._ui)
            self._merges.wanted.connect(self.show_part)
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
        self.show_part(self.sheet)
        self.pane.again()
        self.pane.field.setFocus()

    @property
    def insi(self) -> InsiPanel:
        """The panel of INSi, built at its first use."""
        if self._insi is None:
            self._insi = InsiPanel(self._ui)
            self._insi.written.connect(self._identity_written)
            self._insi.other_wanted.connect(self._open_other)
            self._insi.compare_wanted.connect(self.merges.compare)
            self._insi.ready.connect(self._insi_ready)
            self.right.addWidget(self._insi)
        return self._insi

    def _ask_insi(self, operation: Operation) -> None:
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        self.show_part(self.insi)
        self.insi.begin(self._patient.id, operation)

    def _insi_ready(self, ready: bool) -> None:  # noqa: FBT001 -- a signal gives it so
        if self.right.currentWidget() is self._insi:
            self._ui.acts.set_enabled("patients.save", enabled=ready, widget=self)

    def _open_other(self, patient_id: int) -> None:
        """Look at the file that holds the same INS."""
        patients, actor = self._ui.services.patients, self._ui.actor()

        def done(patient: Patient | None) -> None:
            if patient is not None:
                self._created(patient)

        self._ui.tasks.run(lambda _progress: patients.get(patient_id, actor), done=done, owner=self, key="other")

    def point_at(self, patient: Patient) -> None:
        """Look for a file, as if its traits were typed, and point at it alone: a homonym answers as well."""
        text = f"{patient.family_name} {patient.first_name} {formats.date(patient.birth_date)}"
        self.pane.look_for(text, patient.id)
        self.pane.field.setFocus()

    def _follow(self, patient_id: int) -> None:
        """Find again a file that answers no more to what was searched: its traits have changed."""
        patients, actor = self._ui.services.patients, self._ui.actor()

        def done(patient: Patient | None) -> None:
            if patient is not None:
                self.point_at(patient)

        self._ui.tasks.run(lambda _progress: patients.get(patient_id, actor), done=done, owner=self, key="follow")

    def show_identity(self) -> None:
        """Show the identity of the patient pointed at, with its history."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        self.identity.open_for(self._patient.id)
        self.show_part(self.identity.pane)

    @property
    def papers(self) -> PapersPane:
        """The copies of the identity papers, built at their first use."""
        if self._papers is None:
            self._papers = PapersPane(self._ui)
            self.right.addWidget(self._papers)
        return self._papers

    def show_papers(self) -> None:
        """Show the copies of the identity papers of the patient pointed at, where the officine keeps any."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        self.papers.begin(self._patient, lambda: self.show_part(self.papers))

    def _validate(self) -> None:
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        self.identity.validate(self._patient.id)

    def _identity_refused(self, findings: Iterable[Finding]) -> None:
        self._say_of(() if self._patient is None else (self._patient,), findings)

    def _begin_identity(self, form: Form) -> None:
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        self.identity.begin(form, self._patient.id, lambda: self.show_part(self.identity.panel_of(form)))

    def _identity_written(self, said: str) -> None:
        self._ui.say(said, "success")
        self._say_of((), ())
        self.pane.again()
        self.show_identity()

    def edit_allergies(self) -> None:
        """Open the allergies of the patient pointed at."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.")
            return
        self.allergies.open_for(self._patient)
        assert self._editing is not None
        self.show_part(self._editing)
        self.allergies.pane.field.setFocus()

    def refresh(self, change: Changed | None) -> None:
        """Read the files again when they changed."""
        self._today = today(self._ui.services.clock)
        if change is not None and change.touches("patient"):
            self.pane.again()
        if change is None and self._patient is not None:
            self._dwell.start(_DWELL_MS)
        self.worklist.refresh(change)

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
            self._fills_scan = True
            return
        self._say_of(sighting.patients, sighting.findings)
        if not sighting.patients:
            return
        self._show_form(shown=False)
        first = sighting.patients[0]
        if len(sighting.patients) == 1:
            self.point_at(first)
            return
        # Several files answer: none of them is chosen for whoever scanned.
        self.pane.look_for(f"{first.family_name} {first.first_name} {formats.date(first.birth_date)}", _NOBODY)
        self.pane.field.setFocus()

    def _judge(self, typed: str) -> None:
        """Say why a matricule without its right key finds nobody (INS.08), until something else is searched."""
        refusals = matricule_refusals(typed)
        if refusals or any(one.code in {NO_KEY, WRONG_KEY} for one in self.said.findings):
            self._say_of((), refusals)

    def _say_of(self, patients: Iterable[Patient], findings: Iterable[Finding]) -> None:
        """Say what a scan found, above the files it is about, until another one is looked at."""
        self._said_of = frozenset(patient.id for patient in patients)
        self.said.set_findings(findings)

    def _print_sheet(self) -> None:
        symbols, actor = self._ui.services.ins_symbols, self._ui.actor()
        self._print(lambda patient_id: symbols.write_sheet(patient_id, actor), "a4", "Fiche d’identité")

    def _print_extract(self) -> None:
        book, actor = self._ui.services.book, self._ui.actor()
        self._print(lambda patient_id: book.print_extract(patient_id, actor), "a4", "Extrait d’ordonnancier")

    def _show_care(self) -> None:
        """Show the documents of care of the patient pointed at, in their own room."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        patient = self._patient
        self._ui.acts.enter_room("care")
        self._ui.care_wanted.emit(patient)

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
        self._fills_scan = False
        self._show_form(shown=True)
        self.form.begin(self.pane.field.text())

    def _edit_rights(self) -> None:
        if self.sheet.patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        self._show_form(shown=True, form=self.rights)
        self.rights.begin(self.sheet.patient)
        self._show_whose()

    def _wanted(self, patient: Patient) -> None:
        """Show a file that another room asks for."""
        self.show_part(self.sheet)
        self.point_at(patient)

    def _show_documents(self) -> None:
        """Show the received documents of the patient pointed at, in their room."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        patient = self._patient
        self._ui.acts.enter_room("documents")
        self._ui.documents_wanted.emit(patient)

    def _read_of(self, wanted: SignalInstance) -> None:
        """Show in the registers what a journal has of the patient pointed at: who opened the file, or asked INSi."""
        if self._patient is None:
            self._ui.say("Choisissez d’abord un patient.", "warning")
            return
        patient = self._patient
        self._ui.acts.enter_room("registers")
        wanted.emit(patient)

    def _save(self) -> None:
        shown = self._form_shown(self.right.currentWidget())
        if shown is not None:
            shown.save()
        elif self._insi is not None and self.right.currentWidget() is self._insi:
            self._insi.save()
        elif self.right.currentWidget() is self._rights:
            self.rights.save()
        else:
            self.form.save()

    def _back(self) -> None:
        if self._merges is not None:
            self._merges.forget()
        desk = self._identity
        if self._insi is not None and self.right.currentWidget() is self._insi:
            self._insi.give_up()
            self.show_identity()
        elif desk is not None and desk.form_of(self.right.currentWidget()) is not None:
            self.show_identity()
        elif self._papers is not None and self._papers.isVisible() and self._papers.is_asking:
            self._papers.stop_asking()
            return
        else:
            self._show_form(shown=False)
        self.pane.field.setFocus()

    def _new(self, patient: Patient) -> None:
        """Show a new file; one that a code INS began is asked for at INSi at once, which alone confirms the code."""
        asks, self._fills_scan = self._fills_scan and holds(self._ui, Right.CALL_INSI), False
        self._created(patient)
        if asks:
            self._patient = patient
            self._ask_insi(Operation.BY_TRAITS)

    def _created(self, patient: Patient) -> None:
        self._show_form(shown=False)
        self.pane.look_for(f"{patient.family_name} {formats.date(patient.birth_date)}", patient.id)
        self.pane.field.setFocus()

    def _written(self, patient: Patient) -> None:
        self._show_form(shown=False)
        self._open(patient)
        self.pane.again()
        self.pane.field.setFocus()

    def _show_form(self, *, shown: bool, form: RightsForm | None = None) -> None:
        self.show_part((form or self.form) if shown else self.sheet)

    def show_part(self, part: QWidget) -> None:
        """Show one of the sheet, the forms and the allergies on the right."""
        self.right.setCurrentWidget(part)
        is_form = part is self._form or part is self._rights or self._form_shown(part) is not None
        self._ui.acts.set_enabled("patients.save", enabled=part is not None and is_form, widget=self)
        self._ui.acts.set_enabled("patients.back", enabled=part is not self.sheet, widget=self)
        self._show_whose()

    def _show_whose(self) -> None:
        """Show above each part the identity of the patient whom it is about."""
        part, desk = self.right.currentWidget(), self._identity
        form = None if desk is None else desk.form_of(part)
        patient = self._patient
        if form is not None:
            patient = None if form.file is None else form.file.patient
        elif part is self._rights:
            patient = self.rights.patient
        elif part is not None and (part is self._form or self.worklist.is_shown or self._is_of_merges(part)):
            patient = None
        self.band.show_patient(patient)
        self.whose.setVisible(patient is not None)

    def _is_of_merges(self, part: QWidget) -> bool:
        """Return True for what is about two files: the one pointed at in the list may be neither."""
        return self._merges is not None and part in self._merges.parts

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
        if self._insi is not None and self.right.currentWidget() is self._insi and not self._insi.is_of(patient):
            self._insi.give_up()
            self.show_part(self.sheet)
        if self._identity is not None and self.right.currentWidget() is self._identity.pane:
            self._identity.open_for(None if patient is None else patient.id)
        if self._papers is not None and self.right.currentWidget() is self._papers:
            self._papers.open_for(patient)
        self.sheet.show_patient(patient, self._today, sight=self._sight)
        self._show_whose()
        self._dwell.stop()
        self.worklist.go_on(patient)
        if patient is None:
            return
        self._dwell.start(_DWELL_MS)
        patient_id, allergies, actor = patient.id, self._ui.services.safety.allergies, self._ui.actor()
        rights, symbols, places = self._ui.services.rights, self._ui.services.ins_symbols, self._ui.services.places
        inbox, may_read = self._ui.services.inbox, holds(self._ui, Right.READ_DOCUMENTS)
        self._ui.tasks.run(
            lambda _progress: _Beside(
                allergies.of(patient_id, actor),
                rights.last(patient_id),
                symbols.for_patient(patient_id, actor),
                places.name(patient.birth_place, patient.birth_date),
                inbox.of(patient_id, actor) if may_read else None,
            ),
            done=lambda read: self._show_recorded(patient, read),
            owner=self,
            key="allergies",
        )

    @property
    def _sight(self) -> Sight:
        return Sight(may_see=holds(self._ui, Right.SEE_INS), on_screen=self.band.options.on_screen)

    def _seen_by_another(self) -> None:
        """Show the file anew to who comes to the poste: what they may see of it, and that they saw it."""
        if self._ui.operator is not None and self._patient is not None and holds(self._ui, Right.READ_PATIENT):
            self._open(self._patient)

    def _trace(self) -> None:
        """Trace the file that is looked at: those passed on the way to it are not."""
        if self._patient is not None and self.isVisible():
            patient_access.trace(self._ui, self._patient.id, "patients", ins=self.band.shows_ins)

    def _show_recorded(self, patient: Patient, read: _Beside) -> None:
        if patient is self._patient:
            self.sheet.show_patient(
                patient,
                self._today,
                read.recorded,
                read.kept,
                symbol=read.symbol.value if isinstance(read.symbol, Done) else None,
                sight=self._sight,
                place=read.place,
                documents=read.documents,
            )


def _papers_line(ui: Ui) -> Flow:
    """Return the ways from the file to the papers that other rooms make of it."""
    ways = (("patients.care", "Soins"), ("patients.extract", "Ordonnancier"))
    return Flow([ActButton(ui.acts, act_id, kind="ghost", text=text) for act_id, text in ways])


def _second_line(patient: Patient) -> str:
    """Return what tells two patients of one name apart: the birth name where another is used, and the town."""
    named = patient.birth_name if patient.birth_name != patient.display_name else ""
    return ", ".join(part for part in (named, patient.city) if part)
