"""Which documents are there: unread first seen, sorted and filtered by date, patient, type and state?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from app.kernel.clock import PARIS, today
from app.kernel.text import plural
from app.officine.inbox.model import Page, Query, Sort, State
from app.ui import theme
from app.ui.documents import words
from app.ui.widgets.basics import ActButton, Button, EmptyState, Text, row
from app.ui.widgets.fields import Field, SearchField
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.officine.inbox.model import Received
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

_DAYS: Final = (("Toutes", 0), ("Ce jour", 1), ("7 jours", 7), ("30 jours", 30), ("Un an", 365))
_ALL_TYPES: Final = "Tous"


@dataclass(frozen=True, slots=True)
class Choice:
    """A state to filter by, and what it asks for."""

    label: str
    states: frozenset[State] = frozenset()
    todo: bool = False
    unread: bool = False
    replaced: bool | None = None


CHOICES: Final = (
    Choice("À traiter", todo=True),
    Choice("Non lus", unread=True),
    Choice("À classer", frozenset({State.WAITING})),
    Choice("Classés", frozenset({State.FILED})),
    Choice("Remplacés", replaced=True),
    Choice("Mis de côté", frozenset({State.ASIDE})),
    Choice("Refusés", frozenset({State.REFUSED})),
    Choice("Tous"),
)


class Worklist(QWidget):
    """The filters over the list; the arrows move in it from the search field too, Entrée reads."""

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Read the inbox of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self.page = Page((), 0, 0)
        self.patient: Patient | None = None
        self.keep: int | None = None
        self.field = SearchField("Patient, titre, auteur, type", "Chercher un document")
        self.states, self.kinds, self.days, self.sorts = (QComboBox() for _ in range(4))
        for choice in CHOICES:
            self.states.addItem(choice.label)
        self.kinds.addItem(_ALL_TYPES, "")
        for label, days in _DAYS:
            self.days.addItem(label, days)
        for sort in Sort:
            self.sorts.addItem(sort.label, str(sort))
        columns: list[Column[Received]] = [
            Column(
                "Document",
                words.title,
                bold=lambda one: not one.is_read,
                tone=words.title_tone,
                second=words.under_title,
            ),
            Column("Patient", words.patient, bold=lambda one: not one.is_read, second=words.under_patient),
            Column("État", words.state, 10, tone=words.state_tone, second=words.came_on),
        ]
        self.empty = EmptyState("documents", "", "")
        self.list: ListTable[Received] = ListTable("Documents reçus", columns, self.empty)
        self.count = Text("", "caption")
        self.only = Button("", kind="tab", icon="patients")
        self.only.key = ui.acts.key_text_of("documents.everyone")
        self.only.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.only.clicked.connect(lambda: ui.acts.trigger("documents.everyone"))
        self._build()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(5)
        self._again.timeout.connect(self.read)
        self.field.searched.connect(lambda _text: self._change())
        self.field.moved.connect(self.list.step)
        self.field.confirmed.connect(self._confirm)
        for combo in (self.states, self.kinds, self.days, self.sorts):
            combo.currentIndexChanged.connect(lambda _place: self._change())
            combo.installEventFilter(self)
        self.list.pointed.connect(self.pointed)
        self.list.chosen.connect(self.chosen)

    @property
    def query(self) -> Query:
        """What is asked for now."""
        choice, days = CHOICES[self.states.currentIndex()], int(self.days.currentData())
        first = today(self._ui.services.clock) - dt.timedelta(days=days - 1)
        since = dt.datetime.combine(first, dt.time(), PARIS) if days else None
        return Query(
            text=self.field.text(),
            states=choice.states,
            todo=choice.todo,
            unread=choice.unread,
            replaced=choice.replaced,
            keep=self.keep,
            since=since,
            kind=str(self.kinds.currentData() or ""),
            patient_id=None if self.patient is None else self.patient.id,
            sort=Sort(str(self.sorts.currentData())),
        )

    def read(self) -> None:
        """Read the list anew, and stay on the same document."""
        services, actor, query = self._ui.services, self._ui.actor(), self.query

        def done(page: Page) -> None:
            # Asked by who was there before, it is not for who is there now.
            if self._ui.actor() == actor:
                self._show(page)

        self._ui.tasks.run(lambda _progress: services.inbox.page(query, actor), done=done, owner=self, key="read")

    def empty_of_all(self) -> None:
        """Show nothing any more: neither documents nor the file that they were asked of."""
        self.patient, self.keep = None, None
        self.only.hide()
        self._show(Page((), 0, 0))

    def of_patient(self, patient: Patient | None) -> None:
        """Show the documents filed in one file; None for everybody."""
        self.patient, self.keep = patient, None
        self.field.clear()
        self.states.setCurrentIndex(0 if patient is None else len(CHOICES) - 1)
        for combo in (self.kinds, self.days):
            combo.setCurrentIndex(0)
        self.only.setText("" if patient is None else f"Dossier de {patient.display_name}")
        self.only.setVisible(patient is not None)
        self.read()

    def clear_filters(self) -> None:
        """Show everything again."""
        self.of_patient(None)
        self.states.setCurrentIndex(len(CHOICES) - 1)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Go to the list with Entrée from a filter."""
        is_enter = isinstance(event, QKeyEvent) and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and event.type() is QEvent.Type.KeyPress:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def _change(self) -> None:
        """Ask for something else: nothing is kept that does not answer."""
        self.keep = None
        self._again.start()

    def _confirm(self) -> None:
        if self.list.current_record is not None:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, page: Page) -> None:
        self.page = page
        self._fill_kinds(page)
        self._say_empty()
        self.list.set_records(page.documents, keep=True)
        shown = len(page.documents)
        told = plural(page.total, "document") if shown == page.total else f"{shown} documents sur {page.total}"
        self.count.setText(f"{told} · {plural(page.unread, 'non lu')}" if page.total or page.unread else "")

    def _fill_kinds(self, page: Page) -> None:
        known = [str(self.kinds.itemData(place)) for place in range(1, self.kinds.count())]
        if list(page.kinds) == known:
            return
        chosen = self.kinds.currentData()
        self.kinds.blockSignals(True)
        self.kinds.clear()
        self.kinds.addItem(_ALL_TYPES, "")
        for kind in page.kinds:
            self.kinds.addItem(kind, kind)
        self.kinds.setCurrentIndex(max(0, self.kinds.findData(chosen)))
        self.kinds.blockSignals(False)

    def _say_empty(self) -> None:
        query = self.query
        if query.text or query.kind or query.since is not None:
            self.empty.say("Aucun document ne répond à ces filtres", "Élargissez-les, ou montrez tout avec Ctrl+M.")
        elif self.patient is not None:
            self.empty.say("Aucun document dans ce dossier", "Ctrl+M montre ceux de tous les patients.")
        elif query.todo or query.unread:
            self.empty.say(
                "Rien à traiter",
                "Tout est lu et classé. Ctrl+N importe des fichiers\u202f; Ctrl+E montre les documents déjà classés.",
            )
        else:
            self.empty.say("Aucun document ici", "Ctrl+N importe un fichier CDA, une archive XDM ou un PDF.")

    def _build(self) -> None:
        filters = QGridLayout()
        filters.setSpacing(theme.S)
        places = ("É&tat", self.states), ("T&ype", self.kinds), ("&Reçus", self.days), ("Tr&i", self.sorts)
        for place, (label, combo) in enumerate(places):
            combo.setMinimumContentsLength(8)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            filters.addWidget(Field(label, combo), 0, place)
            filters.setColumnStretch(place, 1)
        acts = self._ui.acts
        buttons = Flow(
            [
                ActButton(acts, "documents.receive", text="Importer"),
                ActButton(acts, "documents.receive_folder", text="Dossier"),
                ActButton(acts, "documents.large", text="Lire"),
            ]
        )
        self.only.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.field)
        column.addLayout(filters)
        column.addLayout(row(self.only, 0))
        column.addWidget(self.list, 1)
        column.addWidget(self.count)
        column.addWidget(buttons)
