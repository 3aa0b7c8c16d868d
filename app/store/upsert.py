"""How is a row inserted, or its values added to those of the row that is there already?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.dialects.sqlite import Insert
    from sqlalchemy.orm import Session


def insert_or(session: Session, table: Any) -> Insert:  # noqa: ANN401 -- a mapped class or a table
    """Return an INSERT into ``table`` that accepts ON CONFLICT, for the session's engine.

    Both engines write it alike; the one that is not in use is not loaded, as it takes a tenth of a second.
    """
    return insert_for(session.get_bind().dialect.name, table)


def insert_for(dialect: str, table: Any) -> Insert:  # noqa: ANN401 -- a mapped class or a table
    """Return the same for a dialect by name: a statement that is run often is built once for each."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_postgresql  # noqa: PLC0415 -- see above

        made: Any = insert_postgresql(table)
        return made  # type: ignore[no-any-return]
    from sqlalchemy.dialects.sqlite import insert as insert_sqlite  # noqa: PLC0415 -- with the other

    return insert_sqlite(table)
