"""Who asked INSi for whom, when, from where, and what came back? The journal of the calls, the newest first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.kernel.clock import PARIS, paris_date, today
from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural
from app.officine.patients.insi_model import CallResult
from app.officine.staff.model import Right
from app.ui import formats, patient_access, theme
from app.ui.patients.identity_words import holds
from app.ui.registers.page import RegisterPage
from app.ui.trace import insi_words as words
from app.ui.trace.insi_sheet import ExchangeDialog, InsiSheet
from app.ui.widgets.basics import ActButton, Chip, EmptyState, Text, row
from app.ui.widgets.fields import DateField, Field
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.errors import GalienError
    from app.officine.patients.insi_model import Call
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

_PAGE = 100
_DATE_WIDTH = 120
_DWELL_MS = 1000
"""How long an answer is shown before it was looked at, and not only passed on the way to another."""


class InsiCallsPage(RegisterPage):
    """The calls that answer on the left, the one pointed at on the right."""

    register = "insi"
    can_print = False

    def __init__(self, ui: Ui) -> None:
        """Read the journal of the services of ``ui``."""
        super().__init__(ui)
        self._patient: Patient | None = None
        self._has_more = False
        self.first = DateField(lambda: today(ui.services.clock))
        self.last = DateField(lambda: today(ui.services.clock))
        self.result = QComboBox()
        self.result.addItem("Toutes")
        for one in CallResult:
            self.result.addItem(one.label, one)
        self.empty = EmptyState("list", "Aucun appel d’INSi", "")
        self.list: ListTable[Call] = ListTable("Journal d’appels INSi", _columns(), self.empty)
        self.sheet = InsiSheet(ui)
        self.findings = FindingList(refusal="Alerte")
        self.count = Text("", "caption")
        self.whom = Chip("", "info")
        self.setFocusProxy(self.list)
        self._lay_out()
        self.list.pointed.connect(self._point)
        for editor in (self.first, self.last):
            editor.editingFinished.connect(self.read)
        self.result.activated.connect(lambda _index: self.read())
        self._dwell = QTimer(self)
        self._dwell.setSingleShot(True)
        self._dwell.timeout.connect(self._trace)
        self._show_patient()

    @property
    def period(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """The moments between which calls are asked for, the second left out; None for an end left open."""
        first, last = self.first.date, self.last.date
        return _midnight(first), None if last is None else _midnight(last + dt.timedelta(days=1))

    @property
    def asked_result(self) -> CallResult | None:
        """The one answer that is looked for; None for any."""
        chosen = self.result.currentData()
        return None if chosen is None else CallResult(chosen)

    def read(self) -> None:
        """Read the journal anew; the call pointed at stays pointed at."""
        since, until = self.period
        if since is not None and until is not None and until <= since:
            text, advice = "La période finit avant de commencer.", "Corrigez l’une des deux dates."
            self.findings.set_findings([Finding("GAL-INS-69", Severity.ERROR, text, advice, "last")])
            return
        self.findings.set_findings(())
        pages = max(1, -(-len(self.list.records) // _PAGE))
        self._ask(None, pages * _PAGE, self.show_calls)

    def older(self) -> None:
        """Add the calls that came before those shown."""
        if not self._has_more:
            self.ui.say("Rien de plus ancien ne répond.")
            return
        self._ask(self.list.records[-1].id, _PAGE, self._add)

    def search(self) -> None:
        """Go to the first date."""
        self.first.setFocus()
        self.first.selectAll()

    def show_calls_of(self, patient: Patient | None) -> None:
        """Show the calls made for a patient’s file; for everybody’s with None."""
        self._patient = patient
        for editor in (self.first, self.last):
            editor.clear()
        self.result.setCurrentIndex(0)
        self.list.set_records([])
        self._show_patient()
        self.read()

    def show_everyone(self) -> None:
        """Leave the file of one patient."""
        self.show_calls_of(None)
        self.list.setFocus()

    def show_exchange(self) -> None:
        """Show the request and the answer of the call pointed at, as they went over the line; traced."""
        call = self.list.current_record
        if call is None:
            self.ui.say("Choisissez d’abord un appel.", "warning")
            return
        journal, actor = self.ui.services.insi_journal, self.ui.actor()
        self.ui.tasks.run(
            lambda _progress: journal.exchange(call.id, actor),
            done=lambda exchange: self.open_exchange(call, exchange),
            failed=self._failed,
            owner=self,
            key="exchange",
            title="Lecture de l’échange…",
        )

    def export(self) -> None:
        """Write what answers into a table, in the folder of prints."""
        services, actor, patient = self.ui.services, self.ui.actor(), self._patient
        since, until = self.period
        result = self.asked_result
        file = services.folder.prints / f"insi-{services.clock.now():%Y%m%d-%H%M%S}.csv"
        self.ui.tasks.run(
            lambda _progress: services.insi_journal.export(
                file, since, actor, until=until, patient_id=None if patient is None else patient.id, result=result
            ),
            done=lambda count: self.ui.say(
                f"{plural(count, 'appel exporté', 'appels exportés')}\u00a0: {file}", "success"
            ),
            failed=self._failed,
            owner=self,
            key="export",
            title="Export du journal d’appels INSi…",
        )

    def show_calls(self, calls: list[Call], *, has_more: bool = False) -> None:
        """Show the calls read; ``has_more`` where older ones answer too."""
        pointed = self.list.current_record
        self._has_more = has_more
        dated = self.first.text().strip() or self.last.text().strip()
        asked = self._patient is not None or dated or self.result.currentIndex() > 0
        if asked:
            self.empty.say(
                "Aucun appel ne répond", "Essayez d’autres dates ou une autre réponse, ou tous les dossiers (Ctrl+M)."
            )
        else:
            self.empty.say("Aucun appel d’INSi", "Le téléservice n’a pas encore été interrogé par cette officine.")
        self.list.set_records(calls)
        for place, call in enumerate(calls):
            if pointed is not None and call.id == pointed.id:
                self.list.point(place)
        self._told()

    def open_exchange(self, call: Call, exchange: tuple[bytes, bytes] | None) -> None:
        """Show an exchange, or say that none was kept."""
        if exchange is None:
            self.ui.say("L’échange de cet appel n’a pas été gardé\u00a0: le poste n’avait pas la clé.", "warning")
            return
        self.ui.when_open(lambda: ExchangeDialog(self.ui, self.window(), call, exchange).open())

    # --- Parts --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(theme.S)
        for label, date in (("&Du", self.first), ("&Au", self.last)):
            date.setMinimumWidth(theme.current().pixels(_DATE_WIDTH))
            filters.addWidget(Field(label, date), 1)
        filters.addWidget(Field("&Réponse", self.result), 1)
        filters.addStretch(3)
        filters.addWidget(self.count, 0, Qt.AlignmentFlag.AlignBottom)
        self.column.addLayout(filters)
        self.filtered = QWidget()
        chosen = row(self.whom, ActButton(self.ui.acts, "registers.everyone", kind="ghost"), 0)
        chosen.setContentsMargins(0, 0, 0, 0)
        self.filtered.setLayout(chosen)
        self.column.addWidget(self.filtered)
        self.column.addWidget(self.findings)
        line = QHBoxLayout()
        line.setSpacing(theme.L)
        line.addWidget(self.list, 2)
        line.addWidget(self.sheet, 1)
        self.column.addLayout(line, 1)
        keys = ("older", "exchange", "export")
        self.column.addWidget(Flow([ActButton(self.ui.acts, f"registers.{name}") for name in keys]))

    def _ask(self, before: int | None, limit: int, done: Callable[..., None]) -> None:
        """Read ``limit`` calls, and one more that tells whether older ones answer too."""
        journal, actor, patient = self.ui.services.insi_journal, self.ui.actor(), self._patient
        since, until = self.period
        result = self.asked_result
        self.ui.tasks.run(
            lambda _progress: journal.calls(
                actor,
                patient_id=None if patient is None else patient.id,
                since=since,
                until=until,
                result=result,
                before=before,
                limit=limit + 1,
            ),
            done=lambda calls: done(calls[:limit], has_more=len(calls) > limit),
            failed=self._failed,
            owner=self,
            key="read",
            title="Lecture du journal d’appels INSi…",
        )

    def _add(self, calls: list[Call], *, has_more: bool) -> None:
        place = len(self.list.records)
        self._has_more = has_more
        self.list.set_records([*self.list.records, *calls])
        self.list.point(min(place, len(self.list.records) - 1))
        self._told()

    def _failed(self, failure: GalienError) -> None:
        self.findings.set_findings([Finding(failure.code, Severity.ERROR, failure.text, failure.advice)])
        if failure.code == "GAL-PER-01":
            self._has_more = False
            self.list.set_records([])
            self.empty.say("Le journal d’appels INSi ne vous est pas ouvert", "Seul un pharmacien peut le lire.")
            self._told()

    def _told(self) -> None:
        calls = self.list.records
        failed = sum(1 for one in calls if not one.ok)
        wrong = f", dont {plural(failed, 'en échec', 'en échec')}" if failed else ""
        more = ", et de plus anciens" if self._has_more else ""
        self.count.setText(f"{plural(len(calls), 'appel')}{wrong}{more}" if calls else "")
        self.ui.acts.set_enabled("registers.older", enabled=self._has_more)
        self.ui.acts.set_enabled("registers.exchange", enabled=bool(calls))

    def _point(self, call: Call | None) -> None:
        self.sheet.show_call(call)
        self._dwell.stop()
        if call is not None and call.found is not None:
            self._dwell.start(_DWELL_MS)

    def _trace(self) -> None:
        """Trace that an identity received was looked at: it is an access to the file as any other."""
        call = self.list.current_record
        if call is not None and call.patient_id is not None and self.isVisible():
            patient_access.trace(self.ui, call.patient_id, "registers", ins=holds(self.ui, Right.SEE_INS))

    def _show_patient(self) -> None:
        self.filtered.setVisible(self._patient is not None)
        if self._patient is not None:
            self.whom.say(f"Pour le dossier de {self._patient.display_name}", "info")


def _midnight(day: dt.date | None) -> dt.datetime | None:
    """Return the moment at which a day begins in Paris."""
    return None if day is None else dt.datetime.combine(day, dt.time(), PARIS)


def _columns() -> list[Column[Call]]:
    return [
        Column("Quand", lambda one: formats.date(paris_date(one.at)), 10, second=words.clock),
        Column("Qui", lambda one: one.author, 16, second=lambda one: one.station, spare=True),
        Column("Patient", lambda one: one.patient or formats.NOTHING, second=lambda one: one.operation.label),
        Column(
            "Réponse",
            lambda one: words.answer(one)[0],
            20,
            second=words.under,
        ),
        Column("Décision", words.decision, 10, spare=True),
    ]
