"""How are quantities changed so that no box is lost between two workstations?

Every change of quantity is one statement that adds to what the row holds, in ascending order of code, so
that two acts on the same products wait for each other and never deadlock.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, insert, select, update

from app.officine.stock.model import Discrepancy, Movement, MovementKind, StockItem
from app.officine.stock.tables import StockItemRow, StockMovementRow
from app.store.upsert import insert_for

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Table
    from sqlalchemy.orm import Session
    from sqlalchemy.sql.dml import ReturningInsert

_CHUNK = 1000
_INSERT_MOVEMENT = insert(cast("Table", StockMovementRow.__table__))


def take_guarded(session: Session, code: str, quantity: int) -> int | None:
    """Take boxes where there are enough; return what is left, None where there are not."""
    return session.execute(
        update(StockItemRow)
        .where(StockItemRow.code == code, StockItemRow.quantity >= quantity)
        .values(quantity=StockItemRow.quantity - quantity)
        .returning(StockItemRow.quantity)
    ).scalar_one_or_none()


def add(session: Session, deltas: Mapping[str, int]) -> dict[str, int]:
    """Add to the quantity of each product, making the items that are missing; return the new quantities."""
    if not deltas:
        return {}
    rows = [_item(code, deltas[code]) for code in sorted(deltas)]
    return {row.code: row.quantity for row in session.execute(_adding(session.get_bind().dialect.name), rows)}


@cache
def _adding(dialect: str) -> ReturningInsert[str, int]:
    statement = insert_for(dialect, StockItemRow)
    return statement.on_conflict_do_update(
        index_elements=[StockItemRow.code],
        set_={"quantity": StockItemRow.quantity + statement.excluded.quantity},
    ).returning(StockItemRow.code, StockItemRow.quantity)


def shift(session: Session, code: str, *, sellable: int, aside: int) -> tuple[int, int] | None:
    """Change together the boxes for sale and those in quarantine of a product, making its item where it is missing.

    Return what there is of each then; None, and nothing done, where boxes would leave that are not there.
    """
    add(session, {code: 0})
    row = StockItemRow
    enough = [row.code == code, row.quarantined + aside >= 0]
    if sellable < 0:
        enough.append(row.quantity + sellable >= 0)
    found = session.execute(
        update(row)
        .where(*enough)
        .values(quantity=row.quantity + sellable, quarantined=row.quarantined + aside)
        .returning(row.quantity, row.quarantined)
    ).one_or_none()
    return None if found is None else (found.quantity, found.quarantined)


def quarantined(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Return how many boxes of each product are in quarantine: those of which there are some."""
    found: dict[str, int] = {}
    for chunk in _chunks(set(codes)):
        query = select(StockItemRow.code, StockItemRow.quarantined).where(
            StockItemRow.code.in_(chunk), StockItemRow.quarantined != 0
        )
        found.update((row.code, row.quarantined) for row in session.execute(query))
    return found


