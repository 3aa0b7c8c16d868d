"""For which patient is the document to be written?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.clock import today
from app.ui import formats, theme
from app.ui.widgets.basics import ActButton, Text, row
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from app.officine.care.model import DocumentKind
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

_LIMIT = 50
_WORDS = Wording(
    name="Patient du document",
    placeholder="Nom, prénom ou date de naissance (martin 220580), ou DataMatrix INS",
    icon="patients",
    before=("Pour quel patient\u202f?", "Tapez le début du nom, le prénom, la date de naissance, puis Entrée."),
    nothing=("Personne ne répond à «\u00a0{}\u00a0»", "Essayez moins de lettres, ou créez le dossier dans Patients."),
    noun="patient",
)


class PatientPage(QWidget):
    """The choice of a patient, before anything is typed."""

    chosen = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Search the files of the services of ``ui``."""
        super().__init__()
        services = ui.services
        columns: list[Column[Patient]] = [
            Column("Patient", lambda one: one.display_name, strong=True, second=_second),
            Column("Né(e) le", lambda one: formats.date(one.birth_date), width=11),
            Column("Âge", lambda one: formats.age(one.age(today(services.clock))), width=7, right=True),
            Column("Sexe", lambda one: one.sex.value, width=5, spare=True),
            Column("Identité", lambda one: one.status.label.removeprefix("Identité ").capitalize(), width=11),
        ]
        self.title = Text("", "heading")
        self.findings = FindingList(refusal="Refusé")
        self.pane: SearchPane[Patient] = SearchPane(
            ui, _WORDS, columns, lambda text: services.patients.search(text, _LIMIT, ui.actor()) if text else []
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, theme.M)
        column.setSpacing(theme.S)
        column.addWidget(self.title)
        column.addWidget(self.findings)
        column.addWidget(self.pane, 1)
        column.addLayout(row(ActButton(ui.acts, "care.back", kind="ghost"), 0))
        self.setFocusProxy(self.pane.field)
        self.pane.chosen.connect(self.chosen)

    def begin(self, kind: DocumentKind) -> None:
        """Ask for the patient of a document."""
        self.title.setText(kind.label)
        self.findings.set_findings(())
        self.pane.field.clear()
        self.pane.field.setFocus(Qt.FocusReason.OtherFocusReason)


def _second(one: Patient) -> str:
    named = one.birth_name if one.birth_name != one.display_name else ""
    return ", ".join(part for part in (named, one.city) if part)
