"""How are findings shown beside what they are about: ranked, in words, with what to do?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.outcome import Severity
from app.ui import theme
from app.ui.widgets.basics import Chip, IconLabel, Text, clear

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.kernel.outcome import Finding

TONES = {Severity.ERROR: "danger", Severity.WARNING: "warning", Severity.INFO: "info"}
ICONS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
WORDS = {Severity.ERROR: "Bloquant", Severity.WARNING: "À vérifier", Severity.INFO: "À savoir"}


class FindingCard(QFrame):
    """One finding: how serious, what was found, what to do, its code."""

    def __init__(self, finding: Finding, words: Mapping[Severity, str] = WORDS) -> None:
        """Lay out the finding; ``words`` say how serious it is."""
        super().__init__()
        self.finding = finding
        word = words[finding.severity]
        tone = TONES[finding.severity]
        self.setProperty("tone", tone)
        self.setAccessibleName(f"{word} : {finding.text}".replace(" :", "\u00a0:"))
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(Text(finding.text, "strong", wrap=True))
        if finding.advice:
            told.addWidget(Text(finding.advice, wrap=True))
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        line.setSpacing(theme.S)
        line.addWidget(IconLabel(ICONS[finding.severity], tone), alignment=Qt.AlignmentFlag.AlignTop)
        line.addLayout(told, 1)
        side = QVBoxLayout()
        side.addWidget(Text(finding.code, "caption"), alignment=Qt.AlignmentFlag.AlignRight)
        side.addWidget(Chip(word, tone), alignment=Qt.AlignmentFlag.AlignRight)
        side.addStretch()
        line.addLayout(side)


class FindingList(QWidget):
    """The findings of a check, the most serious first; takes no room when there are none."""

    def __init__(self, *, refusal: str = WORDS[Severity.ERROR]) -> None:
        """Start without findings; ``refusal`` is the word of the most serious ones."""
        super().__init__()
        self._words = {**WORDS, Severity.ERROR: refusal}
        self.findings: tuple[Finding, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.S)
        self.hide()

    def set_findings(self, findings: Iterable[Finding]) -> None:
        """Show other findings."""
        self.findings = tuple(sorted(findings, key=lambda finding: -finding.severity.rank))
        clear(self._column)
        for finding in self.findings:
            self._column.addWidget(FindingCard(finding, self._words))
        self.setVisible(bool(self.findings))
