"""Who, born on the day that is typed, may already have a file? Looked for before a file is created (RNIV)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.patients.dates import read_birth_date
from app.ui import formats, theme
from app.ui.patients.identity_words import ATTRIBUTE_WORDS
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.outcome import Outcome
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

_ROWS_SHOWN = 3
_ROW = 44


class Antecedents(QWidget):
    """The files of the people born on a day: ``chosen`` is the one that is taken instead of a new one.

    They are looked for as soon as a birth date can be read, in full or in part; letters may follow it.
    """

    chosen = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Look with the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self._looked = ""
        self.said = Text("", "muted", wrap=True)
        self.list: ListTable[Patient] = ListTable(
            "Dossiers nés à cette date",
            [
                Column("Déjà au fichier", _named, second=_marked, strong=True),
                Column("Né(e) le", lambda one: formats.date(one.birth_date), width=11),
                Column("Sexe", lambda one: one.sex.value, width=5, spare=True),
            ],
            EmptyState("patients", "", ""),
        )
        self.list.chosen.connect(self.chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self.said)
        column.addWidget(self.list)
        self.forget()

    @property
    def found(self) -> list[Patient]:
        """The files that are shown."""
        return self.list.records

    def forget(self) -> None:
        """Show nothing."""
        self._looked = ""
        self.list.set_records([])
        self.list.hide()
        self.said.hide()

    def is_done_for(self, typed: str) -> bool:
        """Return True where what is shown answers to the birth date ``typed``."""
        return bool(typed.strip()) and typed.strip() == self._looked

    def look(self, typed: str, then: Callable[[], object] = lambda: None) -> None:
        """Look for the people born as ``typed`` says, and go on with ``then``; nobody is shown for what is no date."""
        wanted = typed.strip()
        if read_birth_date(wanted, today(self._ui.services.clock)) is None:
            self.forget()
            return
        patients, actor = self._ui.services.patients, self._ui.actor()

        def done(outcome: Outcome[list[Patient]]) -> None:
            self._show(wanted, [] if isinstance(outcome, Refused) else outcome.value)
            then()

        self._ui.tasks.run(
            lambda _progress: patients.search_identity(wanted, actor=actor), done=done, owner=self, key="antecedents"
        )

    def go_in(self) -> bool:
        """Give the keys to the list where it has somebody; return whether it has."""
        if not self.found:
            return False
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        self.list.point(0)
        return True

    def _show(self, wanted: str, found: list[Patient]) -> None:
        self._looked = wanted
        self.list.set_records(found)
        self.list.setVisible(bool(found))
        self.list.setFixedHeight(theme.current().pixels(_ROW * min(len(found), _ROWS_SHOWN) + _ROW))
        if found:
            many = plural(len(found), "dossier")
            self.said.setText(f"{many} à cette date de naissance\u00a0: comparez avant de créer (↓ puis Entrée).")
            self.said.set_role("warning")
        else:
            self.said.setText("Personne n’est connu à cette date de naissance.")
            self.said.set_role("success")
        self.said.show()


def _named(patient: Patient) -> str:
    names = patient.birth_names or patient.first_name
    return f"{patient.family_name} {names}"


def _marked(patient: Patient) -> str:
    used = " ".join(name for name in (patient.used_name, patient.used_first_name) if name)
    marks = [ATTRIBUTE_WORDS[one][0].lower() for one in sorted(patient.attributes)]
    parts = (f"utilise {used}" if used else "", patient.status.label.removeprefix("Identité "), *marks)
    place = f"né(e) à {patient.birth_place}" if patient.birth_place else ""
    return " · ".join(part for part in (*parts, place) if part)
