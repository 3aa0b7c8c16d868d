"""Which documents does a received archive bring, and which of them are what their metadata say?

Tolerant of the layout (folders, case, no INDEX, several sets) and strict on the content: a document whose size or
digest differs is put aside, an archive about two patients is refused whole. Sources: dossier MSSanté 2.5, anchors H6.
"""

from __future__ import annotations

import dataclasses
import hashlib
import posixpath
import re
from typing import TYPE_CHECKING

from app.docs import safe_xml, safe_zip
from app.docs.cda import codes
from app.docs.xdm import ebrim, registry
from app.docs.xdm.model import XdmDocument, XdmLot
from app.docs.xds import patient_id, unique_id
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity, is_refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.docs.safe_xml import Element
    from app.docs.xds import DocumentEntry, SubmissionSet

_AROUND = re.compile(r"(?:readme(?:\.txt)?|index\.html?)$", re.IGNORECASE)
_XML = frozenset(
    {"text/xml", "application/xml", "application/xslt+xml", "application/hl7-v3+xml", "text/x-hl7-text+xml"}
)
_NIR_DIGITS = 13
"""Of a matricule: some software leave out its key."""
_NS = {"c": safe_xml.HL7}


def read_xdm(content: bytes) -> XdmLot:
    """Return the documents of an archive IHE_XDM with their metadata, and what is wrong with them.

    Raises InputDefect, and then nothing of it may be used: as ``safe_zip.read``; GAL-DOC-60 without readable
    METADATA.XML; GAL-DOC-61 for documents of two patients. Findings: 62 a file is missing, 63 size or digest differ, 64
    the document is not the one declared, 65 files that no metadata declare.
    """
    files = safe_zip.read(content)
    lists = sorted(name for name in files if posixpath.basename(name).lower() == "metadata.xml")
    if not lists:
        raise _no_metadata("METADATA.XML est absent")
    by_name = {name.lower(): name for name in files}
    sets: list[SubmissionSet] = []
    found: list[tuple[XdmDocument, Element | None]] = []
    used = set(lists)
    for name in lists:
        try:
            some, entries = registry.declared(files[name])
        except InputDefect as error:
            raise _no_metadata(f"« {name} » ne peut pas être lu. {error.text}") from error
        sets += some
        for entry in entries:
            path = _path(entry.uri, posixpath.dirname(name), by_name)
            if entry.format.code != ebrim.SIGNATURE:
                used.add(path)
                found.append(_document(entry, path, files.get(path)))
    if not found:
        raise _no_metadata("METADATA.XML ne déclare aucun document")
    documents = [document for document, _ in found]
    _check_patient((each.patient_id for each in sets), found)
    extras = tuple((name, files[name]) for name in sorted(files) if name not in used and not _is_around(name))
    return XdmLot(
        sets=tuple(sets),
        documents=tuple(document for document in documents if not is_refused(document.findings)),
        aside=tuple(document for document in documents if is_refused(document.findings)),
        extras=extras,
        findings=_about_extras(extras),
    )


def _path(uri: str, folder: str, by_name: Mapping[str, str]) -> str:
    """Return the file that a metadata names: from its own folder, from IHE_XDM, else by its name; empty without.

    ``by_name`` has the files by their name in lower case.
    """
    wanted = uri.replace("\\", "/").removeprefix("./").lower()
    if not wanted:
        return ""
    top = folder.rpartition("/")[0]
    for start in (folder, top, posixpath.dirname(top)):
        found = by_name.get(posixpath.normpath(posixpath.join(start.lower(), wanted)))
        if found:
            return found
    same = [name for low, name in by_name.items() if posixpath.basename(low) == posixpath.basename(wanted)]
    return same[0] if len(same) == 1 else ""


def _document(entry: DocumentEntry, path: str, content: bytes | None) -> tuple[XdmDocument, Element | None]:
    """Return a document with what is wrong with it, and its CDA where it is one."""
    if content is None:
        missing = _error("62", f"Le fichier « {entry.uri or 'sans nom'} » n’est pas dans l’archive.", entry)
        return XdmDocument("", b"", entry, (missing,)), None
    findings = list(_differences(entry, content))
    cda = None
    if entry.mime_type in _XML or content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        try:
            cda = safe_xml.clinical_document(safe_xml.parse(content))
        except InputDefect as error:
            findings.append(Finding(error.code, Severity.ERROR, error.text, error.advice, subject=entry.uri))
    if cda is not None:
        findings += _contradictions(entry, cda)
        replaced = cda.xpath("string(c:relatedDocument[@typeCode='RPLC']/c:parentDocument/c:id/@root)", namespaces=_NS)
        entry = dataclasses.replace(entry, replaces=replaced or entry.replaces)
    return XdmDocument(path, content, entry, tuple(findings)), cda


