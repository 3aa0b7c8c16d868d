"""Amounts, rates and moments come back from the database as they went in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Table, insert, select
from sqlalchemy.exc import StatementError

from app.kernel.money import Money, Rate
from app.store.base import PK, Base, MoneyType, RateType, UtcDateTime

if TYPE_CHECKING:
    from app.store.database import Database

SAMPLE = Table(
    "type_sample",
    type(Base.metadata)(),
    Column("id", PK, primary_key=True),
    Column("amount", MoneyType),
    Column("rate", RateType),
    Column("at", UtcDateTime),
)
_CENTS = st.integers(-(10**15), 10**15)
_MOMENTS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@pytest.fixture
def sample(database: Database) -> Database:
    SAMPLE.create(database.engine)
    return database


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=_CENTS, rate=st.integers(0, 100_000), at=_MOMENTS)
def test_values_come_back_as_they_went_in(sample: Database, cents: int, rate: int, at: dt.datetime) -> None:
    values = {"amount": Money(cents), "rate": Rate(rate), "at": at}
    with sample.engine.connect() as connection:
        connection.execute(insert(SAMPLE).values(values))
        row = connection.execute(select(SAMPLE).order_by(SAMPLE.c.id.desc()).limit(1)).one()
    assert (row.amount, row.rate, row.at) == (Money(cents), Rate(rate), at.astimezone(dt.UTC))
    assert row.at.utcoffset() == dt.timedelta(0)


def test_the_hour_that_october_repeats_stays_two_hours(sample: Database) -> None:
    moments = [dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC) for hour in (0, 1)]
    with sample.engine.connect() as connection:
        connection.execute(insert(SAMPLE), [{"at": at} for at in moments])
        assert list(connection.scalars(select(SAMPLE.c.at).order_by(SAMPLE.c.at))) == moments


def test_a_moment_without_zone_is_refused(sample: Database) -> None:
    with sample.engine.connect() as connection, pytest.raises(StatementError, match="naive"):
        connection.execute(insert(SAMPLE).values(at=dt.datetime(2026, 11, 23, 9, 0)))  # noqa: DTZ001


def test_nothing_comes_back_as_nothing(sample: Database) -> None:
    with sample.engine.connect() as connection:
        connection.execute(insert(SAMPLE).values(amount=None, rate=None, at=None))
        row = connection.execute(select(SAMPLE)).one()
    assert (row.amount, row.rate, row.at) == (None, None, None)
