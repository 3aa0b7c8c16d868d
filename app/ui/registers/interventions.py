"""Which interventions pharmaceutiques were made, why, and what became of them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from app.kernel.clock import today
from app.kernel.outcome import Refused
from app.kernel.text import fold, plural
from app.officine.interventions.data import coding
from app.officine.interventions.model import Undoing
from app.officine.interventions.service import UNKNOWN
from app.ui import formats, theme
from app.ui.registers.page import RegisterPage
from app.ui.widgets.basics import ActButton, EmptyState, Text, row
from app.ui.widgets.fields import DateField, Field, SearchField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.interventions.model import Intervention
    from app.ui.context import Ui

_LIMIT = 1_000


class InterventionsPage(RegisterPage):
    """The interventions, the newest first; the outcome of the one pointed at may be said later."""

    register = "interventions"

    def __init__(self, ui: Ui) -> None:
        """List the register."""
        super().__init__(ui)
        self._all: Sequence[Intervention] = ()
        self.field = SearchField("Patient, médicament, motif ou auteur", "Chercher dans les interventions")
        self.first = DateField(lambda: today(ui.services.clock))
        self.last = DateField(lambda: today(ui.services.clock))
        columns: list[Column[Intervention]] = [
            Column("N°", lambda one: str(one.seq), 6, True, strong=True),
            Column("Date", lambda one: formats.date(one.day), 11, second=lambda one: formats.clock(one.at)),
            Column("Patient", lambda one: one.patient_name or "—", 18, second=_delivery),
            Column("Constat", lambda one: one.text, second=lambda one: one.label),
            Column("Motif", lambda one: one.reason, 22, strong=True, second=lambda one: one.author_name),
            Column("Codes", _codes, 8, spare=True, tone=lambda _one: "muted"),
            Column("Issue", _outcome, 18, tone=_outcome_tone, second=_outcome_second),
        ]
        self.empty = EmptyState(
            "list",
            "Aucune intervention",
            "Une alerte grave passée avec son motif, au contrôle d’une délivrance, s’écrit ici d’elle-même.",
        )
        self.list: ListTable[Intervention] = ListTable("Interventions pharmaceutiques", columns, self.empty)
        self.outcome = QComboBox()
        for name, label in coding().outcomes.items():
            if name != UNKNOWN:
                self.outcome.addItem(label, name)
        self.count = Text("", "caption")
        self.findings = FindingList()
        filters = QHBoxLayout()
        filters.setSpacing(theme.S)
        filters.addWidget(Field("&Chercher", self.field), 3)
        for label, editor in (("&Du", self.first), ("&Au", self.last)):
            filters.addWidget(Field(label, editor), 1)
        filters.addWidget(Field("&Issue", self.outcome), 2)
        self.setFocusProxy(self.field)
        self.column.addLayout(filters)
        self.column.addWidget(self.findings)
        self.column.addWidget(self.list, 1)
        self.column.addLayout(
            row(self.count, 0, *(ActButton(ui.acts, f"registers.{name}") for name in ("outcome", "print", "export")))
        )
        self.column.addWidget(Text(_about(), "caption", wrap=True))
        self.field.searched.connect(lambda _text: self._filter())
        self.field.moved.connect(self.list.step)
        for editor in (self.first, self.last):
            editor.editingFinished.connect(self.read)

    def read(self) -> None:
        """Read the interventions of the period: the last thousand."""
        interventions, actor = self.ui.services.interventions, self.ui.actor()
        first, last = self.first.date, self.last.date
        self.ui.tasks.run(
            lambda _progress: interventions.interventions(first=first, last=last, limit=_LIMIT, actor=actor),
            done=self._show,
            owner=self,
            key="read",
        )

    def search(self) -> None:
        """Go to the field."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def print_pages(self) -> None:
        """Write the pages of the period."""
        book, first, last, actor = self.ui.services.book, self.first.date, self.last.date, self.ui.actor()
        self.write(lambda: book.print_interventions(first=first, last=last, actor=actor))

    def complete(self) -> None:
        """Say what became of the intervention pointed at: the outcome chosen above."""
        one, services, actor = self.list.current_record, self.ui.services, self.ui.actor()
        if one is None:
            self.ui.say("Pointez d’abord une intervention.", "warning")
            return
        outcome = str(self.outcome.currentData())
        self.ui.tasks.run(
            lambda _progress: services.interventions.complete(actor, one.seq, outcome),
            done=lambda answer: self._completed(one, answer),
            owner=self,
            key="write",
        )

    def _completed(self, one: Intervention, answer: Outcome[str]) -> None:
        if isinstance(answer, Refused):
            self.findings.set_findings(answer.findings)
            return
        self.findings.set_findings(())
        self.ui.say(f"Intervention n°\u00a0{one.seq}\u00a0: {coding().outcomes[answer.value].lower()}.", "success")
        self.read()

    def _show(self, found: Sequence[Intervention]) -> None:
        self._all = found
        self._filter()

    def _filter(self) -> None:
        words = fold(self.field.text()).split()
        pointed = self.list.current_record
        kept = [one for one in self._all if all(word in _searched(one) for word in words)]
        if words or self.first.date or self.last.date:
            self.empty.say("Aucune intervention ne répond", "Essayez moins de lettres, ou d’autres dates.")
        self.list.set_records(kept)
        numbers = [one.seq for one in kept]
        if pointed is not None and pointed.seq in numbers:
            self.list.point(numbers.index(pointed.seq))
        most = "les 1\u202f000 dernières, précisez les dates pour les autres" if len(self._all) == _LIMIT else ""
        self.count.setText(most or (plural(len(kept), "intervention") if kept else ""))


def _searched(one: Intervention) -> str:
    return fold(f"{one.seq} {one.patient_name} {one.label} {one.text} {one.reason} {one.author_name}")


def _delivery(one: Intervention) -> str:
    return f"Délivrance n°\u00a0{one.delivery}"


def _codes(one: Intervention) -> str:
    return " · ".join(part for part in (one.problem, one.kind) if part)


def _outcome(one: Intervention) -> str:
    return coding().outcomes.get(one.outcome, one.outcome)


def _outcome_second(one: Intervention) -> str:
    return Undoing(one.undone).label if one.undone else one.outcome_by


def _outcome_tone(one: Intervention) -> str:
    return "warning" if one.outcome == UNKNOWN and not one.undone else ""


def _about() -> str:
    table = coding()
    return (
        f"Codes du problème et de l’intervention\u00a0: {table.source}, lus le {formats.date(table.checked_on)}, "
        f"{table.confidence}. L’issue est dans nos mots."
    )
