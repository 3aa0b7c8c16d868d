"""Do the metadata and the colour profile of a PDF make it a PDF/A-1b, and does it say the same thing twice?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from app.docs import safe_xml
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pikepdf

    from app.docs.pdfa.verify_objects import Defect

_METADATA: Final = "GAL-DOC-44"
_COLOURS: Final = "GAL-DOC-45"
_PACKET: Final = re.compile(r"<\?xpacket begin=[^>]*\?>")
_LIST: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
_PDFAID: Final = "http://www.aiim.org/pdfa/ns/id/"
_SAME: Final = {
    "/Title": "{http://purl.org/dc/elements/1.1/}title",
    "/Author": "{http://purl.org/dc/elements/1.1/}creator",
    "/Creator": "{http://ns.adobe.com/xap/1.0/}CreatorTool",
    "/Producer": "{http://ns.adobe.com/pdf/1.3/}Producer",
    "/CreationDate": "{http://ns.adobe.com/xap/1.0/}CreateDate",
    "/ModDate": "{http://ns.adobe.com/xap/1.0/}ModifyDate",
}
_SPACES: Final = {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}
_PROFILE_HEADER: Final = 128
_LARGEST: Final = 1_000_000


def defects(opened: pikepdf.Pdf) -> Iterator[Defect]:
    """Give what is wrong with the metadata: absent, compressed, of another level, at odds with those of the file."""
    stream: Any = opened.Root.get("/Metadata")
    if stream is None:
        yield _METADATA, "absentes"
        return
    if "/Filter" in stream:
        yield _METADATA, "compressées"
    content = stream.read_bytes().decode("utf-8", "replace")
    packet = _PACKET.search(content)
    if packet is None or " bytes=" in packet[0] or " encoding=" in packet[0]:
        yield _METADATA, "paquet XMP mal ouvert"
    values = _values(content)
    if values is None:
        yield _METADATA, "XMP illisible"
        return
    if values.get(f"{{{_PDFAID}}}part") != "1" or values.get(f"{{{_PDFAID}}}conformance") not in {"A", "B"}:
        yield _METADATA, "niveau PDF/A-1 absent"
    yield from _compared(opened, values)


def intents(opened: pikepdf.Pdf) -> Iterator[Defect]:
    """Give what is wrong with the output intent and its profile (ICC, version 2, as many channels as it says)."""
    given: Any = opened.Root.get("/OutputIntents")
    found = [intent for intent in given or () if intent.get("/S") == "/GTS_PDFA1"]
    if not found:
        yield _COLOURS, "sans intention de sortie"
        return
    profile = found[0].get("/DestOutputProfile")
    if profile is None:
        yield _COLOURS, "sans profil ICC"
        return
    content = bytes(profile.read_bytes())
    if len(content) < _PROFILE_HEADER or content[36:40] != b"acsp":
        yield _COLOURS, "profil ICC illisible"
    elif content[8] != 2:
        yield _COLOURS, f"profil ICC de version {content[8]}"
    elif _SPACES.get(content[16:20]) != int(profile.get("/N", 0)):
        yield _COLOURS, "profil ICC d’un autre espace que le sien"


def _values(content: str) -> dict[str, str] | None:
    """Return what each property of an XMP packet says; None where it is not XML, or declares entities."""
    try:
        root = safe_xml.parse(content.encode(), largest=_LARGEST)
    except InputDefect:
        return None
    found: dict[str, str] = {}
    for description in root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"):
        found |= {str(name): str(value) for name, value in description.attrib.items()}
        for child in description:
            listed = child.findtext(f".//{_LIST}")
            found[str(child.tag)] = str(listed if listed is not None else child.text or "")
    return found


def _compared(opened: pikepdf.Pdf, values: dict[str, str]) -> Iterator[Defect]:
    info: Any = opened.trailer.get("/Info")
    for key, name in _SAME.items():
        said = None if info is None else info.get(key)
        if said is None:
            continue
        mine, other = str(said), values.get(name, "")
        is_date = key.endswith("Date")
        if (_digits(mine) != _digits(other)) if is_date else (mine != other):
            yield _METADATA, f"{key[1:]} diffère dans le fichier et en XMP"


def _digits(moment: str) -> str:
    """Return the digits of a date written either way, to the second."""
    return re.sub(r"\D", "", moment)[:14]
