"""How is an element of a CDA put under another, in its namespace?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from app.docs.cda.codes import HL7, XSI
from app.kernel.clock import PARIS

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.cda.codes import Coded

Element: TypeAlias = "Any"
"""An element of lxml, whose types are not loaded before the first document."""

XSI_TYPE = f"{{{XSI}}}type"


def document() -> Element:
    """Return an empty ``ClinicalDocument``."""
    from lxml import etree  # noqa: PLC0415 -- loaded by the first document only

    return etree.Element(f"{{{HL7}}}ClinicalDocument", nsmap={None: HL7, "xsi": XSI})


def put(parent: Element, name: str, text: str | None = None, /, **attributes: str) -> Element:
    """Return a new last child of ``parent``; an attribute that is empty is left out.

    Raises ValueError for a character that XML can't hold: ``check_document`` finds them before.
    """
    from lxml import etree  # noqa: PLC0415 -- loaded by the first document only

    made = etree.SubElement(parent, f"{{{HL7}}}{name}", {key: value for key, value in attributes.items() if value})
    if text is not None:
        made.text = text
    return made


def put_code(parent: Element, name: str, coded: Coded) -> Element:
    """Return a new coded child: code, its label, its system and the system's name where there is one."""
    return put(
        parent,
        name,
        code=coded.code,
        displayName=coded.label,
        codeSystem=coded.system,
        codeSystemName=coded.system_name,
    )


def put_lines(parent: Element, text: str) -> None:
    """Write free text into an element of the narrative, its line feeds as ``br``."""
    first, *others = text.split("\n")
    parent.text = first
    for line in others:
        put(parent, "br").tail = line


def moment(at: dt.datetime) -> str:
    """Return a moment as CDA writes it, in French time with its offset: ``20261126093000+0100``."""
    return at.astimezone(PARIS).strftime("%Y%m%d%H%M%S%z")


def canonical(root: Element) -> bytes:
    """Return the bytes of a tree, canonical (C14N 1.0, UTF-8): what is digested or signed is what is written."""
    from lxml import etree  # noqa: PLC0415 -- loaded by the first document only

    return bytes(etree.tostring(root, method="c14n"))
