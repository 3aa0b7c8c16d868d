"""What do the forms of the three documents have in common: when, by whom, for whom, what is wrong, what is kept?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from app.kernel.clock import PARIS, today
from app.kernel.outcome import Refused, Severity, is_refused
from app.officine.care import rules
from app.ui import formats, theme
from app.ui.care import words
from app.ui.care.recipients import Recipients
from app.ui.care.writing import Writing
from app.ui.patients.allergies import recorded_words, state_words
from app.ui.patients.identity_band import IdentityBand
from app.ui.widgets.act_form import scrolled
from app.ui.widgets.basics import ActButton, Panel, Text, row
from app.ui.widgets.fields import DateField, Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Tall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.kernel.actor import Actor
    from app.kernel.outcome import Finding, Outcome
    from app.officine.care.model import CareDraft, DocumentKind, KeptDraft, Part, WrittenDocument
    from app.officine.documents.shown import Shown
    from app.officine.patients.model import Patient
    from app.officine.safety.model import Recorded
    from app.officine.scan.model import Scan
    from app.officine.staff.model import Member
    from app.ui.context import Ui

_CHECK_MS = 250
_KEEP_MS = 1_500
_STACK_FROM = 130
_TONES: Final = {Severity.ERROR: "danger", Severity.WARNING: "warning", Severity.INFO: "caption"}
_LATER: Final = ("part", "reason", "supervisor_id", "recipients")
"""What is not said to be missing before somebody had the time to type it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a form begins with: a draft, whose it is, who may answer for it, and since when it was set down."""

    draft: CareDraft
    patient: Patient | None
    pharmacists: tuple[Member, ...]
    kept: KeptDraft | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed at one moment: the draft that the form was opened on, the draft as typed, and who typed it."""

    base: CareDraft
    draft: CareDraft
    actor: Actor


