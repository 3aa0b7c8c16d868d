"""A workstation that brings a database to the present schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import alembic.command
import alembic.config
from faults_support import bear

from app.store import schema
from app.store.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADED_BEFORE = (alembic.command, alembic.config)


def upgrade(url: str) -> Iterator[str]:
    """Upgrade the database at ``url``."""
    yield "ready"
    schema.upgrade(open_engine(url))
    yield "done"


if __name__ == "__main__":
    bear(upgrade)
