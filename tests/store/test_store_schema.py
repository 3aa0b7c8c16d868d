"""The schema is brought to head on both engines, or left as it was."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from app.kernel.errors import DatabaseDamaged, SchemaTooNew
from app.officine import tables
from app.store import schema
from app.store.engine import WRITE, open_engine, sqlite_url

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from app.store.audit import Actor
    from app.store.database import Database


@pytest.mark.req("OFF-DB-01")
def test_an_empty_database_is_brought_to_head(empty_url: str) -> None:
    engine = open_engine(empty_url)
    assert schema.version(engine) is None
    assert schema.upgrade(engine)
    assert schema.version(engine) == schema.HEAD
    assert not schema.upgrade(engine)
    engine.dispose()


def test_the_head_known_without_alembic_is_the_real_one_and_the_history_is_one_line() -> None:
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(schema._FOLDER))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [schema.HEAD]
    assert [script.revision for script in reversed(list(scripts.walk_revisions()))] == list(schema.REVISIONS)


@pytest.mark.req("OFF-DB-01")
def test_the_migrated_schema_is_the_one_that_the_tables_describe(database: Database) -> None:
    """Columns, types, constraints and indexes: what alembic would still change must be nothing."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.store.AuditRow.metadata) == []


def test_a_database_of_a_later_galien_is_refused(database: Database) -> None:
    _set_version(database.engine, "9999")
    with pytest.raises(SchemaTooNew):
        schema.version(database.engine)
    with pytest.raises(SchemaTooNew):
        schema.upgrade(database.engine)


@pytest.mark.req("OFF-DB-02")
def test_a_workstation_left_behind_by_an_upgrade_reads_but_does_not_write(database: Database, actor: Actor) -> None:
    _set_version(database.engine, "9999")
    with pytest.raises(SchemaTooNew), database.write(actor) as work:
        work.audit("delivery", "delivery")
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_entry")) == 0


def test_a_database_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE stranger (x)")
    connection.close()
    engine = open_engine(sqlite_url(path))
    with pytest.raises(DatabaseDamaged):
        schema.upgrade(engine)
    engine.dispose()


def test_two_workstations_that_upgrade_at_once_both_find_head(empty_url: str) -> None:
    engines = [open_engine(empty_url) for _ in range(2)]
    threads = [threading.Thread(target=schema.upgrade, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        assert schema.version(engine) == schema.HEAD
        engine.dispose()


def test_an_existing_database_is_copied_before_it_changes(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(empty_url)
    calls: list[str | None] = []
    schema.upgrade(engine, keep_copy=lambda: calls.append("new"))
    assert calls == []
    _add_revision(monkeypatch, engine)
    with pytest.raises(RuntimeError, match="midway"):
        schema.upgrade(engine, keep_copy=lambda: calls.append(schema.version(engine)))
    assert calls == [schema.REVISIONS[-2]]
    assert "half_made" not in inspect(engine).get_table_names()
    engine.dispose()


def _add_revision(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """Pretend that one more migration exists, which fails midway."""

    def apply(connection: object) -> None:
        connection.exec_driver_sql("CREATE TABLE half_made (x INTEGER)")  # type: ignore[attr-defined]
        raise RuntimeError("midway")

    monkeypatch.setattr(schema, "HEAD", "next")
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "next"))
    monkeypatch.setattr(schema, "_apply", apply)


def test_the_foreign_keys_are_on_again_after_an_upgrade(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "new.sqlite"))
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    engine.dispose()


@pytest.mark.req("OFF-DB-03")
@pytest.mark.parametrize("table", ["audit_entry", "ordonnancier_entry", "stock_movement", "payment"])
def test_every_register_has_its_guards(database: Database, table: str) -> None:
    assert len(_guards(database, table)) == 2


@pytest.mark.req("OFF-DB-03")
@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET result = result", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_a_register(database: Database, actor: Actor, statement: str) -> None:
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "1")
    with pytest.raises(DBAPIError, match="append-only"), database.write(actor) as work:
        work.session.execute(text(statement))


def test_a_register_refuses_to_be_replaced_or_emptied(database: Database, actor: Actor) -> None:
    with database.write(actor) as work:
        work.audit("delivery", "delivery", "1")
    ways = {
        "sqlite": "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
        "postgresql": "TRUNCATE audit_entry",
    }
    with pytest.raises(DBAPIError, match="append-only"), database.write(actor) as work:
        work.session.execute(text(ways[database.engine.dialect.name]))


def _guards(database: Database, table: str) -> list[str]:
    found = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal",
    }
    with database.read() as session:
        return list(session.scalars(text(found[database.engine.dialect.name]), {"table": table}))


def _set_version(engine: Engine, revision: str) -> None:
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
