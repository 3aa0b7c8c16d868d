"""Which is the first entry of a chained register that is not what was written?

Built for the ten-year register: the database itself writes the canonical JSON of each entry (2 µs an entry), and an
entry whose hash does not match is judged anew in Python, from its typed values, before anything is said of it.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from itertools import chain as chained
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, DateTime, Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from app.store.chain import GENESIS, entry_hash
from app.store.failures import environment_failure
from app.store.tables import ChainHeadRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Column, CursorResult, Row, Table
    from sqlalchemy.orm import Session

_BATCH = 5_000
_MOMENT_SQLITE = "replace({0}, ' ', 'T') || '+00:00'"
_MOMENT_POSTGRESQL = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
_TRUTH_SQLITE = "json(CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)"


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What the verification of a chain found.

    ``first_bad`` is None for a sound chain; else the ``seq`` of the first entry that is not what was written,
    a ``reason`` (altered, removed, inserted, reordered) and a French ``text``.
    """

    entries: int
    first_bad: dict[str, Any] | None = None


class BrokenChain(Exception):
    """An entry met on the way is not what was written; ``bad`` as ``first_bad`` of a report."""

    def __init__(self, bad: dict[str, Any]) -> None:
        super().__init__(bad["text"])
        self.bad = bad


class Register:
    """A chained table: columns ``seq``, ``prev_hash``, ``hash``, and those that the hash covers."""

    def __init__(self, session: Session, chain: str, table: Table, uncovered: frozenset[str]) -> None:
        """Read ``table`` in ``session``; its head is the row ``chain`` of ``chain_head``."""
        self._session = session
        self._chain = chain
        self._table = table
        self._covered = sorted(
            (column for column in table.columns if column.name not in uncovered), key=lambda column: column.name
        )

    def verify(self, known: Mapping[int, str]) -> ChainReport:
        """Walk the whole chain; ``known`` gives hashes kept elsewhere, by number of entry."""
        bind = self._session.get_bind()
        if bind.dialect.name == "postgresql" and isinstance(bind, Engine) and not self._session.in_transaction():
            # Entries written meanwhile must not part the chain from its head.
            self._session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        seq, digest, bad = self._walk(known)
        if bad is None:
            bad = self._against_head(seq, digest)
        if bad is None:
            lost = min((number for number in known if number > seq), default=None)
            bad = None if lost is None else _bad(lost, "removed")
        entries = self._session.scalar(select(func.count()).select_from(self._table)) or 0
        return ChainReport(entries, bad)

    def _walk(self, known: Mapping[int, str]) -> tuple[int, str, dict[str, Any] | None]:
        """Return the last good number, its hash, and what follows it when that is bad."""
        seq, digest, sha256 = 0, GENESIS, hashlib.sha256
        try:
            with closing(self._payloads()) as payloads:
                for number, said, payload in chained.from_iterable(payloads.partitions(_BATCH)):
                    seq += 1
                    if number != seq or not payload.startswith(digest) or sha256(payload.encode()).hexdigest() != said:
                        bad = self._judge(number, seq, digest)
                        if bad is not None:
                            return seq - 1, digest, bad
                    if known and known.get(seq, said) != said:
                        return seq - 1, digest, _bad(seq, "altered")
                    digest = said
        except DBAPIError as error:
            if environment_failure(error) is not None:
                raise
            # A value of a foreign type stopped the database's own JSON: the entry is found one by one.
            return self._crawl(seq, digest)
        return seq, digest, None

    def _crawl(self, seq: int, digest: str) -> tuple[int, str, dict[str, Any] | None]:
        numbers = self._session.scalars(
            select(self._table.c.seq).where(self._table.c.seq > seq).order_by(self._table.c.seq)
        )
        for number in numbers.all():
            bad = self._judge(number, seq + 1, digest)
            if bad is not None:
                return seq, digest, bad
            seq += 1
            digest = self._session.scalar(select(self._table.c.hash).where(self._table.c.seq == seq)) or ""
        return seq, digest, None

    def _judge(self, number: int, expected: int, digest: str) -> dict[str, Any] | None:
        """Say what is wrong with the entry ``number`` found where ``expected`` should be; None where nothing is."""
        if number != expected:
            return _bad(expected, "removed") if number > expected else _bad(number, "inserted")
        try:
            row = self._session.execute(select(self._table).where(self._table.c.seq == number)).first()
            said = None if row is None else self._said(row)
        except DBAPIError as error:
            if environment_failure(error) is not None:
                raise
            return _bad(number, "altered")
        except (TypeError, ValueError):
            return _bad(number, "altered")
        if row is None or said != row.hash:
            return _bad(number, "altered")
        return None if row.prev_hash == digest else _bad(number, "reordered")

    def _said(self, row: Row[Any]) -> str:
        return entry_hash(row.prev_hash, {column.name: getattr(row, column.name) for column in self._covered})

    def _against_head(self, seq: int, digest: str) -> dict[str, Any] | None:
        """Compare the end of the chain with its head, which sees a tail cut off."""
        head = self._session.execute(
            select(ChainHeadRow.seq, ChainHeadRow.hash).where(ChainHeadRow.name == self._chain)
        ).first()
        if head is None or head.seq > seq:
            return _bad(seq + 1, "removed")
        if head.seq < seq:
            return _bad(head.seq + 1, "inserted")
        return None if head.hash == digest else _bad(seq, "altered")

    def contents(self, first: int, last: int) -> dict[int, str]:
        """Return what the entries ``first`` to ``last`` say, by number: the hashed text without number nor hashes."""
        try:
            return {number: _content(number, payload) for number, _, payload in self._payloads(first - 1, last)}
        except DBAPIError as error:
            if environment_failure(error) is not None:
                raise
            return {}

    def follow(self, seq: int, digest: str) -> Iterator[tuple[int, str, str]]:
        """Give number, hash and content of each entry after ``seq``, whose hash is ``digest``.

        Raises BrokenChain at the first entry that is not what was written.
        """
        sha256 = hashlib.sha256
        try:
            with closing(self._payloads(seq)) as payloads:
                for number, said, payload in chained.from_iterable(payloads.partitions(_BATCH)):
                    seq += 1
                    if number != seq or not payload.startswith(digest) or sha256(payload.encode()).hexdigest() != said:
                        bad = self._judge(number, seq, digest)
                        if bad is not None:
                            raise BrokenChain(bad)
                    digest = said
                    yield number, said, _content(number, payload)
        except DBAPIError as error:
            if environment_failure(error) is not None:
                raise
            raise BrokenChain(self._crawl(seq, digest)[2] or _bad(seq + 1, "altered")) from error

    def stored_hashes(self, last: int) -> Iterator[tuple[int, str]]:
        """Give number and stored hash of each entry up to ``last``, in order, without judging them."""
        seq, digest = self._table.c.seq, self._table.c.hash
        query = select(seq, digest).where(seq <= last).order_by(seq)
        rows = self._session.execute(query, execution_options={"stream_results": True, "max_row_buffer": _BATCH})
        with closing(rows):
            yield from ((number, said) for number, said in chained.from_iterable(rows.partitions(_BATCH)))

    def _payloads(self, after: int | None = None, last: int | None = None) -> CursorResult[int, str, str]:
        """Return the number, the hash and the hashed text of each entry, in order, streamed."""
        connection = self._session.connection()
        payload = self._sqlite_payload() if connection.dialect.name == "sqlite" else self._postgresql_payload()
        name = connection.dialect.identifier_preparer.quote(self._table.name)
        return connection.exec_driver_sql(
            f"SELECT seq, hash, {payload} FROM {name}{_between(after, last)} ORDER BY seq",  # noqa: S608 -- our own names
            execution_options={"stream_results": True, "max_row_buffer": _BATCH},
        )

    def _sqlite_payload(self) -> str:
        pairs = (f"'{column.name}', {_sqlite_value(column)}" for column in self._covered)
        return f"COALESCE(prev_hash || json_object({', '.join(pairs)}), '')"

    def _postgresql_payload(self) -> str:
        pairs = (
            f"""'"{column.name}":' || COALESCE(to_json({_postgresql_value(column)})::text, 'null')"""
            for column in self._covered
        )
        return "prev_hash || '{' || " + " || ',' || ".join(pairs) + " || '}'"


