"""Which chained registers are sealed, and in which table is each?"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.officine.cash import store as cash
from app.officine.cash.tables import CashRecordRow
from app.officine.dispensing import store as dispensing
from app.officine.dispensing.tables import OrdonnancierRow
from app.officine.interventions import store as interventions
from app.officine.registers import store as registers
from app.store import audit
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from sqlalchemy import Table

TABLES: dict[str, Table] = {
    audit.CHAIN: cast("Table", AuditRow.__table__),
    dispensing.CHAIN: cast("Table", OrdonnancierRow.__table__),
    cash.CHAIN: cast("Table", CashRecordRow.__table__),
    **{chain: registers.table_of(chain) for chain in registers.CHAINS},
    interventions.CHAIN: interventions.table(),
}
"""The table of each chain, in the order in which they are told."""
