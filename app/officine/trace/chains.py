"""Which chained registers are sealed, and in which table is each?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import app.officine.tables  # noqa: F401 -- completes the metadata
from app.store.base import Base

if TYPE_CHECKING:
    from sqlalchemy import Table

_KNOWN = Base.metadata.tables

TABLES: dict[str, Table] = {
    "audit": _KNOWN["audit_entry"],
    "ordonnancier": _KNOWN["ordonnancier_entry"],
    "cash": _KNOWN["cash_record"],
    "stupefiants": _KNOWN["narcotic_entry"],
    "derives": _KNOWN["derived_entry"],
    "annotations": _KNOWN["register_note"],
    "interventions": _KNOWN["intervention_entry"],
}
"""The table of each chain, in the order in which they are told."""
