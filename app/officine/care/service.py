"""How does a pharmacist write, find, replace and delete the clinical documents of a patient?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.actor import Actor
    from app.kernel.outcome import Finding, Outcome
    from app.officine.care.model import (
        CareDraft,
        DocumentKind,
        EntretienTheme,
        KeptDraft,
        VaccinationChoices,
        WrittenDocument,
    )
    from app.officine.documents.shown import Shown


class Care:
    """The documents that the pharmacist writes, and their drafts."""

    def choices(self) -> VaccinationChoices:
        """Return what may be chosen in a note of vaccination."""
        raise NotImplementedError

    def themes(self) -> tuple[EntretienTheme, ...]:
        """Return the themes of entretien, each with the sections that it opens with; the last is « Autre »."""
        raise NotImplementedError

    def begin(self, kind: DocumentKind, patient_id: int, actor: Actor) -> CareDraft:
        """Return a draft prefilled for a patient. Raises InputDefect where the actor may not, or without patient."""
        raise NotImplementedError

    def from_box(self, draft: CareDraft, scan_text: str, actor: Actor) -> Outcome[CareDraft]:
        """Return the draft of a vaccination with what the box says; refused where it is no vaccine."""
        raise NotImplementedError

    def check(self, draft: CareDraft, actor: Actor) -> list[Finding]:
        """Return what is to be said of a draft; the subject of a finding is the path of a field (``part.lot``)."""
        raise NotImplementedError

    def preview(self, draft: CareDraft, actor: Actor) -> Shown:
        """Return the document as it would be written, nothing being written. Raises InputDefect."""
        raise NotImplementedError

    def record(self, draft: CareDraft, actor: Actor) -> Outcome[WrittenDocument]:
        """Write the document; refused, its draft is kept and the findings say why."""
        raise NotImplementedError

    def delete(self, document_id: int, reason: str, actor: Actor) -> Outcome[WrittenDocument]:
        """Delete a document with a reason; its octets and its row stay."""
        raise NotImplementedError

    def again(self, document_id: int, actor: Actor) -> CareDraft:
        """Return the draft of the document that is to take the place of another: the same contents."""
        raise NotImplementedError

    def of(self, patient_id: int, actor: Actor) -> list[WrittenDocument]:
        """Return the documents of a patient, newest first; the reading is traced."""
        raise NotImplementedError

    def recent(self, actor: Actor, limit: int = 200) -> list[WrittenDocument]:
        """Return the newest documents of the officine."""
        raise NotImplementedError

    def get(self, document_id: int, actor: Actor) -> WrittenDocument:
        """Return a document. Raises InputDefect for an unknown one."""
        raise NotImplementedError

    def shown(self, document_id: int, actor: Actor) -> Shown:
        """Return a document as a screen shows it; the reading is traced."""
        raise NotImplementedError

    def write_pdf(self, document_id: int, actor: Actor) -> Path:
        """Write the PDF of a document for the printer, traced; return its file."""
        raise NotImplementedError

    def keep(self, draft: CareDraft, actor: Actor) -> KeptDraft:
        """Set a draft down; it takes the place of the operator's earlier one of this kind for this patient."""
        raise NotImplementedError

    def kept(self, actor: Actor, kind: DocumentKind | None = None, patient_id: int | None = None) -> list[KeptDraft]:
        """Return the drafts that the operator set down, newest first."""
        raise NotImplementedError

    def drop(self, draft_id: int, actor: Actor) -> None:
        """Forget a draft of the operator's own."""
        raise NotImplementedError
