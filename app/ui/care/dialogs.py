"""Is a document really to be deleted, and why? Is a draft really to be forgotten?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from app.kernel.outcome import Refused
from app.officine.care import rules
from app.ui import formats, theme
from app.ui.care import words
from app.ui.widgets.basics import Button, Text, row
from app.ui.widgets.dialog import Dialog
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.kernel.outcome import Outcome
    from app.officine.care.model import WrittenDocument
    from app.ui.care.documents_page import Line
    from app.ui.context import Ui

_WIDTH = 560
_EFFECT = (
    "Il reste lisible ici, marqué «\u00a0Supprimé\u00a0» avec ce motif, et ne peut plus être modifié. Galien n’ayant "
    "encore rien envoyé, il n’y a rien à retirer du DMP ni d’une messagerie."
)


class DeleteDialog(Dialog):
    """The reason of a deletion; Entrée deletes, Échap gives up."""

    def __init__(self, ui: Ui, document: WrittenDocument, parent: QWidget | None) -> None:
        """Ask why ``document`` is to be deleted."""
        super().__init__("Supprimer le document", parent)
        self._ui = ui
        self._document = document
        self.setMinimumWidth(ui.theme.pixels(_WIDTH))
        self.reason = TextField(
            limit=rules.REASON_LIMIT, placeholder="Erreur de patient, acte non réalisé, demande du patient…"
        )
        self.field = Field("&Motif de la suppression", self.reason)
        self.findings = FindingList(refusal="Refusé")
        self.delete_button = Button("&Supprimer", kind="danger", icon="trash")
        self.delete_button.key = "Entrée"
        keep = Button("&Garder le document", kind="ghost")
        keep.key = "Échap"
        keep.clicked.connect(self.reject)
        self.delete_button.clicked.connect(self.delete)
        self.reason.returnPressed.connect(self.delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.M)
        about = f"{document.patient_name}, acte du {formats.moment(document.performed_at)}, par {document.author_name}"
        column.addWidget(Text(f"Supprimer\u00a0: {document.title}", "heading", wrap=True))
        column.addWidget(Text(about, "muted", wrap=True))
        column.addWidget(Text(_EFFECT, wrap=True))
        column.addWidget(self.field)
        column.addWidget(self.findings)
        column.addLayout(row(keep, 0, self.delete_button))
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def delete(self) -> None:
        """Delete the document, or say why not."""
        care, actor, reason = self._ui.services.care, self._ui.actor(), self.reason.text()
        document_id = self._document.id
        self._ui.tasks.run(
            lambda _progress: care.delete(document_id, reason, actor), done=self._deleted, owner=self, key="delete"
        )

    def _deleted(self, outcome: Outcome[WrittenDocument]) -> None:
        if isinstance(outcome, Refused):
            about = [one for one in outcome.findings if one.subject == "reason"]
            self.field.note(" ".join(f"{one.text} {one.advice}" for one in about), "danger")
            self.findings.set_findings(one for one in outcome.findings if one not in about)
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._ui.say("Document supprimé\u00a0: il reste lisible, avec son motif.", "success")
        self.accept()


class ForgetDialog(Dialog):
    """Whether a draft is to be forgotten for good."""

    def __init__(self, ui: Ui, line: Line, parent: QWidget | None) -> None:
        """Ask about the draft of ``line``."""
        super().__init__("Abandonner le brouillon", parent)
        self._ui = ui
        self._line = line
        self.setMinimumWidth(ui.theme.pixels(_WIDTH))
        self.forget_button = Button("&Abandonner le brouillon", kind="danger", icon="trash")
        self.keep_button = Button("&Garder le brouillon", kind="primary")
        self.keep_button.key = "Échap"
        self.forget_button.clicked.connect(self._forget)
        self.keep_button.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.M)
        kept = line.kept
        assert kept is not None
        column.addWidget(Text(f"{words.SHORT[line.kind]} de {line.patient_name}", "heading", wrap=True))
        column.addWidget(
            Text(f"Gardé le {formats.moment(kept.at)}. Abandonné, ce qui y est tapé ne revient pas.", wrap=True)
        )
        column.addLayout(row(self.forget_button, 0, self.keep_button))
        self.keep_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget(self) -> None:
        care, actor, kept = self._ui.services.care, self._ui.actor(), self._line.kept
        assert kept is not None
        draft_id = kept.id
        self._ui.tasks.run(lambda _progress: care.drop(draft_id, actor), done=lambda _none: self._gone(), owner=self)

    def _gone(self) -> None:
        self._ui.say("Brouillon abandonné.")
        self.accept()
