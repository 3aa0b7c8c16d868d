"""Which copies of the identity papers of a patient are kept, and how is one added, seen or destroyed?"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QVBoxLayout

from app.kernel.clock import paris_date
from app.kernel.outcome import Refused
from app.kernel.text import NBSP, plural
from app.officine.staff.model import Right
from app.ui import formats, theme
from app.ui.patients.identity_words import holds
from app.ui.patients.paper_viewer import PaperViewer
from app.ui.widgets.act_form import scrolled
from app.ui.widgets.basics import ActButton, Button, EmptyState, Panel, Text, row
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow, Tall
from app.ui.widgets.lists import Column, ListTable
from app.ui.widgets.secret_field import SecretField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from app.kernel.outcome import Finding, Outcome
    from app.officine.copies.model import Arrival
    from app.officine.papers.model import Paper
    from app.officine.papers.service import Seen
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

_PIN_LIMIT = 12
_LIST_HEIGHT = 80
_RULES = "Chiffrées, hors des sauvegardes, vues sous code PIN. Détruites cinq ans après la dernière visite."
_OFF = "L’officine ne garde plus de nouvelle copie\u202f: celles-ci restent jusqu’à leur destruction."
_CONSENT = "Le patient peut refuser\u202f: le contrôle se note alors sans copie (F8)."


class PapersPane(Panel):
    """The copies of the file pointed at: Entrée shows one once the PIN is typed."""

    def __init__(self, ui: Ui) -> None:
        """Read copies with the services of ``ui``."""
        super().__init__("Copies du titre d’identité")
        self._ui = ui
        self._patient: Patient | None = None
        self._arrival: Arrival | None = None
        self.said = Text("", "muted", wrap=True)
        self.findings = FindingList(refusal="Refusé")
        columns: list[Column[Paper]] = [
            Column("Titre", _title, strong=True, second=_second),
            Column("Détruite le", lambda paper: formats.date(paper.due_on), width=11),
        ]
        empty = EmptyState("card", "Aucune copie", "Joignez le titre numérisé, avec l’accord du patient.")
        self.list: ListTable[Paper] = ListTable("Copies du titre d’identité", columns, empty)
        self.list.setMinimumHeight(theme.current().pixels(_LIST_HEIGHT))
        self.pin = SecretField(digits=True, limit=_PIN_LIMIT)
        demo = f" · démonstration\u00a0: {ui.services.demo_pin}" if ui.services.demo_pin else ""
        self.pin_field = Field("Votre &code PIN", self.pin, hint=f"Entrée\u00a0: voir la copie{demo}")
        self.reason = TextField(limit=200, placeholder="Demande du patient, mauvais titre…")
        self.reason_field = Field("&Motif de la destruction", self.reason, hint="Entrée\u00a0: détruire, pour de bon")
        self.add_button = Button("&Joindre…", icon="plus", name="Joindre le titre numérisé")
        self.take_button = Button("&Numérisation", icon="scanner", name="Joindre la dernière numérisation")
        self.look_button = Button("&Voir — Entrée", kind="primary", icon="search")
        self.destroy_button = Button("&Détruire", kind="ghost", icon="trash")
        # Where letters are large, what does not fit scrolls, and the buttons stay in sight.
        inside = Tall()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.XS, 0)
        column.setSpacing(theme.S)
        for part in (self.said, self.findings):
            column.addWidget(part)
        column.addWidget(self.list, 1)
        for field in (self.pin_field, self.reason_field):
            column.addWidget(field)
        self.area = scrolled(inside)
        self.body.addWidget(self.area, 1)
        self.body.addWidget(Flow([self.add_button, self.take_button, self.look_button, self.destroy_button]))
        self.body.addLayout(row(ActButton(ui.acts, "patients.back", kind="ghost"), 0))
        self.add_button.clicked.connect(lambda _checked=False: self.choose())
        self.take_button.clicked.connect(lambda _checked=False: self._take())
        self.look_button.clicked.connect(lambda _checked=False: self._ask(self.pin_field))
        self.destroy_button.clicked.connect(lambda _checked=False: self._ask(self.reason_field))
        self.list.chosen.connect(lambda _paper: self._ask(self.pin_field))
        self.list.pointed.connect(lambda _paper: self._ask(None))
        self.pin.returnPressed.connect(self._see)
        self.reason.returnPressed.connect(self._destroy)
        ui.locked.connect(self.pin.forget)
        self._ask(None)

    def begin(self, patient: Patient, show: Callable[[], None]) -> None:
        """Show the copies of a file, and ``show`` the panel, where the officine keeps copies or some are left."""
        papers = self._ui.services.papers

        def done(any_: bool) -> None:  # noqa: FBT001 -- the answer of the reading
            if not any_:
                self._ui.say("L’officine ne garde pas de copie des titres d’identité.")
                return
            self.open_for(patient)
            show()
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

        self._ui.tasks.run(
            lambda _progress: papers.enabled or bool(papers.of(patient.id)), done=done, owner=self, key="begin"
        )

    @property
    def _patient_id(self) -> int | None:
        return None if self._patient is None else self._patient.id

    def open_for(self, patient: Patient | None) -> None:
        """Show the copies of a file, or of nobody; a PIN that is being typed for this file is not disturbed."""
        if patient is not None and self._patient is not None and patient.id == self._patient.id and self.is_asking:
            return
        self._patient = patient
        self.findings.set_findings(())
        self._ask(None)
        self._read()

    @property
    def is_asking(self) -> bool:
        """True while a PIN or a reason is being typed: Échap then goes back to the list."""
        return not (self.pin_field.isHidden() and self.reason_field.isHidden())

    def stop_asking(self) -> None:
        """Go back to the list."""
        self._ask(None)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- Reading ------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        patient_id, services, actor = self._patient_id, self._ui.services, self._ui.actor()
        if patient_id is None:
            self._show((False, [], None))
            return
        folder = self._ui.settings.scan_folder

        def read() -> tuple[bool, list[Paper], Arrival | None]:
            arrival = services.copies.arrived(Path(folder)) if folder else None
            return services.papers.enabled, services.papers.of(patient_id, actor), arrival

        self._ui.tasks.run(lambda _progress: read(), done=self._show, owner=self, key="papers")

    def _show(self, known: tuple[bool, list[Paper], Arrival | None]) -> None:
        is_on, papers, self._arrival = known
        may_add = is_on and holds(self._ui, Right.EDIT_PATIENT) and self._patient_id is not None
        self.list.set_records(papers, keep=True)
        self._ask(None)
        self.said.setText(f"{_RULES} {_CONSENT if is_on else _OFF}")
        self.add_button.setVisible(may_add)
        self.take_button.setVisible(may_add and self._arrival is not None)
        if self._arrival is not None:
            self.take_button.setToolTip(self._arrival.name)
        self.destroy_button.setVisible(bool(papers) and holds(self._ui, Right.DELETE_IDENTITY_COPY))

    # --- Adding -------------------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Ask for a file, and keep a copy out of it."""
        dialog = QFileDialog(self, "Joindre le titre d’identité numérisé")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Images et PDF (*.pdf *.jpg *.jpeg *.png)", "Tous les fichiers (*)"])
        dialog.setLabelText(QFileDialog.DialogLabel.LookIn, "Chercher dans\u00a0:")
        dialog.setLabelText(QFileDialog.DialogLabel.FileType, "Montrer\u00a0:")
        if self._ui.settings.scan_folder:
            dialog.setDirectory(self._ui.settings.scan_folder)
        if dialog.exec():
            self._add(Path(dialog.selectedFiles()[0]))

    def _take(self) -> None:
        if self._arrival is not None:
            self._add(Path(self._arrival.path))

    def _add(self, file: Path) -> None:
        papers, actor, patient_id = self._ui.services.papers, self._ui.actor(), self._patient_id
        if patient_id is None:
            return
        self._ui.tasks.run(
            lambda _progress: papers.add_file(file, patient_id, actor),
            done=partial(self._added, file.name),
            owner=self,
            key="add",
            title="Copie du titre d’identité…",
        )

    def _added(self, name: str, outcome: Outcome[Paper]) -> None:
        if isinstance(outcome, Refused):
            self._refuse(outcome.findings)
            return
        self.findings.set_findings(())
        # What the scanner left is in clear: it is not ours to remove, only to tell.
        self._ui.say(
            f"Copie gardée, chiffrée. Le fichier «{NBSP}{name}{NBSP}» reste en clair à sa place\u202f: supprimez-le.",
            "warning",
        )
        self._read()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- Seeing and destroying ----------------------------------------------------------------------------------------

    def _ask(self, field: Field | None) -> None:
        """Ask for the PIN or the reason, or for nothing; what was typed before is forgotten."""
        self.pin.forget()
        self.reason.clear()
        may_look = holds(self._ui, Right.VIEW_IDENTITY_COPY)
        shown = field if self.list.current_record is not None and (field is not self.pin_field or may_look) else None
        self.pin_field.setVisible(shown is self.pin_field)
        self.reason_field.setVisible(shown is self.reason_field)
        # What is asked for needs the room of what is only said.
        self.said.setVisible(shown is None)
        # One thing at a time: what Entrée does now is the only button that stands out.
        self.look_button.setVisible(bool(self.list.records) and may_look and shown is not self.reason_field)
        if shown is not None:
            self.findings.set_findings(())
            editor = self.pin if shown is self.pin_field else self.reason
            editor.setFocus(Qt.FocusReason.OtherFocusReason)
            self._reveal(shown)

    def _refuse(self, findings: Sequence[Finding]) -> None:
        """Say why it is refused, in sight whatever the size of the letters."""
        self.findings.set_findings(findings)
        self._reveal(self.findings)

    def _reveal(self, part: QWidget) -> None:
        # Once it has its new place.
        QTimer.singleShot(0, self, lambda: self.area.ensureWidgetVisible(part, 0, 0))

    def _see(self) -> None:
        paper, papers, actor, pin = (
            self.list.current_record,
            self._ui.services.papers,
            self._ui.actor(),
            self.pin.take(),
        )
        if paper is None:
            return
        self._ui.tasks.run(lambda _progress: papers.look(paper.id, pin, actor), done=self._seen, owner=self, key="look")

    def _seen(self, outcome: Outcome[Seen]) -> None:
        if isinstance(outcome, Refused):
            self._refuse(outcome.findings)
            return
        self.stop_asking()
        if self.isVisible():
            assert self._patient is not None
            PaperViewer(self._ui, outcome.value, self._patient, self.window()).open()

    def _destroy(self) -> None:
        paper, papers, actor = self.list.current_record, self._ui.services.papers, self._ui.actor()
        reason = self.reason.text()
        if paper is None:
            return
        self._ui.tasks.run(
            lambda _progress: papers.delete(paper.id, reason, actor), done=self._destroyed, owner=self, key="delete"
        )

    def _destroyed(self, outcome: Outcome[None]) -> None:
        if isinstance(outcome, Refused):
            self._refuse(outcome.findings)
            return
        self._ui.say("Copie détruite\u202f: le contrôle reste noté, le statut ne change pas.", "success")
        self.stop_asking()
        self._read()


def _title(paper: Paper) -> str:
    return paper.evidence or "Titre d’identité"


def _second(paper: Paper) -> str:
    if not paper.is_held:
        return "Plus gardée\u00a0: aucune sauvegarde ne la rapporte"
    return f"{formats.date(paris_date(paper.at))} · {paper.author_name} · {plural(paper.pages, 'page')}"
