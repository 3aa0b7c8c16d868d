"""Which table carries the thesaurus from one workstation to the others?"""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class ThesaurusBlobRow(Base):
    """The bytes of a thesaurus in service or kept, from which other workstations take it; used on PostgreSQL."""

    __tablename__ = "thesaurus_blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
