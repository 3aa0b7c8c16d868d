"""How are the TFR of the officine written and read?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from app.officine.billing.references import TfrRow
from app.officine.billing.tables import TfrTariffRow
from app.store.upsert import insert_or

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session


def write_tfr(session: Session, rows: Sequence[TfrRow], now: dt.datetime) -> None:
    """Write the rows, over those of the same product and first day."""
    statement = insert_or(session, TfrTariffRow)
    new = statement.excluded
    updating = statement.on_conflict_do_update(
        index_elements=[TfrTariffRow.code, TfrTariffRow.valid_from],
        set_={
            "valid_to": new.valid_to,
            "amount": new.amount,
            "source": new.source,
            "loaded_at": new.loaded_at,
        },
    )
    values = [
        {
            "code": row.code,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "amount": row.amount,
            "source": row.source,
            "loaded_at": now,
        }
        for row in rows
    ]
    if values:
        session.execute(updating, values)


def tfr_of(session: Session, codes: Iterable[str], day: dt.date) -> dict[str, TfrRow]:
    """Return the TFR in force on the day of each product that has one; the row that began last holds."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    row = TfrTariffRow
    query = (
        select(row)
        .where(row.code.in_(wanted), row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to >= day))
        .order_by(row.valid_from)
    )
    return {
        found.code: TfrRow(found.valid_from, found.valid_to, found.source, found.code, found.amount)
        for found in session.scalars(query)
    }


def has_tfr(session: Session) -> bool:
    """Return True where a list was loaded."""
    return session.execute(select(TfrTariffRow.code).limit(1)).first() is not None


def tfr_count(session: Session, day: dt.date) -> int:
    """Return how many products have a TFR on the day."""
    row = TfrTariffRow
    query = select(row.code).where(row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to >= day)).distinct()
    return len(session.execute(query).all())
