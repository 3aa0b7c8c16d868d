"""What does a received document say? Any CDA R2: its header, its body, and what can be extracted of it.

The document itself is kept as it was received, elsewhere; what is extracted here are proposals. What can't be read is
said (``findings``), with the section and the line, and never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs import safe_xml
from app.docs.reading import body, extract, header, pictures, results, sections, tree
from app.docs.reading.model import ReadDocument
from app.docs.reading.scope import Scope

if TYPE_CHECKING:
    from app.docs.reading.blocks import Picture
    from app.docs.reading.tree import Element


def read(content: bytes) -> ReadDocument:
    """Return what a CDA document says, whatever volet of the CI-SIS it follows, or none.

    Findings of severity ``error`` say that the document is damaged, or can be filed for no patient; it is still given
    as far as it can be read. Raises InputDefect where nothing can be read: no XML, hostile XML, no CDA document.
    Requirement: SC.DOC.07.
    """
    document = safe_xml.clinical_document(safe_xml.parse(content))
    return read_document(document)


def read_document(document: Element) -> ReadDocument:
    """Return what a ClinicalDocument that is already parsed says; as ``read``."""
    scope = Scope(document)
    about = header.read_header(document, scope)
    held = body.read_body(document, scope)
    attached = body.attachments(document, scope) if held.kind == "structured" else ()
    taken = extract.extract(document, scope) if held.kind == "structured" else {}
    told = sections.told(document, *_shown(document, scope)) if held.kind == "structured" else ()
    return ReadDocument(
        **about | taken,
        body=held.kind,
        media_type=held.media_type,
        payload=held.payload,
        sections=told,
        attachments=attached,
        findings=scope.closed(),
    )


def _shown(document: Element, scope: Scope) -> tuple[dict[str, Picture], dict[str, str]]:
    """Return the pictures of the narrative by ID, and the anchors of abnormal results."""
    shown, findings = pictures.media(document)
    # A copy in PDF is an attachment: that it is no picture is no defect.
    media = tree.below(document, "observationMedia")
    others = {tree.attribute(one, "ID") for one in media if not body.is_picture(tree.first(one, "value"))}
    scope.findings += [one for one in findings if one.subject not in others]
    return shown, results.abnormal(document)
