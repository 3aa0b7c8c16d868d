"""Which table holds the large bytes that the workstations of one PostgreSQL share?"""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class BlobRow(Base):
    """Bytes under their SHA-256; used on PostgreSQL only, the embedded database has files beside it."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
