"""Is the file that a level 1 document carries what it says it is? The rules of the ANS do not look at it."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from app.docs.validation.violations import Layer, Violation

if TYPE_CHECKING:
    from app.docs.safe_xml import Element

_HL7: Final = {"c": "urn:hl7-org:v3"}
_PLACE: Final = "/ClinicalDocument[1]/component[1]/nonXMLBody[1]/text[1]"
_STARTS: Final = {
    "application/pdf": (b"%PDF-",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/tiff": (b"II*\0", b"MM\0*"),
    "text/rtf": (b"{\\rtf",),
    "text/plain": (b"",),
}
"""The types that the CI-SIS allows for the body of a level 1 document, and how a file of each begins."""


def violations(document: Element) -> list[Violation]:
    """Return what is wrong with the file carried by a ClinicalDocument; empty where it carries none.

    Source: CI-SIS, Structuration commune des documents médicaux, corps non structuré.
    """
    text = document.find("c:component/c:nonXMLBody/c:text", _HL7)
    if text is None:
        return []
    found = []
    if text.get("representation") != "B64":
        found.append(
            _violation("representation", 'Le fichier joint n’est pas déclaré en base64 (representation="B64")')
        )
    content = payload(document)
    if content is None:
        return [*found, _violation("base64", "Le fichier joint n’est pas du base64 : il est illisible")]
    media = text.get("mediaType") or ""
    starts = _STARTS.get(media)
    if starts is None:
        found.append(_violation("mediaType", f"Le type du fichier joint, « {media} », n’est pas admis"))
    elif not content or not content.startswith(starts):
        found.append(_violation("contenu", f"Le fichier joint n’est pas du type annoncé, « {media} »"))
    return found


def payload(document: Element) -> bytes | None:
    """Return the file that a level 1 document carries; None where there is none or it is no base64."""
    text = document.find("c:component/c:nonXMLBody/c:text", _HL7)
    if text is None:
        return None
    try:
        return base64.b64decode("".join((text.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _violation(rule: str, message: str) -> Violation:
    return Violation(Layer.PAYLOAD, "nonXMLBody", rule, message, _PLACE)