def by_lot(session: Session, codes: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return, by product and lot, what the movements that name a lot come to: an estimate of what is left of it."""
    found: dict[str, dict[str, int]] = {}
    row = StockMovementRow
    for chunk in _chunks(set(codes)):
        query = (
            select(row.code, row.lot, func.sum(row.delta))
            .where(row.code.in_(chunk), row.lot != "")
            .group_by(row.code, row.lot)
        )
        for code, lot, total in session.execute(query):
            found.setdefault(code, {})[lot] = int(total)
    return found


def record(session: Session, movements: Sequence[Mapping[str, Any]]) -> None:
    """Write the movements, in order."""
    if movements:
        session.connection().execute(_INSERT_MOVEMENT, movements)


def on_hand(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Return the quantity of each product that has a stock item."""
    found: dict[str, int] = {}
    for chunk in _chunks(set(codes)):
        query = select(StockItemRow.code, StockItemRow.quantity).where(StockItemRow.code.in_(chunk))
        found.update((row.code, row.quantity) for row in session.execute(query))
    return found


def item(session: Session, code: str) -> StockItem | None:
    """Return the stock item of a product; None where nothing was ever held."""
    row = session.get(StockItemRow, code)
    return None if row is None else item_of(row)


def items_of(session: Session, codes: Iterable[str]) -> dict[str, StockItem]:
    """Return the stock item of each product that has one."""
    found: dict[str, StockItem] = {}
    for chunk in _chunks(set(codes)):
        rows = session.scalars(select(StockItemRow).where(StockItemRow.code.in_(chunk)))
        found.update((row.code, item_of(row)) for row in rows)
    return found


def items(session: Session, after: str, limit: int) -> list[StockItem]:
    """Return up to ``limit`` items whose code follows ``after``, in order of code."""
    query = select(StockItemRow).where(StockItemRow.code > after).order_by(StockItemRow.code).limit(limit)
    return [item_of(row) for row in session.scalars(query)]


def edit(session: Session, edited: StockItem) -> StockItem | None:
    """Write place and limits if the item is still at ``edited.version``; return it, None otherwise."""
    row = session.execute(
        update(StockItemRow)
        .where(StockItemRow.code == edited.code, StockItemRow.version == edited.version)
        .values(place=edited.place, minimum=edited.minimum, maximum=edited.maximum, version=StockItemRow.version + 1)
        .returning(StockItemRow)
    ).scalar_one_or_none()
    return None if row is None else item_of(row)


def relocate(session: Session, items: Sequence[StockItem]) -> None:
    """Write the places and the limits of existing items."""
    columns = [
        {"code": item.code, "place": item.place, "minimum": item.minimum, "maximum": item.maximum} for item in items
    ]
    if columns:
        session.execute(update(StockItemRow), columns)


def movements(session: Session, code: str, limit: int, before: int | None) -> list[Movement]:
    """Return up to ``limit`` movements of a product, newest first, older than the one numbered ``before``."""
    query = select(StockMovementRow).where(StockMovementRow.code == code)
    if before is not None:
        query = query.where(StockMovementRow.id < before)
    rows = session.scalars(query.order_by(StockMovementRow.id.desc()).limit(limit))
    return [_movement_of(row) for row in rows]


def discrepancies(session: Session) -> list[Discrepancy]:
    """Return the products whose quantity is not the sum of their movements."""
    moved = (
        select(
            StockMovementRow.code,
            func.sum(StockMovementRow.delta).label("moved"),
            func.sum(StockMovementRow.aside).label("aside"),
        )
        .group_by(StockMovementRow.code)
        .subquery()
    )
    total, aside = func.coalesce(moved.c.moved, 0), func.coalesce(moved.c.aside, 0)
    query = (
        select(StockItemRow.code, StockItemRow.quantity, total, StockItemRow.quarantined, aside)
        .outerjoin(moved, moved.c.code == StockItemRow.code)
        .where((StockItemRow.quantity != total) | (StockItemRow.quarantined != aside))
        .order_by(StockItemRow.code)
    )
    return [
        Discrepancy(code, quantity, int(total), quarantined, int(aside))
        for code, quantity, total, quarantined, aside in session.execute(query)
    ]


def movement(
    *,
    code: str,
    delta: int,
    balance_after: int,
    kind: MovementKind,
    reason: str = "",
    reference: str = "",
    lot: str = "",
    expiry: dt.date | None = None,
    serial: str = "",
    aside: int = 0,
) -> dict[str, Any]:
    """Return a movement as it is written, but for who moved it and when."""
    return {
        "code": code,
        "delta": delta,
        "balance_after": balance_after,
        "kind": str(kind),
        "reason": reason,
        "reference": reference,
        "lot": lot,
        "expiry": expiry,
        "serial": serial,
        "aside": aside,
    }


def item_of(row: StockItemRow) -> StockItem:
    """Return the stock item that a row holds."""
    return StockItem(
        code=row.code,
        quantity=row.quantity,
        place=row.place,
        minimum=row.minimum,
        maximum=row.maximum,
        version=row.version,
        quarantined=row.quarantined,
    )


def _item(code: str, quantity: int) -> dict[str, Any]:
    return {"code": code, "quantity": quantity, "place": "", "minimum": 0, "maximum": 0, "version": 0, "quarantined": 0}


def _chunks(codes: Iterable[str]) -> Iterator[list[str]]:
    left = iter(codes)
    while chunk := list(islice(left, _CHUNK)):
        yield chunk


def _movement_of(row: StockMovementRow) -> Movement:
    return Movement(
        id=row.id,
        code=row.code,
        delta=row.delta,
        balance_after=row.balance_after,
        kind=MovementKind(row.kind),
        reason=row.reason,
        reference=row.reference,
        lot=row.lot,
        expiry=row.expiry,
        serial=row.serial,
        actor_name=row.actor_name,
        at=row.at,
        aside=row.aside,
    )
