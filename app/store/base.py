"""Which column types and naming rules do all tables share on SQLite and PostgreSQL?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, DateTime, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from app.kernel.money import Money, Rate

if TYPE_CHECKING:
    from sqlalchemy import Dialect

PK = BigInteger().with_variant(Integer, "sqlite")
"""Type of primary and foreign keys: SQLite numbers rows by itself only for INTEGER."""

Json = JSON()
"""Type of structured values that are never searched by their content."""

PrefixText = Text().with_variant(Text(collation="C"), "postgresql")
"""Type of folded text that is searched by prefix: compared octet by octet on both engines."""


class Base(DeclarativeBase):
    """Base of every table; names its constraints so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class MoneyType(TypeDecorator[Money]):
    """An amount, stored as integer cents."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        """Return the cents to store."""
        del dialect
        return None if value is None else value.cents

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Money | None:  # noqa: ANN401 -- a driver's value
        """Return the amount read."""
        del dialect
        return None if value is None else Money(int(value))


class RateType(TypeDecorator[Rate]):
    """A rate, stored as hundredths of a percent."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Rate | None, dialect: Dialect) -> int | None:
        """Return the hundredths of a percent to store."""
        del dialect
        return None if value is None else value.hundredths

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Rate | None:  # noqa: ANN401 -- a driver's value
        """Return the rate read."""
        del dialect
        return None if value is None else Rate(int(value))


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment: aware in Python, UTC in the database. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return the moment in UTC to store; raises ValueError for a naive one."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive moment")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ANN401 -- a driver's value
        """Return the moment read, aware, in UTC."""
        del dialect
        if value is None:
            return None
        moment: dt.datetime = value
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
