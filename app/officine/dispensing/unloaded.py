"""What is checked in no sale at all, because the officine has loaded no data for it? Pure.

It is the same for every sale, until the titulaire loads it: told once, in a quiet line, it is no finding of a sale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.recalls.rules import none_loaded
from app.officine.safety.model import Coverage
from app.officine.safety.unchecked import missing_tables

if TYPE_CHECKING:
    from app.kernel.outcome import Finding
    from app.officine.dispensing.rules import Situation

_IDLE = frozenset({Coverage.UNWIRED, Coverage.OFF})


def unloaded(situation: Situation) -> tuple[Finding, ...]:
    """Return what no sale is checked against, each as it is told; nothing where the sale holds no medicine.

    Where the aid to the delivery is stopped, its tables are not spoken of: nothing would be checked with them.
    """
    if not any(product.is_medicine for product in situation.products.values()):
        return ()
    case = situation.safety
    tables = None
    if case.coverage not in _IDLE:
        tables = missing_tables(ages=case.age_table is not None, atc=case.atc_table is not None)
    recalls = None if situation.recalls.loaded else none_loaded()
    return tuple(one for one in (tables, recalls) if one is not None)
