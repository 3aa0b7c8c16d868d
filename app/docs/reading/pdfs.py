"""Can the PDF of a received document be opened, and is there more in it than pages?

Apart from ``read``: the PDF is opened in a process of its own, which costs some hundred milliseconds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.docs import safe_pdf
from app.docs.reading.body import PDF
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    from app.docs.reading.model import ReadDocument


def pdf_of(document: ReadDocument) -> bytes:
    """Return the PDF of a document: its body, or the copy that a structured one holds; empty where it has none.

    Source of the copy: CI-SIS, section FR-Document-PDF-copie (1.2.250.1.213.1.1.2.243), to be shown first.
    """
    if document.media_type == PDF:
        return document.payload
    return next((content for media_type, content in document.attachments if media_type == PDF), b"")


def checked(document: ReadDocument) -> ReadDocument:
    """Return the document with what is to be said of its PDF: enciphered, unreadable, or holding what can act."""
    content = pdf_of(document)
    said = _said(content) if content else ()
    return replace(document, findings=(*document.findings, *said)) if said else document


def _said(content: bytes) -> tuple[Finding, ...]:
    try:
        removed = safe_pdf.stripped(content).removed
    except InputDefect as defect:
        return (Finding(defect.code, Severity.ERROR, defect.text, defect.advice),)
    if not removed:
        return ()
    return (
        Finding(
            "GAL-DOC-79",
            Severity.WARNING,
            f"Le PDF de ce document contenait autre chose que des pages : {', '.join(removed)}.",
            "Galien n’en montre que les pages ; n’ouvrez pas le fichier d’origine dans un autre logiciel.",
        ),
    )
