"""An officine whose registers are sealed, and the hands that alter them past the triggers, hashes and all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dispensing_house import AMOXICILLINE, CAMILLE, ELIQUIS, done, open_house
from sqlalchemy import delete, insert, select, text, update

from app.kernel.money import Money
from app.officine.staff.service import Staff
from app.officine.trace.chains import TABLES
from app.officine.trace.model import Reason
from app.officine.trace.sealing import Seals
from app.store.audit import Actor
from app.store.chain import GENESIS, entry_hash, hashed_fields
from app.store.seal_folder import SealFolder
from app.store.seal_key import SealKey
from app.store.tables import ChainHeadRow

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from app.kernel.clock import FixedClock
    from app.store.database import Database

Rows = list[dict[str, Any]]

AGENT = Actor(None, "Camille Durand", "comptoir-1")
KINDS = ("edit", "remove", "insert", "swap", "cut")
NAMES = {"edit": "altered", "remove": "removed", "insert": "inserted", "swap": "reordered", "cut": "removed"}


@dataclass
class Sealed:
    """A database, its seals, and where they lie."""

    db: Database
    seals: Seals
    folder: SealFolder


def sealing(database: Database, root: Path, copy: Path | None = None) -> Sealed:
    """Return the seals of a database, in a data folder at ``root``."""
    root.mkdir(parents=True, exist_ok=True)
    key = SealKey(root / "seal.key", None)
    seals = Seals(database, Staff(database), folder=root / "seals", key=key, copy=lambda: copy)
    return Sealed(database, seals, SealFolder(root / "seals"))


def written(database: Database, clock: FixedClock, root: Path, *, deliveries: int = 18) -> Sealed:
    """Return an officine with deliveries, sealed twice, and a few entries after the last seal."""
    root.mkdir(parents=True, exist_ok=True)
    house = open_house(database, root / "catalogs")
    sealed = sealing(database, root)
    for number in range(deliveries):
        clock.advance(dt.timedelta(minutes=7))
        session = house.prescribed(AMOXICILLINE, ELIQUIS)
        done(house.counter.validate(session, CAMILLE, house.paid(session)))
        if number == deliveries // 3:
            done(sealed.seals.make(AGENT, Reason.CLOSING))
    done(sealed.seals.make(AGENT, Reason.DAY))
    clock.advance(dt.timedelta(minutes=7))
    session = house.prescribed(AMOXICILLINE, ELIQUIS)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    return sealed


def open_triggers(connection: Connection) -> None:
    """Take the guards of the registers away, within the transaction."""
    if connection.dialect.name == "sqlite":
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        return
    for table in TABLES.values():
        connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER ALL"))


def entries(connection: Connection, table: Table) -> Rows:
    """Return the entries of a register, in order."""
    return [dict(row) for row in connection.execute(select(table).order_by(table.c.seq)).mappings()]


def altered(rows: Rows, kind: str, until: int, chance: random.Random, table: Table) -> tuple[Rows, int]:
    """Return the register as it becomes, not yet numbered nor hashed anew, and the first entry that is touched."""
    seq = chance.randint(1, until)
    place = seq - 1
    made = [dict(row) for row in rows]
    if kind == "edit":
        made[place] = _edited(made[place], chance, table)
    elif kind == "remove":
        del made[place]
    elif kind == "insert":
        made.insert(place, _forged(chance.choice(rows), len(rows), table))
    elif kind == "cut":
        del made[place:]
    else:
        other = chance.choice([number for number in range(1, until + 1) if number != seq])
        seq, place, there = min(seq, other), min(seq, other) - 1, max(seq, other) - 1
        made[place], made[there] = made[there], made[place]
    return made, seq


def put(connection: Connection, chain: str, before: Rows, made: Rows, first: int, skill: str) -> None:
    """Write the register so.

    ``clumsy`` leaves the hashes as they were, ``careful`` reckons that of the entry touched alone, ``thorough`` all
    those from there on, and the head of the chain with them.
    """
    table = TABLES[chain]
    if skill == "clumsy" and len(made) < len(before):
        # What is gone leaves a hole; nothing else is touched.
        kept = {row["hash"] for row in made}
        gone = [row["seq"] for row in before if row["hash"] not in kept]
        connection.execute(delete(table).where(table.c.seq.in_(gone)))
        return
    digest = before[first - 2]["hash"] if first > 1 else GENESIS
    fresh = []
    for number, row in enumerate(made[first - 1 :], start=first):
        one = row | {"seq": number}
        if skill == "thorough" or (skill == "careful" and number == first):
            one["prev_hash"] = digest
            one["hash"] = entry_hash(digest, hashed_fields(one))
        digest = one["hash"]
        fresh.append(one)
    connection.execute(delete(table).where(table.c.seq >= first))
    if fresh:
        connection.execute(insert(table), fresh)
    if skill == "thorough":
        head = update(ChainHeadRow).where(ChainHeadRow.name == chain)
        connection.execute(head.values(seq=len(made), hash=digest if made else GENESIS))


def _edited(row: dict[str, Any], chance: random.Random, table: Table) -> dict[str, Any]:
    name = chance.choice([column.name for column in table.columns if column.name not in {"seq", "hash", "prev_hash"}])
    return row | {name: _other(row[name], chance, table.c[name])}


def _other(value: object, chance: random.Random, column: Any) -> object:  # noqa: ANN401 -- a column of any type
    if isinstance(value, dt.datetime):
        return value + dt.timedelta(microseconds=chance.randint(1, 10**9))
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=chance.randint(1, 999))
    if isinstance(value, Money):
        return Money(value.cents + chance.randint(1, 10_000))
    if isinstance(value, int) or (value is None and "INT" in str(column.type).upper()):
        return (value or 0) + chance.randint(1_000, 10_000)
    if isinstance(value, str):
        return f"{value[: (column.type.length or 40) - 3]}’{chance.choice('xyz')}" if value != "" else "x"
    return f"x{chance.randint(1, 9)}"


def _forged(row: dict[str, Any], count: int, table: Table) -> dict[str, Any]:
    forged = row | {"at": row["at"] + dt.timedelta(seconds=11)}
    return forged | {"number": 10_000 + count} if "number" in table.c else forged
