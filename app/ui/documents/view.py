"""What did the officine receive, whose is it, and what becomes of it: one room to read, compare, file or refuse?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.outcome import Done, Finding, Refused, Severity
from app.officine.inbox import rules
from app.officine.inbox.model import Origin, State
from app.officine.staff.model import Right
from app.ui import theme
from app.ui.documents import words
from app.ui.documents.matching import MatchPane, Verdict
from app.ui.documents.paper import print_shown
from app.ui.documents.reason_form import ReasonForm
from app.ui.documents.viewer import DocumentViewer
from app.ui.documents.worklist import Worklist
from app.ui.patients.identity_words import holds
from app.ui.widgets.basics import ActButton, EmptyState, Panel, Text
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.kernel.errors import GalienError
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.documents.shown import Shown
    from app.officine.inbox.model import Candidate, Match, Receipt, Received
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

_REST_MS: Final = 90
"""How long a line is pointed at before its document is opened: those passed on the way are not."""
_READ_MS: Final = 1_500
"""How long a document is shown before it was read."""
_CROWDED_FROM: Final = 130
_LESS_WANTED: Final = frozenset({"version", "patient", "unread"})
"""Acts whose buttons make room for the document where the letters are large; their keys stay."""
_SEE: Final = "F7 montre les autres versions."
_FILTERS: Final = ("Documents (*.xml *.zip *.pdf)", "Tous les fichiers (*)")


class DocumentsView(QWidget):
    """The list on the left; on the right what is to be known of one document, and the document itself."""

    room_title = "Documents"

    def __init__(self, ui: Ui) -> None:
        """Show the inbox of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self.document: Received | None = None
        self.match: Match | None = None
        self.versions: tuple[Received, ...] = ()
        self._wanted, self._in_viewer = 0, 0
        self._is_large = False
        self.worklist = Worklist(ui)
        self.verdict = Verdict()
        self.viewer = DocumentViewer(ui)
        self.matching = MatchPane(ui)
        self.reasons = ReasonForm(ui)
        self.unreadable = _Unreadable()
        self.nothing = EmptyState(
            "documents", "Aucun document choisi", "Le document pointé dans la liste s’affiche ici, avec son patient."
        )
        self.asking = Panel()
        self.asking.body.addWidget(self.reasons)
        self.asking.body.addStretch(1)
        self.right = Stack()
        for part in (self.nothing, self.viewer, self.matching, self.asking, self.unreadable):
            self.right.addWidget(part)
        self._rest, self._dwell = _timer(self, _REST_MS, self._open), _timer(self, _READ_MS, self._mark_read)
        self.setFocusProxy(self.worklist.list)
        self._build()
        self.viewer.set_compact(True)
        self.viewer.print_shown = self._print
        self.worklist.pointed.connect(self._point)
        self.worklist.chosen.connect(lambda _document: self.read_large())
        self.viewer.left.connect(self.back)
        self.matching.pointed.connect(lambda _candidate: self._allow())
        self.reasons.written.connect(self._written)
        ui.documents_wanted.connect(self.show_documents_of)
        theme.current().changed.connect(self._allow)
        ui.operator_changed.connect(self._seen_by_another)
        for name, handler in (
            ("search", lambda: self._focus(self.worklist.field)),
            ("by_state", lambda: self._focus(self.worklist.states)),
            ("by_type", lambda: self._focus(self.worklist.kinds)),
            ("by_date", lambda: self._focus(self.worklist.days)),
            ("sort", lambda: self._focus(self.worklist.sorts)),
            ("everyone", self.show_everything),
            ("receive", self.choose_files),
            ("receive_folder", self.choose_folder),
            ("large", self.read_large),
            ("file", self.file),
            ("compare", self.compare),
            ("choose", self.choose_patient),
            ("refuse", self.refuse),
            ("retake", self.retake),
            ("unfile", self.unfile),
            ("unread", self.mark_unread),
            ("version", self.other_version),
            ("patient", self.open_patient),
            ("print", self.viewer.print_document),
            ("save", self.reasons.save),
            ("back", self.back),
        ):
            ui.acts.bind(f"documents.{name}", handler, self)
        self._show_nothing()

    # --- What the window asks -----------------------------------------------------------------------------------------

    def refresh(self, change: Changed | None) -> None:
        """Read the list anew when the room is entered, and when documents or the files that hold them changed."""
        if not holds(self._ui, Right.READ_DOCUMENTS):
            return
        if change is None or change.touches("received") or change.touches("patient"):
            self.worklist.read()

    def show_documents_of(self, patient: Patient) -> None:
        """Show the documents of one file."""
        self.worklist.of_patient(patient)
        self._focus(self.worklist.list)

    def show_everything(self) -> None:
        """Show the documents of everybody, in whatever state."""
        self.worklist.clear_filters()
        self._focus(self.worklist.list)

    def _seen_by_another(self) -> None:
        """Show nothing of what another person opened: the list is read for who is there now."""
        self.back()
        self.document = None
        self.worklist.empty_of_all()
        self._show_nothing()
        if self.isVisible() and holds(self._ui, Right.READ_DOCUMENTS):
            self.worklist.read()

    # --- One document -------------------------------------------------------------------------------------------------

    def _point(self, document: Received | None) -> None:
        """Point at another document: it is opened once the line is rested on."""
        before, self.document = self.document, document
        if document is None:
            self._show_nothing()
            return
        if before is not None and before.id == document.id and self.match is not None and _stands(before, document):
            # Only read meanwhile: nothing of what is shown has changed.
            self._allow()
            return
        self.match, self.versions = None, ()
        self._dwell.stop()
        self._allow()
        self._rest.start()

    def _open(self) -> None:
        """Read the document pointed at, and whose it may be."""
        document = self.document
        if document is None:
            return
        self._wanted = document.id
        inbox, actor = self._ui.services.inbox, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: (
                inbox.match(document.id, actor),
                inbox.versions(document.id, actor),
                inbox.look(document.id, actor),
            ),
            done=lambda found: self._show(document, *found),
            failed=lambda failure: self._show_failure(document, failure),
            owner=self,
            key="open",
            title="Ouverture du document…",
        )

    def _show(self, document: Received, match: Match, versions: Sequence[Received], outcome: Outcome[Shown]) -> None:
        if self.document is None or self.document.id != document.id:
            return
        self.match, self.versions = match, tuple(versions)
        if isinstance(outcome, Done):
            self._in_viewer = document.id
            self.viewer.show_document(outcome.value, focus=False)
            self._show_part(self.viewer)
        else:
            self._show_unreadable(document, outcome.findings)
        self._judge()
        self._allow()
        if not document.is_read:
            self._dwell.start()

    def _show_failure(self, document: Received, failure: GalienError) -> None:
        if self.document is not None and self.document.id == document.id:
            self._show_unreadable(document, [Finding(failure.code, Severity.ERROR, failure.text, failure.advice)])

    def _show_unreadable(self, document: Received, findings: Sequence[Finding]) -> None:
        self.unreadable.show_document(document, findings)
        self._show_part(self.unreadable)

    def _judge(self) -> None:
        """Say what is to be known of the document before anything is done with it."""
        document, match = self.document, self.match
        if document is None or match is None:
            self.verdict.say("", "", "info")
            return
        after = next((one for one in self.versions if one.id == document.replaced_by), None)
        self.verdict.say(*_verdict(document, match, after))

    def _mark_read(self) -> None:
        document = self.document
        if document is None or document.is_read or not self.isVisible():
            return
        self.worklist.keep = document.id
        inbox, actor = self._ui.services.inbox, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: inbox.mark_read(document.id, actor), done=lambda _done: None, owner=self, key="mark"
        )

    def _print(self, ui: Ui, shown: Shown) -> None:
        """Print the document that is shown, which need not be the one pointed at since; traced before it is."""
        inbox, actor, number = ui.services.inbox, ui.actor(), self._in_viewer
        print_shown(ui, shown, traced=lambda: inbox.printed(number, actor))

    # --- Acts ---------------------------------------------------------------------------------------------------------

    def file(self) -> None:
        """File the document: at once where there is no doubt, else where the traits were compared."""
        document, match = self.document, self.match
        if document is None or match is None or document.state is not State.WAITING:
            return
        if self.right.currentWidget() is self.matching:
            if self.matching.candidate is not None:
                self._file(document, self.matching.candidate, confirmed=True)
            return
        if match.sure is not None:
            self._file(document, match.sure, confirmed=False)
        else:
            self.compare()

    def _file(self, document: Received, candidate: Candidate, *, confirmed: bool) -> None:
        inbox, actor = self._ui.services.inbox, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: inbox.file(
                document.id, candidate.patient_id, actor, confirmed=confirmed, seen=candidate.agreement
            ),
            done=self._filed,
            owner=self,
            key="write",
        )

    def _filed(self, outcome: Outcome[Received]) -> None:
        if isinstance(outcome, Refused):
            if self.right.currentWidget() is self.matching:
                self.matching.refuse(outcome.findings)
            else:
                self._ui.refuse(outcome.findings)
            return
        self._written(f"Classé dans le dossier de {outcome.value.patient_name}")

    def compare(self) -> None:
        """Show the files that the document may belong to, beside it."""
        if self.document is None or self.match is None or self.document.state is State.ASIDE:
            return
        self._leave_large()
        self.matching.begin(self.document, self.match)
        self._show_part(self.matching)
        # Where the letters are large, two columns of traits need the whole room.
        self.worklist.setVisible(theme.current().zoom < _CROWDED_FROM)
        self._focus(self.matching.list if self.match.candidates else self.matching.field)
        self._allow()

    def choose_patient(self) -> None:
        """Look for the patient by hand."""
        self.compare()
        if self.right.currentWidget() is self.matching:
            self._focus(self.matching.field)

    def refuse(self) -> None:
        """Ask why the document is refused."""
        document = self.document
        if document is None or document.state not in {State.WAITING, State.ASIDE}:
            return
        inbox, actor = self._ui.services.inbox, self._ui.actor()
        self._ask(
            f"Refuser «\u00a0{document.title or document.name}\u00a0»",
            "Patient inconnu de l’officine, doublon, erreur d’envoi…",
            lambda reason: inbox.refuse(document.id, reason, actor),
            "Document refusé",
        )

    def unfile(self) -> None:
        """Ask why the document leaves the file in which it is."""
        document = self.document
        if document is None or document.state is not State.FILED:
            return
        inbox, actor = self._ui.services.inbox, self._ui.actor()
        self._ask(
            f"Retirer «\u00a0{document.title or document.name}\u00a0» du dossier de {document.patient_name}",
            "Erreur de patient…",
            lambda reason: inbox.unfile(document.id, reason, actor),
            "Document retiré du dossier",
        )

    def retake(self) -> None:
        """Take up again a document that was refused."""
        document = self.document
        if document is None or document.state is not State.REFUSED:
            return
        inbox, actor = self._ui.services.inbox, self._ui.actor()
        self._perform(lambda: inbox.retake(document.id, actor), "Document repris")

    def mark_unread(self) -> None:
        """Leave the document to be read by somebody."""
        document = self.document
        if document is None:
            return
        self._dwell.stop()
        inbox, actor = self._ui.services.inbox, self._ui.actor()
        self._perform(lambda: inbox.mark_unread(document.id, actor), "Document à lire")

    def other_version(self) -> None:
        """Show the next version of the document: those before it, then the last one again."""
        document = self.document
        if document is None:
            return
        places = [place for place, one in enumerate(self.versions) if one.id == document.id]
        if len(self.versions) < 2 or not places:
            self._ui.say("Ce document n’a pas d’autre version.")
            return
        other = self.versions[(places[0] + 1) % len(self.versions)]
        place = self.worklist.list.place_of(other.id)
        if place is not None:
            self.worklist.list.point(place)
        else:
            self._point(other)

    def open_patient(self) -> None:
        """Open the file in which the document is, or the one that it surely belongs to."""
        document, found = self.document, self.match.best if self.match is not None else None
        if self.right.currentWidget() is self.matching:
            found = self.matching.candidate
        number = None if document is None else document.patient_id
        if number is None and found is not None:
            number = found.patient_id
        if number is None:
            self._ui.say("Ce document n’est rapproché d’aucun dossier.", "warning")
            return
        patients, actor, wanted = self._ui.services.patients, self._ui.actor(), number
        self._ui.tasks.run(
            lambda _progress: patients.get(wanted, actor), done=self._enter_patient, owner=self, key="patient"
        )

    def _enter_patient(self, patient: Patient | None) -> None:
        if patient is not None:
            self._ui.acts.enter_room("patients")
            self._ui.patient_wanted.emit(patient)

    # --- Receiving ----------------------------------------------------------------------------------------------------

    def choose_files(self) -> None:
        """Ask for files, and take them in."""
        dialog = QFileDialog(self, "Importer des documents reçus")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(list(_FILTERS))
        if dialog.exec():
            self.receive([Path(one) for one in dialog.selectedFiles()], Origin.FILE)

    def choose_folder(self) -> None:
        """Ask for a folder, and take in what it holds."""
        dialog = QFileDialog(self, "Importer un dossier de documents reçus")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if dialog.exec():
            self.receive([Path(one) for one in dialog.selectedFiles()], Origin.FOLDER)

    def receive(self, paths: Sequence[Path], origin: Origin) -> None:
        """Take in files, or those of folders."""
        inbox, actor = self._ui.services.inbox, self._ui.actor()
        self._ui.tasks.run(
            lambda progress: inbox.receive_all(paths, origin, actor, progress.report),
            done=self._received,
            owner=self,
            title="Réception des documents…",
        )

    def _received(self, outcome: Outcome[Receipt]) -> None:
        if isinstance(outcome, Refused):
            self._ui.refuse(outcome.findings)
            return
        self._ui.say(*words.receipt(outcome.value))
        self._ui.refuse(outcome.value.unreadable)
        self.worklist.read()

    # --- Within -------------------------------------------------------------------------------------------------------

    def read_large(self) -> None:
        """Give the document the whole room, with what was read of it and its patient."""
        if self.document is None or self.right.currentWidget() is not self.viewer:
            return
        self._is_large = True
        self.worklist.hide()
        self.viewer.set_compact(False)
        self._mark_read()
        self.viewer.show_pages(self.viewer.as_pages.isChecked())

    def back(self) -> None:
        """Go back one level: from a form or a comparison to the document, from the document to the list."""
        self._leave_large()
        if self.right.currentWidget() in {self.matching, self.asking}:
            self._show_read()
        self._focus(self.worklist.list)

    def _leave_large(self) -> None:
        self._is_large = False
        self.worklist.show()
        self.viewer.set_compact(True)

    def _show_read(self) -> None:
        """Show again what was read of the document."""
        is_read = self.viewer.shown is not None and self._wanted == (self.document.id if self.document else 0)
        aside = self.unreadable.number == (self.document.id if self.document else 0)
        self._show_part(self.unreadable if aside else self.viewer if is_read else self.nothing)

    def _show_nothing(self) -> None:
        self._rest.stop()
        self._dwell.stop()
        self.match = None
        self._leave_large()
        self._show_part(self.nothing)
        self._judge()
        self._allow()

    def _show_part(self, part: QWidget) -> None:
        self.right.setCurrentWidget(part)
        is_judged = part in {self.viewer, self.unreadable}
        self.verdict.setVisible(is_judged and bool(self.verdict.title.text()))
        self.acts.setVisible(is_judged)
        self._allow()

    def _ask(self, title: str, example: str, act: Callable[[str], Outcome[Received]], said: str) -> None:
        self._leave_large()
        self._show_part(self.asking)
        self.reasons.begin(title, example, act, said)

    def _perform(self, act: Callable[[], Outcome[Received]], said: str) -> None:
        def done(outcome: Outcome[Received]) -> None:
            if isinstance(outcome, Refused):
                self._ui.refuse(outcome.findings)
            else:
                self._written(said)

        self._ui.tasks.run(lambda _progress: act(), done=done, owner=self, key="write")

    def _written(self, said: str) -> None:
        """Say that an act is done, and go on with the next document."""
        self._ui.say(said, "success")
        self._leave_large()
        self.worklist.keep = None
        self.match = None
        if self.right.currentWidget() in {self.matching, self.asking}:
            self._show_part(self.nothing)
        self.worklist.read()
        self._focus(self.worklist.list)

    def _focus(self, widget: QWidget) -> None:
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def _allow(self) -> None:
        """Light the acts that make sense for the document shown."""
        document, match = self.document, self.match
        state = document.state if document is not None else None
        is_open = document is not None and match is not None
        is_comparing = self.right.currentWidget() is self.matching
        allowed = {
            "file": is_open and state is State.WAITING and (not is_comparing or self.matching.may_file),
            "compare": is_open and state is not State.ASIDE,
            "choose": is_open and state is State.WAITING,
            "refuse": state in {State.WAITING, State.ASIDE},
            "retake": state is State.REFUSED,
            "unfile": state is State.FILED,
            "unread": document is not None and document.is_read,
            "version": len(self.versions) > 1,
            "patient": is_open and bool((document and document.patient_id) or (match and match.candidates)),
            "print": is_open and self.right.currentWidget() is self.viewer,
            "large": is_open and self.right.currentWidget() is self.viewer,
            "save": self.right.currentWidget() is self.asking,
        }
        for name, is_on in allowed.items():
            self._ui.acts.set_enabled(f"documents.{name}", enabled=is_on)
        is_sure = match is not None and match.sure is not None
        self.buttons["file"].setText("Classer" if is_sure else "Comparer et classer")
        crowded = theme.current().zoom >= _CROWDED_FROM
        for name, button in self.buttons.items():
            button.setVisible(allowed[name] and not (crowded and name in _LESS_WANTED))

    def _build(self) -> None:
        acts = self._ui.acts
        titles = {"compare": "Comparer", "unread": "Non lu", "patient": "Patient", "unfile": "Retirer"}
        # Only those that make sense show: one line holds them.
        self.buttons = {
            name: ActButton(
                acts,
                f"documents.{name}",
                kind="primary" if name == "file" else "secondary",
                text=titles.get(name, ""),
            )
            for name in ("file", "unfile", "retake", "compare", "refuse", "version", "patient", "unread")
        }
        self.acts = Flow(list(self.buttons.values()))
        beside = QVBoxLayout()
        beside.setSpacing(theme.S)
        beside.addWidget(self.verdict)
        beside.addWidget(self.acts)
        beside.addWidget(self.right, 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        line.setSpacing(theme.L)
        line.addWidget(self.worklist, 9)
        line.addLayout(beside, 11)


class _Unreadable(Panel):
    """A document that can't be shown: which it is, why, and that nothing of it is lost."""

    def __init__(self) -> None:
        """Start with none."""
        super().__init__()
        self.number = 0
        self.name = Text("", "heading", wrap=True, selectable=True)
        self.findings = FindingList(refusal="Illisible")
        self.kept = Text("", "muted", wrap=True)
        for part in (self.name, self.findings, self.kept):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def show_document(self, document: Received, findings: Sequence[Finding]) -> None:
        """Say why a document can't be shown."""
        self.number = document.id
        self.name.setText(document.title or document.name)
        self.findings.set_findings(findings)
        kept = "Le fichier reçu est gardé tel quel." if document.parcel else "Le fichier est resté à sa place."
        self.kept.setText(f"{words.came(document)}, {document.origin.label}\u00a0: {document.name}. {kept}")


def _verdict(document: Received, match: Match, after: Received | None) -> tuple[str, str, str]:
    """Return what is to be known of a document: a title, a sentence, a tone."""
    if document.state is State.ASIDE:
        return (
            "Mis de côté\u00a0: il ne se classe dans aucun dossier",
            "Refusez-le avec un motif une fois l’expéditeur prévenu (F8).",
            "danger",
        )
    if document.state is State.REFUSED:
        return "Refusé", f"Motif\u00a0: {document.reason}", "info"
    if document.state is State.FILED and after is not None:
        return _replaced(after), f"Classé dans le dossier de {document.patient_name}. {_SEE}", "warning"
    if document.state is State.FILED:
        current = next((one for one in match.candidates if one.is_current), None)
        told = "" if current is None else rules.said(current)
        tone = "success" if current is None else rules.tone(current)
        return f"Classé dans le dossier de {document.patient_name}", told, tone
    return _verdict_of_waiting(match, document, after)


def _replaced(after: Received) -> str:
    """Return the title over a document whose values no longer stand."""
    version = "une autre version" if after.version is None else f"la version {after.version}"
    return f"Ne vous y fiez pas\u00a0: remplacé par {version}, reçue le {words.came(after)}"


def _verdict_of_waiting(match: Match, document: Received, after: Received | None) -> tuple[str, str, str]:
    """Return the same for a document that is still to be filed."""
    if after is not None:
        return _replaced(after), f"{_SEE} Celui-ci se classe aussi, pour mémoire (F10).", "warning"
    best = match.best
    if best is None:
        named = document.written_name or "Ce document ne nomme personne"
        return f"Patient à trouver\u00a0: {named}", "Aucun dossier ne lui ressemble\u202f; F4 en cherche un.", "warning"
    told = rules.said(best)
    if match.sure is not None:
        return f"{best.name}, {words.born(best).partition(' · ')[0]}", f"{told} F10 classe le document.", "success"
    more = "" if len(match.candidates) < 2 else f" {len(match.candidates)} dossiers à comparer."
    return f"À comparer\u00a0: {best.name}", f"{told}{more} F10 compare avant de classer.", rules.tone(best)


def _stands(before: Received, after: Received) -> bool:
    """Return True where nothing but the reading of a document has changed."""
    return (before.state, before.replaced_by, before.patient_id) == (after.state, after.replaced_by, after.patient_id)


def _timer(owner: QWidget, pause: int, act: Callable[[], None]) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(pause)
    timer.timeout.connect(act)
    return timer
