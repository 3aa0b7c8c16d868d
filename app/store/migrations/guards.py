"""How do the migrations keep the rows of a register from being changed or removed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection


class _Operations(Protocol):
    """What is used of ``alembic.op``."""

    def get_bind(self) -> Connection:
        """Return the connection that migrates."""
        ...

    def execute(self, sqltext: str) -> None:
        """Run a statement."""
        ...


_FUNCTION = """
CREATE OR REPLACE FUNCTION galien_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def append_only(op: _Operations, table: str) -> None:
    """Make the database itself refuse every UPDATE and DELETE on ``table``; corrections are new rows."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
            )
        return
    op.execute(_FUNCTION)
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION galien_append_only()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION galien_append_only()"
    )
