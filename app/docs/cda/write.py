"""How does a clinical document become the bytes of a CDA?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.cda.tree import canonical
from app.docs.cda.unstructured import unstructured
from app.docs.cda.vaccination import note
from app.docs.clinical import Kind

if TYPE_CHECKING:
    from app.docs.clinical import Document


def write(document: Document, pdf: bytes | None = None) -> bytes:
    """Return the CDA of a document, canonical and in UTF-8: the same document gives the same bytes.

    ``document`` is one that ``check_document`` does not refuse; ``pdf`` is the PDF/A-1 that a document of level 1
    (entretien, bilan) carries, and has no use for a note de vaccination. Raises ValueError where it is missing, or for
    a character that XML can't hold. Source: SC.DOC.02, SC.DOC.06.LGO.
    """
    if document.kind is Kind.VACCINATION:
        return canonical(note(document))
    if pdf is None:
        raise ValueError("a document of level 1 carries a PDF")
    return canonical(unstructured(document, pdf))
