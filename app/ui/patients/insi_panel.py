"""How is INSi asked for a patient, and its answer compared, taken over or refused?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from app.kernel.outcome import Finding, Refused, Severity, is_refused
from app.officine.patients import insi
from app.officine.patients.insi_model import Likeness, Operation
from app.officine.staff.model import Right
from app.ui import formats, theme
from app.ui.patients import insi_words
from app.ui.patients.identity_words import holds
from app.ui.widgets.basics import ActButton, Button, EmptyState, IconLabel, Panel, Text, row
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable
from app.ui.widgets.secret_field import SecretField

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.patients.cards import Beneficiary, CardReading
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.patients.insi_model import CardKey, Lookup, Refinement, TraitLine
    from app.officine.patients.model import Patient
    from app.ui.context import Ui
    from app.ui.tasks import Task

_HELD = "GAL-IDN-60"
_STACK_FROM = 130
_BUSY = "Interrogation d’INSi…"


class InsiPanel(Panel):
    """INSi for one file: the card or the code it needs, the wait, the answer beside the file, what is decided of it.

    ``written`` says what was done; ``other_wanted`` names the file that holds the same INS, ``compare_wanted`` both, to
    be compared; ``ready`` tells whether the answer shown may be taken over.
    """

    written = Signal(str)
    other_wanted = Signal(int)
    compare_wanted = Signal(int, int)
    ready = Signal(bool)

    def __init__(self, ui: Ui) -> None:
        """Ask by the services of ``ui``."""
        super().__init__("INSi")
        self._ui = ui
        self.file: IdentityFile | None = None
        self.lookup: Lookup | None = None
        self.operation = Operation.BY_TRAITS
        self._card: CardKey | None = None
        self._people: tuple[Beneficiary, ...] = ()
        self._task: Task | None = None
        self._patient_id = 0
        self._needs_code = False
        self.name = Text("", "strong", wrap=True, selectable=True)
        self.findings = FindingList()
        self.sheet = Sheet("Réponse d’INSi")
        self.code: SecretField | None = None
        self.people: ListTable[tuple[int, Beneficiary]] | None = None
        self.tick: QCheckBox | None = None
        self.reason: TextField | None = None
        self.refinements: list[Button] = []
        self.other: Button | None = None
        self.body.addWidget(self.name)
        self.body.addWidget(self.findings)
        self.body.addWidget(self.sheet, 1)
        self.accept = ActButton(ui.acts, "patients.save", kind="primary", text="Reprendre l’identité")
        self.edit = ActButton(ui.acts, "patients.traits", text="Corriger les traits")
        back = ActButton(ui.acts, "patients.back", kind="ghost", text="Retour")
        self.body.addLayout(row(back, 0, self.edit, self.accept))

    # --- The question -------------------------------------------------------------------------------------------------

    def begin(self, patient_id: int, operation: Operation) -> None:
        """Ask for a file, as soon as nothing is missing."""
        self._reset()
        self.operation, self._patient_id = operation, patient_id
        services, actor = self._ui.services, self._ui.actor()
        reader = services.cards.vitale_reader() if operation is Operation.BY_CARD else None

        def read() -> tuple[IdentityFile | None, list[Finding], bool, Outcome[CardReading] | None]:
            file = services.identities.of(patient_id, actor)
            found = [] if file is None else services.insi.blocked(file, actor, operation)
            may_go = file is not None and not is_refused(found)
            needs_code = may_go and services.insi.needs_code(operation)
            reading = services.cards.read(reader) if may_go and reader is not None else None
            return file, found, needs_code, reading

        self._say(_BUSY)
        self._ui.tasks.run(
            lambda _progress: read(),
            done=lambda found: self._begun(*found),
            failed=self._failed,
            owner=self,
            key="insi",
        )

    def _begun(
        self,
        file: IdentityFile | None,
        findings: list[Finding],
        needs_code: bool,  # noqa: FBT001 -- one of four values of an answer
        reading: Outcome[CardReading] | None,
    ) -> None:
        if file is None:
            return
        self.file = file
        self.name.setText(insi_words.asked_for(file.patient.display_name))
        if is_refused(findings):
            self._end(findings)
            return
        self._needs_code = needs_code
        if self.operation is Operation.BY_CARD:
            self._show_card(reading)
        else:
            self._go()

    def _show_card(self, reading: Outcome[CardReading] | None) -> None:
        """Take the person of the card whose file this is, or let somebody choose."""
        assert self.file is not None
        if reading is None:
            text, advice = "Aucune carte Vitale n’est dans le lecteur.", "Insérez-la, puis recommencez."
            self._end([Finding("GAL-INS-70", Severity.ERROR, text, advice)])
            return
        if isinstance(reading, Refused) or not reading.value.beneficiaries:
            self._end(reading.findings if isinstance(reading, Refused) else reading.value.findings)
            return
        self._people = reading.value.beneficiaries
        if len(self._people) == 1 and self.file.patient in self._people[0].matches:
            self._take(0)
            return
        own = self.file.patient.id
        ranked = sorted(enumerate(self._people), key=lambda one: own not in {patient.id for patient in one[1].matches})
        self.sheet.begin()
        own_file = self.file.patient
        whose = f"{own_file.birth_name}, {formats.born(own_file.sex)} le {formats.date(own_file.birth_date)}"
        self.sheet.text(f"Quel bénéficiaire de la carte est {whose}\u00a0?", "muted")
        columns: list[Column[tuple[int, Beneficiary]]] = [
            Column(
                "Bénéficiaire de la carte",
                lambda one: f"{one[1].family_name} {one[1].first_name}".strip(),
                second=lambda one: _born(one[1], own),
                strong=True,
            )
        ]
        self.people = ListTable("Bénéficiaires de la carte", columns, EmptyState("card", "", ""))
        self.people.setMinimumHeight(theme.current().pixels(160))
        self.people.chosen.connect(lambda one: self._take(one[0]))
        self.sheet.column.addWidget(self.people)
        self.sheet.text("↑ ↓ choisir · Entrée interroger · Échap revenir", "caption")
        self.sheet.end()
        self.people.set_records(ranked)
        self.people.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, place: int) -> None:
        assert self.file is not None
        files = {patient.id for patient in self._people[place].matches}
        if files and self.file.patient.id not in files:
            text = "Ce bénéficiaire de la carte a un autre dossier que celui-ci\u00a0: INSi n’a pas été interrogé."
            advice = "Ouvrez le dossier de cette personne, puis recommencez."
            self._end([Finding("GAL-INS-71", Severity.ERROR, text, advice)])
            return
        self._card = insi.card_key(self._people, place)
        self._go()

    def _go(self, refinement: Refinement | None = None) -> None:
        """Ask for the code of the card where it is needed, then make the call."""
        if not self._needs_code:
            self._ask(refinement, None)
            return
        self.sheet.begin()
        self.code = SecretField(digits=True, limit=8, name="Code de la carte de professionnel")
        hint = "INSi reconnaît l’officine par votre carte\u00a0: le code signe une autorisation de moins d’une heure."
        self.sheet.column.addWidget(Field("&Code de la carte de professionnel", self.code, hint=hint))
        self.code.returnPressed.connect(lambda: self._with_code(refinement))
        self.sheet.end()
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _with_code(self, refinement: Refinement | None) -> None:
        assert self.code is not None
        code = bytearray(self.code.take().encode())
        if code:
            self._ask(refinement, code)

    def _ask(self, refinement: Refinement | None, code: bytearray | None) -> None:
        assert self.file is not None
        desk, actor, patient_id = self._ui.services.insi, self._ui.actor(), self.file.patient.id
        card, operation = self._card, self.operation
        self._say(_BUSY)
        self.findings.set_findings(())

        if operation is Operation.VERIFY:
            self._task = self._ui.tasks.run(
                lambda progress: desk.verify(patient_id, actor, code=code, is_cancelled=lambda: progress.cancelled),
                done=self._verified,
                failed=self._failed,
                cancelled=self._cancelled,
                owner=self,
                key="insi",
                title="Vérification de l’INS…",
            )
            return

        def ask(is_cancelled: Callable[[], bool]) -> Outcome[Lookup]:
            if operation is Operation.BY_CARD:
                assert card is not None
                return desk.by_card(patient_id, card, actor, code=code, is_cancelled=is_cancelled)
            return desk.search(patient_id, actor, refinement=refinement, code=code, is_cancelled=is_cancelled)

        self._task = self._ui.tasks.run(
            lambda progress: ask(lambda: progress.cancelled),
            done=self._answered,
            failed=self._failed,
            cancelled=self._cancelled,
            owner=self,
            key="insi",
            title=_BUSY,
        )

    def is_of(self, patient: Patient | None) -> bool:
        """Return True where what is shown, or asked, is of this patient."""
        return patient is not None and patient.id == self._patient_id

    def give_up(self) -> None:
        """Wait no more for an answer that is on its way."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    # --- The answer ---------------------------------------------------------------------------------------------------

    def _answered(self, outcome: Outcome[Lookup]) -> None:
        self._task = None
        if isinstance(outcome, Refused):
            self._end(outcome.findings)
            return
        self._needs_code = False
        self._show(outcome.value)

    def _verified(self, outcome: Outcome[IdentityFile]) -> None:
        self._task = None
        if isinstance(outcome, Refused):
            self._end(outcome.findings)
            return
        for finding in outcome.findings:
            self._ui.say(f"{finding.text} {finding.advice}".strip(), "warning")
        is_ok = outcome.value.identity.ins is not None
        self.written.emit(
            "INS vérifiée auprès d’INSi" if is_ok else "INS non reconnue par INSi\u00a0: dossier à revoir"
        )

    def _cancelled(self) -> None:
        self._task = None
        self._end([Finding("GAL-INS-72", Severity.INFO, "L’interrogation d’INSi est annulée.", "Recommencez-la ici.")])

    def _failed(self, failure: GalienError) -> None:
        self._task = None
        self._end([Finding(failure.code, Severity.ERROR, failure.text, failure.advice)])

    def _show(self, lookup: Lookup) -> None:
        """Lay the answer beside the file, with what may be done now."""
        assert self.file is not None
        self.lookup = lookup
        self.findings.set_findings(lookup.findings)
        self.sheet.begin()
        self.sheet.text(insi_words.summary(lookup), "muted")
        if lookup.found is not None:
            self.sheet.column.addWidget(_Comparison(lookup.lines))
            may_see = holds(self._ui, Right.SEE_INS)
            self.sheet.column.addWidget(Facts(insi_words.ins_pairs(lookup.found, may_see=may_see)))
        self._offer_other(lookup)
        self._offer_refinements(lookup)
        if lookup.may_accept:
            self._offer_decision(lookup)
        self.sheet.end()
        self._offer(accept=lookup.may_accept, edit=not lookup.may_accept)
        self._first_focus()

    def _offer_other(self, lookup: Lookup) -> None:
        held = next((one.subject for one in lookup.findings if one.code == _HELD and one.subject), "")
        self.other = None
        if held:
            self.other = Button("Ouvrir l’&autre dossier", icon="patients")
            self.other.clicked.connect(lambda _checked=False: self.other_wanted.emit(int(held)))
            offers = [self.other]
            if holds(self._ui, Right.MANAGE_IDENTITY):
                compare = Button("&Comparer et fusionner", icon="list")
                compare.clicked.connect(lambda _checked=False: self.compare_wanted.emit(self._patient_id, int(held)))
                offers.append(compare)
            self.sheet.column.addWidget(Flow(offers))

    def _offer_refinements(self, lookup: Lookup) -> None:
        self.refinements = []
        for one in lookup.refinements:
            button = Button(insi_words.refinement(one), icon="search")
            button.clicked.connect(lambda _checked=False, chosen=one: self._go(chosen))
            self.refinements.append(button)
        if self.refinements:
            self.sheet.column.addWidget(Flow(self.refinements))

    def _offer_decision(self, lookup: Lookup) -> None:
        assert self.file is not None
        self.tick = None
        if any(line.likeness in {Likeness.DIFFERENT, Likeness.TYPOGRAPHIC} for line in lookup.lines):
            self.tick = QCheckBox(insi_words.confirmation(self.file.identity.status))
            self.sheet.column.addWidget(self.tick)
        self.reason = TextField(limit=200, name="Motif d’un refus", placeholder="Traits refusés par le patient, doute…")
        refuse = Button("Refuser", icon="close", name="Refuser la réponse d’INSi")
        refuse.clicked.connect(lambda _checked=False: self.refuse())
        self.reason.returnPressed.connect(self.refuse)
        both = QWidget()
        both.setFocusProxy(self.reason)
        both.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        line = row(self.reason, refuse)
        line.setContentsMargins(0, 0, 0, 0)
        both.setLayout(line)
        self.sheet.column.addWidget(Field("Moti&f d’un refus", both))

    def save(self) -> None:
        """Take the answer over."""
        lookup = self.lookup
        if lookup is None or not lookup.may_accept:
            return
        desk, actor = self._ui.services.insi, self._ui.actor()
        confirmed = self.tick is not None and self.tick.isChecked()
        self._ui.tasks.run(
            lambda _progress: desk.accept(lookup.call_id, lookup.version, actor, confirmed=confirmed),
            done=self._decided,
            owner=self,
            key="decide",
        )

    def refuse(self) -> None:
        """Leave the file as it is, and say why."""
        lookup, field = self.lookup, self.reason
        if lookup is None or field is None:
            return
        desk, actor, reason = self._ui.services.insi, self._ui.actor(), field.text()

        def done(outcome: Outcome[None]) -> None:
            if isinstance(outcome, Refused):
                self.findings.set_findings(outcome.findings)
                field.setFocus(Qt.FocusReason.OtherFocusReason)
                return
            self.written.emit("Réponse d’INSi refusée\u00a0: le dossier n’a pas changé")

        self._ui.tasks.run(
            lambda _progress: desk.refuse(lookup.call_id, reason, actor), done=done, owner=self, key="decide"
        )

    def _decided(self, outcome: Outcome[IdentityFile]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            self._first_focus()
            return
        self.written.emit(f"{outcome.value.identity.status.label}\u00a0: identité reprise d’INSi")

    # --- Within -------------------------------------------------------------------------------------------------------

    def _reset(self) -> None:
        self.give_up()
        self.file, self.lookup, self._card, self._people = None, None, None, ()
        self._needs_code = False
        self.code, self.people, self.tick, self.reason, self.other = None, None, None, None, None
        self.refinements = []
        self.name.setText("")
        self.findings.set_findings(())
        self._offer(accept=False, edit=False)

    def _offer(self, *, accept: bool, edit: bool) -> None:
        """Show what may be done next: take the answer over, or mend what was sent."""
        self.accept.setVisible(accept)
        self.edit.setVisible(edit)
        self.ready.emit(accept)

    def _say(self, text: str) -> None:
        self.sheet.begin()
        self.sheet.text(text, "muted")
        self.sheet.end()

    def _end(self, findings: tuple[Finding, ...] | list[Finding]) -> None:
        """Say why nothing came; the work goes on without INSi."""
        self.lookup = None
        self._offer(accept=False, edit=self.file is not None)
        self.findings.set_findings(findings)
        self._say("Le dossier n’a pas changé.")

    def _first_focus(self) -> None:
        """Go where the next key belongs: the tick that is asked for, a further call, or the whole answer."""
        for widget in (self.other, self.tick, *self.refinements[:1]):
            if widget is not None:
                widget.setFocus(Qt.FocusReason.TabFocusReason)
                QTimer.singleShot(0, widget, partial(self.sheet.ensureWidgetVisible, widget))
                return
        (self.accept if self.accept.isVisibleTo(self) else self.edit).setFocus(Qt.FocusReason.OtherFocusReason)


class _Comparison(QWidget):
    """Each trait: of the file, of INSi, and whether they are alike, by a sign and a word besides the colour."""

    def __init__(self, lines: tuple[TraitLine, ...]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.M)
        grid.setVerticalSpacing(theme.S)
        stacked = theme.current().zoom >= _STACK_FROM
        first = 0 if stacked else 1
        for column in (first, first + 1):
            grid.setColumnStretch(column, 1)
        for place, title in enumerate(("Au dossier", "INSi")):
            grid.addWidget(Text(title, "strong"), 0, first + place)
        for place, line in enumerate(lines, 1):
            icon, tone, word = insi_words.SIGNS[line.likeness]
            label = Text(insi_words.LABELS[line.trait], "caption", wrap=True)
            mine = Text(insi_words.value(line, line.mine), wrap=True, selectable=True)
            role = "body" if line.likeness is Likeness.SAME else tone
            theirs = Text(insi_words.value(line, line.theirs), role, wrap=True, selectable=True)
            sign = QWidget()
            told = row(IconLabel(icon, tone, 16), Text(word, "caption"), 0, spacing=theme.XS)
            told.setContentsMargins(0, 0, 0, 0)
            sign.setLayout(told)
            sign.setAccessibleName(f"{insi_words.LABELS[line.trait]}\u00a0: {word}")
            top = Qt.AlignmentFlag.AlignTop
            if stacked:
                grid.addWidget(label, 2 * place, 0)
                grid.addWidget(sign, 2 * place, 1, top)
                grid.addWidget(mine, 2 * place + 1, 0, top)
                grid.addWidget(theirs, 2 * place + 1, 1, top)
            else:
                label.setFixedWidth(theme.current().pixels(110))
                grid.addWidget(label, place, 0, top)
                grid.addWidget(mine, place, 1, top)
                grid.addWidget(theirs, place, 2, top)
                grid.addWidget(sign, place, 3, top)


def _born(person: Beneficiary, own: int) -> str:
    draft = person.draft
    date = formats.date(draft.birth_date) if draft.birth_date and not draft.birth_date_uncertain else person.birth
    files = {patient.id for patient in person.matches}
    known = "ce dossier" if own in files else "autre dossier de l’officine" if files else "pas de dossier"
    return f"{date} · {known}"
