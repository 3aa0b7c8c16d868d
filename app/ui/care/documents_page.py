"""Which documents did the pharmacist write, which are begun, and what became of the one pointed at?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.clock import paris_date
from app.kernel.text import NBSP, fold
from app.kernel.text import words as words_of
from app.officine.care.model import DocumentState
from app.officine.staff.model import Right
from app.ui import formats, theme
from app.ui.care import words
from app.ui.patients.identity_band import IdentityBand
from app.ui.patients.identity_words import holds
from app.ui.widgets.basics import ActButton, Chip, Panel, Text, row
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.findings import FindingCard
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.actor import Actor
    from app.kernel.outcome import Finding
    from app.officine.care.model import CareDraft, DocumentKind, KeptDraft, WrittenDocument
    from app.officine.patients.model import Patient
    from app.ui.context import Services, Ui

_BEFORE = ("Aucun document", "F4 écrit une note de vaccination, F5 un entretien, F6 un bilan partagé de médication.")
_WORDS = Wording(
    name="Chercher un document",
    placeholder="Patient, vaccin, auteur, destinataire, «\u00a0bilan\u00a0», «\u00a0brouillon\u00a0»…",
    icon="documents",
    before=_BEFORE,
    nothing=("Aucun document ne répond à «\u00a0{}\u00a0»", "Essayez moins de mots, ou Ctrl+M pour tous les patients."),
    noun="document",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: a document that was written, or a draft that waits; a draft's ``id`` is negative."""

    id: int
    patient_name: str
    document: WrittenDocument | None = None
    kept: KeptDraft | None = None

    @property
    def kind(self) -> DocumentKind:
        """What it is."""
        if self.document is not None:
            return self.document.kind
        return self.draft.kind

    @property
    def draft(self) -> CareDraft:
        """The draft that waits."""
        assert self.kept is not None
        return self.kept.draft

    @property
    def patient_id(self) -> int:
        """Whose file it belongs to."""
        return self.draft.patient_id if self.document is None else self.document.patient_id

    @property
    def title(self) -> str:
        """What tells it from another of its kind, without its kind."""
        if self.document is None:
            return "Correction en cours" if self.draft.replaces is not None else "À terminer"
        title = self.document.title.removeprefix(self.kind.label).lstrip("\u00a0\u202f :—-")
        return title or f"Version{NBSP}{self.document.version}"

    @property
    def state(self) -> str:
        """What became of it."""
        if self.document is not None:
            return self.document.state.label
        assert self.kept is not None
        return "Refusé" if self.kept.findings else "Brouillon"

    @property
    def haystack(self) -> str:
        """The words to which it answers."""
        told = [self.kind.label, words.SHORT[self.kind], self.patient_name, self.title, self.state]
        if self.document is None:
            told.append("brouillon")
        else:
            told += [self.document.author_name, *(one.family_name for one in self.document.recipients)]
        return fold(" ".join(told))


def read_lines(services: Services, actor: Actor, patient: Patient | None, *, may_write: bool) -> list[Line]:
    """Return the drafts of who is at the screen, then the documents, newest first; run in the background."""
    patient_id = None if patient is None else patient.id
    care = services.care
    lines = []
    for kept in care.kept(actor, patient_id=patient_id) if may_write else ():
        known = services.patients.get(kept.draft.patient_id, actor)
        lines.append(Line(-kept.id, "" if known is None else known.display_name, kept=kept))
    documents = care.recent(actor) if patient_id is None else care.of(patient_id, actor)
    return lines + [Line(one.id, one.patient_name, document=one) for one in documents]


def answering(lines: Iterable[Line], text: str) -> list[Line]:
    """Return the lines that hold every word of ``text``."""
    wanted = words_of(text)
    return [line for line in lines if all(word in line.haystack for word in wanted)]


