"""How are the versions of the catalogue, the product cards and the uses read and written?"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from sqlalchemy import and_, delete, func, insert, or_, select

from app.officine.catalog.model import CatalogVersion, Product, ProductCard
from app.officine.catalog.tables import CatalogBlobRow, CatalogVersionRow, ProductCardRow, ProductUseRow
from app.officine.catalog.wording import index_text
from app.store.audit import CHAIN, lock_head
from app.store.upsert import insert_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Table
    from sqlalchemy.dialects.sqlite import Insert
    from sqlalchemy.orm import Session

    from app.kernel.money import Money
    from app.store.database import UnitOfWork

IN_FORCE = "in_force"
KEPT = "kept"
RETIRED = "retired"

_BATCH = 500


def version_in(session: Session, state: str) -> CatalogVersion | None:
    """Return the version in this state: in force, or kept to go back to."""
    row = session.execute(
        select(CatalogVersionRow).where(CatalogVersionRow.state == state).order_by(CatalogVersionRow.id.desc()).limit(1)
    ).scalar_one_or_none()
    return None if row is None else _version(row)


def put_in_force(work: UnitOfWork, version: CatalogVersion) -> None:
    """Make ``version`` the one in force, and keep the one that it replaces; nothing changes where it is already."""
    # Two imports at the same time take their turn here; otherwise each would put its own in force.
    lock_head(work.session, CHAIN)
    query = select(CatalogVersionRow).where(CatalogVersionRow.state.in_((IN_FORCE, KEPT))).with_for_update()
    rows = work.session.execute(query).scalars().all()
    if any(row.state == IN_FORCE and row.sha256 == version.sha256 for row in rows):
        return
    for row in rows:
        row.state = KEPT if row.state == IN_FORCE else RETIRED
    work.session.flush()
    work.session.add(
        CatalogVersionRow(
            version=version.version,
            sha256=version.sha256,
            source=version.source,
            source_date=version.source_date,
            specialities=version.specialities,
            presentations=version.presentations,
            generic_groups=version.generic_groups,
            state=IN_FORCE,
            installed_at=work.now,
            installed_by=work.actor.name,
        )
    )


def add_blob(work: UnitOfWork, sha256: str, content: bytes) -> None:
    """Keep the bytes of a snapshot for the other workstations."""
    known = work.session.execute(select(CatalogBlobRow.sha256).where(CatalogBlobRow.sha256 == sha256)).first()
    if known is None:
        work.session.execute(insert(CatalogBlobRow).values(sha256=sha256, content=content))


def forget_blobs(work: UnitOfWork) -> None:
    """Let go of the bytes of versions that are neither in force nor kept."""
    wanted = select(CatalogVersionRow.sha256).where(CatalogVersionRow.state.in_((IN_FORCE, KEPT)))
    work.session.execute(delete(CatalogBlobRow).where(CatalogBlobRow.sha256.not_in(wanted)))


def blob(session: Session, sha256: str) -> bytes | None:
    """Return the bytes of a snapshot; None where the database does not carry them."""
    return session.execute(select(CatalogBlobRow.content).where(CatalogBlobRow.sha256 == sha256)).scalar_one_or_none()


def put_cards(work: UnitOfWork, cards: Iterable[ProductCard]) -> int:
    """Write product cards, new or changed; return how many."""
    rows = [
        {
            "code": card.code,
            "name": card.name,
            "brand": card.brand,
            "kind": card.kind,
            "price": card.price,
            "vat": card.vat,
            "lpp": card.lpp,
            "rate": card.rate,
            "source": card.source,
            "folded": f" {index_text(f'{card.name} {card.brand}')}",
            "active": True,
            "version": 1,
        }
        for card in cards
    ]
    if rows:
        connection = work.session.connection()
        connection.execute(_carding(connection.dialect.name), rows)
    return len(rows)


@cache
def _carding(dialect: str) -> Insert:
    table = cast("Table", ProductCardRow.__table__)
    statement = insert_for(dialect, table)
    changed = {
        column.name: getattr(statement.excluded, column.name)
        for column in table.columns
        if column.name not in {"code", "version"}
    }
    return statement.on_conflict_do_update(index_elements=["code"], set_=changed | {"version": table.c.version + 1})


def cards_by_codes(session: Session, codes: Sequence[str]) -> dict[str, Product]:
    """Return the product card of each code that has one."""
    found: dict[str, Product] = {}
    for start in range(0, len(codes), _BATCH):
        batch = codes[start : start + _BATCH]
        rows = session.execute(select(ProductCardRow).where(ProductCardRow.code.in_(batch))).scalars()
        found |= {row.code: _product(row) for row in rows}
    return found


def search_cards(session: Session, choices: Sequence[Collection[str]], limit: int) -> list[tuple[Product, str, int]]:
    """Return the cards that answer with their folded words and their use here, the most used first."""
    # Folded words hold letters, digits and spaces only: nothing in them means anything to LIKE.
    wanted = and_(*(or_(*(ProductCardRow.folded.like(f"% {word}%") for word in words)) for words in choices))
    uses = func.coalesce(ProductUseRow.count, 0)
    rows = session.execute(
        select(ProductCardRow, uses)
        .outerjoin(ProductUseRow, ProductUseRow.code == ProductCardRow.code)
        .where(wanted)
        .order_by(ProductCardRow.active.desc(), uses.desc(), ProductCardRow.folded)
        .limit(limit)
    )
    return [(_product(row), row.folded, count) for row, count in rows]


def card_words(session: Session) -> set[str]:
    """Return every word of every card."""
    return {word for text in session.execute(select(ProductCardRow.folded)).scalars() for word in text.split()}


def uses(session: Session) -> dict[str, int]:
    """Return how often each product was delivered here."""
    rows = session.execute(select(ProductUseRow.code, ProductUseRow.count))
    return dict(rows.all())


def own_prices(session: Session) -> dict[str, Money]:
    """Return the price at which the officine last sold each product that has no price in the medicines database."""
    rows = session.execute(select(ProductUseRow.code, ProductUseRow.price).where(ProductUseRow.price.is_not(None)))
    return {code: price for code, price in rows if price is not None}


def add_uses(work: UnitOfWork, quantities: Mapping[str, int], prices: Mapping[str, Money]) -> None:
    """Count deliveries and keep prices, in the act's transaction; codes ascend, so that two acts never cross."""
    rows = [{"code": code, "count": quantities[code], "price": prices.get(code)} for code in sorted(quantities)]
    if not rows:
        return
    connection = work.session.connection()
    connection.execute(_counting(connection.dialect.name), rows)


@cache
def _counting(dialect: str) -> Insert:
    table = cast("Table", ProductUseRow.__table__)
    statement = insert_for(dialect, table)
    kept = func.coalesce(statement.excluded.price, table.c.price)
    return statement.on_conflict_do_update(
        index_elements=["code"], set_={"count": table.c.count + statement.excluded.count, "price": kept}
    )


def _version(row: CatalogVersionRow) -> CatalogVersion:
    return CatalogVersion(
        version=row.version,
        sha256=row.sha256,
        source_date=row.source_date,
        source=row.source,
        specialities=row.specialities,
        presentations=row.presentations,
        generic_groups=row.generic_groups,
    )


def _product(row: ProductCardRow) -> Product:
    return Product(
        code=row.code,
        name=row.name,
        presentation="",
        cis=None,
        cip7=None,
        price=row.price,
        price_without_fee=None,
        fee=None,
        rate=row.rate,
        vat=row.vat,
        list_class=None,
        group_id=None,
        marketed=row.active,
        archived=False,
    )
