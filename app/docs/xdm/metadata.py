"""How are the metadata of a set of documents written, as ebRIM?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.xdm import ebrim

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.docs.safe_xml import Element
    from app.docs.xds import Author, Code, DocumentEntry, SubmissionSet

_SET = "SubmissionSet01"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def metadata(submission: SubmissionSet, entries: Sequence[DocumentEntry]) -> bytes:
    """Return the octets of METADATA.XML: the set, its documents, what joins them and what they replace."""
    from lxml import etree  # noqa: PLC0415 -- heavy: at the first archive

    root = etree.Element(f"{{{ebrim.LCM}}}SubmitObjectsRequest", nsmap={"lcm": ebrim.LCM, "rim": ebrim.RIM})
    objects = _put(root, "RegistryObjectList")
    _set(objects, submission)
    for entry in entries:
        _entry(objects, entry)
    links = [(ebrim.HAS_MEMBER, _SET, ebrim.entry_uuid(entry.unique_id)) for entry in entries]
    links += [
        (ebrim.REPLACES, ebrim.entry_uuid(entry.unique_id), ebrim.entry_uuid(entry.replaces))
        for entry in entries
        if entry.replaces
    ]
    for number, (kind, source, target) in enumerate(links, 1):
        link = _put(
            objects,
            "Association",
            id=f"Association{number:02}",
            associationType=kind,
            sourceObject=source,
            targetObject=target,
        )
        if kind == ebrim.HAS_MEMBER:
            _slot(link, "SubmissionSetStatus", ["Original"])
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _set(objects: Element, submission: SubmissionSet) -> None:
    package = _put(objects, "RegistryPackage", id=_SET, objectType=ebrim.PACKAGE)
    _slot(package, "submissionTime", [submission.submission_time])
    _words(package, "Name", submission.title)
    _words(package, "Description", submission.comments)
    ids = _Ids(_SET)
    _author(package, ids, ebrim.SET_AUTHOR, submission.author)
    _code(package, ids, ebrim.SET_CONTENT_TYPE, submission.content_type)
    _put(package, "Classification", id=ids.next(), classificationNode=ebrim.SET_NODE, classifiedObject=_SET)
    for scheme, name, value in (
        (ebrim.SET_PATIENT_ID, "XDSSubmissionSet.patientId", submission.patient_id),
        (ebrim.SET_SOURCE_ID, "XDSSubmissionSet.sourceId", submission.source_id),
        (ebrim.SET_UNIQUE_ID, "XDSSubmissionSet.uniqueId", submission.unique_id),
    ):
        _identifier(package, ids, scheme, name, value)


def _entry(objects: Element, entry: DocumentEntry) -> None:
    key = ebrim.entry_uuid(entry.unique_id)
    item = _put(objects, "ExtrinsicObject", id=key, mimeType=entry.mime_type, objectType=ebrim.STABLE_DOCUMENT)
    slots = {name: [getattr(entry, field)] for field, name in ebrim.SLOTS.items()}
    slots |= {"size": [str(entry.size)], "sourcePatientInfo": list(entry.source_patient_info)}
    for name in sorted(slots):
        _slot(item, name, slots[name])
    _words(item, "Name", entry.title)
    ids = _Ids(key)
    for author in entry.authors:
        _author(item, ids, ebrim.AUTHOR, author)
    for field, scheme in ebrim.CODES.items():
        _code(item, ids, scheme, getattr(entry, field))
    for scheme, several in ((ebrim.CONFIDENTIALITY, entry.confidentiality), (ebrim.EVENT, entry.events)):
        for code in several:
            _code(item, ids, scheme, code)
    _identifier(item, ids, ebrim.PATIENT_ID, "XDSDocumentEntry.patientId", entry.patient_id)
    _identifier(item, ids, ebrim.UNIQUE_ID, "XDSDocumentEntry.uniqueId", entry.unique_id)


class _Ids:
    """Gives a new identifier to each part of an object, in their order."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self._stem = owner.removeprefix("urn:uuid:")
        self._count = 0

    def next(self) -> str:
        self._count += 1
        return f"id-{self._stem}-{self._count:02}"


def _author(parent: Element, ids: _Ids, scheme: str, author: Author) -> None:
    made = _classification(parent, ids, scheme, "")
    for field, name in ebrim.AUTHOR_SLOTS.items():
        _slot(made, name, [getattr(author, field)])


def _code(parent: Element, ids: _Ids, scheme: str, code: Code) -> None:
    made = _classification(parent, ids, scheme, code.code)
    _slot(made, "codingScheme", [code.system])
    _words(made, "Name", code.label)


def _classification(parent: Element, ids: _Ids, scheme: str, code: str) -> Element:
    return _put(
        parent,
        "Classification",
        id=ids.next(),
        classificationScheme=scheme,
        classifiedObject=ids.owner,
        nodeRepresentation=code,
    )


def _identifier(parent: Element, ids: _Ids, scheme: str, name: str, value: str) -> None:
    made = _put(
        parent, "ExternalIdentifier", id=ids.next(), identificationScheme=scheme, registryObject=ids.owner, value=value
    )
    _words(made, "Name", name)


def _slot(parent: Element, name: str, values: Iterable[str]) -> None:
    """Write a slot with the values that are not empty; none where all are."""
    told = [value for value in values if value]
    if told:
        listed = _put(_put(parent, "Slot", name=name), "ValueList")
        for value in told:
            _put(listed, "Value").text = value


def _words(parent: Element, name: str, words: str) -> None:
    if words:
        told = _put(_put(parent, name), "LocalizedString", charset="UTF-8", value=words)
        told.set(_XML_LANG, "fr-FR")


def _put(parent: Element, name: str, /, **attributes: str) -> Element:
    from lxml import etree  # noqa: PLC0415 -- heavy: at the first archive

    return etree.SubElement(parent, f"{{{ebrim.RIM}}}{name}", attrib=attributes)
