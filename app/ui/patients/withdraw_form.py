"""How is a document that was checked taken away, and why?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.officine.patients.identity import status_of
from app.ui.patients.identity_words import evidence_words
from app.ui.widgets.act_form import ActForm
from app.ui.widgets.basics import Text
from app.ui.widgets.fields import TextField

if TYPE_CHECKING:
    from app.officine.patients.identity_model import IdentityFile
    from app.ui.context import Ui


class WithdrawForm(ActForm):
    """The reason for which a document is worth nothing any more, with what that does said before."""

    def __init__(self, ui: Ui) -> None:
        """Take documents away with the services of ``ui``."""
        super().__init__(ui, "Invalider la pièce d’identité", "patients.save", save_text="Invalider la pièce")
        self.file: IdentityFile | None = None
        self.about = Text("", "muted", wrap=True)
        self.effect = Text("", "warning", wrap=True)
        self.reason = TextField(limit=120, placeholder="Faux document, erreur de personne…")
        self.lay(("&Motif", self.reason), None)
        self.column.insertWidget(1, self.about)
        self.column.insertWidget(3, self.effect)
        self.chain(self.reason)

    def begin(self, file: IdentityFile) -> None:
        """Begin without a reason."""
        self.file = file
        identity = file.identity
        is_checked = bool(identity.evidence)
        self.title.setText(f"Invalider la pièce d’identité de {file.patient.display_name}")
        self.about.setText(evidence_words(file.evidence, in_force=is_checked))
        became = status_of(has_ins=identity.ins is not None, is_checked=False, is_forced=identity.is_forced)
        known = (
            f"L’identité redevient {became.label.removeprefix('Identité ')}, et la pièce est à contrôler de nouveau."
        )
        self.effect.setText(known if is_checked else "Aucune pièce de confiance n’est en vigueur.")
        self.reason.clear()
        self.focus(self.reason)

    def save(self) -> None:
        """Take the document away, or say what is missing."""
        file, reason = self.file, self.reason.text().strip()
        if file is None:
            return
        if not reason:
            text = "Il manque le motif."
            self.refuse([Finding("GAL-IDN-95", Severity.ERROR, text, "Dites pourquoi la pièce ne vaut plus.")])
            return
        actor, identities = self.ui.actor(), self.ui.services.identities
        self.perform(
            lambda: identities.withdraw_evidence(file.patient.id, file.patient.version, reason, actor),
            "Pièce d’identité invalidée",
        )
