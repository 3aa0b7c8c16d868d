"""What do the card or the phone say of the patient's rights, and where does the file differ?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.kernel.outcome import Finding, Refused, Severity
from app.officine.dispensing import session as editing
from app.officine.rights.model import Medium
from app.officine.rights.reading import QUALITIES, scheme_words
from app.officine.rights.rules import SERVICES
from app.ui import formats, sounds, theme
from app.ui.counter.drawer import Drawer
from app.ui.patients.sheet import kept_words
from app.ui.sounds import Sound
from app.ui.widgets.basics import Button, Chip, EmptyState, Text, row
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.patients.model import Patient
    from app.officine.rights.model import Comparison, Entitled, Kept, Person, Reading
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_NOTHING = ("Aucun droit lu", "Insérez la carte Vitale, ou scannez le code de l’appli carte Vitale.")
_CODE_LENGTH = 4
_LARGE = 130


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a beneficiary, with a file that is theirs, or none."""

    person: Person
    patient: Patient | None = None

    @property
    def name(self) -> str:
        """The name as the card writes it."""
        one = self.person.entitled
        return f"{one.family_name} {one.first_name}".strip() or "Sans nom"

    @property
    def words(self) -> str:
        """In which quality, born when, and whether there is a file."""
        one = self.person.entitled
        parts = [QUALITIES.get(one.quality, ""), _birth(one.birth)]
        if self.patient is None:
            parts.append("ressemble à un dossier" if self.person.alike else "pas de dossier")
        elif len(self.person.matches) > 1:
            parts.append(f"homonyme, {self.patient.address_line or self.patient.city}".rstrip(", "))
        return " · ".join(part for part in parts if part)


def lines(read: Reading) -> list[Line]:
    """Return the lines of a reading, in the card's order: one a file where several may be a beneficiary's."""
    return [Line(one, patient) for one in read.people for patient in one.matches or (None,)]


