"""Is this PDF an archive that we may send (PDF/A-1b), and what in it is not?

Source: ISO 19005-1:2005, level B. It is asked of what we write ourselves, before it is embedded; what others send is
read leniently elsewhere. Apache Preflight confirms it in the tests; it is blind where this is not (a font that no page
uses) and the other way round (the tables inside a font).
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from app.docs.pdfa import verify_metadata, verify_objects
from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pikepdf

    from app.docs.pdfa.verify_objects import Defect

ADVICE: Final = "Ne l’envoyez pas : signalez ce document à l’assistance, avec son numéro."
_TEXTS: Final = {
    "GAL-DOC-43": "Le fichier n’a pas la structure d’un PDF/A-1",
    "GAL-DOC-44": "Les métadonnées ne sont pas celles d’un PDF/A-1",
    "GAL-DOC-45": "Les couleurs ne sont pas celles d’un PDF/A-1",
    "GAL-DOC-46": "Le document demande de la transparence, qu’un PDF/A-1 n’admet pas",
    "GAL-DOC-47": "Une police n’est pas dans le document",
    "GAL-DOC-48": "Le document porte un contenu actif ou attaché, qu’un PDF/A-1 n’admet pas",
    "GAL-DOC-49": "Le PDF ne peut pas être lu",
}
_HEADER: Final = re.compile(rb"%PDF-1\.[0-4][\r\n]+%[\x80-\xff]{4}")
_START: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_STREAM_END: Final = re.compile(rb"(?<![\r\n])endstream\b")


def verify(pdf: bytes) -> list[Finding]:
    """Return what keeps ``pdf`` from being a PDF/A-1b, each thing once; nothing where it is one."""
    import pikepdf  # noqa: PLC0415 -- heavy: at the first document

    try:
        with pikepdf.Pdf.open(io.BytesIO(pdf), attempt_recovery=False) as opened:
            found = [*_layout(pdf), *_trailer(opened), *verify_metadata.defects(opened), *_all(opened)]
    except pikepdf.PasswordError:
        found = [("GAL-DOC-43", "chiffré")]
    except (pikepdf.PdfError, pikepdf.DataDecodingError):
        found = [("GAL-DOC-49", "fichier abîmé")]
    except (AttributeError, TypeError, ValueError):
        # The library says so of an object that is not of the kind that the standard gives it: a number for a page.
        found = [("GAL-DOC-49", "objets d’une autre nature que celle de la norme")]
    return [_finding(*defect) for defect in dict.fromkeys(found)]


def _finding(code: str, what: str) -> Finding:
    return Finding(code, Severity.ERROR, f"{_TEXTS[code]} : {what}.", ADVICE, what)


def _all(opened: pikepdf.Pdf) -> Iterator[Defect]:
    yield from verify_metadata.intents(opened)
    yield from verify_objects.defects(opened)


def _layout(pdf: bytes) -> Iterator[Defect]:
    """Give what the bytes alone show: the header, the place of the table, the ends of the streams."""
    if not _HEADER.match(pdf):
        yield "GAL-DOC-43", "en-tête au-delà de 1.4, ou sans sa ligne binaire"
    start = _START.search(pdf[-1024:])
    if start is None or not pdf[int(start[1]) :].startswith(b"xref"):
        yield "GAL-DOC-43", "table des objets compressée ou déplacée"
    if _STREAM_END.search(pdf):
        yield "GAL-DOC-43", "flux sans fin de ligne"


def _trailer(opened: pikepdf.Pdf) -> Iterator[Defect]:
    trailer: Any = opened.trailer
    if opened.is_encrypted or "/Encrypt" in trailer:
        yield "GAL-DOC-43", "chiffré"
    if "/ID" not in trailer:
        yield "GAL-DOC-43", "sans identifiant"
    if "/XRefStm" in trailer:
        yield "GAL-DOC-43", "table des objets compressée ou déplacée"
