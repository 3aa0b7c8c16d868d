"""Which documents does a file bring: a CDA, an archive of several, a PDF; and which of them must be kept aside?

Nothing raises for what is defective: what can't be read becomes an arrival of its own, with why. The reading is bounded
(``app.docs.safe_xml``, ``safe_zip``, ``safe_pdf``), and made off the screens' thread.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line
from app.officine.inbox import rules
from app.officine.inbox.model import Arrival
from app.officine.patients.identity import Ins, Traits

if TYPE_CHECKING:
    from app.docs.reading.model import ReadDocument
    from app.docs.xdm.model import XdmDocument, XdmLot
    from app.officine.inbox.model import Received

CDA: Final = "text/xml"
WHOLE: Final = "file"
"""Names, as a part, the whole of a file of which no document could be taken out."""
ENDINGS: Final = frozenset({".xml", ".zip", ".pdf"})
"""The names under which documents are looked for in a folder; the content decides."""

_NO_ONE_PATIENT = "GAL-DOC-72"
_UNOPENED: Final = frozenset(f"GAL-DOC-{number}" for number in (66, 67, 68, 76, 77, 78))
"""What is found wrong with a body that can't be shown: unreadable, too heavy, enciphered, damaged, disguised."""
_PLAIN_BODIES = frozenset({"pdf", "image", "text"})
_LIMITS = {"type_code": 40, "type_label": 120, "title": 300, "author": 200, "organization": 200,
           "created_at": 40, "performed_at": 40, "document_id": 200, "set_id": 200, "replaces": 200,
           "acts": 300, "care": 200}  # fmt: skip
_LONGEST_NAME = 200
_VERSIONS = 2_000_000_000
_MATRICULE = re.compile(r"[0-9AB]{1,15}")


def arrivals(content: bytes, name: str = "") -> tuple[Arrival, ...]:
    """Return the documents of a file, at least one: where none can be read, the file itself is kept aside."""
    from app.docs.reading import archive, body  # noqa: PLC0415 -- heavy: at the first document

    try:
        if archive.is_archive(content):
            return _of_archive(content)
        if body.media_type_of(content) == body.PDF:
            return (_pdf(content, name),)
        return (_cda(content),)
    except InputDefect as defect:
        found = _finding(defect)
        is_xml = content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(b"<")
        wrong = found if is_xml or archive.is_archive(content) or not content.strip() else rules.no_document()
        return (Arrival(content=content, part=WHOLE, title=rules.kept_name(name), findings=(wrong,)),)


def reread(document: Received, content: bytes) -> ReadDocument:
    """Return a kept document read anew, to be shown. Raises InputDefect for what can't be read."""
    from app.docs.reading.model import ReadDocument  # noqa: PLC0415 -- heavy: at the first document
    from app.docs.reading.read import read  # noqa: PLC0415 -- the same

    if document.media_type == CDA:
        return read(content)
    if document.body not in _PLAIN_BODIES:
        raise InputDefect(rules.no_document().text, code="GAL-REC-13", advice=rules.no_document().advice)
    return ReadDocument(
        type=document.type_code,
        type_label=document.type_label,
        title=document.title,
        id="",
        body=document.body,
        media_type=document.media_type,
        payload=content,
    )


# --- One document -----------------------------------------------------------------------------------------------------


def _cda(content: bytes) -> Arrival:
    from app.docs.reading.pdfs import checked  # noqa: PLC0415 -- heavy: at the first document
    from app.docs.reading.read import read  # noqa: PLC0415 -- the same

    return _told(content, checked(read(content)), CDA)


def _pdf(content: bytes, name: str) -> Arrival:
    """Return a PDF that came alone: it names nobody, and is aside where it can't be opened."""
    from app.docs.reading.model import ReadDocument  # noqa: PLC0415 -- heavy: at the first document
    from app.docs.reading.pdfs import checked  # noqa: PLC0415 -- the same

    title = rules.kept_name(name).rpartition(".")[0] or rules.kept_name(name) or "PDF sans titre"
    made = ReadDocument(type="", title=title, id="", body="pdf", media_type="application/pdf", payload=content)
    return _told(content, checked(made), "application/pdf")