class CareForm(QWidget):
    """One document being written; what is typed is kept by itself, and lost by no way out.

    ``previewed`` gives the document as it would be, ``recorded`` the outcome of the writing.
    """

    previewed = Signal(object)
    recorded = Signal(object)
    kind: ClassVar[DocumentKind]
    side_by_side: ClassVar[bool] = True
    """Whether what all documents have stands beside what this one has; under it for one that needs the whole width."""

    def __init__(self, ui: Ui) -> None:
        """Begin without a draft."""
        super().__init__()
        self.ui = ui
        self.base: CareDraft | None = None
        self.actor: Actor | None = None
        self.places: dict[str, Field] = {}
        self.findings_shown: tuple[Finding, ...] = ()
        self._touched: set[str] = set()
        self._tried = self._filling = self._dirty = False
        self._is_keeping = False
        self._to_keep: list[Kept] = []
        self._waiting: list[Callable[[], None]] = []
        self._recording: CareDraft | None = None
        self._pause, self._keep = self._timer(_CHECK_MS, self.check), self._timer(_KEEP_MS, self.keep)
        self.title = Text("", "heading")
        self.kept_at = Text("", "caption")
        self.afresh = ActButton(ui.acts, "care.afresh", kind="ghost")
        self.band = IdentityBand(ui, with_ins=False)
        # Seen before the needle, not looked for: what the file knows of allergies.
        self.allergies = Text("", "caption", wrap=True)
        self.day = DateField(lambda: today(ui.services.clock))
        self.hour = TextField(limit=5, placeholder="hh:mm")
        self.supervisor = QComboBox()
        self.reason = TextField(limit=rules.REASON_LIMIT, placeholder="Erreur de lot, traitement ajouté…")
        self.recipients = Recipients(ui)
        self.apart = FindingList()
        self.count = Text("", "caption", wrap=True)
        self.preview_button = ActButton(ui.acts, "care.preview", kind="secondary", text="Aperçu")
        self.save_button = ActButton(ui.acts, "care.save", kind="primary", text="Valider")
        self.main = QWidget()
        self._lay()
        self.build()
        self._listen()

    # --- What each document adds --------------------------------------------------------------------------------------

    def build(self) -> None:
        """Lay the fields of this document in ``main``, and name them in ``places``."""
        raise NotImplementedError

    def fill(self, part: Part) -> None:
        """Write a part into the fields."""
        raise NotImplementedError

    @property
    def part(self) -> Part:
        """The part as typed."""
        raise NotImplementedError

    @property
    def first(self) -> QWidget:
        """Where typing begins."""
        raise NotImplementedError

    def typed_wrong(self) -> list[Finding]:
        """Return what is typed and cannot be read at all."""
        return []

    def say_part(self, found: dict[str, list[Finding]]) -> set[str]:
        """Show findings that have no field in ``places``; return the subjects that were shown."""
        _ = found
        return set()

    def editor_of(self, subject: str) -> QWidget | None:
        """Return where a finding is mended, for what has no field in ``places``."""
        _ = subject
        return None

    def take_scan(self, scan: Scan) -> bool:
        """Take a code that was scanned; True: it goes nowhere else, the form being open."""
        _ = scan
        self.ui.say("Un document est ouvert\u00a0: validez-le ou revenez (Échap) avant de scanner.", "warning")
        return True

    def add_line(self) -> None:
        """Add a line where this document has lines."""

    def remove_line(self) -> None:
        """Take away the line in which the focus is."""

    # --- Beginning ----------------------------------------------------------------------------------------------------

    def begin(self, begun: Begun) -> None:
        """Write a draft into the fields."""
        draft = begun.draft
        self.base, self.actor = draft, self.ui.actor()
        self._filling = True
        self.save_button.setEnabled(True)
        moment = draft.performed_at.astimezone(PARIS)
        self.day.set_date(moment.date())
        self.hour.setText(f"{moment:%H:%M}")
        self.reason.setText(draft.reason)
        self._offer_supervisors(begun.pharmacists, draft.supervisor_id)
        self.recipients.begin(draft.recipients, to_patient=draft.to_patient)
        self.fill(draft.part)
        is_new = draft.replaces is None
        self.title.setText(self.kind.label if is_new else f"{self.kind.label}\u00a0: correction, annule et remplace")
        self.places["reason"].setVisible(not is_new)
        self.band.show_patient(begun.patient)
        self._touched, self._tried, self._dirty = set(), False, False
        self._tell_kept(begun.kept)
        self._filling = False
        self.show_findings(() if begun.kept is None else begun.kept.findings, everything=True)
        self.check()
        # A correction begins with why: without it nothing can be kept, and it is what is asked for last otherwise.
        asks_why = not is_new and not draft.reason
        (self.reason if asks_why else self.first).setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def draft(self) -> CareDraft:
        """What is typed; the moment of the act is the one before where it cannot be read."""
        assert self.base is not None
        day, hour = self.day.date, words.parse_time(self.hour.text())
        return replace(
            self.base,
            performed_at=self.base.performed_at if day is None or hour is None else words.at(day, hour),
            part=self.part,
            recipients=self.recipients.recipients,
            to_patient=self.recipients.patient.isChecked(),
            supervisor_id=self.supervisor.currentData(),
            reason=self.reason.text().strip(),
        )

    def _offer_supervisors(self, pharmacists: Iterable[Member], chosen: int | None) -> None:
        operator = self.ui.operator
        is_needed = operator is not None and not operator.role.is_pharmacist
        self.supervisor.clear()
        self.supervisor.addItem("Choisir…", None)
        for member in pharmacists:
            self.supervisor.addItem(f"{member.name}, {member.role.label.lower()}", member.id)
        self.supervisor.setCurrentIndex(max(0, self.supervisor.findData(chosen)))
        self.places["supervisor_id"].setVisible(is_needed)

    def _tell_kept(self, kept: KeptDraft | None) -> None:
        self.kept_at.setText("" if kept is None else f"Brouillon du {formats.moment(kept.at)} repris")
        self.afresh.setVisible(kept is not None)

    def _read_allergies(self) -> None:
        """Tell whose age and which allergies the file says, of the patient whose document this is."""
        base = self.base
        if base is None:
            return
        services, patient_id = self.ui.services, base.patient_id
        self.ui.tasks.run(
            lambda _progress: (services.patients.current(patient_id), services.safety.allergies.of(patient_id)),
            done=lambda known: self._tell_allergies(patient_id, *known),
            owner=self,
            key="allergies",
        )

    def _tell_allergies(self, patient_id: int, patient: Patient | None, recorded: Recorded) -> None:
        if patient is None or self.base is None or self.base.patient_id != patient_id:
            return
        free = patient.allergies
        held = recorded_words(recorded, free)
        age = formats.age(patient.age(today(self.ui.services.clock)))
        said = f"Allergies\u00a0: {held}" if held else state_words(recorded, free)
        self.allergies.setText(f"{age} · {said}")
        self.allergies.set_role("danger" if held else "caption" if recorded.none is not None else "warning")

    # --- What is wrong ------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Ask what there is to say of what is typed, and of the patient, in the background."""
        if self.base is None:
            return
        self._read_allergies()
        care, draft, actor, wrong = self.ui.services.care, self.draft, self.ui.actor(), self._unreadable()
        self.ui.tasks.run(
            lambda _progress: care.check(draft, actor),
            done=lambda found: self.show_findings((*wrong, *found)),
            owner=self,
            key="check",
        )

    def show_findings(self, findings: Iterable[Finding], *, everything: bool = False) -> None:
        """Show each finding beside its field; what has no field goes to the list above the fields."""
        shown = [one for one in findings if everything or self._is_due(one)]
        self.findings_shown = tuple(shown)
        found: dict[str, list[Finding]] = {}
        for one in shown:
            found.setdefault(one.subject, []).append(one)
        told = self.say_part(found)
        for subject, field in self.places.items():
            said = sorted(found.get(subject, ()), key=lambda one: -one.severity.rank)
            # The officine and the standard may both ask for the same field: it is said once.
            text = f"{said[0].text} {said[0].advice}".strip() if said else ""
            field.note(text, _TONES[said[0].severity] if said else "caption")
            told.add(subject)
        self.recipients.say({subject: said for subject, said in found.items() if subject.startswith("recipients")})
        self.apart.set_findings(
            one for one in shown if one.subject not in told and not one.subject.startswith("recipients")
        )
        self.count.setText(words.counted(shown))
        self.count.set_role("danger" if is_refused(shown) else "caption")

    def _is_due(self, finding: Finding) -> bool:
        """Return True for what may be said already: nobody is told that a field is missing before they came to it."""
        if self._tried:
            return True
        subject = finding.subject
        if not subject.startswith(_LATER):
            return True
        return any(subject == one or subject.startswith(f"{one}.") for one in self._touched)

    def _unreadable(self) -> list[Finding]:
        wrong = self.typed_wrong()
        if self.day.date is None or words.parse_time(self.hour.text()) is None:
            text = "La date ou l’heure de l’acte ne se lit pas."
            wrong.append(words.refusal(61, text, "Tapez-les ainsi\u00a0: 24/11/2026 et 14:05.", "performed_at"))
        return wrong

    def _go_to_wrong(self) -> None:
        """Put the focus where the first thing that stands in the way is mended."""
        wrong = [one.subject for one in self.findings_shown if one.severity is Severity.ERROR]
        # In the order of the eye: what this document has, then what all of them have.
        for subject in sorted(wrong, key=lambda one: not one.startswith("part")):
            field = self.places.get(subject)
            editor = self.editor_of(subject) or self.recipients.editor_of(subject) or (field and field.editor)
            if editor is not None and editor.isVisibleTo(self):
                self.go_to(editor)
                return

    # --- Preview and writing ------------------------------------------------------------------------------------------

    def preview(self) -> None:
        """Show the document as it would be, or what stands in the way."""
        if not self._try():
            return
        care, base, draft, actor = self.ui.services.care, self.base, self.draft, self.ui.actor()

        def work(_progress: object) -> tuple[list[Finding], Shown | None]:
            found = care.check(draft, actor)
            return found, None if is_refused(found) else care.preview(draft, actor)

        def done(answer: tuple[list[Finding], Shown | None]) -> None:
            if self.base is not base:
                # The form was put away, or holds another person's document by now.
                return
            found, shown = answer
            self.show_findings(found)
            if shown is None:
                self._go_to_wrong()
            else:
                self.previewed.emit(shown)

        self.ui.tasks.run(work, done=done, owner=self, key="write", title="Aperçu du document…")

    def save(self) -> None:
        """Write the document, once what is being kept of it is; or show what stands in the way."""
        if self._recording is self.base or not self._try() or self.base is None:
            return
        self._keep.stop()
        self._dirty = False
        # Frozen now: whatever is done with the form meanwhile, this is what is written, by who asked for it.
        typed = Kept(self.base, self.draft, self.ui.actor())
        self._recording = self.base
        self.save_button.setEnabled(False)
        self._when_kept(lambda: self._record(typed))

    def _record(self, typed: Kept) -> None:
        care = self.ui.services.care
        self.ui.tasks.run(
            lambda _progress: care.record(typed.draft, typed.actor),
            done=lambda outcome: self._recorded(outcome, typed),
            failed=lambda error: self._failed(error, typed),
            owner=self,
            title="Enregistrement du document…",
        )

    def _recorded(self, outcome: Outcome[WrittenDocument], typed: Kept) -> None:
        if not self._is_still(typed):
            self._tell_of_another(outcome)
            return
        if isinstance(outcome, Refused):
            self.show_findings(outcome.findings, everything=True)
            self._go_to_wrong()
        else:
            self.base = None
        self.recorded.emit(outcome)

    def _failed(self, error: Exception, typed: Kept) -> None:
        """Keep what is typed: the document was not written."""
        if self._is_still(typed):
            self._dirty = True
            self.keep()
        else:
            self._to_keep.append(typed)
            self._keep_next()
        self.ui.tasks.show_failure(error)

    def _is_still(self, typed: Kept) -> bool:
        """Return True where the form still holds what was to be written; it may be written again then."""
        if self._recording is typed.base:
            self._recording = None
        if self.base is not typed.base:
            return False
        self.save_button.setEnabled(True)
        return True

    def _tell_of_another(self, outcome: Outcome[WrittenDocument]) -> None:
        """Tell what became of a document whose form was put away meanwhile: nothing on the screen changes."""
        if isinstance(outcome, Refused):
            said = f"{self.kind.label}\u00a0: non enregistré. Son brouillon attend dans la liste."
            self.ui.say(said, "warning")
        else:
            self.ui.say(f"{self.kind.label}\u00a0: enregistré. Rien n’est encore envoyé.", "success")

    def _try(self) -> bool:
        """Return True where nothing typed is unreadable; from now on everything that is missing is said."""
        if self.base is None:
            return False
        self._tried = True
        wrong = self._unreadable()
        if wrong:
            self.show_findings(wrong)
            self._go_to_wrong()
        return not wrong

    # --- Keeping ------------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Set down what was typed since it was last kept, under the name of who typed it."""
        self._keep.stop()
        if self.base is None or not self._dirty or self.actor is None:
            return
        self._dirty = False
        self._to_keep.append(Kept(self.base, self.draft, self.actor))
        self._keep_next()

    def keep_now(self) -> None:
        """Set down what was typed before the window goes."""
        if self.base is not None and self._dirty and self.actor is not None:
            self._dirty = False
            self.ui.services.care.keep(self.draft, self.actor)

    def leave(self) -> None:
        """Put the form away; what was typed is kept."""
        self.keep()
        self._pause.stop()
        self.base = None

    def _keep_next(self) -> None:
        """Set down what waits for it, one after the other: an older state never comes over a newer one."""
        if self._is_keeping or not self._to_keep:
            return
        self._is_keeping = True
        care, typed = self.ui.services.care, self._to_keep.pop(0)
        self.ui.tasks.run(
            lambda _progress: care.keep(typed.draft, typed.actor),
            done=lambda kept: self._was_kept(kept, typed),
            failed=lambda error: self._not_kept(error, typed),
            owner=self,
        )

    def _was_kept(self, kept: KeptDraft, typed: Kept) -> None:
        if self.base is typed.base:
            self.kept_at.setText(f"Brouillon gardé à {formats.clock(kept.at)}")
        self._end_keeping()

    def _not_kept(self, error: Exception, typed: Kept) -> None:
        if self.base is typed.base:
            self._dirty = True
            self.kept_at.setText("Brouillon non gardé")
        self.ui.tasks.show_failure(error)
        self._end_keeping()

    def _end_keeping(self) -> None:
        self._is_keeping = False
        self._keep_next()
        if not self._is_keeping:
            waiting, self._waiting = self._waiting, []
            for act in waiting:
                act()

    def _when_kept(self, act: Callable[[], None]) -> None:
        """Do an act once nothing is being kept: a draft kept after its document would come back."""
        if self._is_keeping:
            self._waiting.append(act)
        else:
            act()

    # --- Fields -------------------------------------------------------------------------------------------------------

    def changed(self, subject: str) -> None:
        """Note that a field was typed in: look at it, and keep it, after a short pause."""
        if self._filling or self.base is None:
            return
        self._touched.add(subject)
        self._dirty = True
        self._pause.start()
        self._keep.start()

    def watch(self, subject: str, editor: QWidget) -> None:
        """Note what is typed in an editor."""
        told = partial(self._changed_by, subject)
        if isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(told)
        elif isinstance(editor, QSpinBox):
            editor.valueChanged.connect(told)
        elif isinstance(editor, Writing):
            editor.textChanged.connect(partial(self.changed, subject))
        elif isinstance(editor, QLineEdit):
            editor.textChanged.connect(told)

    def _changed_by(self, subject: str, *_value: object) -> None:
        self.changed(subject)

    def chain(self, *editors: QWidget) -> None:
        """Make Entrée go from each editor to the next that is shown."""
        for place, editor in enumerate(editors):
            go_on = partial(self._go_on, editors[place + 1 :])
            if isinstance(editor, QComboBox):
                editor.installEventFilter(_Entered(go_on, editor))
            else:
                line = editor.lineEdit() if isinstance(editor, QSpinBox) else editor
                if isinstance(line, QLineEdit):
                    line.returnPressed.connect(go_on)

    def _go_on(self, following: tuple[QWidget, ...]) -> None:
        for editor in following:
            if editor.isVisibleTo(self) and editor.isEnabledTo(self):
                self.go_to(editor)
                return

    def go_to(self, editor: QWidget) -> None:
        """Put the focus on an editor, in sight."""
        editor.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(editor, QLineEdit | QSpinBox):
            editor.selectAll()
        if self._area.isAncestorOf(editor):
            self._area.ensureWidgetVisible(editor, 0, theme.XXL)

    # --- Within -------------------------------------------------------------------------------------------------------

    def _timer(self, ms: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        timer.timeout.connect(act)
        return timer

    def _lay(self) -> None:
        side = QWidget()
        sides = QVBoxLayout(side)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(theme.M)
        sides.addWidget(self._act_panel())
        people = Panel("Destinataires")
        people.head.addWidget(ActButton(self.ui.acts, "care.recipient", kind="ghost", text="Ajouter"))
        people.body.addWidget(self.recipients)
        sides.addWidget(people)
        self._sides, self._both = sides, QBoxLayout(QBoxLayout.Direction.LeftToRight)
        both = QWidget()
        both.setLayout(self._both)
        self._both.setContentsMargins(0, 0, 0, 0)
        self._both.setSpacing(theme.M)
        for part, stretch in ((self.main, 3), (side, 2)):
            self._both.addWidget(part, stretch, Qt.AlignmentFlag.AlignTop)
        self._area = scrolled(_tall(both))
        theme.current().changed.connect(self._arrange)
        self._arrange()
        head = row(self.title, 0, self.kept_at, self.afresh)
        whose = Panel(margin=theme.S)
        whose.outer.removeItem(whose.head)
        whose.body.addWidget(self.band)
        whose.body.addWidget(self.allergies)
        foot = row(ActButton(self.ui.acts, "care.back", kind="ghost", text="Revenir, brouillon gardé"), self.count, 0)
        foot.addWidget(self.preview_button)
        foot.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, theme.M)
        column.setSpacing(theme.S)
        column.addLayout(head)
        column.addWidget(whose)
        column.addWidget(self.apart)
        column.addWidget(self._area, 1)
        column.addLayout(foot)

    def _arrange(self) -> None:
        """Put what all documents have beside what this one has, or under it where letters are large."""
        is_large = theme.current().zoom >= _STACK_FROM
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        is_beside = self.side_by_side and not is_large
        self._both.setDirection(across if is_beside else down)
        self._sides.setDirection(down if is_beside or is_large else across)
        for place, stretch in enumerate((2, 3)):
            self._sides.setStretch(place, 0 if is_beside or is_large else stretch)
            item = self._sides.itemAt(place)
            if item is not None:
                item.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _act_panel(self) -> Panel:
        panel = Panel("Acte")
        when = QWidget()
        when.setFocusProxy(self.day)
        line = row(self.day, self.hour)
        line.setContentsMargins(0, 0, 0, 0)
        line.setStretch(0, 3)
        line.setStretch(1, 2)
        when.setLayout(line)
        self.places["performed_at"] = Field("Jour et &heure", when)
        self.places["supervisor_id"] = Field("Sous la &responsabilité de", self.supervisor)
        self.places["reason"] = Field("&Motif de la correction", self.reason)
        self.day.setAccessibleName("Jour de l’acte")
        self.hour.setAccessibleName("Heure de l’acte")
        for name in ("reason", "performed_at", "supervisor_id"):
            panel.body.addWidget(self.places[name])
        return panel

    def _listen(self) -> None:
        for subject, field in self.places.items():
            self.watch(subject, field.editor)
        for editor in (self.day, self.hour):
            self.watch("performed_at", editor)
        self.recipients.touched.connect(self.changed)
        self.day.returnPressed.connect(partial(self.go_to, self.hour))
        self.reason.returnPressed.connect(lambda: self.go_to(self.first))


class _Entered(QObject):
    """Goes on with Entrée from a list of choices, which has no signal for it."""

    def __init__(self, go_on: Callable[[], None], parent: QComboBox) -> None:
        super().__init__(parent)
        self._go_on = go_on

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        is_key = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress
        if not is_key or event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:  # type: ignore[attr-defined]
            return False
        self._go_on()
        return True


def _tall(part: QWidget) -> QWidget:
    """Return a part as high as its texts need at the width it is given."""
    inside = Tall()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, theme.XS, 0)
    column.addWidget(part)
    column.addStretch(1)
    return inside
