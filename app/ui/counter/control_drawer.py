"""May it leave? Everything found by the checks, in one place and one interruption."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.outcome import Severity
from app.kernel.text import plural
from app.officine.dispensing import acknowledging, mentioned
from app.officine.interventions.data import coding
from app.officine.interventions.model import Level
from app.officine.interventions.rules import clean_reason, level_of
from app.ui import theme
from app.ui.counter.control_cards import Answered, ControlCard, LevelCounts, LevelHeading, ReasonPicker
from app.ui.counter.drawer import Drawer
from app.ui.widgets.basics import ActButton, Button, Text, clear, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Finding
    from app.officine.interventions.model import Reason
    from app.ui.context import Ui
    from app.ui.counter.till import Till

# Where each blocking finding is mended.
_REMEDIES = {
    "GAL-CPT-20": "counter.prescription",
    "GAL-CPT-21": "counter.prescription",
    "GAL-CPT-23": "counter.prescription",
    "GAL-CPT-24": "counter.prescription",
    "GAL-CPT-31": "counter.prescription",
    "GAL-CPT-22": "counter.patient",
    "GAL-CPT-42": "counter.patient",
    "GAL-ORD-10": "counter.bearer",
    "GAL-ORD-11": "counter.bearer",
    "GAL-AVA-01": "counter.patient",
    "GAL-AVA-02": "counter.sale",
    "GAL-AVA-03": "counter.sale",
    "GAL-AVA-08": "counter.sale",
    "GAL-CTE-01": "counter.sale",
    "GAL-CTE-02": "counter.sale",
    "GAL-RET-01": "counter.sale",
    "GAL-RET-02": "counter.sale",
    "GAL-RET-03": "counter.sale",
}
_PATIENT_TOO = frozenset({"GAL-CPT-20", "GAL-CPT-31"})
# An Entrée or a sum that was meant for the payment comes within this time of the panel that takes its place.
_READING_S = 0.7
_WHERE = " Non contrôlé\u00a0: Réglages, Aide à la délivrance."
_DISCLAIMER = (
    "Aide fondée sur la base publique des médicaments, le stock, le thésaurus des interactions installé, les tables de "
    "l’officine, le dossier du patient et ses délivrances de 90 jours ici. Ce que ces données ne disent pas (doses, "
    "états, autres traitements) n’est pas contrôlé."
)


class ControlDrawer(Drawer):
    """The findings, ranked: errors say what to do, the serious ones ask for a reason, the other warnings are seen."""

    passed = Signal()
    name = "control"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Show the findings of ``till``."""
        super().__init__(ui, till, "Contrôle")
        self._extra: tuple[Finding, ...] = ()
        self._unread_until = 0.0
        self._digits_from = 0.0
        self._mends: list[ActButton] = []
        self._pointed: Finding | None = None
        self._drawn: object = None
        self._asked: Finding | None = None
        self._first: QWidget | None = None
        self.picker: ReasonPicker | None = None
        self.counts = LevelCounts()
        self.head.insertWidget(1, self.counts)
        self.summary = Text("", "strong", wrap=True)
        self.cards = QVBoxLayout()
        self.cards.setSpacing(theme.S)
        self.content.addWidget(self.summary)
        self.content.addLayout(self.cards)
        self.content.addStretch(1)
        self.unloaded = Text("", "caption", wrap=True)
        self.content.addWidget(self.unloaded)
        self.content.addWidget(Text(_DISCLAIMER, "caption", wrap=True))
        self.go = Button("", kind="primary", icon="check")
        self.go.clicked.connect(self.confirm)
        self.foot.addWidget(self.go)
        self.area.verticalScrollBar().rangeChanged.connect(lambda _least, _most: self._show_soon())
        till.seen.connect(self._draw)
        till.changed.connect(self.forget)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is shown, the most serious first; what the delivery itself was refused for comes first."""
        told = {(finding.code, finding.subject) for finding in self._extra}
        others = (item for item in self.till.picture.findings if (item.code, item.subject) not in told)
        return (*self._extra, *others)

    @property
    def is_unread(self) -> bool:
        """True for the moment in which a key may have been meant for what was there before."""
        return time.monotonic() < max(self._unread_until, self._digits_from)

    def opened(self) -> None:
        """Show the findings as they are, and wait for a reason or for Entrée."""
        self._pointed = self._asked = None
        self._digits_from = time.monotonic() + _READING_S
        self._draw()
        self._take_focus()

    def show_refusal(self, findings: tuple[Finding, ...]) -> None:
        """Show why the delivery was refused; a reason that is missing is asked for beside what it is about."""
        self._extra = tuple(finding for finding in findings if finding.code != acknowledging.UNJUSTIFIED)
        self._draw()
        self._take_focus()

    def interrupt(self) -> None:
        """Say that the panel came in the place of another: a key already on its way confirms nothing unread."""
        self._unread_until = time.monotonic() + _READING_S

    def confirm(self) -> None:
        """Go on: take the reason typed, confirm what is only to be seen; an error leads to where it is mended."""
        if time.monotonic() < self._unread_until and self.till.open_findings:
            return
        if self.picker is not None and self.picker.field.text().strip():
            self._justify(self.picker.field.text(), "")
            return
        if self.till.blocked:
            mend = next(filter(None, map(self._remedy, self.findings)), "")
            if mend:
                self.ui.acts.trigger(mend)
            else:
                self.ui.say("Un point bloquant interdit la délivrance\u00a0: corrigez-le d’abord.", "danger")
            return
        if self._waiting:
            self.ui.say("Il manque un motif\u00a0: tapez son chiffre, ou écrivez-le.", "warning")
            self._take_focus()
            return
        self._pointed = None
        self.till.see(self.findings, self.findings)
        self._extra = ()
        self.passed.emit()

    def back(self) -> bool:
        """Leave a reason as it was given; False where none was being changed."""
        if self._pointed is None or self._pointed in self._waiting:
            return False
        self._pointed = None
        self._draw()
        self._take_focus()
        return True

    def forget(self) -> None:
        """Forget why the delivery was refused: the sale changed."""
        self._extra = ()

    # --- Reasons ------------------------------------------------------------------------------------------------

    @property
    def _waiting(self) -> tuple[Finding, ...]:
        return acknowledging.unjustified(self.till.session, self.findings)

    @property
    def current(self) -> Finding | None:
        """The finding whose reason is asked for now: the one pointed at, else the one asked for, else the first.

        Another alert that comes meanwhile does not take its place under the fingers.
        """
        if self._pointed is not None and self._pointed in self.findings:
            return self._pointed
        waiting = self._waiting
        return self._asked if self._asked in waiting else next(iter(waiting), None)

    def point(self, finding: Finding) -> None:
        """Ask for the reason of a finding, or for another one than it has."""
        self._pointed = finding
        self._draw()
        self._take_focus()

    def _move(self, step: int) -> None:
        waiting, current = self._waiting, self.current
        if current in waiting and len(waiting) > 1:
            self.point(waiting[(waiting.index(current) + step) % len(waiting)])

    def _choose(self, reason: Reason) -> None:
        if self.is_unread:
            return
        if reason.mention:
            self._note(reason)
        else:
            self._justify(reason.text, reason.id)

    def _note(self, reason: Reason) -> None:
        """Write on the ordonnance what its prescriber wrote: the finding then holds no more."""
        finding, picture = self.current, self.till.picture
        if finding is None:
            return
        self._pointed = None
        if self.till.do(mentioned.note(self.till.session, finding, reason, picture.products, picture.details)):
            self.ui.say("Mention notée sur la ligne de l’ordonnance (Ctrl+L)\u00a0; Ctrl+Z la retire.", "success")

    def _justify(self, text: str, reason_id: str) -> None:
        finding, findings = self.current, self.findings
        if finding is None:
            return
        pointed, self._pointed = self._pointed, None
        if not self.till.justify(finding, findings, text, reason_id):
            self._pointed = pointed
            return
        self._take_focus()

    def _take_focus(self) -> None:
        first = next(iter(self._mends), None)
        if self.go.isHidden() and first is not None:
            first.setFocus()
        elif self.picker is not None:
            self.reveal(self.picker.field)
        else:
            self.go.setFocus()
        self._show_soon()

    def _show_soon(self) -> None:
        # What was just drawn is laid out once this key is done.
        QTimer.singleShot(0, self, self._show_first)

    def _show_first(self) -> None:
        """Bring into sight what is to be answered now: the reasons with their finding, else what is to be seen."""
        first, area, inside = self._first, self.area, self.area.widget()
        if first is None or inside is None or not self.isVisible():
            return
        if first.height() <= area.viewport().height():
            area.ensureWidgetVisible(first, 0, theme.XS)
            return
        area.verticalScrollBar().setValue(first.y())
        if self.picker is not None:
            # Qt itself would only bring the cursor into sight.
            field = self.picker.field
            area.ensureVisible(0, field.mapTo(inside, field.rect().bottomLeft()).y(), 0, theme.XS)

    # --- What shows ---------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if not self.isVisible() and self.cards.count() == 0 and not self._extra:
            return
        missing = self.till.picture.unloaded
        self.unloaded.setText(" ".join(one.text for one in missing) + _WHERE)
        self.unloaded.setVisible(bool(missing))
        shown = (self.findings, self.till.session.acknowledged, self.till.session.patient_id, self.current)
        if shown == self._drawn:
            return
        typing = self.picker is not None and self.picker.field.hasFocus()
        typed = self.picker.field.text() if self.picker is not None and self._asked == self.current else ""
        self._drawn, self._mends, self.picker, self._first = shown, [], None, None
        self._asked = self.current
        clear(self.cards)
        offered: set[str] = set()
        counts: dict[Level, int] = {}
        for level in Level:
            found = [finding for finding in self.findings if level_of(finding) is level]
            counts[level] = len(found)
            if found:
                self.cards.addWidget(LevelHeading(level, len(found)))
            for finding in found:
                remedy = self._remedy(finding)
                self.cards.addWidget(self._card(finding, remedy if remedy not in offered else "", typed))
                offered.add(remedy)
        self.counts.show_counts(counts)
        self._sum_up()
        if typing:
            self._take_focus()

    def _sum_up(self) -> None:
        self.summary.setText(_summary(self.findings, self._waiting, self.till.open_findings))
        blocked = any(finding.severity is Severity.ERROR for finding in self.findings)
        waiting = len(self._waiting)
        written = self.picker is not None and bool(clean_reason(self.picker.field.text()))
        self.go.setEnabled(written or not waiting)
        if written:
            self.go.setText("Noter ce motif — Entrée")
        elif waiting:
            self.go.setText(f"{plural(waiting, 'motif')} à donner")
        else:
            seen = not self.till.open_findings
            self.go.setText("Continuer — Entrée" if seen else "J’ai vérifié, continuer — Entrée")
        self.go.setVisible(not blocked)

    def _remedy(self, finding: Finding) -> str:
        """Return the act that mends an error; empty where there is none."""
        if finding.severity is not Severity.ERROR:
            return ""
        if finding.code in _PATIENT_TOO and self.till.session.patient_id is None:
            return "counter.patient"
        return _REMEDIES.get(finding.code, "")

    def _card(self, finding: Finding, remedy: str, typed: str) -> QWidget:
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(ControlCard(finding))
        if remedy:
            self._mends.append(ActButton(self.ui.acts, remedy))
            column.addLayout(row(0, self._mends[-1]))
            return block
        answered = self._answer(finding, typed)
        if answered is not None:
            column.addWidget(answered)
        is_next = self.picker is answered if self.picker is not None else not self.till.is_answered(finding)
        if answered is not None and is_next and (self._first is None or self.picker is answered):
            self._first = block
        return block

    def _answer(self, finding: Finding, typed: str) -> QWidget | None:
        """Return what goes under a finding: its answer, the reasons to choose from, or the button that gives one."""
        level, given = level_of(finding), self.till.answer(finding)
        if level not in {Level.REASON, Level.SEEN}:
            return None
        if level is Level.REASON and finding == self.current:
            self.picker = ReasonPicker(coding().reasons_for(finding.code), self.ui.settings.scanner_gap_ms, typed)
            self.picker.chosen.connect(self._choose)
            self.picker.field.moved.connect(self._move)
            self.picker.field.textChanged.connect(lambda _text: self._sum_up())
            return self.picker
        if given is not None and self.till.is_answered(finding):
            answered = Answered(given)
            answered.changed.connect(lambda: self.point(finding))
            return answered
        title = "Donner le motif" if level is Level.REASON else "J’ai vérifié"
        button = Button(title, icon="check" if level is Level.SEEN else "edit")
        button.setAccessibleName(f"{title}\u00a0: {finding.text}")
        if level is Level.REASON:
            button.clicked.connect(lambda: self.point(finding))
        else:
            button.clicked.connect(lambda: self.till.see([finding], self.findings))
        beside = QWidget()
        line = row(0, button)
        line.setContentsMargins(0, 0, 0, 0)
        beside.setLayout(line)
        return beside


def _summary(findings: Sequence[Finding], waiting: Sequence[Finding], unanswered: Sequence[Finding]) -> str:
    blocking = sum(finding.severity is Severity.ERROR for finding in findings)
    doubtful = sum(level_of(finding) is Level.SEEN for finding in unanswered)
    if blocking:
        return f"{plural(blocking, 'point bloquant', 'points bloquants')} à corriger avant de délivrer."
    if waiting:
        return f"{plural(len(waiting), 'alerte')} à justifier avant de délivrer."
    if doubtful:
        return f"{plural(doubtful, 'point')} à vérifier."
    if any(level_of(finding) is Level.REASON for finding in findings):
        return "Motifs donnés\u00a0: la délivrance est possible."
    return "Aucune alerte dans ce qui est contrôlé."
