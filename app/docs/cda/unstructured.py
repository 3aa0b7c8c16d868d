"""How does a CDA of level 1 carry a PDF? In base 64, as its only body (IHE XDS-SD)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from app.docs.cda import codes
from app.docs.cda.header import header
from app.docs.cda.tree import put

if TYPE_CHECKING:
    from app.docs.cda.tree import Element
    from app.docs.clinical import Document

MEDIA = "application/pdf"


def unstructured(written: Document, pdf: bytes) -> Element:
    """Return the tree of a document whose body is ``pdf``, a PDF/A-1 (SC.DOC.02)."""
    root = header(written, [(codes.UNSTRUCTURED_TEMPLATE, "")])
    body = put(put(root, "component"), "nonXMLBody")
    put(body, "text", base64.b64encode(pdf).decode("ascii"), mediaType=MEDIA, representation="B64")
    return root
