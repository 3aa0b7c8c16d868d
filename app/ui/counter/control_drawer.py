"""May it leave? Everything found by the checks, in one place and one interruption."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.outcome import Severity
from app.kernel.text import plural
from app.ui import theme
from app.ui.counter.drawer import Drawer
from app.ui.widgets.basics import ActButton, Button, Chip, Text, clear, row
from app.ui.widgets.findings import FindingCard

if TYPE_CHECKING:
    from app.kernel.outcome import Finding
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
}
_PATIENT_TOO = frozenset({"GAL-CPT-20", "GAL-CPT-31"})
# An Entrée that was meant for the payment comes within this time of the panel that takes its place.
_READING_S = 0.7
_DISCLAIMER = (
    "Aide fondée sur la base publique des médicaments, le stock, le thésaurus des interactions installé, les tables de "
    "l’officine, le dossier du patient et ses délivrances de 90 jours ici. Ce que ces données ne disent pas (doses, "
    "états, autres traitements) n’est pas contrôlé."
)


class ControlDrawer(Drawer):
    """The findings, ranked: errors say what to do, warnings are confirmed."""

    passed = Signal()
    name = "control"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Show the findings of ``till``."""
        super().__init__(ui, till, "Contrôle")
        self._extra: tuple[Finding, ...] = ()
        self._unread_until = 0.0
        self._mends: list[ActButton] = []
        self.summary = Text("", "strong", wrap=True)
        self.cards = QVBoxLayout()
        self.cards.setSpacing(theme.S)
        self.content.addWidget(self.summary)
        self.content.addLayout(self.cards)
        self.content.addStretch(1)
        self.content.addWidget(Text(_DISCLAIMER, "caption", wrap=True))
        self.go = Button("", kind="primary", icon="check")
        self.go.clicked.connect(self.confirm)
        self.foot.addWidget(self.go)
        till.seen.connect(self._draw)
        till.changed.connect(self.forget)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is shown, the most serious first; what the delivery itself was refused for comes first."""
        told = {(finding.code, finding.subject) for finding in self._extra}
        others = (item for item in self.till.picture.findings if (item.code, item.subject) not in told)
        return (*self._extra, *others)

    def opened(self) -> None:
        """Show the findings as they are, and wait for Entrée."""
        self._draw()
        first = next(iter(self._mends), None)
        (first if self.go.isHidden() and first is not None else self.go).setFocus()

    def show_refusal(self, findings: tuple[Finding, ...]) -> None:
        """Show why the delivery was refused."""
        self._extra = findings
        self._draw()

    def interrupt(self) -> None:
        """Say that the panel came in the place of another: a key already on its way confirms nothing unread."""
        self._unread_until = time.monotonic() + _READING_S

    def confirm(self) -> None:
        """Confirm every warning and go on; an error can't be confirmed: go where the first one is mended."""
        if time.monotonic() < self._unread_until and self.till.open_findings:
            return
        if self.till.blocked:
            mend = next(filter(None, map(self._remedy, self.findings)), "")
            if mend:
                self.ui.acts.trigger(mend)
            else:
                self.ui.say("Un point bloquant interdit la délivrance\u00a0: corrigez-le d’abord.", "danger")
            return
        self.till.acknowledge(self.findings)
        self._extra = ()
        self.passed.emit()

    def forget(self) -> None:
        """Forget why the delivery was refused: the sale changed."""
        self._extra = ()

    def _draw(self) -> None:
        if not self.isVisible() and self.cards.count() == 0 and not self._extra:
            return
        clear(self.cards)
        self._mends = []
        offered: set[str] = set()
        for finding in self.findings:
            remedy = self._remedy(finding)
            self.cards.addWidget(self._card(finding, remedy if remedy not in offered else ""))
            offered.add(remedy)
        self.summary.setText(_summary(self.findings))
        blocked = any(finding.severity is Severity.ERROR for finding in self.findings)
        waiting = bool(self.till.open_findings)
        self.go.setText("J’ai vérifié, continuer — Entrée" if waiting else "Continuer — Entrée")
        self.go.setVisible(not blocked)

    def _remedy(self, finding: Finding) -> str:
        """Return the act that mends an error; empty where there is none."""
        if finding.severity is not Severity.ERROR:
            return ""
        if finding.code in _PATIENT_TOO and self.till.session.patient_id is None:
            return "counter.patient"
        return _REMEDIES.get(finding.code, "")

    def _card(self, finding: Finding, remedy: str) -> QWidget:
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(FindingCard(finding))
        if remedy:
            self._mends.append(ActButton(self.ui.acts, remedy))
            column.addLayout(row(0, self._mends[-1]))
        elif finding.severity is Severity.WARNING:
            column.addLayout(row(0, self._seen(finding)))
        return block

    def _seen(self, finding: Finding) -> QWidget:
        if self.till.is_acknowledged(finding):
            return Chip("Vérifié", "success")
        button = Button("J’ai vérifié", icon="check")
        button.setAccessibleName(f"J’ai vérifié\u00a0: {finding.text}")
        button.clicked.connect(lambda: self.till.acknowledge([finding]))
        return button


def _summary(findings: tuple[Finding, ...]) -> str:
    blocking = sum(finding.severity is Severity.ERROR for finding in findings)
    doubtful = sum(finding.severity is Severity.WARNING for finding in findings)
    if blocking:
        return f"{plural(blocking, 'point bloquant', 'points bloquants')} à corriger avant de délivrer."
    if doubtful:
        return f"{plural(doubtful, 'point')} à vérifier."
    return "Rien ne s’oppose à la délivrance."
