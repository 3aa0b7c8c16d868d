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

    from PySide6.QtGui import QResizeEvent

    from app.kernel.outcome import Finding

TONES = {Severity.ERROR: "danger", Severity.WARNING: "warning", Severity.INFO: "info"}
ICONS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
WORDS = {Severity.ERROR: "Bloquant", Severity.WARNING: "À vérifier", Severity.INFO: "À savoir"}


_NARROW = 440


class FindingCard(QFrame):
    """One finding: how serious, what was found, what to do, its code.

    Where the card is wide, how serious and the code stand beside the text; in a narrow panel they stand above it, so
    that the text has the whole width.
    """

    def __init__(self, finding: Finding, words: Mapping[Severity, str] = WORDS) -> None:
        """Lay out the finding; ``words`` say how serious it is."""
        super().__init__()
        self.finding = finding
        word = words[finding.severity]
        tone = TONES[finding.severity]
        self.setProperty("tone", tone)
        self.setAccessibleName(f"{word} : {finding.text}".replace(" :", "\u00a0:"))
        self._icon = IconLabel(ICONS[finding.severity], tone)
        self._code, self._word = Text(finding.code, "caption"), Chip(word, tone)
        self._told = QWidget()
        told = QVBoxLayout(self._told)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(2)
        told.addWidget(Text(finding.text, "strong", wrap=True))
        if finding.advice:
            told.addWidget(Text(finding.advice, wrap=True))
        self._above = QHBoxLayout()
        self._above.setSpacing(theme.S)
        self._above.addStretch(1)
        self._beside = QVBoxLayout()
        self._beside.setSpacing(theme.XS)
        self._beside.addStretch(1)
        self._line = QHBoxLayout()
        self._line.setSpacing(theme.S)
        self._line.addWidget(self._told, 1)
        self._line.addLayout(self._beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        column.setSpacing(theme.XS)
        column.addLayout(self._above)
        column.addLayout(self._line)
        self._is_narrow: bool | None = None
        self._arrange(narrow=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the text the whole width where the card is narrow."""
        super().resizeEvent(event)
        self._arrange(narrow=self.width() < theme.current().pixels(_NARROW))

    def _arrange(self, *, narrow: bool) -> None:
        if narrow is self._is_narrow:
            return
        self._is_narrow = narrow
        top, right = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignRight
        for layout in (self._above, self._line, self._beside):
            for part in (self._icon, self._code, self._word):
                layout.removeWidget(part)
        if narrow:
            self._above.insertWidget(0, self._icon)
            self._above.insertWidget(1, self._word)
            self._above.addWidget(self._code)
        else:
            self._line.insertWidget(0, self._icon, alignment=top)
            self._beside.insertWidget(0, self._code, alignment=top | right)
            self._beside.insertWidget(1, self._word, alignment=top | right)


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
