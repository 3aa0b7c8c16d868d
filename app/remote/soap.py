"""How is a SOAP 1.2 envelope written, and how is one read that may be anything?

Sources: SOAP 1.2 part 1; the faults of the téléservices of the Assurance maladie (``schema_faultSOAP_V01_01.xsd``), and
the second shape of their detail, which some answers have. Elements are found by namespace URI and local name, whatever
their prefix and order. No document type, no entity, no network, nothing huge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SIRAM = "urn:siram"
CONTENT_TYPE = "application/soap+xml"

Element: TypeAlias = "Any"
"""An element of lxml, whose types are not loaded before the first call."""

_LONGEST_TEXT = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")
"""Control characters, and those that hide or turn text round on a screen."""
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)|\x00", re.IGNORECASE)


class UnreadableAnswer(ValueError):
    """What was received is no SOAP envelope that can be read; says why, in French."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A refusal by the service, in its words; empty where it has none.

    ``is_receiver`` is True where the service itself is at fault, so that the same call may succeed later.
    """

    is_receiver: bool
    subcode: str
    reason: str
    code: str
    severity: str
    message_id: str


def envelope(headers: Sequence[Element], body: Element) -> bytes:
    """Return the bytes of an envelope; the elements are moved into it."""
    from lxml import etree  # noqa: PLC0415 -- loaded by the first call only

    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    etree.SubElement(root, f"{{{SOAP}}}Header").extend(headers)
    etree.SubElement(root, f"{{{SOAP}}}Body").append(body)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def element(namespace: str, name: str, prefix: str, text: str | None = None, **attributes: str) -> Element:
    """Return a new element; ``text`` None leaves it empty. Raises ValueError for a text that XML can't hold."""
    from lxml import etree  # noqa: PLC0415 -- loaded by the first call only

    made = etree.Element(f"{{{namespace}}}{name}", attrib=attributes, nsmap={prefix: namespace})
    made.text = text
    return made


def add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """Return a new child of ``parent``, in the same namespace. Raises ValueError as ``element`` does."""
    from lxml import etree  # noqa: PLC0415 -- loaded by the first call only

    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}", attrib=attributes)
    child.text = text
    return child


def parse(data: bytes) -> Element:
    """Return the root of a document. Raises UnreadableAnswer for what is not plain XML."""
    from lxml import etree  # noqa: PLC0415 -- loaded by the first call only

    if not data.strip():
        raise UnreadableAnswer("réponse vide")
    if _FORBIDDEN.search(data):
        # With the zero bytes go UTF-16 and UTF-32, in which a document type would not be seen.
        raise UnreadableAnswer("type de document ou codage refusé")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise UnreadableAnswer("XML mal formé") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableAnswer("type de document refusé")
    return root


def body_of(data: bytes) -> Element:
    """Return the one element of the body of an envelope. Raises UnreadableAnswer."""
    root = parse(data)
    if root.tag != f"{{{SOAP}}}Envelope":
        raise UnreadableAnswer("ce n’est pas une enveloppe SOAP 1.2")
    bodies = root.findall(f"{{{SOAP}}}Body")
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise UnreadableAnswer("corps absent ou multiple")
    return bodies[0][0]


def fault_of(body: Element) -> Fault | None:
    """Return what a fault says; None where the element of the body is none."""
    if body.tag != f"{{{SOAP}}}Fault":
        return None
    code = body.find(f"{{{SOAP}}}Code")
    value = "" if code is None else text_of(code, SOAP, "Value")
    subcode = None if code is None else code.find(f"{{{SOAP}}}Subcode")
    reason = body.find(f"{{{SOAP}}}Reason")
    detail = body.find(f"{{{SOAP}}}Detail")
    told = {"code": "", "severity": "", "message_id": "", "text": ""} if detail is None else _detail(detail)
    return Fault(
        is_receiver=_local(value) == "Receiver",
        subcode="" if subcode is None else _local(text_of(subcode, SOAP, "Value")),
        reason=(text_of(reason, SOAP, "Text") if reason is not None else "") or told["text"],
        code=told["code"],
        severity=told["severity"],
        message_id=told["message_id"],
    )


def text_of(parent: Element, namespace: str, name: str) -> str:
    """Return the text of the first child of that name, on one line and cut to a length that people read."""
    found = parent.find(f"{{{namespace}}}{name}")
    return "" if found is None else _plain(found.text)


def _detail(detail: Element) -> dict[str, str]:
    """Return what a detail says, in either of its shapes: one element with attributes, or elements with texts."""
    error = detail.find(f"{{{SIRAM}}}Erreur")
    if error is not None:
        return {
            "code": _plain(error.get("code")),
            "severity": _plain(error.get("severite")),
            "message_id": _plain(error.get("messageID")),
            "text": _plain(error.text),
        }
    by_name = {_name(child): _plain(child.text) for child in detail.iter() if isinstance(child.tag, str)}
    return {
        "code": by_name.get("Code", ""),
        "severity": by_name.get("Severite", ""),
        "message_id": by_name.get("MessageID", ""),
        "text": by_name.get("Descriptif", ""),
    }


def _name(child: Element) -> str:
    return str(child.tag).rpartition("}")[2]


def _local(qualified: str) -> str:
    """Return a value such as ``soap:Sender`` without its prefix."""
    return qualified.rpartition(":")[2]


def _plain(text: str | None) -> str:
    return _CONTROL.sub(" ", text or "").strip()[:_LONGEST_TEXT]
