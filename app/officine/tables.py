"""Which tables does the business database have? Importing this module completes the metadata."""

from __future__ import annotations

from app.officine.catalog import tables as catalog
from app.officine.dispensing import tables as dispensing
from app.officine.owed import tables as owed
from app.officine.patients import tables as patients
from app.officine.prescriptions import tables as prescriptions
from app.officine.staff import tables as staff
from app.officine.stock import tables as stock
from app.store import tables as store

__all__ = ["catalog", "dispensing", "owed", "patients", "prescriptions", "staff", "stock", "store"]
