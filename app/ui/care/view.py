"""Which documents of care are there, and how is one begun, written, looked at, corrected and deleted?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.outcome import Done
from app.officine.care.model import CareDraft, DocumentKind
from app.officine.scan.model import ScanKind
from app.officine.staff.model import Right
from app.ui import patient_access
from app.ui.care import words
from app.ui.care.bilan import BilanForm
from app.ui.care.dialogs import DeleteDialog, ForgetDialog
from app.ui.care.documents_page import DocumentsPage
from app.ui.care.entretien import EntretienForm
from app.ui.care.form import Begun, CareForm
from app.ui.care.patient_page import PatientPage
from app.ui.care.reading_page import ReadingPage
from app.ui.care.vaccination import VaccinationForm
from app.ui.counter.scans import carried
from app.ui.patients.identity_words import holds
from app.ui.printing import print_desk
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QHideEvent, QShowEvent

    from app.kernel.actor import Actor
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.care.model import WrittenDocument
    from app.officine.documents.shown import Shown
    from app.officine.patients.ins_scan import Sighting
    from app.officine.patients.model import Patient
    from app.officine.scan.model import Scan
    from app.ui.care.documents_page import Line
    from app.ui.context import Services, Ui

_FORMS: Final[dict[DocumentKind, type[CareForm]]] = {
    DocumentKind.VACCINATION: VaccinationForm,
    DocumentKind.ENTRETIEN: EntretienForm,
    DocumentKind.BILAN: BilanForm,
}
_OF_FORM = ("recipient", "add_line", "remove_line", "afresh", "preview")
_BOX = frozenset({ScanKind.GS1, ScanKind.CIP13, ScanKind.CIP7, ScanKind.EAN13})


def begun(
    services: Services, draft: CareDraft | None, kind: DocumentKind, patient_id: int, actor: Actor, *, afresh: bool
) -> Begun:
    """Return what a form begins with: the draft given, the one kept, or a new one; run in the background."""
    care = services.care
    kept = next(iter(care.kept(actor, kind, patient_id)), None)
    is_other = kept is not None and draft is not None and kept.draft.replaces != draft.replaces
    if is_other:
        raise words.draft_stands(kind)
    if afresh and kept is not None:
        care.drop(kept.id, actor)
        kept = None
    if kept is not None:
        draft = kept.draft
    taken = draft or care.begin(kind, patient_id, actor)
    pharmacists = tuple(one for one in services.staff.members() if one.active and one.role.is_pharmacist)
    return Begun(taken, services.patients.get(taken.patient_id, actor), pharmacists, kept)


class CareView(QWidget):
    """The documents of care: the list, the forms, the preview and the reading, one at a time."""

    room_title = "Soins"

    def __init__(self, ui: Ui) -> None:
        """Build the list; a form is built when its document is first written."""
        super().__init__()
        self._ui = ui
        self._warm = False
        self._watched: QWidget | None = None
        self._operator_id = None if ui.operator is None else ui.operator.id
        self._asked: DocumentKind | None = None
        self._writing: CareForm | None = None
        self._read: WrittenDocument | None = None
        self._forms: dict[DocumentKind, CareForm] = {}
        self._bind()
        self.stack = Stack()
        self.documents = DocumentsPage(ui)
        self.patients = PatientPage(ui)
        self.reading = ReadingPage(ui, self._print)
        for page in (self.documents, self.patients, self.reading):
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.documents.chosen.connect(self._choose)
        self.patients.chosen.connect(lambda patient: self._begin_for(patient.id))
        self.reading.left.connect(self._back)
        ui.care_wanted.connect(self.show_patient)
        ui.locked.connect(self._keep)
        ui.operator_changed.connect(self._other_operator)
        self._go(self.documents)

    # --- What the window asks -----------------------------------------------------------------------------------------

    def refresh(self, change: Changed | None) -> None:
        """Read the documents again when the room is entered, and where they changed."""
        if change is None and not self._warm:
            self._warm = True
            care = self._ui.services.care
            self._ui.tasks.run(lambda _progress: care.warm(), done=lambda _none: None, owner=self, key="warm")
        if change is None or change.touches("care"):
            self.documents.again()

    def take_scan(self, scan: Scan) -> bool:
        """Take a box where a vaccination is written, an INS where a patient is chosen; leave the rest to the counter.

        While a document is written no code leaves the form: a box scanned would sell itself at the counter.
        """
        form = self.form
        if form is not None:
            if scan.kind in _BOX or not isinstance(form, VaccinationForm):
                return form.take_scan(scan)
            self._ui.say("Ce code n’est pas celui d’une boîte\u00a0: la saisie est restée ouverte.", "warning")
            return True
        if scan.kind is not ScanKind.INS or self.stack.currentWidget() not in {self.documents, self.patients}:
            return False
        if not scan.ok:
            self._ui.refuse(scan.findings)
            return True
        scans, actor = self._ui.services.ins_scans, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: scans.look_up(*carried(scan), actor),
            done=lambda sighting: self._sighted(sighting, actor),
            owner=self,
            key="ins",
        )
        return True

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the window: nothing typed is left unkept when it closes."""
        super().showEvent(event)
        if self._watched is not self.window():
            self._watched = self.window()
            self._watched.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep what is typed when another room is entered."""
        super().hideEvent(event)
        self._keep()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep what is typed before the window closes."""
        if watched is self._watched and event.type() is QEvent.Type.Close and self._writing is not None:
            self._writing.keep_now()
        return super().eventFilter(watched, event)

    # --- Pages --------------------------------------------------------------------------------------------------------

    @property
    def form(self) -> CareForm | None:
        """The form that is shown."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, CareForm) else None

    def form_of(self, kind: DocumentKind) -> CareForm:
        """Return the form of a kind of document, built at its first use."""
        if kind not in self._forms:
            form = self._forms[kind] = _FORMS[kind](self._ui)
            form.previewed.connect(self._show_preview)
            form.recorded.connect(self._recorded)
            self.stack.addWidget(form)
        return self._forms[kind]

    def show_patient(self, patient: Patient | None) -> None:
        """List the documents of a patient; of everybody for none."""
        self._leave_form()
        self.documents.show_patient(patient)
        self._go(self.documents)
        self.documents.focus_list()

    def _go(self, page: QWidget) -> None:
        self.stack.setCurrentWidget(page)
        self.setFocusProxy(page.focusProxy() or page)
        is_form, is_preview = isinstance(page, CareForm), page is self.reading and self.reading.is_preview
        acts = self._ui.acts
        for name in _OF_FORM:
            acts.set_enabled(f"care.{name}", enabled=is_form)
        acts.set_enabled("care.save", enabled=is_form or is_preview)
        acts.set_enabled("care.back", enabled=page is not self.documents)
        for name in ("open", "modify", "delete"):
            acts.set_enabled(f"care.{name}", enabled=page is self.documents)
        acts.set_enabled("care.print", enabled=page is self.documents or (page is self.reading and not is_preview))
        if page is self.documents:
            self.documents.show_acts()

    def _back(self) -> None:
        """Go back one level; what is typed is kept."""
        page = self.stack.currentWidget()
        if page is self.reading and self.reading.is_preview and self._writing is not None:
            self._go(self._writing)
            self._writing.go_to(self._writing.preview_button)
            return
        if isinstance(page, CareForm):
            self._ui.say("Brouillon gardé\u00a0: il attend dans la liste.")
        self._leave_form()
        self._go(self.documents)
        self.documents.focus_list()

    def _leave_form(self) -> None:
        if self._writing is not None:
            self._writing.leave()
            self._writing = None

    # --- Beginning ----------------------------------------------------------------------------------------------------

    def new(self, kind: DocumentKind) -> None:
        """Begin a document: for the patient whose documents are listed, or for the one that is chosen first."""
        self._leave_form()
        self._asked = kind
        patient = self.documents.patient
        if patient is not None:
            self._begin_for(patient.id)
            return
        self._go(self.patients)
        self.patients.begin(kind)

    def _begin_for(self, patient_id: int) -> None:
        kind = self._asked
        if kind is not None:
            self._begin(None, kind, patient_id)

    def _begin(self, draft: CareDraft | None, kind: DocumentKind, patient_id: int, *, afresh: bool = False) -> None:
        services, actor = self._ui.services, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: begun(services, draft, kind, patient_id, actor, afresh=afresh),
            done=lambda begun_: self._begun(begun_, actor),
            owner=self,
            key="begin",
            title="Ouverture du document…",
        )

    def _begun(self, begun_: Begun, actor: Actor) -> None:
        if self._ui.actor() != actor:
            # Another operator came meanwhile: what was asked for is not theirs to see.
            return
        form = self.form_of(begun_.draft.kind)
        self._writing = form
        self._go(form)
        form.begin(begun_)
        self.setFocusProxy(form.first)
        patient_access.trace(self._ui, begun_.draft.patient_id, "care")

    def _afresh(self) -> None:
        form = self._writing
        if form is None or form.base is None:
            return
        base = form.base
        form.base = None
        if base.replaces is not None:
            self._correct(base.replaces, afresh=True)
        else:
            self._begin(None, base.kind, base.patient_id, afresh=True)

    def _sighted(self, sighting: Sighting, actor: Actor) -> None:
        if self._ui.actor() != actor:
            return
        if len(sighting.patients) != 1:
            self._ui.refuse(sighting.findings)
            if not sighting.findings:
                self._ui.say("Aucun dossier ne répond à ce code INS.", "warning")
            return
        if self.stack.currentWidget() is self.patients:
            self._begin_for(sighting.patients[0].id)
        else:
            self.show_patient(sighting.patients[0])

    # --- One document -------------------------------------------------------------------------------------------------

    def _choose(self, line: Line) -> None:
        if line.document is None:
            self._begin(line.draft, line.kind, line.patient_id)
        else:
            self._open(line.document)

    def _open(self, document: WrittenDocument) -> None:
        care, actor = self._ui.services.care, self._ui.actor()

        def done(shown: Shown) -> None:
            if self._ui.actor() != actor:
                return
            self._read = document
            self.reading.show_document(shown, is_preview=False)
            self._go(self.reading)

        self._ui.tasks.run(
            lambda _progress: care.shown(document.id, actor), done=done, owner=self, key="open", title="Document…"
        )

    def _open_pointed(self) -> None:
        line = self.documents.line
        if line is not None:
            self._choose(line)

    def _modify(self) -> None:
        line = self.documents.line
        if line is None:
            return
        if line.document is None:
            self._choose(line)
        else:
            self._correct(line.document.id)

    def _correct(self, document_id: int, *, afresh: bool = False) -> None:
        services, actor = self._ui.services, self._ui.actor()

        def work(_progress: object) -> Begun:
            draft = services.care.again(document_id, actor)
            return begun(services, draft, draft.kind, draft.patient_id, actor, afresh=afresh)

        self._ui.tasks.run(
            work,
            done=lambda begun_: self._begun(begun_, actor),
            owner=self,
            key="begin",
            title="Ouverture du document…",
        )

    def _delete(self) -> None:
        line = self.documents.line
        if line is None:
            return
        if line.document is None:
            ForgetDialog(self._ui, line, self.window()).open()
        elif not holds(self._ui, Right.DELETE_CARE):
            self._ui.say("Supprimer un document est réservé aux pharmaciens. F12 change d’opérateur.", "warning")
        else:
            DeleteDialog(self._ui, line.document, self.window()).open()

    def _print(self) -> None:
        line = self.documents.line
        document = self._read if self.stack.currentWidget() is self.reading else line and line.document
        if document is None:
            self._ui.say("Choisissez d’abord un document.", "warning")
            return
        care, actor, document_id = self._ui.services.care, self._ui.actor(), document.id
        print_desk(self._ui).print_pages(lambda: care.write_pdf(document_id, actor), "a4", words.SHORT[document.kind])

    # --- Writing ------------------------------------------------------------------------------------------------------

    def _show_preview(self, shown: Shown) -> None:
        self.reading.show_document(shown, is_preview=True)
        self._go(self.reading)

    def _save(self) -> None:
        if self._writing is not None:
            self._writing.save()

    def _recorded(self, outcome: Outcome[WrittenDocument]) -> None:
        form = self._writing
        if not isinstance(outcome, Done):
            if form is not None and self.form is None:
                self._go(form)
            return
        self._writing = None
        document = outcome.value
        self.documents.just_said = (document.id, outcome.findings)
        self._go(self.documents)
        self.documents.again(point_at=document.id)
        self.documents.focus_list()
        verb = "remplacé" if document.replaces is not None else "enregistré"
        self._ui.say(f"{document.kind.label}\u00a0: {verb}. Rien n’est encore envoyé.", "success")

    def _preview(self) -> None:
        if self.form is not None:
            self.form.preview()

    # --- Keeping ------------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        if self._writing is not None:
            self._writing.keep()

    def _other_operator(self) -> None:
        """Put away what another operator was writing: it waits for them, under their name."""
        now = None if self._ui.operator is None else self._ui.operator.id
        if now == self._operator_id:
            return
        self._operator_id = now
        self._leave_form()
        self._read = None
        self.documents.just_said = (0, ())
        self.documents.forget()
        self._go(self.documents)

    # --- Acts ---------------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        handlers: tuple[tuple[str, Callable[[], object]], ...] = (
            ("search", self._search),
            ("vaccination", partial(self.new, DocumentKind.VACCINATION)),
            ("entretien", partial(self.new, DocumentKind.ENTRETIEN)),
            ("bilan", partial(self.new, DocumentKind.BILAN)),
            ("open", self._open_pointed),
            ("modify", self._modify),
            ("delete", self._delete),
            ("print", self._print),
            ("everyone", lambda: self.show_patient(None)),
            ("recipient", lambda: self._in_form(lambda form: form.go_to(form.recipients.pane.field))),
            ("add_line", lambda: self._in_form(lambda form: form.add_line())),
            ("remove_line", self._remove_line),
            ("afresh", self._afresh),
            ("preview", self._preview),
            ("save", self._save),
            ("back", self._back),
        )
        for name, handler in handlers:
            self._ui.acts.bind(f"care.{name}", handler, self)

    def _in_form(self, act: Callable[[CareForm], object]) -> None:
        if self.form is not None:
            act(self.form)

    def _remove_line(self) -> None:
        form = self.form
        if form is not None and not form.recipients.remove_focused():
            form.remove_line()

    def _search(self) -> None:
        if self.stack.currentWidget() is not self.documents:
            self._back()
        self.documents.pane.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.documents.pane.field.selectAll()
