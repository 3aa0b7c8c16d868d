"""Which services does the counter work with?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.officine.accounts.service import Accounts
    from app.officine.advances.service import Advances
    from app.officine.billing.service import Tfr
    from app.officine.cash.service import Cash
    from app.officine.catalog.service import Catalog
    from app.officine.copies.service import Copies
    from app.officine.interventions.service import Interventions
    from app.officine.owed.service import Owed
    from app.officine.patients.service import Patients
    from app.officine.prescriptions.service import Prescriptions
    from app.officine.recalls.service import Recalls
    from app.officine.safety.service import Safety
    from app.officine.staff.service import Staff
    from app.officine.stock.open_boxes import OpenBoxes
    from app.officine.stock.quarantine import Quarantine
    from app.officine.stock.service import Stock
    from app.store.database import Database


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The services that a delivery reads and writes, and the database that they share.

    ``safety`` None: interactions, doubles and allergies are not checked. ``copies`` None: no copy is joined.
    """

    db: Database
    catalog: Catalog
    patients: Patients
    prescriptions: Prescriptions
    stock: Stock
    staff: Staff
    tfr: Tfr
    open_boxes: OpenBoxes
    cash: Cash
    owed: Owed
    advances: Advances
    accounts: Accounts
    interventions: Interventions
    recalls: Recalls
    quarantine: Quarantine
    safety: Safety | None = None
    copies: Copies | None = None
