"""Is a document fit to be sent or kept: by the rules of the ANS, by ours where we wrote it, by the file it carries?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.docs import safe_xml
from app.docs.validation.payload import payload
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    from app.docs.safe_xml import Element
    from app.docs.validation.process import Validator

NOT_AN_ARCHIVE: Final = "GAL-DOC-93"
_C = f"{{{safe_xml.HL7}}}"
_OUR_NAMES: Final = "2.25."
_PHARMACIST: Final = "G15_21"
_ZIP: Final = b"PK\x03\x04"
_XML: Final = b"<"


def check_file(content: bytes, validator: Validator) -> list[Finding]:
    """Return everything that is wrong with a CDA, or with an XDM archive and each CDA in it, which is then named.

    Raises what ``Validator.check`` raises.
    """
    if not content.startswith(_ZIP):
        return check(content, validator)
    from app.docs.xdm.read import read_xdm  # noqa: PLC0415 -- only where an archive is given

    try:
        lot = read_xdm(content)
    except InputDefect as defect:
        return [Finding(defect.code, Severity.ERROR, defect.text, defect.advice)]
    found = list(lot.findings)
    for document in (*lot.documents, *lot.aside):
        found += document.findings
        if document.content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_XML):
            name = document.path.rpartition("/")[2]
            found += [replace(one, text=f"{name} : {one.text}") for one in check(document.content, validator)]
    return found


def check(cda: bytes, validator: Validator) -> list[Finding]:
    """Return everything that is wrong with a document, the same thing once; empty where nothing is.

    The rules of the ANS are silent where a template is not declared, and know nothing of PDF/A: a document of ours
    (``is_ours``) is held against our own checks too, and its PDF must be an archive. In a document of somebody else a
    PDF that is none is a warning: it is shown all the same. Raises what ``Validator.check`` raises.
    """
    found = validator.check(cda)
    try:
        document = safe_xml.clinical_document(safe_xml.parse(cda))
    except InputDefect:
        return found
    ours = is_ours(document)
    if ours:
        found += _own(cda)
    found += _archive(document, is_ours=ours)
    return list(dict.fromkeys(found))


def is_ours(document: Element) -> bool:
    """Return True for a document named as Galien names its own, and written by a pharmacist.

    A CDA does not say which program wrote it: its names are all there is to tell by, and one of the two is enough.
    """
    names = [element.get("root") or "" for name in ("id", "setId") for element in document.findall(f"{_C}{name}")]
    professions = document.findall(f"{_C}author/{_C}assignedAuthor/{_C}code")
    is_pharmacist = any((code.get("code") or "").startswith(_PHARMACIST) for code in professions)
    return is_pharmacist and any(name.startswith(_OUR_NAMES) for name in names)


def _own(cda: bytes) -> list[Finding]:
    from app.docs.cda import checks  # noqa: PLC0415 -- only for documents of ours

    found: list[Finding] = checks.check(cda)
    return found


def _archive(document: Element, *, is_ours: bool) -> list[Finding]:
    """Return what keeps the PDF of a level 1 document from being a PDF/A-1b."""
    text = document.find(f"{_C}component/{_C}nonXMLBody/{_C}text")
    content = None if text is None or text.get("mediaType") != "application/pdf" else payload(document)
    if content is None or not content.startswith(b"%PDF-"):
        return []
    from app.docs.pdfa import verify  # noqa: PLC0415 -- heavy: only where there is a PDF

    found: list[Finding] = verify.verify(content)
    if is_ours or not found:
        return found
    text = f"Le PDF joint n’est pas un PDF/A-1, comme le veut le CI-SIS. {found[0].text}"
    return [Finding(NOT_AN_ARCHIVE, Severity.WARNING, text, subject=found[0].subject)]
