"""Who, born on the day that is typed, may already have a file? Looked for before a file is created (RNIV)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.patients.antecedents import MAX_LETTERS
from app.officine.patients.dates import read_birth_date
from app.officine.patients.model import Attribute
from app.ui import formats, theme
from app.ui.patients.identity_words import ATTRIBUTE_WORDS
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.fields import TextField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.outcome import Outcome
    from app.officine.patients.cog_model import PlaceName
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

INCOMPLETE = "Date à compléter, sans 00\u00a0: le mois et l’année, ou l’année seule."
LONG_ENOUGH = 6
"""So many characters of a birth date that is none yet are worth a word under the field."""
_ROWS_SHOWN = 3
_ROW = 44
_MANY = 4
"""From so many files on, letters of a name help."""
_DOWN = frozenset({Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter})
_WARNED = ((Attribute.DOUBTFUL, "danger"), (Attribute.FICTITIOUS, "info"))


@dataclass(frozen=True, slots=True)
class _Known:
    """A known file, with its place of birth in words."""

    patient: Patient
    place: PlaceName


class Antecedents(QWidget):
    """The files of the people born on a day: ``chosen`` is the one that is taken instead of a new one.

    They are looked for as soon as a birth date can be read, in full or in part; where they are many, three letters of
    any of their names narrow the list.
    """

    chosen = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Look with the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self._looked = ""
        self.said = Text("", "muted", wrap=True)
        self.letters = TextField(
            placeholder=f"{MAX_LETTERS} lettres au plus d’un nom ou d’un prénom",
            limit=10,
            name="Lettres d’un nom ou d’un prénom",
        )
        self.list: ListTable[_Known] = ListTable(
            "Dossiers nés à cette date",
            [
                Column("Déjà au fichier", _named, second=_marked, strong=True, tone=_tone),
                Column("Né(e) le", _born, width=13),
                Column("Sexe", lambda one: one.patient.sex.value, width=5, spare=True),
            ],
            EmptyState("patients", "Aucun de ces dossiers", "Moins de lettres en montrent d’autres."),
        )
        self.list.chosen.connect(lambda one: self.chosen.emit(one.patient))
        self.letters.textEdited.connect(lambda _text: self.look(self._looked))
        self.letters.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self.said)
        column.addWidget(self.letters)
        column.addWidget(self.list)
        self.forget()

    @property
    def found(self) -> list[Patient]:
        """The files that are shown."""
        return [one.patient for one in self.list.records]

    def forget(self) -> None:
        """Show nothing."""
        self._looked = ""
        self.letters.clear()
        self.list.set_records([])
        for part in (self.letters, self.list, self.said):
            part.hide()

    def is_done_for(self, typed: str) -> bool:
        """Return True where what is shown answers to the birth date ``typed``."""
        return bool(typed.strip()) and typed.strip() == self._looked

    def look(self, typed: str, then: Callable[[], object] = lambda: None) -> None:
        """Look for the people born as ``typed`` says, and go on with ``then``; nobody is shown for what is no date."""
        wanted = typed.strip()
        if wanted != self._looked:
            self.letters.clear()
        if read_birth_date(wanted, today(self._ui.services.clock)) is None:
            self.forget()
            return
        patients, places, actor = self._ui.services.patients, self._ui.services.places, self._ui.actor()
        letters = self.letters.text()

        def find() -> tuple[Outcome[list[Patient]], list[_Known]]:
            outcome = patients.search_identity(wanted, letters, actor)
            people = [] if isinstance(outcome, Refused) else outcome.value
            named = places.names([(one.birth_place, one.birth_date) for one in people])
            return outcome, [_Known(one, named[one.birth_place, one.birth_date]) for one in people]

        def done(found: tuple[Outcome[list[Patient]], list[_Known]]) -> None:
            outcome, known = found
            if isinstance(outcome, Refused) and letters:
                self._say(" ".join(finding.text for finding in outcome.findings), "danger")
                return
            self._show(wanted, known, narrowed=bool(letters.strip()))
            for finding in outcome.findings:
                self._say(finding.text, "warning")
            then()

        self._ui.tasks.run(lambda _progress: find(), done=done, owner=self, key="antecedents")

    def go_in(self) -> bool:
        """Give the keys to the list where it has somebody; return whether it has."""
        if not self.found:
            return False
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        self.list.point(0)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go from the letters down into the list."""
        is_key = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress
        if watched is self.letters and is_key and event.key() in _DOWN:  # type: ignore[attr-defined]
            return self.go_in()
        return super().eventFilter(watched, event)

    def _show(self, wanted: str, known: list[_Known], *, narrowed: bool) -> None:
        self._looked = wanted
        self.list.set_records(known)
        self.list.setVisible(bool(known) or narrowed)
        self.list.setFixedHeight(theme.current().pixels(_ROW * min(max(len(known), 1), _ROWS_SHOWN) + _ROW))
        self.letters.setVisible(narrowed or len(known) >= _MANY)
        if known:
            many = plural(len(known), "dossier")
            self._say(f"{many} à cette date de naissance\u00a0: comparez avant de créer (↓ puis Entrée).", "warning")
        else:
            among = " avec ces lettres" if narrowed else ""
            self._say(f"Personne n’est connu à cette date de naissance{among}.", "muted" if narrowed else "success")

    def _say(self, text: str, role: str) -> None:
        self.said.setText(text)
        self.said.set_role(role)
        self.said.show()


def _named(known: _Known) -> str:
    names = known.patient.birth_names or known.patient.first_name
    return f"{known.patient.family_name} {names}"


def _born(known: _Known) -> str:
    """Return the date, with a mark where it was completed by the rule."""
    return formats.date(known.patient.birth_date) + (" (?)" if known.patient.birth_date_uncertain else "")


def _tone(known: _Known) -> str:
    return next((tone for attribute, tone in _WARNED if attribute in known.patient.attributes), "")


def _marked(known: _Known) -> str:
    """Return what tells two files apart, vigilance first."""
    patient = known.patient
    marks = [ATTRIBUTE_WORDS[one][0].upper() for one in sorted(patient.attributes)]
    used = " ".join(name for name in (patient.used_name, patient.used_first_name) if name)
    place = f"né(e) à\u00a0: {known.place.text}" if patient.birth_place else ""
    parts = (*marks, f"utilise {used}" if used else "", patient.status.label.removeprefix("Identité "), place)
    return " · ".join(part for part in parts if part)
