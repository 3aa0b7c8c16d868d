"""Is the patient of a document the one of this file: what does each trait say, side by side?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.officine.inbox import rules
from app.officine.inbox.model import Agreement, Match
from app.ui import patient_access, theme
from app.ui.documents import words
from app.ui.widgets.act_form import scrolled
from app.ui.widgets.basics import ActButton, ElidedText, EmptyState, IconLabel, Panel, Text, clear, restyle, row
from app.ui.widgets.fields import SearchField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Tall
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Finding
    from app.officine.documents.shown import ComparedTrait
    from app.officine.inbox.model import Candidate, Received
    from app.ui.context import Ui

_MARKS: Final = {True: "=", False: "≠", None: "·"}
_SAID: Final = {True: "identique", False: "différent", None: "non comparable"}
_MOST_FOUND: Final = 20
_TOP: Final = Qt.AlignmentFlag.AlignTop


class TraitTable(QWidget):
    """The traits, one a line: what the document says, whether it is the same, what the file says."""

    def __init__(self) -> None:
        """Start without a comparison."""
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.M)
        self._grid.setVerticalSpacing(theme.XS)
        self.traits: tuple[ComparedTrait, ...] = ()
        for column, share in enumerate((3, 4, 0, 4)):
            self._grid.setColumnStretch(column, share)

    def show_traits(self, traits: Sequence[ComparedTrait]) -> None:
        """Show a comparison."""
        clear(self._grid)
        self.traits = tuple(traits)
        if not traits:
            return
        for column, title in ((1, "Document"), (3, "Dossier")):
            self._grid.addWidget(Text(title, "caption"), 0, column)
        for line, trait in enumerate(traits, 1):
            label = Text(trait.label, "caption", wrap=True)
            parts = (label, _value(trait.document, trait), _mark(trait), _value(trait.file, trait))
            for column, part in enumerate(parts):
                self._grid.addWidget(part, line, column, _TOP)


def _mark(trait: ComparedTrait) -> Text:
    tone = {True: "strong", None: "muted", False: "danger" if trait.strict else "warning"}[trait.same]
    mark = Text(_MARKS[trait.same], tone)
    mark.setAccessibleName(f"{trait.label}\u00a0: {_SAID[trait.same]}")
    mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return mark


def _value(text: str, trait: ComparedTrait) -> Text:
    if not text:
        return Text("non renseigné", "muted", wrap=True)
    role = "body" if trait.same is not False else "danger" if trait.strict else "warning"
    return Text(text, role, wrap=True, selectable=True)


class Verdict(QFrame):
    """What is to be known of a document before anything is done with it, in one or two sentences."""

    def __init__(self) -> None:
        """Start with nothing to say."""
        super().__init__()
        self._icon = IconLabel("info", "info")
        self.title = Text("", "strong", wrap=True)
        self.text = Text("", wrap=True)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(self.title)
        told.addWidget(self.text)
        line = row(self._icon, spacing=theme.M)
        line.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        line.addLayout(told, 1)
        line.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        self.setLayout(line)
        self.hide()

    def say(self, title: str, text: str, tone: str) -> None:
        """Say something; ``tone`` is success, info, warning or danger."""
        icons = {"success": "check", "info": "info", "warning": "warning", "danger": "error"}
        self._icon.set_icon(icons[tone], tone)
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        restyle(self, "tone", tone)
        self.setAccessibleName(f"{title} {text}".strip())
        self.setVisible(bool(title))


class MatchPane(Panel):
    """The files that a document may belong to, and the one pointed at beside it, trait by trait."""

    left = Signal()
    pointed = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Compare with the files of the services of ``ui``."""
        super().__init__("Comparer les traits du patient")
        self.about = ElidedText("", "muted")
        self._ui = ui
        self._document: Received | None = None
        self._match = Match(0)
        self.field = SearchField("Chercher un autre patient", "Chercher un autre patient")
        columns: list[Column[Candidate]] = [
            Column("Dossier", lambda one: one.name, strong=True, second=words.born),
            Column(
                "Comparaison",
                lambda one: words.AGREEMENTS[one.agreement],
                tone=rules.tone,
            ),
        ]
        self.empty = EmptyState("patients", "", "")
        self.list: ListTable[Candidate] = ListTable("Dossiers à comparer", columns, self.empty)
        self.said = Verdict()
        self.findings = FindingList()
        self.table = TraitTable()
        self.key = Text("", "caption", wrap=True)
        inside = Tall()
        read = QVBoxLayout(inside)
        read.setContentsMargins(0, 0, theme.XS, 0)
        read.setSpacing(theme.S)
        for part in (self.said, self.findings, self.table, self.key):
            read.addWidget(part)
        read.addStretch(1)
        self.body.addWidget(self.about)
        self.body.addWidget(self.field)
        self.body.addWidget(self.list, 2)
        self.body.addWidget(scrolled(inside), 5)
        acts = ui.acts
        self.body.addLayout(
            row(
                ActButton(acts, "documents.back", kind="ghost", text="Retour"),
                0,
                ActButton(acts, "documents.file", kind="primary", text="Classer ici"),
            )
        )
        self.list.pointed.connect(self._show)
        self.field.searched.connect(self._search)
        # Until the answer to what is typed now has come, no file may be taken for the one that is looked for.
        self.field.textChanged.connect(self._forget)
        self.field.moved.connect(self.list.step)
        self.field.confirmed.connect(lambda: self.list.setFocus(Qt.FocusReason.OtherFocusReason))

    @property
    def candidate(self) -> Candidate | None:
        """The file pointed at."""
        return self.list.current_record

    @property
    def may_file(self) -> bool:
        """True where the file pointed at may be that of the document."""
        return self.candidate is not None and not rules.is_another(self.candidate)

    def begin(self, document: Received, match: Match) -> None:
        """Compare a document with the files that it may belong to."""
        self._document, self._match = document, match
        self.about.set_whole(" · ".join((document.title or document.name, words.patient(document))))
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self._fill(match.candidates)

    def refuse(self, findings: Sequence[Finding]) -> None:
        """Say why the document was not filed."""
        self.findings.set_findings(findings)

    def _forget(self) -> None:
        self.empty.say("Recherche…", "")
        self.list.set_records(())

    def _fill(self, candidates: Sequence[Candidate]) -> None:
        typed = self.field.text().strip()
        if typed:
            self.empty.say(f"Personne ne répond à «\u00a0{typed[:60]}\u00a0»", "Essayez moins de lettres, ou une date.")
        else:
            self.empty.say(
                "Aucun dossier ne ressemble à ce patient",
                "F4 cherche un patient. S’il n’a pas de dossier, créez-le d’abord (Alt+2, Ctrl+N).",
            )
        self.list.set_records(candidates)

    def _show(self, candidate: Candidate | None) -> None:
        self.findings.set_findings(self._match.findings)
        self.table.show_traits(() if candidate is None else candidate.traits)
        self.pointed.emit(candidate)
        if candidate is None:
            self.said.say("", "", "info")
            self.key.setText("")
            return
        patient_access.trace(self._ui, candidate.patient_id, "documents", ins=candidate.shows_ins)
        is_another = rules.is_another(candidate)
        told = "Une autre personne" if is_another else words.AGREEMENTS[candidate.agreement]
        self.said.say(told, rules.said(candidate), rules.tone(candidate))
        if is_another:
            self.key.setText("Le document ne se classe pas dans ce dossier : choisissez-en un autre, ou créez-le.")
        elif candidate.agreement is Agreement.SURE:
            self.key.setText("Aucun trait du dossier n’est modifié par le document.")
        else:
            self.key.setText(
                "Classer ici, c’est dire que vous avez comparé les traits et qu’il s’agit de la même personne. "
                "Aucun trait du dossier n’est modifié."
            )

    def _search(self, typed: str) -> None:
        document = self._document
        if document is None:
            return
        if not typed.strip():
            self._fill(self._match.candidates)
            return
        services, actor, number = self._ui.services, self._ui.actor(), document.id

        def work() -> list[Candidate]:
            found = services.patients.search(typed, _MOST_FOUND, actor)
            compared = (services.inbox.compare(number, one.id, actor) for one in found)
            return [one for one in compared if one is not None]

        def done(found: list[Candidate]) -> None:
            if self._document is document and self.field.text() == typed:
                self._fill(found)

        self._ui.tasks.run(lambda _progress: work(), done=done, owner=self, key="search")
