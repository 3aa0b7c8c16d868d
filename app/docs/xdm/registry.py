"""Which documents do the metadata of a received archive declare, whatever the order and the case they were written in?

Objects are found by their local name and by the identifiers of their parts; what is missing is left empty, as the
reader of the archive says which of it matters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.docs import safe_xml
from app.docs.xdm import ebrim
from app.docs.xds import Author, Code, DocumentEntry, SubmissionSet

if TYPE_CHECKING:
    from app.docs.safe_xml import Element

_NONE = Code("", "", "")
_LARGEST = 16_000_000


def declared(content: bytes) -> tuple[tuple[SubmissionSet, ...], tuple[DocumentEntry, ...]]:
    """Return the sets and the documents that a METADATA.XML declares, in their order.

    Raises InputDefect as ``safe_xml.parse``.
    """
    root = safe_xml.parse(content, largest=_LARGEST)
    sets = tuple(_set(item) for item in root.iter(f"{{{ebrim.RIM}}}RegistryPackage"))
    items = list(root.iter(f"{{{ebrim.RIM}}}ExtrinsicObject"))
    unique_ids = {item.get("id", ""): _identifier(item, ebrim.UNIQUE_ID) for item in items}
    replaced = {
        link.get("sourceObject", ""): link.get("targetObject", "")
        for link in root.iter(f"{{{ebrim.RIM}}}Association")
        if link.get("associationType") == ebrim.REPLACES
    }
    return sets, tuple(_entry(item, replaced.get(item.get("id", ""), ""), unique_ids) for item in items)


def _set(item: Element) -> SubmissionSet:
    slots = _slots(item)
    authors = _authors(item, ebrim.SET_AUTHOR)
    return SubmissionSet(
        unique_id=_identifier(item, ebrim.SET_UNIQUE_ID),
        source_id=_identifier(item, ebrim.SET_SOURCE_ID),
        submission_time=_first(slots, "submissionTime"),
        patient_id=_identifier(item, ebrim.SET_PATIENT_ID),
        content_type=_code(item, ebrim.SET_CONTENT_TYPE),
        author=authors[0] if authors else Author(""),
        title=_words(item, "Name"),
        comments=_words(item, "Description"),
    )


def _entry(item: Element, target: str, unique_ids: dict[str, str]) -> DocumentEntry:
    slots = _slots(item)
    size = _first(slots, "size")
    # By name, from the tables that write them.
    fields: dict[str, Any] = {field: _code(item, scheme) for field, scheme in ebrim.CODES.items()}
    fields |= {field: _first(slots, name) for field, name in ebrim.SLOTS.items()}
    action = next((values[0] for name, values in slots.items() if name.endswith("action") and values), "")
    return DocumentEntry(
        unique_id=_identifier(item, ebrim.UNIQUE_ID),
        patient_id=_identifier(item, ebrim.PATIENT_ID),
        confidentiality=_codes(item, ebrim.CONFIDENTIALITY),
        authors=_authors(item, ebrim.AUTHOR),
        title=_words(item, "Name"),
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 16 else -1,
        source_patient_info=tuple(slots.get("sourcepatientinfo", ())),
        events=_codes(item, ebrim.EVENT),
        mime_type=item.get("mimeType", "").lower(),
        replaces=unique_ids.get(target, target),
        action=action[:1].upper(),
        **fields,
    )


def _slots(item: Element) -> dict[str, list[str]]:
    """Return the values of the slots of an object by their name in lower case."""
    return {
        slot.get("name", "").rpartition(":")[2].lower(): [
            (value.text or "").strip() for value in slot.iter(f"{{{ebrim.RIM}}}Value")
        ]
        for slot in item.findall(f"{{{ebrim.RIM}}}Slot")
    }


def _first(slots: dict[str, list[str]], name: str) -> str:
    return next(iter(slots.get(name.lower(), ())), "")


def _classifications(item: Element, scheme: str) -> list[Element]:
    found = item.findall(f"{{{ebrim.RIM}}}Classification")
    return [part for part in found if part.get("classificationScheme", "").lower() == scheme]


def _codes(item: Element, scheme: str) -> tuple[Code, ...]:
    return tuple(
        Code(part.get("nodeRepresentation", ""), _words(part, "Name"), _first(_slots(part), "codingScheme"))
        for part in _classifications(item, scheme)
    )


def _code(item: Element, scheme: str) -> Code:
    return next(iter(_codes(item, scheme)), _NONE)


def _authors(item: Element, scheme: str) -> tuple[Author, ...]:
    found = [_slots(part) for part in _classifications(item, scheme)]
    return tuple(
        Author(**{field: _first(slots, name) for field, name in ebrim.AUTHOR_SLOTS.items()}) for slots in found
    )


def _identifier(item: Element, scheme: str) -> str:
    found = item.findall(f"{{{ebrim.RIM}}}ExternalIdentifier")
    told = [part.get("value", "") for part in found if part.get("identificationScheme", "").lower() == scheme]
    return told[0].strip() if told else ""


def _words(item: Element, name: str) -> str:
    told = item.find(f"{{{ebrim.RIM}}}{name}/{{{ebrim.RIM}}}LocalizedString")
    return "" if told is None else " ".join(told.get("value", "").split())
