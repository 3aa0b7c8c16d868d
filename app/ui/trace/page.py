"""Who did what, when, from where, on whom? Searched by keyboard, the newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.clock import paris_date, today
from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.trace.actions import OPENING
from app.officine.trace.model import Page, Query
from app.ui import formats, theme
from app.ui.patients.identity_band import IdentityBand
from app.ui.registers.page import RegisterPage
from app.ui.trace import words
from app.ui.trace.seals import SealStrip
from app.ui.trace.sheet import TraceSheet
from app.ui.widgets.basics import ActButton, Chip, EmptyState, Text, row
from app.ui.widgets.fields import DateField, Field, SearchField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.kernel.outcome import Outcome
    from app.officine.patients.model import Patient
    from app.officine.trace.model import Entry, Exported, SealState
    from app.ui.context import Ui

_PAGE = 100
_WIDEST_NAME = 24


class TracePage(RegisterPage):
    """The traces that answer on the left; the one pointed at, and the seals, on the right."""

    register = "trace"
    can_print = False

    def __init__(self, ui: Ui) -> None:
        """Search the trace of the services of ``ui``."""
        super().__init__(ui)
        self._patient: Patient | None = None
        self._next: int | None = None
        self._known = False
        self.field = SearchField("Action, personne, patient, numéro ou détail", "Chercher dans la trace")
        self.first = DateField(lambda: today(ui.services.clock))
        self.last = DateField(lambda: today(ui.services.clock))
        self.who, self.what = QComboBox(), QComboBox()
        self.empty = EmptyState("list", "Aucune trace", "Rien n’a encore été écrit.")
        self.list: ListTable[Entry] = ListTable("Trace des actions", _columns(), self.empty)
        self.sheet = TraceSheet()
        self.findings = FindingList(refusal="Alerte")
        self.seals = SealStrip(ui, self.findings)
        self.count = Text("", "caption")
        self.whom = Chip("", "info")
        self.identity = IdentityBand(ui, with_ins=False)
        self.setFocusProxy(self.field)
        self._lay_out()
        self.field.searched.connect(lambda _text: self.read())
        self.field.moved.connect(self.list.step)
        self.list.pointed.connect(self._point)
        self.seals.read.connect(self._sealed)
        for editor in (self.first, self.last):
            editor.editingFinished.connect(self.read)
        for box in (self.who, self.what):
            box.activated.connect(lambda _index: self.read())
        self._show_patient()

    @property
    def query(self) -> Query:
        """What is asked by the fields."""
        return Query(
            first=self.first.date,
            last=self.last.date,
            actor_id=self.who.currentData(),
            action=self.what.currentData() or "",
            patient_id=None if self._patient is None else self._patient.id,
            text=self.field.text(),
            limit=_PAGE,
        )

    def read(self) -> None:
        """Search anew, and look at the seals."""
        trace, actor, query, known = self.ui.services.trace, self.ui.actor(), self.query, self._known
        self.ui.tasks.run(
            lambda _progress: (
                trace.search(query, actor),
                [] if known else trace.people(actor),
                [] if known else trace.actions(actor),
            ),
            done=lambda found: self._show(*found),
            owner=self,
            key="read",
            title="Lecture de la trace…",
        )
        self.seals.look()

    def search(self) -> None:
        """Go to the field."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def show_accesses(self, patient: Patient | None) -> None:
        """Show who did anything on a patient's file; on everybody's for None."""
        self._patient = patient
        for editor in (self.field, self.first, self.last):
            editor.blockSignals(True)
            editor.clear()
            editor.blockSignals(False)
        for box in (self.who, self.what):
            box.setCurrentIndex(0)
        self._show_patient()
        self.read()

    def show_everyone(self) -> None:
        """Leave the file of one patient."""
        self.show_accesses(None)
        self.search()

    def older(self) -> None:
        """Add the page that comes before those shown."""
        if self._next is None:
            self.ui.say("Rien de plus ancien ne répond.")
            return
        trace, actor, query = self.ui.services.trace, self.ui.actor(), replace(self.query, before=self._next)
        self.ui.tasks.run(
            lambda _progress: trace.search(query, actor), done=self._add, owner=self, key="older", title="Suite…"
        )

    def export(self) -> None:
        """Write what answers into a table and its proof, in the folder of prints."""
        services, actor, query = self.ui.services, self.ui.actor(), self.query
        stamp = services.clock.now()
        file = services.folder.prints / f"trace-{stamp:%Y%m%d-%H%M%S}.csv"
        self.ui.tasks.run(
            lambda _progress: services.trace.export(query, file, actor),
            done=self._exported,
            owner=self,
            key="export",
            title="Export de la trace…",
        )

    # --- Parts --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(theme.S)
        filters.addWidget(Field("&Chercher", self.field), 4)
        for label, date in (("&Du", self.first), ("&Au", self.last)):
            filters.addWidget(Field(label, date), 1)
        for label, box in (("&Qui", self.who), ("Ac&tion", self.what)):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(10)
            filters.addWidget(Field(label, box), 2)
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.list, 1)
        line = QHBoxLayout()
        line.setSpacing(theme.L)
        line.addLayout(left, 2)
        line.addWidget(self.sheet, 1)
        self.column.addLayout(filters)
        self.filtered = QWidget()
        chosen = row(self.whom, ActButton(self.ui.acts, "registers.everyone", kind="ghost"), 0)
        chosen.setContentsMargins(0, 0, 0, 0)
        self.filtered.setLayout(chosen)
        self.column.addWidget(self.filtered)
        self.column.addWidget(self.identity)
        self.column.addWidget(self.findings)
        self.column.addLayout(line, 1)
        foot = row(self.seals, spacing=theme.L)
        foot.setStretch(0, 1)
        foot.addWidget(self.count)
        self.column.addLayout(foot)
        keys = ("older", "export", "seal", "check", "seal_copy")
        self.column.addWidget(Flow([ActButton(self.ui.acts, f"registers.{name}") for name in keys]))

    def _show(self, found: Outcome[Page], people: list[tuple[int | None, str]], actions: list[tuple[str, str]]) -> None:
        if isinstance(found, Refused):
            self.findings.set_findings(found.findings)
            self.list.set_records([])
            self.empty.say("La trace ne vous est pas ouverte", "Seul un pharmacien peut la lire.")
            self.count.setText("")
            return
        self._fill(people, actions)
        self._next = found.value.next_before
        self.empty.say("Aucune trace ne répond", "Essayez moins de lettres, ou d’autres dates.")
        self.list.set_records(found.value.entries)
        self._told()

    def _fill(self, people: list[tuple[int | None, str]], actions: list[tuple[str, str]]) -> None:
        if self._known or not actions:
            return
        self._known = True
        self.who.addItem("Tous", None)
        for number, name in people:
            self.who.addItem(name, number)
        self.what.addItem("Toutes", "")
        for code, said in actions:
            self.what.addItem(said, code)

    def _add(self, found: Outcome[Page]) -> None:
        if isinstance(found, Refused):
            self.findings.set_findings(found.findings)
            return
        place = len(self.list.records)
        self._next = found.value.next_before
        self.list.set_records([*self.list.records, *found.value.entries])
        self.list.point(place)
        self._told()

    def _told(self) -> None:
        count = len(self.list.records)
        more = ", et de plus anciennes" if self._next is not None else ""
        opened = sum(1 for one in self.list.records if one.action in OPENING)
        seen = f", dont {plural(opened, 'accès', 'accès')} au dossier" if self._patient is not None and opened else ""
        self.count.setText(f"{plural(count, 'trace')}{seen}{more}" if count else "")
        self.ui.acts.set_enabled("registers.older", enabled=self._next is not None)

    def _point(self, entry: Entry | None) -> None:
        self.sheet.show_entry(entry, self.seals.state)

    def _sealed(self, _state: SealState) -> None:
        self._point(self.list.current_record)

    def _show_patient(self) -> None:
        self.filtered.setVisible(self._patient is not None)
        self.identity.show_patient(self._patient)
        if self._patient is not None:
            self.whom.say(f"Sur le dossier de {self._patient.display_name}", "info")

    def _exported(self, outcome: Outcome[Exported]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        made = outcome.value
        self.ui.say(f"{plural(made.entries, 'trace exportée', 'traces exportées')}\u00a0: {made.file}", "success")
        self.read()


def _columns() -> list[Column[Entry]]:
    return [
        Column("Quand", lambda one: formats.date(paris_date(one.at)), 10, second=lambda one: formats.clock(one.at)),
        Column("Qui", lambda one: one.actor_name[:_WIDEST_NAME], 16, second=lambda one: one.station),
        Column("Quoi", lambda one: one.sentence, second=lambda one: words.subject(one.subject, one.subject_id)),
        Column("Sur qui", lambda one: one.patient_name or "—", 17, spare=True),
        Column("Résultat", _result, 8, spare=True, tone=lambda one: "muted" if one.result == "ok" else "danger"),
    ]


def _result(one: Entry) -> str:
    return words.RESULTS.get(one.result, one.result)
