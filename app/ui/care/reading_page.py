"""How is a document looked at: before it is written, to be validated, or once it is?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.documents.viewer import DocumentViewer
from app.ui.widgets.basics import ActButton, Text, row
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.kernel.outcome import Finding
    from app.officine.documents.shown import Shown
    from app.ui.context import Ui


class ReadingPage(QWidget):
    """The viewer; under a document that is not written yet, what validates it."""

    left = Signal()

    def __init__(self, ui: Ui, print_it: Callable[[], object]) -> None:
        """Show documents; ``print_it`` prints the one that is shown, traced."""
        super().__init__()
        self._ui = ui
        self._print = print_it
        self.viewer = DocumentViewer(ui)
        self.viewer.pdf.setAccessibleName("Pages du document")
        self.viewer.print_shown = lambda _ui, _shown: self._print_shown()
        self.findings = FindingList(refusal="Non enregistré")
        self.foot = QWidget()
        said = Text("Aperçu\u00a0: rien n’est enregistré tant que vous ne validez pas.", "muted", wrap=True)
        line = row(ActButton(ui.acts, "care.back", kind="ghost", text="Revenir à la saisie"), said)
        line.setStretch(1, 1)
        line.addWidget(ActButton(ui.acts, "care.save", kind="primary", text="Valider et enregistrer"))
        line.setContentsMargins(theme.L, 0, theme.L, theme.M)
        self.foot.setLayout(line)
        self.is_preview = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.findings)
        column.addWidget(self.viewer, 1)
        column.addWidget(self.foot)
        self.viewer.left.connect(self.left)

    def show_document(self, shown: Shown, *, is_preview: bool) -> None:
        """Show a document, to be read or to be validated; a preview begins with its pages."""
        self.is_preview = is_preview
        self.findings.set_findings(())
        self.foot.setVisible(is_preview)
        self.viewer.back_button.setVisible(not is_preview)
        self.viewer.print_button.setVisible(not is_preview)
        self.viewer.show_document(shown)
        if is_preview and shown.pages is not None:
            self.viewer.show_pages(True)
        pane = self.viewer.body.currentWidget()
        if pane is not None:
            pane.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Show why the document could not be written."""
        self.findings.set_findings(findings)

    def _print_shown(self) -> None:
        if self.is_preview:
            self._ui.say("Validez d’abord (F10)\u00a0: un aperçu ne s’imprime pas.", "warning")
        else:
            self._print()
