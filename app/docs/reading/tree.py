"""How is a part of a CDA found, whatever the prefixes, the order and the namespaces of the extensions?

Elements are found by local name within the namespaces of the standard: ``urn:hl7-org:v3`` and the two of IHE Pharmacy
(the samples of the ANS use one, their rules the other). Nothing here raises for what is absent: it is empty, or None.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from app.docs.reading.model import Coded

if TYPE_CHECKING:
    from collections.abc import Iterator

Element: TypeAlias = "Any"
"""An element of lxml, whose types are not loaded before the first document."""

HL7 = "urn:hl7-org:v3"
PHARMACY = ("urn:ihe:pharm:medication", "urn:ihe:pharm")
LABORATORY = "urn:oid:1.3.6.1.4.1.19376.1.3.2"
_NEGATIONS = ("negationInd", "{urn:hl7-org:sdtc}negationInd")
"""The attribute of the standard, and that of its extensions for what has none there (a supply)."""
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

LONGEST = 2_000
"""A value is cut beyond this many characters, and shows it; the narrative keeps the whole."""

_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
"""Control characters, and those that hide or turn text round on a screen; letters of any script stay."""
_BLOCKS = frozenset({"br", "td", "th", "tr", "item", "paragraph", "caption", "table", "list"})


def children(element: Element | None, name: str) -> list[Element]:
    """Return the children that bear the local name, in order."""
    if element is None:
        return []
    return list(element.iterchildren(*_tags(name)))


@cache
def _tags(name: str) -> tuple[str, ...]:
    return tuple(f"{{{space}}}{name}" for space in (HL7, *PHARMACY))


def every(element: Element | None, *path: str) -> Iterator[Element]:
    """Give each element at the end of the path of local names, depth first."""
    if not path:
        if element is not None:
            yield element
        return
    for child in children(element, path[0]):
        yield from every(child, *path[1:])


def first(element: Element | None, *path: str) -> Element | None:
    """Return the first element at the end of the path of local names; None where there is none."""
    return next(every(element, *path), None)


def first_of(element: Element | None, *names: str) -> Element | None:
    """Return the first child that bears one of the names, the names tried in order; None where there is none."""
    return next((found[0] for name in names if (found := children(element, name))), None)


def below(element: Element | None, *names: str) -> Iterator[Element]:
    """Give each descendant that bears one of the local names, in the order of the document."""
    if element is None:
        return
    spaces = (HL7, *PHARMACY)
    yield from element.iterdescendants(*(f"{{{space}}}{name}" for name in names for space in spaces))


def name_of(element: Element) -> str:
    """Return the local name of an element; empty for a comment or an instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element | None, name: str) -> str:
    """Return the value of an attribute, clean; empty where there is none."""
    return clean(element.get(name) or "") if element is not None else ""


def text(element: Element | None) -> str:
    """Return the words of an element and of those within, on one line; a cell or a forced line end parts words."""
    if element is None:
        return ""
    if not len(element):
        return clean(element.text or "")
    return clean("".join(_pieces(element)))


def _pieces(element: Element) -> Iterator[str]:
    from lxml import etree  # noqa: PLC0415 -- loaded already, by the parser of the document

    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            yield node.text or ""
            continue
        if name_of(node) in _BLOCKS:
            yield " "
        if node is not element:
            yield node.tail or ""


def clean(value: str) -> str:
    """Return the value on one line, without control characters, cut to LONGEST."""
    line = " ".join(_HIDDEN.sub("", value).split())
    return line if len(line) <= LONGEST else line[:LONGEST] + "…"


def kind(element: Element | None) -> str:
    """Return the data type that ``xsi:type`` names, without its prefix: ``PQ``, ``IVL_TS``."""
    if element is None:
        return ""
    return str(element.get(_XSI_TYPE) or "").rpartition(":")[2].strip()


def is_null(element: Element | None) -> bool:
    """Return True where there is no element, or it says that it has no value."""
    return element is None or element.get("nullFlavor") is not None


def is_negated(element: Element) -> bool:
    """Return True for a statement that says that something is not (``negationInd``)."""
    return any(attribute(element, name).strip().lower() in {"true", "1"} for name in _NEGATIONS)


def templates(element: Element | None) -> tuple[str, ...]:
    """Return the roots of the template ids of an element."""
    return tuple(root for one in children(element, "templateId") if (root := attribute(one, "root")))


def follows(element: Element | None, *roots: str) -> bool:
    """Return True where the element claims one of the templates."""
    return not set(roots).isdisjoint(templates(element))


def coded(element: Element | None) -> Coded:
    """Return a code, its system and its name; all empty where it is null."""
    if element is None:
        return Coded()
    code = "" if is_null(element) else attribute(element, "code")
    return Coded(code, attribute(element, "codeSystem") if code else "", attribute(element, "displayName"))


def code_in(element: Element | None, *systems: str) -> str:
    """Return the code that an element, or one of its translations, has in one of the systems; empty otherwise."""
    for one in [element, *every(element, "translation")]:
        if one is not None and not is_null(one) and attribute(one, "codeSystem") in systems:
            return attribute(one, "code")
    return ""


def identifier(element: Element | None) -> str:
    """Return an instance identifier as XDS writes it: ``root`` or ``root^extension``; empty where it is null."""
    if element is None or is_null(element):
        return ""
    root, extension = attribute(element, "root"), attribute(element, "extension")
    return f"{root}^{extension}" if root and extension else root or extension


def line(element: Element) -> int:
    """Return the line of the document at which the element begins."""
    return int(element.sourceline or 0)