class RightsDrawer(Drawer):
    """The rights read, beside the file of the patient; Entrée takes them over."""

    name = "rights"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Read for the patient of ``till``."""
        super().__init__(ui, till, "Droits lus")
        self.reading: Reading | None = None
        self.comparison: Comparison | None = None
        self._asked = 0
        self.mark = Chip("SIMULÉ", "danger")
        self.head.insertWidget(1, self.mark)
        self.source = Text("", "caption", wrap=True)
        self.warning = Text("", "warning", wrap=True)
        self.code = TextField(limit=8, placeholder="4 chiffres")
        self.code.setEchoMode(QLineEdit.EchoMode.Password)
        self.code_field = Field("&Code porteur de votre carte CPS", self.code)
        self.empty = EmptyState("card", *_NOTHING)
        columns: list[Column[Line]] = [
            Column("Bénéficiaire", lambda one: one.name, second=lambda one: one.words, strong=True),
        ]
        self.list: ListTable[Line] = ListTable("Bénéficiaires lus", columns, self.empty)
        self.facts, self.findings = Facts(), FindingList()
        self.changes_title = Text("", "strong", wrap=True)
        self.changes = Facts()
        self.changes.setAccessibleName("Ce qui diffère du dossier")
        for part in (self.source, self.code_field, self.warning, self.list, self.findings):
            self.content.addWidget(part)
        for shown in (self.changes_title, self.changes, self.facts):
            self.content.addWidget(shown)
        self.content.addStretch(1)
        self.take_button = Button("Reprendre au dossier", kind="primary", icon="check")
        self.take_button.clicked.connect(self.confirm)
        self.keys = Text("", "caption", wrap=True)
        self.foot.addLayout(row(0, self.take_button))
        self.foot.addWidget(self.keys)
        self.list.pointed.connect(self._point)
        self.list.chosen.connect(lambda _line: self.confirm())
        self.chain(self.code)
        self._show()

    # --- Reading ------------------------------------------------------------------------------------------------

    def opened(self) -> None:
        """Read at once where no code is asked for; else ask for it."""
        if self.reading is not None:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.ui.services.rights.needs_code:
            self._show()
            self.reveal(self.code)
        else:
            self.read_card(bytearray())
        self._read_last()

    def read_card(self, code: bytearray) -> None:
        """Read the Vitale that is in."""
        rights, actor = self.ui.services.rights, self.ui.actor()
        self._read(lambda: rights.read_card(code, actor))

    def read_phone(self, phone: str, shown_at: dt.datetime) -> None:
        """Read the phone whose code was scanned."""
        rights, actor = self.ui.services.rights, self.ui.actor()
        self._read(lambda: rights.read_phone(phone, shown_at, actor))

    def card_gone(self) -> None:
        """Forget what a card said, once it is pulled: it is no longer there to say it."""
        if self.reading is not None and self.reading.medium is Medium.VITALE:
            self.forget()

    def forget(self) -> None:
        """Forget what was read: another sale begins, or the card is gone."""
        self._asked += 1
        self.reading = self.comparison = None
        self.code.clear()
        self.empty.say(*_NOTHING)
        self._show()

    def _read(self, read: Callable[[], Outcome[Reading]]) -> None:
        self._asked += 1
        asked, self.reading, self.comparison = self._asked, None, None
        self.empty.say("Lecture des droits…", "Laissez la carte en place.")
        self._show()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ui.tasks.run(
            lambda _progress: read(),
            done=lambda outcome: self._has_read(outcome, asked),
            failed=lambda error: self._unread(error, asked),
            owner=self,
            key="rights",
        )

    def _has_read(self, outcome: Outcome[Reading], asked: int) -> None:
        if asked != self._asked:
            return
        if isinstance(outcome, Refused):
            self._refused(outcome.findings)
            return
        self.reading = outcome.value
        self._show()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _unread(self, error: GalienError, asked: int) -> None:
        if asked == self._asked:
            self._refused((Finding(error.code, Severity.WARNING, error.text, error.advice),))

    def _refused(self, findings: tuple[Finding, ...]) -> None:
        self.empty.say("Droits non lus", "")
        self._show()
        self.findings.set_findings(findings)
        sounds.play(self.ui.settings, Sound.BLOCKED)
        if self.code_field.isVisible():
            self.reveal(self.code)

    # --- What shows ---------------------------------------------------------------------------------------------

    def _show(self) -> None:
        read, rights = self.reading, self.ui.services.rights
        self.mark.setVisible(rights.is_simulated if read is None else read.is_simulated)
        self.code_field.setVisible(read is None and rights.needs_code)
        shown = [] if read is None else lines(read)
        self.source.setText("" if read is None else _source(read))
        self.source.setVisible(read is not None)
        self.list.setFixedHeight(
            theme.current().pixels(140 if read is None else 36 + 44 * min(len(shown), _rows_shown()))
        )
        patient_id = self.till.session.patient_id
        self.list.set_records(shown)
        place = next((at for at, one in enumerate(shown) if one.patient and one.patient.id == patient_id), 0)
        if shown:
            self.list.point(place)
        else:
            self._point(None)
        self.keys.setText(
            "Entrée lire · Échap fermer" if read is None else "↑ ↓ choisir · Entrée reprendre · Échap fermer"
        )

    def _point(self, line: Line | None) -> None:
        """Show a beneficiary beside their file."""
        read = self.reading
        self.comparison = None
        self.findings.set_findings(())
        patient = None if line is None else line.patient
        if read is not None and line is not None and patient is not None:
            self.comparison = self.ui.services.rights.compare(read, line.person.entitled, patient)
        self._show_changes(line)
        self._show_warning(patient)
        facts = [] if read is None or line is None else _facts(read, line.person.entitled, self)
        self.facts.set_pairs(facts)
        self.facts.setVisible(bool(facts))
        self.take_button.setVisible(self.comparison is not None)
        self.take_button.setText("Confirmer les droits" if not self._differs else "Reprendre au dossier")

    @property
    def _differs(self) -> bool:
        return self.comparison is not None and bool(self.comparison.differences)

    def _show_changes(self, line: Line | None) -> None:
        compared = self.comparison
        found = () if compared is None else compared.differences
        self.changes.set_pairs((one.label, f"{one.on_card}\nau dossier\u00a0: {one.on_file}") for one in found)
        self.changes.setVisible(bool(found))
        if line is None:
            self.changes_title.setText("")
        elif line.patient is None:
            self.changes_title.setText("Aucun dossier n’est à ce nom\u00a0: Ctrl+F2 le crée, puis Ctrl+F3.")
        elif found:
            self.changes_title.setText("La carte et le dossier diffèrent")
        else:
            self.changes_title.setText("Rien à changer au dossier.")
        self.changes_title.setVisible(bool(self.changes_title.text()))
        told = (() if self.reading is None else self.reading.findings) + (() if compared is None else compared.findings)
        if told:
            self.findings.set_findings(told)

    def _show_warning(self, patient: Patient | None) -> None:
        session = self.till.session
        other = patient is not None and session.patient_id not in {None, patient.id}
        self.warning.setText(f"La vente est au nom de {session.patient_name}\u00a0: Entrée le changerait.")
        self.warning.setVisible(other)

    def _read_last(self) -> None:
        """Say by which reading the file of the sale was last brought up to date."""
        patient_id, rights = self.till.session.patient_id, self.ui.services.rights
        if patient_id is not None:
            self.ui.tasks.run(
                lambda _progress: rights.last(patient_id), done=self._show_last, owner=self, key="rights-last"
            )

    def _show_last(self, kept: Kept | None) -> None:
        if self.reading is None and kept is not None:
            self.source.setText(f"Derniers droits repris\u00a0: {kept_words(kept)}")
            self.source.show()

    # --- Taking over --------------------------------------------------------------------------------------------

    def confirm(self) -> None:
        """Read, with the code that was typed; then take over what is pointed at."""
        if self.reading is None:
            self._confirm_code()
            return
        line, actor, rights = self.list.current_record, self.ui.actor(), self.ui.services.rights
        if line is None or line.patient is None or self.comparison is None:
            return
        read, patient, differs = self.reading, line.patient, self._differs
        self.ui.tasks.run(
            lambda _progress: rights.take(read, line.person, patient, actor),
            done=lambda outcome: self._taken(outcome, read, differs=differs),
            owner=self,
            key="rights-take",
        )

    def _confirm_code(self) -> None:
        if not self.ui.services.rights.needs_code:
            self.read_card(bytearray())
            return
        typed = self.code.text()
        if len(typed) < _CODE_LENGTH or not typed.isascii() or not typed.isdigit():
            self.code_field.note("Le code porteur a au moins quatre chiffres\u00a0: il n’a pas été présenté.", "danger")
            return
        self.code.clear()
        self.code_field.note("")
        self.read_card(bytearray(typed, "ascii"))

    def _taken(self, outcome: Outcome[Patient], read: Reading, *, differs: bool) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            sounds.play(self.ui.settings, Sound.BLOCKED)
            return
        patient = outcome.value
        if self.till.session.patient_id != patient.id:
            self.till.do(editing.set_patient(self.till.session, patient.id, patient.display_name))
        self.till.look()
        done = "mis à jour" if differs else "confirmés"
        simulated = ", SIMULÉ" if read.is_simulated else ""
        self.ui.say(f"Droits de {patient.display_name} {done}\u00a0: {read.medium.label}{simulated}.", "success")
        self.closed.emit()
        self.forget()


def _rows_shown() -> int:
    """Return how many beneficiaries show at once: where letters are large, what differs comes before the others."""
    return 1 if theme.current().zoom >= _LARGE else 3


def _source(read: Reading) -> str:
    until = "" if read.expires_at is None else f", à reprendre avant {formats.clock(read.expires_at)}"
    return f"Lu à {formats.clock(read.read_at)}, {read.medium.label}{until}"


def _facts(read: Reading, one: Entitled, drawer: RightsDrawer) -> list[tuple[str, str]]:
    """Return what was read, in words: what has no known meaning is shown as it is written."""
    rows = drawer.ui.services.rights.meanings.rows
    service, span = (
        (one.service, one.service_span) if one.service else (read.insured.service, read.insured.service_span)
    )
    ends = [period.last for period in one.periods if period.last is not None]
    covers = [
        rows[cover.ald, cover.situation].label
        if (cover.ald, cover.situation) in rows
        else f"ALD {cover.ald}, situation {cover.situation}"
        for cover in one.covers
    ]
    until = "" if span.last is None else f", jusqu’au {formats.date(span.last)}"
    complements = [f"{complement.number} {complement.member}".strip() for complement in one.complements]
    return [
        ("Affiliation", scheme_words(read.insured)),
        ("Droits AMO", f"jusqu’au {formats.date(max(ends))}" if ends else "aucune période lue"),
        ("Service AMO", f"{SERVICES.get(service, service)}{until}" if service else ""),
        ("Couverture", ", ".join(covers)),
        ("Complémentaire", ", ".join(complements)),
        ("Sens des codes", drawer.ui.services.rights.meanings.source),
    ]


def _birth(birth: str) -> str:
    """Return a birth date as a date where it is one; as it is written where it is not."""
    if len(birth) == 8 and birth.isdigit() and birth[4:6] != "00" and birth[6:] != "00":
        return f"{birth[6:]}/{birth[4:6]}/{birth[:4]}"
    return birth