def _sqlite_value(column: Column[Any]) -> str:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    form = {DateTime: _MOMENT_SQLITE, Boolean: _TRUTH_SQLITE}.get(type(kind), "{0}")
    return form.format(f'"{column.name}"')


def _postgresql_value(column: Column[Any]) -> str:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return (_MOMENT_POSTGRESQL if isinstance(kind, DateTime) else "{0}").format(f'"{column.name}"')


def _between(after: int | None, last: int | None) -> str:
    """Return the clause that keeps the entries after one number and up to another."""
    parts = [f"seq > {after:d}"] if after is not None else []
    parts += [f"seq <= {last:d}"] if last is not None else []
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _content(number: int, payload: str) -> str:
    """Return a hashed text without the previous hash nor the entry's own number: what is left when it is moved."""
    return payload[len(GENESIS) :].replace(f'"seq":{number}', "", 1)


_REASONS = {
    "altered": "L’écriture n° {seq} a été modifiée.",
    "removed": "L’écriture n° {seq} a été retirée.",
    "inserted": "L’écriture n° {seq} a été ajoutée hors de Galien.",
    "reordered": "L’écriture n° {seq} n’est pas à sa place.",
}


def bad_entry(seq: int, reason: str) -> dict[str, Any]:
    """Return the ``first_bad`` of a report: number, reason and French text."""
    return _bad(seq, reason)


def _bad(seq: int, reason: str) -> dict[str, Any]:
    return {"seq": seq, "reason": reason, "text": _REASONS[reason].format(seq=seq)}
