"""Which tables does the business database have? Importing this module completes the metadata."""

from __future__ import annotations

from app.officine.accounts import tables as accounts
from app.officine.advances import tables as advances
from app.officine.billing import tables as billing
from app.officine.care import tables as care
from app.officine.cash import tables as cash
from app.officine.catalog import tables as catalog
from app.officine.copies import tables as copies
from app.officine.dispensing import exceptional_tables as exceptional
from app.officine.dispensing import reversal_tables as reversals
from app.officine.dispensing import tables as dispensing
from app.officine.interventions import tables as interventions
from app.officine.owed import tables as owed
from app.officine.papers import tables as papers
from app.officine.patients import cog_tables as places
from app.officine.patients import identity_tables as identities
from app.officine.patients import insi_tables as insi
from app.officine.patients import merge_tables as merges
from app.officine.patients import tables as patients
from app.officine.prescriptions import tables as prescriptions
from app.officine.recalls import tables as recalls
from app.officine.registers import tables as registers
from app.officine.safety import tables as safety
from app.officine.secrets import tables as secrets
from app.officine.staff import tables as staff
from app.officine.stock import open_tables, quarantine_tables
from app.officine.stock import tables as stock
from app.store import blob_tables as blobs
from app.store import erasable_tables as erasables
from app.store import seal_tables as seals
from app.store import tables as store

__all__ = [
    "accounts",
    "advances",
    "billing",
    "blobs",
    "care",
    "cash",
    "catalog",
    "copies",
    "dispensing",
    "erasables",
    "exceptional",
    "identities",
    "insi",
    "interventions",
    "merges",
    "open_tables",
    "owed",
    "papers",
    "patients",
    "places",
    "prescriptions",
    "quarantine_tables",
    "recalls",
    "registers",
    "reversals",
    "safety",
    "seals",
    "secrets",
    "staff",
    "stock",
    "store",
]
