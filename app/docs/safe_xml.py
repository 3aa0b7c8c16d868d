"""How is XML that somebody else wrote read, so that it can neither reach a file, a network nor all of the memory?

No document type, hence no entity; no XInclude, no ``xsi:schemaLocation``, no stylesheet is ever followed; one of five
encodings, so that nothing hides in another; sizes are counted on the octets, before the parser holds a tree of them.
Comments and processing instructions are dropped: a comment in the middle of a name would cut it in two for a reader.
"""

from __future__ import annotations

import copy
import re
from typing import Any, Final, TypeAlias

from app.kernel.errors import InputDefect

Element: TypeAlias = "Any"
"""An element of lxml, whose types are not loaded before the first document."""

HL7: Final = "urn:hl7-org:v3"
CLINICAL_DOCUMENT: Final = f"{{{HL7}}}ClinicalDocument"
LARGEST: Final = 64_000_000
"""Octets of a document; a PDF of 45 MB in base64 goes in."""

_MOST_MARKUP = 200_000
_MOST_ATTRIBUTES = 200_000
_MOST_NAMESPACES = 10_000
_DEEPEST = 128
_LARGEST_WIDE = 8_000_000
"""Octets of a document in UTF-16."""
_LONGEST_TEXT = 10_000_000
"""The parser's own limit on one text; lifted only where every longer one is base64."""
_WINDOW = 1 << 20
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
_FORBIDDEN = re.compile(rb"<!(?i:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION|\[(?!CDATA\[))")
_DECLARED = re.compile(rb"^(?:\xef\xbb\xbf)?<\?xml\s[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_WIDE = (
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
)
_ENCODINGS = {
    # UTF-16 is said by some programs that then write UTF-8: the octets decide, as a byte order mark would be there.
    **dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be"), "UTF-8"),
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "iso_8859-1"), "ISO-8859-1"),
    "iso-8859-15": "ISO-8859-15",
    **dict.fromkeys(("windows-1252", "cp1252"), "windows-1252"),
}
_WRAPPERS = frozenset(
    {
        "{http://www.w3.org/1999/XSL/Transform}stylesheet",
        "{http://www.w3.org/1999/XSL/Transform}transform",
        "{http://www.w3.org/2000/09/xmldsig#}Signature",
    }
)


def parse(content: bytes, *, largest: int = LARGEST) -> Element:
    """Return the root of an XML document of at most ``largest`` octets, without its comments and instructions.

    Raises InputDefect (GAL-DOC-50 empty, 51 too large, 52 document type or entity, 53 encoding, 54 malformed, 55 too
    complex). Limits: anchors H1 and H2.
    """
    if not content or content[:_WINDOW].isspace():
        raise InputDefect("Ce document XML est vide.", code="GAL-DOC-50", advice=_AGAIN)
    _check_size(content, largest)
    # Counted before anything is made of the octets: what comes after looks at each sign of markup.
    _check_counts(content)
    octets, encoding = _narrow(content)
    _check_markup(octets)
    long_texts = _long_texts(octets)
    if long_texts:
        # The rest is read first, within the limits of the parser, so that they are lifted for these texts alone.
        starts = [0, *(end for _, end in long_texts)]
        ends = [*(start for start, _ in long_texts), len(octets)]
        _tree(b"".join(octets[start:end] for start, end in zip(starts, ends, strict=True)), encoding)
        _check_base64(octets, long_texts)
    return _tree(octets, encoding, is_long=bool(long_texts))


def clinical_document(root: Element) -> Element:
    """Return the ClinicalDocument of a document, on its own: the root, or the one that its wrapper holds.

    The wrappers of the CI-SIS are the stylesheet of an auto-presentable document and a signature; neither is used.
    Raises InputDefect (GAL-DOC-56) where there is none, or several: which of them is meant can't be known.
    """
    if root.tag == CLINICAL_DOCUMENT:
        return root
    found = list(root.iter(CLINICAL_DOCUMENT)) if root.tag in _WRAPPERS else []
    if len(found) != 1:
        raise InputDefect(
            f"Ce fichier XML {'contient plusieurs documents' if found else 'ne contient aucun document'} CDA.",
            code="GAL-DOC-56",
            advice="Vérifiez que le fichier est bien un document de santé, ou demandez-le de nouveau à son auteur.",
        )
    # A copy: from the element in its wrapper, a path that begins at the root would lead out of the document.
    alone = copy.deepcopy(found[0])
    alone.tail = None
    return alone


