"""Who, of the people named on the Vitale, is served: an existing file, one to compare, or a new one?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal

from app.officine.dispensing import session as editing
from app.officine.patients.cards import AID
from app.ui import formats, theme
from app.ui.counter.drawer import Drawer
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.officine.patients.cards import Beneficiary, CardReading
    from app.officine.patients.model import Patient
    from app.ui.context import Ui
    from app.ui.counter.till import Till


_NOTHING_READ = ("Aucune carte lue", "Insérez une carte Vitale, puce vers le lecteur.")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line: a beneficiary with a file that is theirs, with one that is alike, or with none."""

    beneficiary: Beneficiary
    patient: Patient | None = None

    @property
    def name(self) -> str:
        """The name as the card writes it."""
        return f"{self.beneficiary.family_name} {self.beneficiary.first_name}".strip() or "Sans nom"

    @property
    def birth(self) -> str:
        """The birth date: as read where it is no date."""
        draft = self.beneficiary.draft
        if draft.birth_date is None or draft.birth_date_uncertain:
            return self.beneficiary.birth or formats.NOTHING
        return formats.date(draft.birth_date)

    @property
    def words(self) -> str:
        """The birth date, and whether there is a file."""
        if self.patient is None:
            return f"{self.birth} · {'créer un dossier' if self.beneficiary.alike else 'pas de dossier'}"
        if self.patient not in self.beneficiary.matches:
            return f"Ressemble\u00a0: {self.patient.birth_name}, {formats.date(self.patient.birth_date)}"
        if len(self.beneficiary.matches) == 1:
            return f"{self.birth} · dossier trouvé"
        return f"{self.birth} · homonyme{_where(self.patient)}"


def _where(patient: Patient) -> str:
    """Return what tells homonyms apart at a glance: where they live."""
    return f", {patient.address_line or patient.city}" if patient.address_line or patient.city else ""


def choices(reading: CardReading) -> list[Choice]:
    """Return the lines of a reading, in the card's order; a new file comes after those that are alike."""
    found = []
    for one in reading.beneficiaries:
        found += [Choice(one, patient) for patient in one.matches or one.alike]
        if not one.matches:
            found.append(Choice(one))
    return found


class CardDrawer(Drawer):
    """The beneficiaries of the card; ↑ ↓ and Entrée choose one."""

    name = "card"
    creation_wanted = Signal(object)

    def __init__(self, ui: Ui, till: Till) -> None:
        """Choose the patient of ``till``."""
        super().__init__(ui, till, "Carte Vitale")
        self.reader = ""
        self.mark = Text(AID, "caption", wrap=True)
        self.warning = Text("", "warning", wrap=True)
        self.empty = EmptyState("card", *_NOTHING_READ)
        columns: list[Column[Choice]] = [
            Column("Bénéficiaire", lambda one: one.name, second=lambda one: one.words, strong=True),
        ]
        self.list: ListTable[Choice] = ListTable("Bénéficiaires de la carte", columns, self.empty)
        self.list.setMinimumHeight(theme.current().pixels(140))
        self.list.chosen.connect(self._choose)
        self.content.addWidget(self.mark)
        self.content.addWidget(self.warning)
        self.content.addWidget(self.list, 1)
        self.foot.addWidget(Text("↑ ↓ choisir · Entrée prendre ou créer · Échap fermer", "caption", wrap=True))

    def opened(self) -> None:
        """Put the keys on the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_reading(self, reading: CardReading) -> None:
        """Show what a card gave."""
        self.reader = reading.reader
        session = self.till.session
        named = session.patient_id is not None
        self.warning.setText(f"La vente est au nom de {session.patient_name}\u00a0: Entrée le changerait.")
        self.warning.setVisible(named)
        for finding in reading.findings:
            self.empty.say(finding.text, finding.advice)
        self.list.set_records(choices(reading))

    def card_gone(self, reader: str) -> bool:
        """Forget what a card gave, once it is pulled; return True where it was shown."""
        if reader != self.reader:
            return False
        self.forget()
        return True

    def confirm(self) -> None:
        """Take the line pointed at."""
        choice = self.list.current_record
        if choice is not None:
            self._choose(choice)

    def forget(self) -> None:
        """Forget what was read: another sale begins, or the card is gone."""
        self.reader = ""
        self.empty.say(*_NOTHING_READ)
        self.warning.hide()
        self.list.set_records([])

    def _choose(self, choice: Choice) -> None:
        if choice.patient is None:
            self.creation_wanted.emit(choice.beneficiary)
            return
        self.till.do(editing.set_patient(self.till.session, choice.patient.id, choice.patient.display_name))
        self.closed.emit()