def _told(content: bytes, document: ReadDocument, media_type: str) -> Arrival:
    """Return what a document that was read says of itself; aside where it is of no one patient, or can't be opened."""
    from app.officine.inbox import results  # noqa: PLC0415 -- heavy: at the first document

    patient, author = document.patient, document.authors[0] if document.authors else document.legal_authenticator
    place = author.organization or document.custodian.organization or document.custodian.name
    told = {
        "type_code": document.type,
        "type_label": document.type_label,
        "title": document.title,
        "author": author.name,
        "organization": place,
        "created_at": document.created_at,
        "performed_at": document.performed[0],
        "document_id": document.id,
        "set_id": document.set_id,
        "replaces": document.replaces,
        "acts": ", ".join(filter(None, (act.label or act.code for act in document.acts))),
        "care": document.care,
    }
    made = Arrival(
        content=content,
        media_type=media_type,
        body=document.body,
        version=document.version if document.version is not None and document.version < _VERSIONS else None,
        traits=Traits(
            **{
                name: one_line(getattr(patient, name), _LONGEST_NAME)
                for name in ("family_name", "birth_names", "first_name", "used_name", "used_first_name")
            },
            sex=patient.sex[:2],
            birth_date=patient.birth_date[:10],
            birth_place=patient.birth_place[:5],
        ),
        ins=_ins(patient.matricule, patient.oid),
        findings=(*document.findings, *(results.findings(document.results) if document.results else ())),
        **{name: one_line(value, _LIMITS[name]) for name, value in told.items()},
    )
    return replace(made, part="document") if _is_of_nobody(document) else made


def _is_of_nobody(document: ReadDocument) -> bool:
    """Return True for several patients, and for a body that can't be opened: neither can be filed."""
    wrong = [one for one in document.findings if one.severity is Severity.ERROR]
    if any(one.code == _NO_ONE_PATIENT for one in wrong):
        return True
    return document.body != "structured" and any(one.code in _UNOPENED for one in wrong)


def _ins(matricule: str, oid: str) -> Ins | None:
    if not oid or not _MATRICULE.fullmatch(matricule):
        return None
    return Ins(matricule, oid[:64])


# --- An archive -------------------------------------------------------------------------------------------------------


def _of_archive(content: bytes) -> tuple[Arrival, ...]:
    """Return the documents of an archive; those that are not what it declares are aside, each with why."""
    from app.docs.xdm.read import read_xdm  # noqa: PLC0415 -- heavy: at the first document

    lot: XdmLot = read_xdm(content)
    found = [_held(one) for one in lot.documents]
    aside = [_declared(one, one.content, one.findings, _part(rank, one)) for rank, one in enumerate(lot.aside)]
    about = tuple(one for one in lot.findings if one.severity is not Severity.INFO)
    return tuple(replace(one, findings=(*one.findings, *about)) for one in (*found, *aside))


def _held(held: XdmDocument) -> Arrival:
    from app.docs.reading import body  # noqa: PLC0415 -- heavy: at the first document

    kind = body.media_type_of(held.content)
    is_markup = held.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    try:
        if is_markup or not body.kind_of(kind):
            made = _cda(held.content)
            return replace(made, findings=(*made.findings, *held.findings))
        made = (
            _pdf(held.content, held.path)
            if kind == body.PDF
            else Arrival(content=held.content, body=body.kind_of(kind))
        )
    except InputDefect as defect:
        return _declared(held, held.content, (_finding(defect), *held.findings), held.path)
    shown = _declared(held, held.content, (*made.findings, *held.findings), made.part)
    return replace(shown, media_type=kind, body=body.kind_of(kind))


def _declared(held: XdmDocument, content: bytes, findings: tuple[Finding, ...], part: str) -> Arrival:
    """Return a document under its metadata alone: they name a patient, but not surely enough to be taken from them."""
    from app.docs.reading.moments import moment  # noqa: PLC0415 -- heavy: at the first document

    entry = held.entry
    return Arrival(
        content=content,
        part=part[:_LONGEST_NAME],
        type_code=one_line(entry.type.code, _LIMITS["type_code"]),
        type_label=one_line(entry.type.label, _LIMITS["type_label"]),
        title=one_line(entry.title or rules.kept_name(held.path or entry.uri), _LIMITS["title"]),
        document_id=one_line(entry.unique_id, _LIMITS["document_id"]),
        replaces=one_line(entry.replaces, _LIMITS["replaces"]),
        created_at=moment(entry.creation_time) or "",
        findings=findings,
    )


def _part(rank: int, held: XdmDocument) -> str:
    return held.path or held.entry.uri or held.entry.unique_id or f"document {rank + 1}"


def _finding(defect: InputDefect) -> Finding:
    return Finding(defect.code, Severity.ERROR, defect.text, defect.advice)
