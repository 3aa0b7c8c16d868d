"""Are the octets of the documents what was put there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.errors import FileUnusable
from app.officine.care import store
from app.officine.care.model import BadDocument, DocumentsReport
from app.store.blobs import MISSING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.store.blobs import Blobs


def verify(session: Session, blobs: Blobs) -> DocumentsReport:
    """Return what is wrong with the documents: their octets are read and compared with their hash; nothing changes."""
    held = store.octets(session)
    bad = []
    for document in held:
        for sha256 in (document.cda, document.pdf):
            try:
                blobs.get(sha256)
            except FileUnusable as failure:
                bad.append(BadDocument(document.id, sha256, failure.code != MISSING))
    hashes = frozenset(sha256 for document in held for sha256 in (document.cda, document.pdf))
    return DocumentsReport(len(held), tuple(bad), hashes)
