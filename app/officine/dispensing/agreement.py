"""Does each delivery still agree with its audit entry, its invoice, the ordonnancier and the stock?

The audit chain cannot be changed unseen: what it says of a delivery is the measure of all the rest. Every table is read
once, in the order of the deliveries, and walked beside the others: ten years take no more memory than a day.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import chain as chained
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Boolean, Date, Engine

from app.officine.dispensing import seal
from app.officine.dispensing.reversal_tables import ReversalLineRow, ReversalRow
from app.officine.dispensing.tables import (
    DeliveredBoxRow,
    DeliveryLineRow,
    DeliveryRow,
    InvoiceLineRow,
    OrdonnancierRow,
    PaymentRow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Column, Connection, Table
    from sqlalchemy.orm import Session

_BATCH = 5_000
_HANDED = "promise.hand"
_STATES = {"cancel": "cancelled", "credit": "credited"}

_AUDIT = "SELECT subject_id, at, details FROM audit_entry WHERE action = 'delivery.validate' ORDER BY seq"
_LATER = (
    "SELECT action, subject_id, details FROM audit_entry "
    "WHERE action IN ('delivery.cancel', 'delivery.credit', 'promise.hand') ORDER BY seq"
)
# References are numbers of deliveries, written as text: the shorter first, they stand in the order of the numbers.
_MOVED = (
    "SELECT reference, code, SUM(delta) FROM stock_movement WHERE kind IN ('sale', 'cession', 'put_back') "
    "GROUP BY reference, code ORDER BY LENGTH(reference), reference"
)


def first_disagreement(session: Session) -> dict[str, Any] | None:
    """Return the first delivery that is not what was done; None where all agree.

    The result has the keys ``delivery`` (its number), ``reason`` (missing, added, amounts, lines, sums, ordonnancier,
    stock, reversal, seal) and ``text``. The chains of the audit and of the registers are verified apart.
    """
    bind = session.get_bind()
    if bind.dialect.name == "postgresql" and isinstance(bind, Engine) and not session.in_transaction():
        # A delivery written meanwhile must not be seen by one reading and missed by the next.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    with ExitStack() as cursors:
        reading = _Reading(session.connection(), cursors)
        for number, said, row in reading.pairs():
            wrong = _wrong(said, row, reading)
            if wrong is not None:
                return _bad(number, wrong)
    return None


@dataclass(slots=True)
class _Said:
    """What the audit says of one delivery."""

    number: int
    at: Any
    details: dict[str, Any]

    def get(self, name: str) -> Any:  # noqa: ANN401 -- values of JSON
        return self.details.get(name)


@dataclass(slots=True)
class _Later:
    """What the audit says that was done with deliveries after their validation, by their number."""

    moved: dict[int, Counter[str]] = field(default_factory=dict)
    reversals: dict[int, list[Any]] = field(default_factory=dict)
    unknown_moves: set[int] = field(default_factory=set)
    handed: dict[int, list[tuple[int, str, int]]] = field(default_factory=dict)

    def add(self, action: str, subject: str, details: dict[str, Any]) -> None:
        """Count one more entry."""
        if action == _HANDED:
            number, code, boxes = details.get("delivery", 0), details.get("code", ""), details.get("boxes", 0)
            self.moved.setdefault(number, Counter())[code] -= boxes
            if details.get("ordonnancier") is not None:
                self.handed.setdefault(number, []).append((details["ordonnancier"], code, boxes))
            return
        number = int(subject) if subject.isdecimal() else 0
        said = [details.get("reversal"), action.split(".")[1], details.get("amount"), details.get("patient")]
        self.reversals.setdefault(number, []).append([*said, details.get("lines", [])])
        if "stock" not in details:
            self.unknown_moves.add(number)
        for code, boxes in details.get("stock", ()):
            self.moved.setdefault(number, Counter())[code] += boxes


class _Stream:
    """Rows in the order of the deliveries, given one delivery at a time."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._groups = groupby(rows, key=_first)
        self._number: int | None = None
        self._rows: Iterator[Sequence[Any]] = iter(())
        self._advance()

    def of(self, number: int) -> list[seal.Values]:
        """Return the rows of a delivery, without its number; asked in ascending order."""
        while self._number is not None and self._number < number:
            self._advance()
        return [tuple(row[1:]) for row in self._rows] if self._number == number else []

    def _advance(self) -> None:
        self._number, self._rows = next(self._groups, (None, iter(())))