def _check_size(content: bytes, largest: int) -> None:
    if len(content) > largest:
        raise InputDefect(
            f"Ce document XML est trop gros : {len(content) // 1_000_000} Mo, {largest // 1_000_000} au plus.",
            code="GAL-DOC-51",
            advice="Demandez à l’auteur un document plus léger.",
        )


def _narrow(content: bytes) -> tuple[bytes, str]:
    """Return the octets in an encoding whose signs of markup are those of ASCII, and its name."""
    wide = next((name for start, name in _WIDE if content.startswith(start)), None)
    if wide:
        # It is held twice more while it is decoded.
        _check_size(content, _LARGEST_WIDE)
        try:
            content = content.decode(wide).removeprefix("\ufeff").encode()
        except UnicodeError as error:
            raise _encoding("UTF-16 mal formé") from error
    octets = content if len(content) > _LONGEST_TEXT else content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\x00" in octets[:200]:
        raise _encoding("codage inconnu")
    if wide:
        return octets, "UTF-8"
    declared = _DECLARED.match(octets)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name not in _ENCODINGS:
        raise _encoding(f"codage « {name} »")
    return octets, _ENCODINGS[name]


def _check_counts(octets: bytes) -> None:
    """Raise InputDefect for more markup than any clinical document has."""
    if octets.count(b"<") > _MOST_MARKUP:
        raise _complex(f"plus de {_MOST_MARKUP} balises")
    if octets.count(b"=") > _MOST_ATTRIBUTES:
        raise _complex(f"plus de {_MOST_ATTRIBUTES} attributs")
    if octets.count(b"xmlns") > _MOST_NAMESPACES:
        raise _complex(f"plus de {_MOST_NAMESPACES} espaces de noms")


def _check_markup(octets: bytes) -> None:
    """Raise InputDefect for a document type or an entity."""
    if _FORBIDDEN.search(octets):
        raise InputDefect(
            "Ce document XML contient un type de document ou une entité : il est refusé.",
            code="GAL-DOC-52",
            advice="Un document de santé n’en a jamais. Prévenez son auteur ; n’ouvrez pas ce fichier ailleurs.",
        )


def _long_texts(octets: bytes) -> list[tuple[int, int]]:
    """Return where the texts over the parser's limit begin and end; raises InputDefect for what is no text."""
    found, start = [], 0
    while len(octets) - start > _LONGEST_TEXT:
        last = octets.rfind(b"<", start, start + _LONGEST_TEXT)
        if last >= 0:
            start = last + 1
            continue
        end = octets.find(b"<", start)
        end = len(octets) if end < 0 else end
        inside = octets.find(b">", start, end) + 1
        if not 0 < inside - start <= _WINDOW:
            raise _complex(_LONG)
        found.append((inside, end))
        start = end + 1
    return found


def _check_base64(octets: bytes, texts: list[tuple[int, int]]) -> None:
    """Raise InputDefect where one of these texts is anything else than base64."""
    pieces = (octets[at : min(at + _WINDOW, end)] for start, end in texts for at in range(start, end, _WINDOW))
    if any(piece.translate(None, _BASE64) for piece in pieces):
        raise _complex(_LONG)


def _tree(octets: bytes, encoding: str, *, is_long: bool = False) -> Element:
    from lxml import etree  # noqa: PLC0415 -- heavy: at the first document

    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        decompress=False,
        recover=False,
        huge_tree=is_long,
        collect_ids=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        if "Excessive depth" in str(error.msg):
            raise _complex(f"éléments emboîtés sur plus de {_DEEPEST} niveaux") from error
        line, column = error.position
        raise InputDefect(
            f"Ce document XML est mal formé, ligne {line}, colonne {column}.", code="GAL-DOC-54", advice=_AGAIN
        ) from error
    assert root.getroottree().docinfo.internalDTD is None
    if root.xpath("boolean(" + "/*" * (_DEEPEST + 1) + ")"):
        raise _complex(f"éléments emboîtés sur plus de {_DEEPEST} niveaux")
    return root


_LONG = "un texte de plus de 10 Mo"
_AGAIN = "Demandez de nouveau ce document à son auteur."


def _encoding(what: str) -> InputDefect:
    return InputDefect(
        f"Ce document XML ne peut pas être lu : {what}.",
        code="GAL-DOC-53",
        advice="Demandez à l’auteur un document en UTF-8.",
    )


def _complex(what: str) -> InputDefect:
    return InputDefect(
        f"Ce document XML dépasse les limites : {what}.",
        code="GAL-DOC-55",
        advice="Aucun document de santé n’est ainsi. Prévenez son auteur.",
    )
