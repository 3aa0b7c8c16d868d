"""How are the places of birth that were imported found and replaced?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from app.officine.patients.cog_model import Place, PlaceKind
from app.officine.patients.cog_rules import place_words
from app.officine.patients.cog_tables import PlaceRow, PlaceWordRow
from app.store.prefixes import WordTable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from app.store.database import UnitOfWork

_WORDS = WordTable(PlaceWordRow.word, PlaceWordRow.place_id)
_BATCH = 10_000


def of_codes(session: Session, codes: Collection[str]) -> list[Place]:
    """Return the places of these codes, in no order."""
    return _places(session, select(PlaceRow).where(PlaceRow.code.in_(codes))) if codes else []


def by_code_begun(session: Session, begun: str, limit: int) -> list[Place]:
    """Return places whose code begins so, in the order of their codes."""
    query = select(PlaceRow).where(PlaceRow.code >= begun, PlaceRow.code < begun + "{").order_by(PlaceRow.code)
    return _places(session, query.limit(limit))


def by_words(session: Session, prefixes: Sequence[str], limit: int) -> list[Place]:
    """Return places whose name has, for each prefix, a word that begins with it."""
    ids = _WORDS.search(session, prefixes, limit)
    return _places(session, select(PlaceRow).where(PlaceRow.id.in_(ids)))


def counts(session: Session) -> dict[str, int]:
    """Return how many places of each kind are there."""
    found = session.execute(select(PlaceRow.kind, func.count()).group_by(PlaceRow.kind)).all()
    return {kind: count for kind, count in found}  # noqa: C416 -- rows are not pairs to dict()


def replace(work: UnitOfWork, kinds: Collection[PlaceKind], places: Sequence[Place]) -> None:
    """Write places of some kinds in the place of those that were there."""
    session = work.session
    old = select(PlaceRow.id).where(PlaceRow.kind.in_([str(kind) for kind in kinds]))
    session.execute(delete(PlaceWordRow).where(PlaceWordRow.place_id.in_(old)))
    session.execute(delete(PlaceRow).where(PlaceRow.kind.in_([str(kind) for kind in kinds])))
    first = (session.execute(select(func.max(PlaceRow.id))).scalar_one() or 0) + 1
    rows = [
        {
            "id": number,
            "code": place.code,
            "label": place.label,
            "kind": str(place.kind),
            "valid_from": place.valid_from,
            "valid_to": place.valid_to,
        }
        for number, place in enumerate(places, first)
    ]
    words = [
        {"word": word, "place_id": number}
        for number, place in enumerate(places, first)
        for word in sorted(set(place_words(place.label)))
    ]
    for start in range(0, len(rows), _BATCH):
        session.execute(insert(PlaceRow), rows[start : start + _BATCH])
    for start in range(0, len(words), _BATCH):
        session.execute(insert(PlaceWordRow), words[start : start + _BATCH])


def _places(session: Session, query: object) -> list[Place]:
    return [
        Place(row.code, row.label, PlaceKind(row.kind), row.valid_from, row.valid_to)
        for row in session.scalars(query)  # type: ignore[call-overload]
    ]