def _differences(entry: DocumentEntry, content: bytes) -> Iterable[Finding]:
    """Say where the octets are not those that were declared (H6)."""
    if entry.size not in {-1, len(content)}:
        yield _error("63", f"La taille du document diffère : {len(content)} octets, {entry.size} annoncés.", entry)
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if entry.hash and entry.hash.lower() != digest:
        yield _error("63", "L’empreinte du document diffère de celle qui est annoncée.", entry)


def _contradictions(entry: DocumentEntry, cda: Element) -> Iterable[Finding]:
    """Say where the CDA is not the document that was declared."""
    told = unique_id(cda)
    declared = entry.unique_id.removeprefix("urn:oid:").removeprefix("urn:uuid:")
    if declared and declared.lower() not in {told.lower(), told.partition("^")[0].lower()}:
        yield _error("64", "L’identifiant du document n’est pas celui qui est annoncé.", entry)
    kind = cda.xpath("string(c:code/@code)", namespaces=_NS)
    if entry.type.code and kind != entry.type.code:
        text = f"Le type du document ({kind}) n’est pas celui qui est annoncé ({entry.type.code})."
        advice = "Vérifiez le type du document avant de le classer."
        yield Finding("GAL-DOC-64", Severity.WARNING, text, advice, subject=entry.uri)


def _check_patient(declared: Iterable[str], found: list[tuple[XdmDocument, Element | None]]) -> None:
    """Raise InputDefect where metadata and documents are not all about one patient (ECO.2.1.1)."""
    named = [*declared, *(document.entry.patient_id for document, _ in found)]
    cdas = [cda for _, cda in found if cda is not None]
    named += [patient_id(cda) for cda in cdas]
    births = {_birth(cda) for cda in cdas} - {""}
    if len(_matricules(named)) > 1 or len(births) > 1:
        raise InputDefect(
            "Cette archive parle de deux patients : elle est refusée entière.",
            code="GAL-DOC-61",
            advice="Prévenez l’expéditeur : un envoi ne concerne qu’un patient.",
        )


def _matricules(named: Iterable[str]) -> set[str]:
    """Return the INS among patients as HL7 writes them, without key; without any INS, what else names them."""
    split = [(told.split("^")[0].strip(), told) for told in named if told]
    ins = {number[:_NIR_DIGITS] for number, told in split if any(f"&{oid}&" in told for oid in codes.INS_OIDS)}
    return ins or {told for _, told in split}


def _birth(cda: Element) -> str:
    """Return the day of birth and the sex, as far as the document says both."""
    path = "c:recordTarget[1]/c:patientRole/c:patient"
    day = str(cda.xpath(f"string({path}/c:birthTime/@value)", namespaces=_NS))[:8]
    sex = str(cda.xpath(f"string({path}/c:administrativeGenderCode/@code)", namespaces=_NS))
    return f"{day} {sex}" if len(day) == 8 and sex in {"F", "M"} else ""


def _is_around(name: str) -> bool:
    return _AROUND.match(posixpath.basename(name)) is not None


def _about_extras(extras: tuple[tuple[str, bytes], ...]) -> tuple[Finding, ...]:
    if not extras:
        return ()
    names = ", ".join(f"« {name} »" for name, _ in extras[:5]) + (", …" if len(extras) > 5 else "")
    text = f"Fichiers que l’archive contient sans les déclarer : {names}."
    return (Finding("GAL-DOC-65", Severity.INFO, text, "Ils ne sont pas classés avec les documents."),)


def _error(number: str, text: str, entry: DocumentEntry) -> Finding:
    advice = "Ce document n’est pas classé. Demandez à l’expéditeur de l’envoyer de nouveau."
    return Finding(f"GAL-DOC-{number}", Severity.ERROR, text, advice, subject=entry.uri or entry.title)


def _no_metadata(what: str) -> InputDefect:
    return InputDefect(
        f"Cette archive n’est pas un envoi de documents : {what}.".replace("..", "."),
        code="GAL-DOC-60",
        advice="Demandez à l’expéditeur de l’envoyer de nouveau ; un PDF joint au message reste lisible.",
    )
