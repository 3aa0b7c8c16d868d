"""Are the bytes of a CDA of ours whole and coherent? What the official rules do not look at, looked at on the bytes.

The rules of the ANS fire on the templates that a document declares: without one they say nothing, and a reference that
leads nowhere passes. These checks are of our three documents, and know what each declares.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from app.docs import safe_xml
from app.docs.cda import check_header, codes, ids, said
from app.docs.cda.tree import canonical
from app.docs.cda.unstructured import MEDIA
from app.docs.cda.vaccination import PROFILES
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.docs.cda.tree import Element
    from app.docs.cda.vaccination import Profile

_C = f"{{{codes.HL7}}}"
_MAGIC: Final = {MEDIA: b"%PDF-1.4"}
"""How the only payload that we write begins: PDF/A-1 is PDF 1.4."""
_FOREIGN = re.compile(rb"xsi:schemaLocation|<\?xml-stylesheet")


def check(cda: bytes) -> list[Finding]:
    """Return what is wrong with the bytes of one of our documents; nothing where all is well.

    Sources: Structuration minimale 1.9 and its INS annex, IHE XDS-SD, VAC-NOTE 2021.01, INS-28.
    """
    try:
        root = safe_xml.parse(cda)
    except InputDefect as defect:
        return [Finding(defect.code, Severity.ERROR, defect.text, defect.advice)]
    if root.tag != safe_xml.CLINICAL_DOCUMENT:
        return [_wrong(39, "La racine n’est pas un ClinicalDocument.")]
    body = root.find(f"{_C}component/{_C}structuredBody")
    return [
        *_bytes(cda, root),
        *check_header.check_header(root),
        *check_header.check_ins(root),
        *check_header.check_moments(root),
        *_templates(root, body),
        *_ids(root),
        *_references(root, body),
        *_body(root, body),
    ]


def _bytes(cda: bytes, root: Element) -> Iterator[Finding]:
    if _FOREIGN.search(cda):
        yield _wrong(39, "Le document renvoie à un schéma ou à une feuille de style.")
    if canonical(root) != cda:
        yield _wrong(39, "Les octets ne sont pas sous leur forme canonique.")


def _templates(root: Element, body: Element | None) -> Iterator[Finding]:
    declared = _declared(root)
    if body is None:
        yield from _missing(declared, [*codes.HEADER_TEMPLATES, codes.UNSTRUCTURED_TEMPLATE], "le document")
        return
    profile = profile_of(root)
    if profile is None:
        yield _wrong(33, "La note de vaccination ne déclare aucune version connue de son volet.")
        return
    yield from _missing(declared, [*codes.HEADER_TEMPLATES, *(oid for oid, _ in profile.document)], "le document")
    for name, where, wanted in (
        ("section", "section", profile.section),
        ("substanceAdministration", "l’entrée", profile.immunization),
        ("manufacturedProduct", "le produit", profile.product),
        ("observation", "le rang", profile.dose_number),
        ("act", "le commentaire", profile.comment),
    ):
        found = list(body.iter(f"{_C}{name}"))
        if not found and name in {"section", "substanceAdministration", "manufacturedProduct"}:
            yield _wrong(39, f"Il manque {where} dans la note de vaccination.")
        for element in found:
            yield from _missing(_declared(element), wanted, where)


def profile_of(root: Element) -> Profile | None:
    """Return the version of the volet that a note de vaccination declares; None for any other."""
    declared = {(one.get("root"), one.get("extension") or "") for one in root.findall(f"{_C}templateId")}
    return next((profile for profile in PROFILES.values() if declared.issuperset(profile.document)), None)


def _declared(element: Element) -> set[str]:
    return {one.get("root") for one in element.findall(f"{_C}templateId")}


def _missing(declared: set[str], wanted: Iterable[str], where: str) -> Iterator[Finding]:
    for oid in wanted:
        if oid not in declared:
            yield _wrong(33, f"Modèle non déclaré par {where} : {oid}.")


def _ids(root: Element) -> Iterator[Finding]:
    """Find what names the document or a part of it by anything but an OID alone."""
    parent = f"{_C}relatedDocument/{_C}parentDocument/{_C}"
    paths = [f"{_C}id", f"{_C}setId", f"{parent}id", f"{parent}setId"]
    paths += [f".//{_C}section/{_C}id", f".//{_C}substanceAdministration/{_C}id"]
    named = [one for path in paths for one in root.findall(path)]
    for one in named:
        if one.get("extension") is not None or not ids.is_oid(one.get("root") or ""):
            name = one.tag.removeprefix(_C)
            yield _wrong(35, f"« {name} » n’est pas un OID sans extension de moins de 64 caractères.")
    for one in root.iter(f"{_C}id"):
        if len(one.get("root") or "") > ids.LONGEST:
            yield _wrong(35, "Un identifiant a un OID de plus de 63 caractères.")


def _references(root: Element, body: Element | None) -> Iterator[Finding]:
    """Find references that lead to no ID of the narrative of their section, and IDs given twice."""
    given = Counter(one.get("ID") for one in root.iter() if one.get("ID") is not None)
    for name in [name for name, count in given.items() if count > 1]:
        yield _wrong(34, f"L’identifiant « {name} » est donné deux fois dans le texte.")
    for section in () if body is None else body.iter(f"{_C}section"):
        text = section.find(f"{_C}text")
        anchors = set() if text is None else {f"#{one.get('ID')}" for one in text.iter() if one.get("ID") is not None}
        for reference in section.iter(f"{_C}reference"):
            if reference.get("value") not in anchors:
                yield _wrong(34, f"La référence « {reference.get('value')} » ne mène à rien dans le texte.")


def _body(root: Element, body: Element | None) -> Iterator[Finding]:
    texts = root.findall(f"{_C}component/{_C}nonXMLBody/{_C}text")
    if len(texts) + (body is not None) != 1:
        yield _wrong(38, "Le document n’a pas un corps et un seul.")
        return
    if body is not None:
        yield from _told_twice(body)
        return
    media, text = texts[0].get("mediaType"), texts[0]
    if media not in _MAGIC or text.get("representation") != "B64" or len(text):
        yield _wrong(38, "Le corps n’est pas un PDF en base 64.")
        return
    try:
        content = base64.b64decode("".join((text.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        yield _wrong(38, "Le corps n’est pas du base 64.")
        return
    if not content.startswith(_MAGIC[media]):
        yield _wrong(38, "Le contenu n’est pas celui qu’annonce le document (PDF 1.4).")


def _told_twice(body: Element) -> Iterator[Finding]:
    """Find codes of the entry that the narrative, which is what a person reads, does not tell."""
    words = ["".join(text.itertext()) for text in body.iterfind(f".//{_C}section/{_C}text")]
    coded = [one.text or "" for one in body.iter(f"{_C}lotNumberText")]
    coded += ["".join(one.itertext()) for one in body.iterfind(f".//{_C}manufacturerOrganization/{_C}name")]
    for value in coded:
        if not any(value in text for text in words):
            yield _wrong(34, f"« {value[:60]} » est codé sans être lisible dans le texte.")


def _wrong(number: int, text: str) -> Finding:
    return said.error(number, text, "Ce document ne doit pas partir : signalez-le à l’éditeur.")
