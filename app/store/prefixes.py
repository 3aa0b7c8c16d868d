"""Whose names begin with these letters, among hundreds of thousands, without reading them all?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, literal, select
from sqlalchemy.orm import aliased

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, ScalarSelect
    from sqlalchemy.orm import InstrumentedAttribute, Session

# One owner may have several words that begin alike: reading so many times the limit still gives enough owners.
_WORDS_AN_OWNER = 8
# A prefix with more words than this is common: counting further would cost more than it tells.
_COMMON = 10_000


@dataclass(frozen=True, slots=True)
class WordTable:
    """A table of folded words (``a-z0-9``), one row for each word of each owner, indexed both ways."""

    word: InstrumentedAttribute[str]
    owner: InstrumentedAttribute[int]

    def search(self, session: Session, prefixes: Sequence[str], limit: int) -> list[int]:
        """Return up to ``limit`` owners who have, for each prefix, a word that begins with it.

        Whole words come before longer ones, in the order of the rarest prefix.
        """
        if not prefixes:
            return []
        rarest, *others = self._rarest_first(session, prefixes)
        query = (
            select(self.owner)
            .where(_begins(self.word, rarest), *self.having(self.owner, others))
            .order_by(self.word, self.owner)
            .limit(limit * _WORDS_AN_OWNER)
        )
        return list(dict.fromkeys(session.scalars(query)))[:limit]

    def having(self, owner: InstrumentedAttribute[int], prefixes: Iterable[str]) -> list[ColumnElement[bool]]:
        """Return the conditions that ``owner`` has, for each prefix, a word that begins with it."""
        return [self._has(owner, prefix) for prefix in prefixes]

    def _has(self, owner: InstrumentedAttribute[int], prefix: str) -> ColumnElement[bool]:
        table: Any = aliased(self.word.class_)
        word, word_owner = getattr(table, self.word.key), getattr(table, self.owner.key)
        return exists().where(word_owner == owner, _begins(word, prefix))

    def _rarest_first(self, session: Session, prefixes: Sequence[str]) -> list[str]:
        if len(prefixes) == 1:
            return list(prefixes)
        counts = session.execute(select(*(self._frequency(prefix) for prefix in prefixes))).one()
        return [prefix for _, prefix in sorted(zip(counts, prefixes, strict=True))]

    def _frequency(self, prefix: str) -> ScalarSelect[int]:
        some = select(literal(1)).where(_begins(self.word, prefix)).limit(_COMMON).subquery()
        return select(func.count()).select_from(some).scalar_subquery()


def _begins(word: InstrumentedAttribute[str], prefix: str) -> ColumnElement[bool]:
    # « { » follows « z »: a range that an index walks, where LIKE would depend on the engine and on wildcards.
    return and_(word >= prefix, word < prefix + "{")