class DocumentsPage(QWidget):
    """The documents and drafts at the left; at the right what was done of the one pointed at, and what may be."""

    chosen = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """List the documents of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self.patient: Patient | None = None
        self.line: Line | None = None
        self.just_said: tuple[int, tuple[Finding, ...]] = (0, ())
        self._lines: list[Line] | None = None
        self._reading = 0
        columns: list[Column[Line]] = [
            Column("Document", lambda line: words.SHORT[line.kind], strong=True, second=lambda line: line.title),
            Column("Patient, acte du", lambda line: line.patient_name, second=_day),
            Column("Auteur, destinataires", _author, 17, second=_recipients, spare=True),
            Column("État", lambda line: line.state, 10, tone=_tone),
        ]
        self.pane: SearchPane[Line] = SearchPane(ui, _WORDS, columns, self._find)
        self.band = IdentityBand(ui, with_ins=False)
        self.whose = Panel(margin=theme.S)
        self.whose.outer.removeItem(self.whose.head)
        held = row(self.band, ActButton(ui.acts, "care.everyone", kind="ghost"))
        held.setStretch(0, 1)
        self.whose.body.addLayout(held)
        self.sheet = Sheet("Document pointé")
        panel = Panel()
        panel.body.addWidget(self.sheet, 1)
        self.open_button, self.modify_button = (
            ActButton(ui.acts, "care.open", text="Lire"),
            ActButton(ui.acts, "care.modify", text="Modifier"),
        )
        self.print_button, self.delete_button = (
            ActButton(ui.acts, "care.print", text="Imprimer"),
            ActButton(ui.acts, "care.delete", text="Supprimer"),
        )
        panel.body.addWidget(Flow([self.open_button, self.print_button, self.modify_button, self.delete_button]))
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.pane, 1)
        new = (("care.vaccination", "Vaccination"), ("care.entretien", "Entretien"), ("care.bilan", "Bilan"))
        left.addWidget(Flow([ActButton(ui.acts, act_id, text=text) for act_id, text in new]))
        line = QHBoxLayout()
        line.setSpacing(theme.L)
        line.addLayout(left, 5)
        line.addWidget(panel, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        column.setSpacing(theme.S)
        column.addWidget(self.whose)
        column.addLayout(line, 1)
        self.setFocusProxy(self.pane.field)
        self.pane.pointed.connect(self._show)
        self.pane.chosen.connect(self.chosen)
        self.show_patient(None)

    def show_patient(self, patient: Patient | None) -> None:
        """List the documents of a patient alone; of all of them for nobody."""
        self.patient = patient
        self.band.show_patient(patient)
        self.whose.setVisible(patient is not None)
        self._ui.acts.set_enabled("care.everyone", enabled=patient is not None)
        self.pane.field.clear()
        self.again()

    def again(self, point_at: int = 0) -> None:
        """Read the documents anew, and point at the one of that id, or at the same one as before."""
        self._lines, self._reading = None, self._reading + 1
        if point_at:
            self.pane.look_for("", point_at)
        else:
            self.pane.again()

    def forget(self) -> None:
        """Show nothing: who comes to the poste may see less, and has drafts of their own."""
        self.pane.list.set_records(())
        self.again()

    def show_acts(self) -> None:
        """Allow what may be done of the one pointed at."""
        document = None if self.line is None else self.line.document
        is_live = self.line is not None and (document is None or document.is_live)
        for name, enabled in (
            ("open", document is not None),
            ("print", document is not None),
            ("modify", is_live),
            ("delete", is_live),
        ):
            self._ui.acts.set_enabled(f"care.{name}", enabled=enabled)

    def _find(self, text: str) -> list[Line]:
        """Answer a search; the documents are read once, and each reading of a file is traced."""
        lines, reading = self._lines, self._reading
        if lines is None:
            may_write = holds(self._ui, Right.WRITE_CARE)
            lines = read_lines(self._ui.services, self._ui.actor(), self.patient, may_write=may_write)
            # What changed meanwhile is read again, and is not hidden by what was read before.
            self._lines = lines if reading == self._reading else None
        return answering(lines, text)

    # --- The sheet ----------------------------------------------------------------------------------------------------

    def _show(self, line: Line | None) -> None:
        self.line = line
        self.sheet.begin()
        is_draft = line is not None and line.document is None
        if self.isVisible():
            self.show_acts()
        self.modify_button.setText("Reprendre" if is_draft else "Modifier")
        self.delete_button.setText("Abandonner" if is_draft else "Supprimer")
        if line is None:
            self.sheet.text("Le document pointé dans la liste se lit ici.", "muted")
        elif line.document is None:
            self._write_draft(line)
        else:
            self._write(line.document)
        self.sheet.end()

    def _write(self, document: WrittenDocument) -> None:
        self.sheet.text(document.kind.label, "heading")
        chip = Chip(document.state.label, words.STATE_CHIPS[document.state])
        self.sheet.column.addWidget(Flow([chip, Text(f"Version{NBSP}{document.version}", "muted")]))
        if self.just_said[0] == document.id:
            for finding in self.just_said[1]:
                self.sheet.column.addWidget(FindingCard(finding))
        if document.state is DocumentState.DELETED:
            self.sheet.text(f"Supprimé\u00a0: {document.deletion}", "danger")
        elif document.state is DocumentState.REPLACED:
            self.sheet.text("Une version plus récente l’a remplacé\u00a0: il reste lisible.", "warning")
        pairs = [
            ("Patient", document.patient_name),
            ("Acte du", formats.moment(document.performed_at)),
            ("Établi le", formats.moment(document.created_at)),
            ("Auteur", document.author_name),
            ("Sous la responsabilité de", document.supervisor_name),
            ("Motif de la correction", document.reason),
        ]
        line = self.line
        if line is not None and line.title and not line.title.startswith("Version"):
            pairs.insert(0, ("Objet", line.title))
        self.sheet.column.addWidget(Facts(pairs))
        self.sheet.section("Destinataires")
        for one in document.recipients:
            self.sheet.text(words.addressee(one))
        if not document.recipients:
            self.sheet.text("Aucun professionnel.", "muted")
        self.sheet.section("Ce qui est fait")
        for text, role in words.done(document):
            self.sheet.text(text, role)

    def _write_draft(self, line: Line) -> None:
        kept = line.kept
        assert kept is not None
        self.sheet.text(line.kind.label, "heading")
        self.sheet.column.addWidget(Chip(line.state, "danger" if kept.findings else "warning"))
        self.sheet.text("Rien n’est enregistré\u00a0: Entrée reprend la saisie où elle en était.")
        self.sheet.column.addWidget(
            Facts(
                [
                    ("Patient", line.patient_name),
                    ("Acte du", formats.moment(line.draft.performed_at)),
                    ("Gardé le", formats.moment(kept.at)),
                    ("Destinataires", ", ".join(one.family_name for one in line.draft.recipients)),
                ]
            )
        )
        for finding in kept.findings:
            self.sheet.column.addWidget(FindingCard(finding))

    def focus_list(self) -> None:
        """Put the focus on the search."""
        self.pane.field.setFocus(Qt.FocusReason.OtherFocusReason)


def _day(line: Line) -> str:
    moment = line.draft.performed_at if line.document is None else line.document.performed_at
    return formats.date(paris_date(moment))


def _author(line: Line) -> str:
    return "vous" if line.document is None else line.document.author_name


def _recipients(line: Line) -> str:
    return "→ " + words.names(line.draft.recipients if line.document is None else line.document.recipients)


def _tone(line: Line) -> str:
    if line.document is None:
        return "danger" if line.state == "Refusé" else "warning"
    return {DocumentState.VALID: "success", DocumentState.DELETED: "danger"}.get(line.document.state, "muted")
