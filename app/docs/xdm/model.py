"""What is in an archive of documents: who sends it, each document with its metadata, and what was found wrong?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.docs.xds import DocumentEntry, SubmissionSet
    from app.kernel.outcome import Finding


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends an archive, as its README and its page tell; empty where it is not known."""

    organization: str
    person: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class XdmDocument:
    """A document of an archive: the path of its file, its octets, its metadata as the archive declares them.

    ``findings`` says what does not agree; a document put aside has an error among them.
    """

    path: str
    content: bytes
    entry: DocumentEntry
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class XdmLot:
    """An archive, read: all of it is about one patient.

    ``documents`` may be filed. ``aside`` may not: each says why in its findings, and ``content`` is empty where the
    file is missing. ``extras`` are the files that no metadata declare (PDF copies, stylesheets, signatures), by their
    path; README and INDEX are left out. ``findings`` is about the archive, those of each document are with it.
    """

    sets: tuple[SubmissionSet, ...]
    documents: tuple[XdmDocument, ...]
    aside: tuple[XdmDocument, ...] = ()
    extras: tuple[tuple[str, bytes], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def patient_id(self) -> str:
        """The patient as the metadata name him: a CX, whose first part is the matricule; empty where none does."""
        return next((each.entry.patient_id for each in (*self.documents, *self.aside) if each.entry.patient_id), "")
