"""Which tables hold the sealed secrets, and the key of the officine sealed for each workstation?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, UtcDateTime


class VaultKeyRow(Base):
    """One key of the officine, sealed under the key of one workstation, or of a code."""

    __tablename__ = "vault_key"

    key_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opener: Mapped[str] = mapped_column(String(20))
    station: Mapped[str] = mapped_column(String(80))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class CertificateRow(Base):
    """One certificate of the officine, public; its private key is a secret."""

    __tablename__ = "officine_certificate"

    usage: Mapped[str] = mapped_column(String(60), primary_key=True)
    der: Mapped[bytes] = mapped_column(LargeBinary)
    imported_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class SecretRow(Base):
    """One named secret of the officine, sealed; ``version`` grows each time it is replaced."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    version: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
