"""How do the words of a document become the octets of its CDA and of its PDF, and what stands in their way?

The same way for the pharmacist’s screens and for the technician’s command: a document is looked at, then made, then its
octets are looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.docs.clinical import QUALIFIED
from app.kernel import text
from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.clinical import Document, Vaccine
    from app.officine.catalog.service import Catalog

_NAMES = ("family_name", "first_name", "birth_names", "used_name", "used_first_name")
_TRAITS = ("matricule", "oid", "birth_names", "first_name", "family_name", "sex", "birth_date", "birth_place")


def named(document: Document) -> tuple[Document, list[Finding]]:
    """Return the document with the names of a qualified identity as the INS writes them, each conversion said.

    As when a patient's file is typed: É becomes E; what the INS does not admit is refused.
    """
    from app.officine.patients import names  # noqa: PLC0415 -- only a qualified identity needs it

    who = document.subject
    if who.status != QUALIFIED:
        return document, []
    kept = {name: names.convert(name, getattr(who, name)) for name in _NAMES}
    converted: dict[str, Any] = {name: value for name, (value, _) in kept.items()}
    findings = [finding for _, findings in kept.values() for finding in findings]
    return replace(document, subject=replace(who, **converted)), findings


def known(vaccine: Vaccine, catalog: Catalog) -> tuple[Vaccine, list[Finding]]:
    """Return the vaccine with what the catalogue knows of its code; names that have no word alike are said."""
    product = catalog.by_code(vaccine.cip13) if vaccine.cip13 else None
    if product is None or product.cis is None:
        return vaccine, []
    detail = catalog.detail(vaccine.cip13)
    atc = vaccine.atc or (detail.atc if detail is not None else None) or ""
    found = replace(vaccine, name=vaccine.name or product.name, cis=product.cis, atc=atc, known=True)
    if set(text.words(found.name)) & set(text.words(product.name)):
        return found, []
    said = f"Le code {vaccine.cip13} est celui de « {product.name[:80]} », le cas dit « {vaccine.name[:80]} »."
    return found, [
        Finding("GAL-DOC-29", Severity.WARNING, text.typographic(said), "Vérifiez la boîte.", "vaccine.cip13")
    ]


def looked_at(document: Document, *, production: bool) -> list[Finding]:
    """Return what forbids a document and what its page would not show as written; nothing is made."""
    from app.docs.cda.check_document import check_document  # noqa: PLC0415 -- heavy: at the first document
    from app.docs.pdfa.unprintable import unprintable  # noqa: PLC0415 -- the same

    return [*check_document(document, production=production), *unprintable(document)]


def symbol(document: Document, day: dt.date) -> tuple[str, list[Finding]]:
    """Return the message of the INS symbol that the page bears, and what forbids it; empty for who has no INS."""
    from app.officine.scan import ins_symbol  # noqa: PLC0415 -- only a qualified identity needs it

    if not document.subject.has_ins:
        return "", []
    message, findings = ins_symbol.message({name: getattr(document.subject, name) for name in _TRAITS}, day)
    return message, list(findings)


def octets(document: Document, message: str) -> tuple[bytes, bytes]:
    """Return the CDA and the PDF/A of a document that nothing forbids; ``message`` is that of its INS symbol."""
    from app.docs.cda.write import write  # noqa: PLC0415 -- heavy: at the first document written
    from app.docs.pdfa.faces import face  # noqa: PLC0415 -- the same

    pdf = face(document, ins_text=message)
    return write(document, pdf), pdf


def checked(cda: bytes) -> list[Finding]:
    """Return what is wrong with the octets of a CDA of ours."""
    from app.docs.cda.checks import check  # noqa: PLC0415 -- heavy: at the first document written

    return check(cda)