class _Reading:
    """Every table that says something of a delivery, read side by side."""

    def __init__(self, connection: Connection, cursors: ExitStack) -> None:
        self._connection = connection
        self._cursors = cursors
        self._deliveries = self._table(DeliveryRow, ("at", "state", *seal.DELIVERY), "number")
        self._audit = self._audited()
        lines, invoice, boxes, payments, entries = (
            _Stream(self._table(row, columns, "delivery_number", order))
            for row, columns, order in (
                (DeliveryLineRow, seal.LINE, "rank"),
                (InvoiceLineRow, seal.INVOICE_LINE, "rank"),
                (DeliveredBoxRow, seal.BOX, "line_rank, rank"),
                (PaymentRow, ("amount",), "rank"),
                (OrdonnancierRow, ("number", "code", "quantity"), "number"),
            )
        )
        self.lines, self.invoice, self.boxes, self.payments, self.entries = lines, invoice, boxes, payments, entries
        self.moved = _Stream(
            (int(reference), code, int(boxes))
            for reference, code, boxes in self._rows(_MOVED)
            if reference.isdecimal() and reference.isascii()
        )
        self.later = _Later()
        for action, subject, details in self._rows(_LATER):
            self.later.add(action, subject, _read(details))
        self.reversals = self._reversals()

    def pairs(self) -> Iterator[tuple[int, _Said | None, seal.Values]]:
        """Give each delivery with what the audit says of it; an empty row where the delivery is gone."""
        said = next(self._audit, None)
        for row in self._deliveries:
            while said is not None and said.number < row[0]:
                yield said.number, said, ()
                said = next(self._audit, None)
            matching = said if said is not None and said.number == row[0] else None
            yield row[0], matching, tuple(row)
            said = next(self._audit, None) if matching is not None else said
        while said is not None:
            yield said.number, said, ()
            said = next(self._audit, None)

    def _audited(self) -> Iterator[_Said]:
        for subject, at, details in self._rows(_AUDIT):
            if subject.isdecimal():
                yield _Said(int(subject), at, _read(details))

    def _reversals(self) -> dict[int, list[Any]]:
        """Return the annulations and avoirs by delivery, as the audit tells them."""
        lines = self._table(ReversalLineRow, ("line_rank", "quantity", "fate"), "reversal_number", "line_rank")
        returned: dict[int, list[list[Any]]] = {}
        for number, *line in lines:
            returned.setdefault(number, []).append(line)
        columns = ("number", "kind", "amount", "patient_share", "whole")
        found: dict[int, list[Any]] = {}
        for delivery, number, kind, amount, share, whole in self._table(
            ReversalRow, columns, "delivery_number", "number"
        ):
            found.setdefault(delivery, []).append([number, kind, amount, share, returned.get(number, []), whole])
        return found

    def _table(self, row: Any, columns: Sequence[str], key: str, order: str = "") -> Iterator[Sequence[Any]]:  # noqa: ANN401
        table = cast("Table", row.__table__)
        names = ", ".join([key, *(_plain(table.c[name]) for name in columns)])
        ordered = f"{key}, {order}" if order else key
        return self._rows(f"SELECT {names} FROM {table.name} ORDER BY {ordered}")  # noqa: S608 -- our own names

    def _rows(self, statement: str) -> Iterator[Sequence[Any]]:
        options = {"stream_results": True, "max_row_buffer": _BATCH}
        found = self._cursors.enter_context(
            closing(self._connection.exec_driver_sql(statement, execution_options=options))
        )
        return chained.from_iterable(found.partitions(_BATCH))


# --- One delivery -----------------------------------------------------------------------------------------------------

_AMOUNTS = slice(seal.DELIVERY.index("amount") + 3, seal.DELIVERY.index("patient_share") + 4)


def _wrong(said: _Said | None, row: seal.Values, reading: _Reading) -> str | None:
    """Return the reason for which a delivery is not what was done; None where there is none.

    ``row``: number, moment, state, then the columns of the seal.
    """
    if not row:
        return "missing"
    if said is None:
        return "added"
    number = row[0]
    lines, invoice, boxes = reading.lines.of(number), reading.invoice.of(number), reading.boxes.of(number)
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("amounts", lambda: row[1] == said.at and list(row[_AMOUNTS]) == [said.get(name) for name in _SHARES]),
        ("lines", lambda: [[line[1], line[3]] for line in lines] == said.get("lines")),
        ("sums", lambda: _adds_up(row, invoice, reading.payments.of(number))),
        ("ordonnancier", lambda: _is_entered(said, lines, reading.entries.of(number), reading.later)),
        ("stock", lambda: _left(said, reading.moved.of(number), reading.later)),
        ("reversal", lambda: _is_reversed(number, row[2], reading)),
        ("seal", lambda: _is_sealed(said, row, lines, invoice, boxes)),
    )
    return next((reason for reason, agrees in checks if not agrees()), None)


_SHARES = ("amount", "amo", "amc", "patient")
_INVOICE = {name: rank for rank, name in enumerate(seal.INVOICE_LINE)}
_LINE = {name: rank for rank, name in enumerate(seal.LINE)}


