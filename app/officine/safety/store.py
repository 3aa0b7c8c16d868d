"""How does a thesaurus go through the shared database?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from app.officine.safety.tables import ThesaurusBlobRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from app.store.database import UnitOfWork


def carry(work: UnitOfWork, sha256: str, content: bytes, kept: Collection[str]) -> None:
    """Keep the bytes of a thesaurus for the other workstations, and let go of all but those ``kept`` (SHA-256)."""
    row = ThesaurusBlobRow
    work.session.execute(delete(row).where(row.sha256.not_in(kept)))
    if work.session.get(row, sha256) is None:
        work.session.execute(insert(row).values(sha256=sha256, content=content))


def carried(session: Session, sha256: str) -> bytes | None:
    """Return the bytes of a thesaurus; None where the database does not carry them."""
    row = ThesaurusBlobRow
    return session.execute(select(row.content).where(row.sha256 == sha256)).scalar_one_or_none()
