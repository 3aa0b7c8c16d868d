"""How fast could it be? The same data through bare sqlite3, without any of our rules."""

from __future__ import annotations

import hashlib
import sqlite3
import statistics
import time
from contextlib import closing
from typing import TYPE_CHECKING

from app.bench.figures import sample

if TYPE_CHECKING:
    from pathlib import Path

_FILES = {
    "CIS_bdpm.txt": 12,
    "CIS_CIP_bdpm.txt": 13,
    "CIS_COMPO_bdpm.txt": 8,
    "CIS_GENER_bdpm.txt": 5,
    "CIS_CPD_bdpm.txt": 2,
}
_LINES = 3


def parse_and_insert(source: Path, target: Path) -> float:
    """Return the milliseconds to split the five main public files at tabs, insert, index and make a full-text table."""
    start = time.perf_counter()
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(target)) as base:
        for rank, (name, width) in enumerate(_FILES.items()):
            text = (source / name).read_bytes().decode("utf-8" if "CIP" in name else "cp1252", "replace")
            rows = [line.split("\t")[:width] for line in text.splitlines() if line.count("\t") >= width - 1]
            columns = ",".join(f"c{column}" for column in range(width))
            base.execute(f"CREATE TABLE t{rank} ({columns})")
            base.executemany(f"INSERT INTO t{rank} VALUES ({','.join('?' * width)})", rows)  # noqa: S608 -- our own names
            base.execute(f"CREATE INDEX i{rank} ON t{rank} (c0)")
        base.execute("CREATE VIRTUAL TABLE words USING fts5(name, prefix='2 3')")
        base.execute("INSERT INTO words SELECT c1 FROM t0")
        base.commit()
    return (time.perf_counter() - start) * 1000


def full_text(snapshot: Path, table: str, queries: list[str], times: int) -> float:
    """Return the median of a prefix query of the snapshot's own full-text table, 50 rows, in milliseconds."""
    with closing(sqlite3.connect(f"{snapshot.as_uri()}?mode=ro", uri=True)) as base:
        statement = f"SELECT rowid FROM {table} WHERE {table} MATCH ? LIMIT 50"  # noqa: S608 -- our own name

        def one(rank: int) -> None:
            words = queries[rank % len(queries)].split()
            base.execute(statement, (" ".join(f'"{word}"*' for word in words),)).fetchall()

        return statistics.median(sample(one, times))


def point_lookup(file: Path, table: str, column: str, value: str, times: int = 200) -> float:
    """Return the median of reading one row by an indexed column, in milliseconds."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as base:
        statement = f"SELECT * FROM {table} WHERE {column} = ?"  # noqa: S608 -- our own names
        return statistics.median(sample(lambda _: base.execute(statement, (value,)).fetchall(), times))


def last_products(file: Path, times: int) -> float:
    """Return the median of reading the last sixty products of a patient, in milliseconds."""
    statement = (
        "SELECT d.number, d.at, l.code, l.label, l.quantity FROM delivery d "
        "JOIN delivery_line l ON l.delivery_number = d.number "
        "WHERE d.patient_id = ? ORDER BY d.number DESC, l.rank LIMIT 60"
    )
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as base:
        return statistics.median(sample(lambda rank: base.execute(statement, (rank % 1000 + 1,)).fetchall(), times))


class BareDelivery:
    """A delivery of three lines as it would be without any rule: rows, stock, movements, one hash."""

    SCHEMA = (
        "CREATE TABLE bare_delivery (id INTEGER PRIMARY KEY, at TEXT)",
        "CREATE TABLE bare_line (delivery INTEGER, code TEXT, quantity INTEGER, cents INTEGER)",
        "CREATE TABLE bare_stock (code TEXT PRIMARY KEY, quantity INTEGER)",
        "CREATE TABLE bare_movement (code TEXT, delta INTEGER, delivery INTEGER)",
        "CREATE TABLE bare_register (number INTEGER PRIMARY KEY, delivery INTEGER, label TEXT)",
        "CREATE TABLE bare_audit (seq INTEGER PRIMARY KEY, text TEXT, hash TEXT)",
    )

    def __init__(self) -> None:
        """Start before the first delivery."""
        self.digest = ""
        self.number = 0

    def statements(self) -> list[tuple[str, tuple[object, ...]]]:
        """Return what one more delivery writes, with ``?`` for its values."""
        self.number += 1
        number = self.number
        self.digest = hashlib.sha256(f"{self.digest}{number}".encode()).hexdigest()
        told: list[tuple[str, tuple[object, ...]]] = [("INSERT INTO bare_delivery VALUES (?, '')", (number,))]
        for line in range(_LINES):
            code = f"34009{line:08d}"
            told += [
                ("INSERT INTO bare_line VALUES (?, ?, 1, 255)", (number, code)),
                ("UPDATE bare_stock SET quantity = quantity - 1 WHERE code = ? AND quantity >= 1", (code,)),
                ("INSERT INTO bare_movement VALUES (?, -1, ?)", (code, number)),
                ("INSERT INTO bare_register VALUES (?, ?, 'x')", (number * _LINES + line, number)),
            ]
        told.append(("INSERT INTO bare_audit VALUES (?, 'delivery', ?)", (number, self.digest)))
        return told


def sqlite_delivery(file: Path, times: int) -> float:
    """Return the median of the bare delivery, durable (WAL, synchronous=FULL), in milliseconds."""
    bare = BareDelivery()
    with closing(sqlite3.connect(file, isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        for statement in bare.SCHEMA:
            base.execute(statement)
        stock = [(f"34009{line:08d}", 1_000_000) for line in range(_LINES)]
        base.executemany("INSERT INTO bare_stock VALUES (?, ?)", stock)

        def one(_: int) -> None:
            base.execute("BEGIN IMMEDIATE")
            for statement, values in bare.statements():
                base.execute(statement, values)
            base.execute("COMMIT")

        return statistics.median(sample(one, times))


def postgresql_delivery(url: str, times: int) -> float:
    """Return the median of the bare delivery on the PostgreSQL server at ``url``, in milliseconds."""
    import psycopg  # noqa: PLC0415 -- only where PostgreSQL is measured

    bare = BareDelivery()
    with psycopg.connect(url) as base:
        for statement in bare.SCHEMA:
            base.execute(statement.replace("TEXT PRIMARY", "VARCHAR(20) PRIMARY"))
        for line in range(_LINES):
            base.execute("INSERT INTO bare_stock VALUES (%s, 1000000)", (f"34009{line:08d}",))
        base.commit()

        def one(_: int) -> None:
            for statement, values in bare.statements():
                base.execute(statement.replace("?", "%s"), values)
            base.commit()

        return statistics.median(sample(one, times))


def sqlite_receipt(file: Path, lines: int, times: int) -> float:
    """Return the median of adding boxes to so many products, with one movement each, durable, in milliseconds."""
    with closing(sqlite3.connect(file, isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        for statement in BareDelivery.SCHEMA:
            base.execute(statement)
        codes = [(f"34009{line:08d}",) for line in range(lines)]
        base.executemany("INSERT INTO bare_stock VALUES (?, 0)", codes)

        def one(rank: int) -> None:
            base.execute("BEGIN IMMEDIATE")
            base.executemany("UPDATE bare_stock SET quantity = quantity + 2 WHERE code = ?", codes)
            base.executemany("INSERT INTO bare_movement VALUES (?, 2, ?)", [(code, rank) for (code,) in codes])
            base.execute("COMMIT")

        return statistics.median(sample(one, times))
