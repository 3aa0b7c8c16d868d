"""What does each document of a received archive (XDM) say?

Sources: IHE XDM; CI-SIS, volet Échange de documents de santé. A document put aside by the archive's own checks (its
digest differs, it is not the one declared) is not read: its findings say why.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.docs.reading.body import kind_of, media_type_of
from app.docs.reading.model import ReadDocument
from app.docs.reading.moments import moment
from app.docs.reading.read import read
from app.docs.xdm.read import read_xdm
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    from app.docs.xdm.model import XdmDocument

_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")


def is_archive(content: bytes) -> bool:
    """Return True for the octets of a zip."""
    return content.startswith(_ARCHIVES)


def read_archive(content: bytes) -> tuple[list[ReadDocument], list[Finding]]:
    """Return each document of an archive, read, with what its metadata disagree about; and the findings of the rest.

    A PDF, a picture or a text that is no CDA is given under its metadata, of no patient: only a CDA names one surely.
    Raises InputDefect as ``read_xdm``: nothing of the archive may then be used. Requirement: OFF-MSS-20.
    """
    lot = read_xdm(content)
    documents: list[ReadDocument] = []
    findings = [*lot.findings, *(one for aside in lot.aside for one in aside.findings)]
    for held in lot.documents:
        try:
            documents.append(_document(held))
        except InputDefect as defect:
            findings.append(Finding(defect.code, Severity.ERROR, defect.text, defect.advice, subject=held.path))
    return documents, findings


def _document(held: XdmDocument) -> ReadDocument:
    media_type = media_type_of(held.content)
    if not kind_of(media_type) or _is_markup(held.content):
        document = read(held.content)
        return replace(document, findings=(*document.findings, *held.findings))
    entry = held.entry
    return ReadDocument(
        type=entry.type.code,
        type_label=entry.type.label,
        title=entry.title,
        id=entry.unique_id,
        replaces=entry.replaces,
        created_at=moment(entry.creation_time) or "",
        language=entry.language,
        body=kind_of(media_type),
        media_type=media_type,
        payload=held.content,
        findings=(
            Finding(
                "GAL-DOC-71",
                Severity.ERROR,
                "Ce fichier de l’archive n’est pas un document CDA : son patient n’est pas connu sûrement.",
                "Lisez-le avant de le classer.",
                held.path,
            ),
            *held.findings,
        ),
    )


def _is_markup(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
