"""What is the body of a document: a PDF, a picture, a text, or sections; and what else does it hold?

What a body claims to be (its media type) and what its octets are must agree: the octets decide, and a disagreement is
said. Nothing outside of the document is ever fetched.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs.reading import tree
from app.docs.reading.scope import where
from app.kernel.outcome import Severity

if TYPE_CHECKING:
    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

PDF: Final = "application/pdf"
MOST_ATTACHMENTS: Final = 50

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
_SPACES = re.compile(rb"[\s\xa0]+")
_HTML = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|\?xml)", re.IGNORECASE)
_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "text/rtf"),
)
_SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "application/rtf": "text/rtf",
    "image/tif": "image/tiff",
}
_AGAIN = "Demandez de nouveau ce document à son auteur."


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a document: its ``kind`` (pdf, text, image, structured or empty), its media type and its octets."""

    kind: str = ""
    media_type: str = ""
    payload: bytes = b""


def read_body(document: Element, scope: Scope) -> Body:
    """Return the body; what is wrong with it is said in ``scope``.

    A text is given in UTF-8. A payload that is not what it claims, nor anything that a document may hold, is not given.
    """
    component = tree.children(document, "component")
    structured = [one for part in component for one in tree.children(part, "structuredBody")]
    plain = [one for part in component for one in tree.children(part, "nonXMLBody")]
    if structured:
        if plain or len(structured) > 1:
            _say(scope, "Ce document a plusieurs corps : seul le premier corps structuré est lu.", _AGAIN, document)
        return Body("structured")
    if not plain:
        _say(scope, "Ce document n’a pas de corps : il ne dit rien.", _AGAIN, document)
        return Body()
    return _unstructured(plain[0], scope)


def _unstructured(element: Element, scope: Scope) -> Body:
    text = tree.first(element, "text")
    claimed = _media_type(text)
    kind = kind_of(claimed)
    if text is None or tree.is_null(text) or not "".join(text.itertext()).strip():
        outside = tree.first(text, "reference") is not None
        said = "Le corps de ce document est ailleurs : il n’a pas été cherché." if outside else "Ce document est vide."
        _say(scope, said, _AGAIN, element)
        return Body(kind, claimed)
    content = _content(text, scope, "Le corps du document")
    return _agreed(content, claimed, text, scope) if content else Body(kind, claimed)


def _agreed(content: bytes, claimed: str, element: Element, scope: Scope) -> Body:
    """Return the body by what its octets are, and say where its media type claims something else."""
    real = media_type_of(content)
    if real and claimed in {real, ""}:
        return _body(real, content)
    if real and _is_held(claimed):
        scope.say(
            "GAL-DOC-78",
            Severity.WARNING,
            f"Ce document annonce « {claimed} » mais contient « {real} » ; il est lu comme tel.",
            "",
            element,
        )
        return _body(real, content)
    said = f"« {claimed} »" if claimed else "un contenu inconnu"
    scope.say(
        "GAL-DOC-78",
        Severity.ERROR,
        f"Ce document annonce {said}, mais son contenu n’en est pas : il n’est pas ouvert.",
        f"N’ouvrez pas ce fichier ailleurs. {_AGAIN}",
        element,
    )
    return Body(kind_of(claimed), claimed)


def _body(media_type: str, content: bytes) -> Body:
    return Body(kind_of(media_type), media_type, _utf_8(content) if media_type == "text/plain" else content)


def _utf_8(content: bytes) -> bytes:
    """Return a text in UTF-8; what is no UTF-8 is read as Windows wrote it for forty years."""
    try:
        return content.decode("utf-8-sig").encode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace").encode()


def media_type_of(content: bytes) -> str:
    """Return what the octets are, of what a document may hold; empty where nothing of that."""
    if b"%PDF-" in content[:1024]:
        return PDF
    known = next((name for magic, name in _MAGIC if content.startswith(magic)), "")
    if known:
        return known
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    is_text = b"\x00" not in content and not _HTML.match(start)
    return "text/plain" if is_text and _looks_written(content[:4096]) else ""


def _looks_written(content: bytes) -> bool:
    """Return True for octets without the control characters that no text has."""
    return not any(octet < 32 and octet not in b"\t\n\r\x0c\x1b" for octet in content)


def kind_of(media_type: str) -> str:
    """Return the kind of body that a media type makes: ``pdf``, ``image``, ``text``; empty for any other."""
    if media_type == PDF:
        return "pdf"
    family = media_type.partition("/")[0]
    return family if _is_held(media_type) and family in {"image", "text"} else ""


def _is_held(media_type: str) -> bool:
    """Return True for what a document may hold (CI-SIS, Structuration minimale, corps non structuré)."""
    return media_type in {PDF, "text/plain", *(name for _magic, name in _MAGIC)}


def is_picture(value: Element | None) -> bool:
    """Return True for an encoded value that claims to be a picture, or claims nothing."""
    return _media_type(value).partition("/")[0] in {"image", ""}


def _media_type(element: Element | None) -> str:
    claimed = tree.attribute(element, "mediaType").lower().partition(";")[0].strip()
    return _SAME.get(claimed, claimed)


def _content(element: Element, scope: Scope, what: str) -> bytes:
    """Return the octets of an ED: its base64 decoded, or its text; empty where they can't be, which is said."""
    written = "".join(str(part) for part in element.itertext())
    if tree.attribute(element, "compression"):
        _say(scope, f"{what} est compressé d’une façon qui n’est pas lue.", _AGAIN, element)
        return b""
    if tree.attribute(element, "representation").upper() != "B64" and _media_type(element).startswith("text/"):
        return written.strip().encode()
    content = decoded(written)
    if content is None:
        scope.say(
            "GAL-DOC-77",
            Severity.ERROR,
            f"{where(element)} : {what[0].lower()}{what[1:]} est abîmé (base64 incorrect).",
            _AGAIN,
            element,
        )
    return content or b""


def decoded(written: str) -> bytes | None:
    """Return what base64 says, whatever white space lies in it; None where it is none."""
    try:
        packed = _SPACES.sub(b"", written.encode("ascii"))
        return None if _NOT_BASE64.search(packed) else base64.b64decode(packed, validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None


def attachments(document: Element, scope: Scope) -> tuple[tuple[str, bytes], ...]:
    """Return what the entries hold beside their codes: the PDF copy of the document, its pictures, by media type.

    Found by what it is, an encoded value, in whatever section: the section « FR-Document-PDF-copie » has a template of
    its own, a biology report puts its pictures where its author likes.
    """
    held: list[tuple[str, bytes]] = []
    for value in tree.below(document, "value"):
        if tree.attribute(value, "representation").upper() != "B64":
            continue
        if len(held) == MOST_ATTACHMENTS:
            _left_out(scope, f"Plus de {MOST_ATTACHMENTS} pièces jointes : les autres sont laissées.", value)
            break
        content = _content(value, scope, "Une pièce jointe")
        real = media_type_of(content)
        if real:
            held.append((real, content))
        elif content:
            _left_out(scope, "Une pièce jointe n’est ni un PDF, ni une image, ni un texte : elle est laissée.", value)
    return tuple(held)


def _say(scope: Scope, text: str, advice: str, at: Element) -> None:
    scope.say("GAL-DOC-76", Severity.ERROR, text, advice, at)


def _left_out(scope: Scope, text: str, at: Element) -> None:
    """Say that an attachment is not given: the document itself is none the worse for it."""
    scope.say("GAL-DOC-78", Severity.WARNING, text, _AGAIN, at)
