"""Which digest of a delivery's rows does its audit entry keep, so that no row of it can change unseen? Pure.

The audit entry says in clear what a delivery came to; its seal covers the rest: each line, its price, its invoice and
the boxes that were scanned. The columns are named here one by one: a column added later is not covered by the seals
that were made before it, and breaks none of them. Names of people are left out: the ordonnancier has them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from app.kernel.money import Money, Rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DELIVERY = (
    "number", "session_id", "day", "prescription_date", "prescription_kind", "amount", "amo", "amc", "patient_share",
    "excess", "reimbursed", "franchise", "third_party",
)  # fmt: skip
LINE = (
    "rank", "code", "label", "quantity", "unit_price", "list_class", "forced_stock", "author_name", "note",
    "ordonnancier", "posology", "days", "prescribed", "units", "replaces", "refused", "mention", "owed",
)  # fmt: skip
INVOICE_LINE = (
    "rank", "code", "label", "line_id", "quantity", "amount", "base", "rate", "amo", "tm", "excess", "vat", "claimed",
    "exempted", "units", "unit_price", "fraction_of", "apart",
)  # fmt: skip
BOX = ("line_rank", "rank", "code", "lot", "expiry", "serial")

Values = tuple[Any, ...]
"""The covered values of one row, in the order of its columns, as the database keeps them: cents, 0 and 1, ISO days."""


def digest(delivery: Values, lines: Sequence[Values], invoice: Sequence[Values], boxes: Sequence[Values]) -> str:
    """Return SHA-256 (hexadecimal) of the canonical JSON of the covered values, rows in the order of their ranks."""
    text = json.dumps([delivery, lines, invoice, boxes], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(
    delivery: Mapping[str, Any],
    lines: Iterable[Mapping[str, Any]],
    invoice: Iterable[Mapping[str, Any]],
    boxes: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what the audit entry keeps of the rows about to be written: their digest, how many boxes each line had.

    Boxes that were promised are scanned when they leave, after the seal: it covers the first of each line only.
    """
    scanned = [_values(BOX, row) for row in boxes]
    counts: dict[str, int] = {}
    for rank, *_ in scanned:
        counts[str(rank)] = counts.get(str(rank), 0) + 1
    made = digest(
        _values(DELIVERY, delivery),
        [_values(LINE, row) for row in lines],
        [_values(INVOICE_LINE, row) for row in invoice],
        scanned,
    )
    return {"seal": made, "scanned": counts}


def _values(columns: Sequence[str], row: Mapping[str, Any]) -> Values:
    return tuple(_plain(row[column]) for column in columns)


def _plain(value: object) -> object:
    if isinstance(value, Money):
        return value.cents
    if isinstance(value, Rate):
        return value.hundredths
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, dt.date) else value