def _adds_up(row: seal.Values, invoice: list[seal.Values], payments: list[seal.Values]) -> bool:
    """Return True where the invoice comes to the delivery, the shares to its amount, the payments to the patient's."""
    told = dict(zip(seal.DELIVERY, row[3:], strict=True))

    def total(name: str, *, apart: bool | None = None) -> int:
        rank, side = _INVOICE[name], _INVOICE["apart"]
        return sum(line[rank] for line in invoice if apart is None or line[side] == apart)

    if told["third_party"]:
        amo, reimbursed = total("amo", apart=False), total("amo", apart=True)
    else:
        amo, reimbursed = 0, total("amo")
    return (
        (total("amount"), total("excess"), amo, reimbursed)
        == (told["amount"], told["excess"], told["amo"], told["reimbursed"])
        and told["amo"] + told["amc"] + told["patient_share"] == told["amount"]
        and sum(amount for (amount,) in payments) == told["patient_share"]
    )


def _is_entered(said: _Said, lines: list[seal.Values], entries: list[seal.Values], later: _Later) -> bool:
    """Return True where the ordonnancier holds each listed line, and each box handed over since, as it left."""
    written = {entry[0]: entry[1:] for entry in entries}
    at = _LINE["ordonnancier"]
    listed = [line for line in lines if line[at] is not None]
    expected = {line[at]: (line[1], line[_LINE["quantity"]] - line[_LINE["owed"]]) for line in listed}
    if list(expected) != said.get("ordonnancier"):
        return False
    expected |= {number: (code, boxes) for number, code, boxes in later.handed.get(said.number, ())}
    return all(written.get(number) == told for number, told in expected.items())


def _left(said: _Said, moved: list[seal.Values], later: _Later) -> bool:
    """Return True where the stock moved as the audit says; an entry older than this check does not say it."""
    taken = said.get("stock")
    if taken is None or said.number in later.unknown_moves:
        return True
    expected = Counter({code: -boxes for code, boxes in taken})
    expected.update(later.moved.get(said.number, {}))
    found: dict[str, int] = dict(moved)
    return {code: boxes for code, boxes in expected.items() if boxes} == {
        code: boxes for code, boxes in found.items() if boxes
    }


def _is_reversed(number: int, state: str, reading: _Reading) -> bool:
    """Return True where the annulation and the avoirs of a delivery are those of the audit, and its state theirs."""
    found = reading.reversals.get(number, [])
    whole = next((one[1] for one in found if one[-1]), "")
    return state == _STATES.get(whole, "done") and [one[:-1] for one in found] == reading.later.reversals.get(
        number, []
    )


def _is_sealed(
    said: _Said, row: seal.Values, lines: list[seal.Values], invoice: list[seal.Values], boxes: list[seal.Values]
) -> bool:
    """Return True where the rows are those that were sealed; an entry older than the seal says nothing of them."""
    made, counts = said.get("seal"), said.get("scanned") or {}
    if made is None:
        return True
    scanned = [box for box in boxes if box[1] <= counts.get(str(box[0]), 0)]
    return bool(seal.digest(row[3:], lines, invoice, scanned) == made)


# --- Values -----------------------------------------------------------------------------------------------------------


def _plain(column: Column[Any]) -> str:
    """Return the expression that reads a column as the seal covers it, alike on both engines."""
    if isinstance(column.type, Boolean):
        return f"CAST({column.name} AS INTEGER)"
    return f"CAST({column.name} AS TEXT)" if isinstance(column.type, Date) else column.name


def _first(row: Sequence[Any]) -> Any:  # noqa: ANN401 -- the number of a delivery
    return row[0]


def _read(details: str) -> dict[str, Any]:
    try:
        read = json.loads(details)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


_TEXTS = {
    "missing": "La délivrance n° {0} est au journal et n’est plus dans la base.",
    "added": "La délivrance n° {0} n’est pas au journal : elle a été ajoutée hors de Galien.",
    "amounts": "Les montants de la délivrance n° {0} ne sont plus ceux du journal.",
    "lines": "Les lignes de la délivrance n° {0} ne sont plus celles du journal.",
    "sums": "La facture de la délivrance n° {0} ne fait plus la somme de ses lignes, de ses parts ou de ses paiements.",
    "ordonnancier": "La délivrance n° {0} et l’ordonnancier ne disent plus la même chose.",
    "stock": "Les mouvements de stock de la délivrance n° {0} ne sont plus les boîtes qui sont parties.",
    "reversal": "L’annulation ou l’avoir de la délivrance n° {0} n’est plus celui du journal.",
    "seal": "Un prix, une boîte ou un détail de la délivrance n° {0} a été modifié.",
}


def _bad(number: int, reason: str) -> dict[str, Any]:
    return {"delivery": number, "reason": reason, "text": _TEXTS[reason].format(number)}
