"""Which products answer what was typed, and in which order?

Exact code first; then what is marketed, then names that begin with what was typed, then what is most used here.
Where nothing answers, one typing error a word is forgiven.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from app.officine.catalog.wording import near_words, query_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from app.officine.catalog.model import Product
    from app.officine.catalog.reader import SnapshotReader

_MIN_TYPO = 4
"""A word shorter than this is too near too many others to be mended."""

_MAX_VARIANTS = 24

Rank = tuple[bool, bool, int]
"""What sorts a product found: not marketed, name that does not begin so, minus its use here."""


def exact(text: str) -> list[Collection[str]]:
    """Return the words typed, each standing for itself only; none when no word was typed."""
    return [(word,) for word in query_words(text)]


def forgiven(text: str, known: Sequence[str]) -> list[Collection[str]]:
    """Return the words typed, each with its neighbours among the beginnings of the words ``known`` (sorted).

    None when no word has any neighbour: nothing more would be found.
    """
    words = query_words(text)
    choices = [[word, *_near(word, known)] for word in words]
    return list(choices) if any(len(words) > 1 for words in choices) else []


def _near(word: str, known: Sequence[str]) -> list[str]:
    if len(word) < _MIN_TYPO or word.isdigit():
        return []
    return sorted(near for near in near_words(word) if _begins_one(near, known))[:_MAX_VARIANTS]


def _begins_one(beginning: str, known: Sequence[str]) -> bool:
    at = bisect.bisect_left(known, beginning)
    return at < len(known) and known[at].startswith(beginning)


def medicines(
    reader: SnapshotReader, choices: Sequence[Collection[str]], uses: Mapping[int, int], limit: int, day: dt.date
) -> list[tuple[Rank, Product]]:
    """Return the best ``limit`` medicines that answer; ``uses`` counts the deliveries here by row of the snapshot."""
    found = _found(reader, choices)
    if not found:
        return []
    marketed = reader.marketed_rows()
    beginnings = reader.name_ranges({word for words in choices for word in words if not word.isdigit()})

    def rank(row: int) -> Rank:
        return row not in marketed, not any(row in span for span in beginnings), -uses.get(row, 0)

    candidates = _candidates(found, beginnings, uses, limit)
    best = sorted(candidates, key=lambda row: (rank(row), row))[:limit]
    return [(rank(row), product) for row, product in zip(best, reader.by_ids(best, day), strict=True)]


def _found(reader: SnapshotReader, choices: Sequence[Collection[str]]) -> list[int]:
    """Return the rows that answer, ascending; a single letter is looked for at the beginning of the names first."""
    words = [word for choice in choices for word in choice]
    if len(words) == 1 and len(words[0]) == 1:
        spans = reader.name_ranges(words)
        if spans:
            return sorted(row for span in spans for row in span)
    return reader.matches(choices)


def _candidates(found: Sequence[int], beginnings: Sequence[range], uses: Mapping[int, int], limit: int) -> set[int]:
    """Return those of the rows found (ascending) among which the best ``limit`` are: one letter finds thousands.

    The rows of the snapshot are in order of merit already, but for the use and for the beginnings of names.
    """
    candidates = set(found[:limit])
    for span in beginnings:
        start = bisect.bisect_left(found, span.start)
        stop = bisect.bisect_left(found, span.stop)
        candidates.update(found[start : min(stop, start + limit)])
    return candidates | (uses.keys() & set(found) if uses else set())


def card_rank(product: Product, folded: str, uses: int, choices: Sequence[Collection[str]]) -> Rank:
    """Return what sorts a product card among the medicines; ``folded`` is a space and its folded words."""
    begins = any(folded.startswith(" " + word) for words in choices for word in words)
    return not product.marketed, not begins, -uses


def merged(ranked: Sequence[tuple[Rank, Product]], limit: int) -> list[Product]:
    """Return the products of both origins in one order, each once."""
    ordered = sorted(ranked, key=lambda found: found[0])
    return list({product.code: product for _, product in ordered}.values())[:limit]
