"""No change to a register goes unseen, and the first bad entry is named."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Date, Integer, MetaData, String, Table, insert, text

from app.kernel.money import Money, Rate
from app.store import integrity
from app.store.audit import Actor, advance_head, lock_head
from app.store.base import MoneyType, RateType, UtcDateTime
from app.store.chain import GENESIS, entry_hash

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.store.database import Database
    from app.store.register import ChainReport

ENTRIES = 12
FIELDS = (
    "at", "station", "actor_id", "actor_name", "action", "subject", "subject_id", "patient_id", "details", "result",
    "prev_hash", "hash",
)  # fmt: skip
GUARDS = {
    "sqlite": ("DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete"),
    "postgresql": ("ALTER TABLE audit_entry DISABLE TRIGGER ALL",),
}
NASTY = "L’« été » \\ \" \n \t \x01 \x7f \u2028 😀 {}[]: 'x' %s"


@pytest.fixture
def written(database: Database) -> Database:
    """A chain of entries, whose triggers someone has removed."""
    for number in range(1, ENTRIES + 1):
        with database.write(Actor(number % 3 or None, f"Agent {number}", "comptoir-1")) as work:
            work.audit("delivery", "delivery", str(number), patient_id=number % 2 or None, details={"said": NASTY})
    with database.write(Actor(None, "intruder", "")) as work:
        for statement in GUARDS[database.engine.dialect.name]:
            work.session.execute(text(statement))
    return database


def _verify_after(database: Database, *statements: str, **values: Any) -> ChainReport:  # noqa: ANN401
    """Verify the chain as these statements leave it, then undo them."""
    with database.engine.connect() as connection:
        from sqlalchemy.orm import Session  # noqa: PLC0415

        for statement in statements:
            connection.execute(text(statement), values)
        with Session(connection) as session:
            return integrity.verify_audit(session)


def _verify(database: Database, known: dict[int, str] | None = None) -> ChainReport:
    with database.read() as session:
        return integrity.verify_audit(session, known)


@pytest.mark.req("OFF-DB-07")
def test_a_chain_as_written_is_sound_whatever_its_text(written: Database) -> None:
    assert _verify(written) == integrity.ChainReport(ENTRIES, None)


def test_an_empty_chain_is_sound(database: Database) -> None:
    assert _verify(database) == integrity.ChainReport(0, None)


_LAX = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.req("OFF-DB-07")
@_LAX
@given(seq=st.integers(1, ENTRIES), field=st.sampled_from(FIELDS), data=st.data())
def test_any_field_changed_is_named(written: Database, seq: int, field: str, data: st.DataObject) -> None:
    value = data.draw(_other_value(field))
    report = _verify_after(written, f"UPDATE audit_entry SET {field} = :value WHERE seq = {seq}", value=value)
    assert report.first_bad is not None
    assert (report.first_bad["seq"], report.first_bad["reason"]) == (seq, "altered")


def _other_value(field: str) -> st.SearchStrategy[Any]:
    if field == "at":
        return st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2025, 1, 1)).map(  # noqa: DTZ001
            lambda moment: moment.replace(microsecond=0).isoformat(" ") + ".000001+00"
        )
    if field in {"actor_id", "patient_id"}:
        return st.integers(10, 10**9)
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20).filter(lambda said: said != "ok")


@pytest.mark.req("OFF-DB-07")
@_LAX
@given(seq=st.integers(1, ENTRIES))
def test_an_entry_removed_is_named(written: Database, seq: int) -> None:
    report = _verify_after(written, f"DELETE FROM audit_entry WHERE seq = {seq}")
    assert report.first_bad is not None
    assert (report.first_bad["seq"], report.first_bad["reason"]) == (seq, "removed")


@_LAX
@given(pair=st.lists(st.integers(1, ENTRIES), min_size=2, max_size=2, unique=True).map(sorted))
def test_two_entries_that_changed_places_are_named(written: Database, pair: list[int]) -> None:
    first, second = pair
    report = _verify_after(
        written,
        f"UPDATE audit_entry SET seq = -1 WHERE seq = {first}",
        f"UPDATE audit_entry SET seq = {first} WHERE seq = {second}",
        f"UPDATE audit_entry SET seq = {second} WHERE seq = -1",
    )
    assert report.first_bad is not None
    assert report.first_bad["seq"] == first


@pytest.mark.parametrize(("seq", "named"), [(0, 0), (-5, -5), (ENTRIES + 1, ENTRIES + 1), (ENTRIES + 5, ENTRIES + 1)])
def test_an_entry_inserted_is_named(written: Database, seq: int, named: int) -> None:
    columns = ", ".join(FIELDS)
    report = _verify_after(
        written, f"INSERT INTO audit_entry (seq, {columns}) SELECT {seq}, {columns} FROM audit_entry WHERE seq = 3"
    )
    assert report.first_bad is not None
    assert report.first_bad["seq"] == named
    assert report.entries == ENTRIES + 1


def test_an_entry_chained_by_hand_at_the_end_is_named(written: Database) -> None:
    """Even with right hashes: the head did not move."""
    with written.read() as session:
        head = session.execute(text("SELECT * FROM audit_entry WHERE seq = 12")).mappings().one()
    entry = dict(head) | {"seq": 13, "at": written.clock.now()}
    digest = entry_hash(head["hash"], {name: value for name, value in entry.items() if "hash" not in name})
    columns = "station, actor_id, actor_name, action, subject, subject_id, patient_id, details, result"
    report = _verify_after(
        written,
        f"INSERT INTO audit_entry (seq, at, prev_hash, hash, {columns}) "
        f"SELECT 13, at, hash, '{digest}', {columns} FROM audit_entry WHERE seq = 12",
    )
    assert report.first_bad is not None
    assert (report.first_bad["seq"], report.first_bad["reason"]) == (13, "inserted")


@pytest.mark.req("OFF-DB-07")
@pytest.mark.parametrize("kept", [0, 1, 11])
def test_a_tail_cut_off_is_seen_through_the_head(written: Database, kept: int) -> None:
    report = _verify_after(written, f"DELETE FROM audit_entry WHERE seq > {kept}")
    assert report.first_bad is not None
    assert (report.first_bad["seq"], report.first_bad["reason"]) == (kept + 1, "removed")


def test_a_tail_cut_off_with_its_head_is_seen_through_a_hash_kept_elsewhere(written: Database) -> None:
    with written.read() as session:
        known = {10: session.scalar(text("SELECT hash FROM audit_entry WHERE seq = 10")) or ""}
    with written.write(Actor(None, "intruder", "")) as work:
        work.session.execute(text("DELETE FROM audit_entry WHERE seq > 8"))
        work.session.execute(
            text(
                "UPDATE chain_head SET seq = 8, hash = (SELECT hash FROM audit_entry WHERE seq = 8)"
                " WHERE name = 'audit'"
            )
        )
    assert _verify(written).first_bad is None
    bad = _verify(written, known).first_bad
    assert bad is not None
    assert (bad["seq"], bad["reason"]) == (10, "removed")


def test_a_chain_written_anew_is_seen_through_a_hash_kept_elsewhere(written: Database) -> None:
    bad = _verify(written, {4: "f" * 64}).first_bad
    assert bad is not None
    assert (bad["seq"], bad["reason"]) == (4, "altered")


def test_a_head_that_vanished_is_seen(written: Database) -> None:
    report = _verify_after(written, "DELETE FROM chain_head WHERE name = 'audit'")
    assert report.first_bad is not None


def test_a_value_of_a_foreign_type_is_named(sqlite_database: Database, actor: Actor) -> None:
    """SQLite stores any type anywhere: octets where text should be stop its own JSON writer."""
    for number in range(5):
        with sqlite_database.write(actor) as work:
            work.audit("delivery", "delivery", str(number))
    with sqlite_database.write(actor) as work:
        work.session.execute(text(GUARDS["sqlite"][0]))
    for value in ("x'ff00'", "3.5", "'pas une date'", "CAST(x'fffe' AS TEXT)"):
        report = _verify_after(sqlite_database, f"UPDATE audit_entry SET at = {value} WHERE seq = 3")
        assert report.first_bad is not None
        assert report.first_bad["seq"] == 3


REGISTER = Table(
    "sample_register",
    MetaData(),
    Column("seq", Integer, primary_key=True),
    Column("day", Date),
    Column("at", UtcDateTime),
    Column("amount", MoneyType),
    Column("rate", RateType),
    Column("cancelled", Boolean),
    Column("name", String),
    Column("prev_hash", String),
    Column("hash", String),
)


@pytest.mark.req("OFF-DB-07")
def test_any_register_is_verified_whatever_its_columns(database: Database, actor: Actor) -> None:
    REGISTER.create(database.engine)
    chance = random.Random(7)
    with database.write(actor) as work:
        for _ in range(30):
            _append(work.session, _entry(chance))
    with database.read() as session:
        assert integrity.verify_chain(session, "ordonnancier", REGISTER) == integrity.ChainReport(30, None)
    with database.write(actor) as work:
        work.session.execute(text("UPDATE sample_register SET amount = amount + 1 WHERE seq = 17"))
    with database.read() as session:
        bad = integrity.verify_chain(session, "ordonnancier", REGISTER).first_bad
    assert bad is not None
    assert bad["seq"] == 17


def _entry(chance: random.Random) -> dict[str, Any]:
    return {
        "day": dt.date(2026, 1, 1) + dt.timedelta(chance.randrange(300)),
        "at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=chance.randrange(10**12)),
        "amount": chance.choice([None, Money(chance.randrange(-1000, 1000))]),
        "rate": Rate(6500),
        "cancelled": chance.choice([True, False, None]),
        "name": NASTY,
    }


def _append(session: Session, entry: dict[str, Any]) -> None:
    head = lock_head(session, "ordonnancier")
    row = entry | {"seq": head.seq + 1}
    digest = entry_hash(head.hash, row)
    assert head.seq or head.hash == GENESIS
    session.execute(insert(REGISTER).values(**row, prev_hash=head.hash, hash=digest))
    advance_head(session, "ordonnancier", row["seq"], digest)


def test_entries_written_during_the_verification_do_not_look_like_damage(database: Database, actor: Actor) -> None:
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "1")
    with database.read() as session:
        assert integrity.verify_audit(session).entries == 1
        with database.write(actor) as work:
            work.audit("delivery", "delivery", "2")
        assert integrity.verify_audit(session) == integrity.ChainReport(1, None)
