"""How is a thesaurus written as one read-only file, and what does that file say?"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any

from app.kernel.errors import DatabaseReadOnly, DiskFull, EnvironmentFailure
from app.kernel.text import fold
from app.officine.safety.model import Constraint, Interaction, Level
from app.officine.safety.names import installed_names
from app.store.snapshot_file import SnapshotFile

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from app.officine.safety.model import Thesaurus

FORMAT = 3
"""Version of the tables below, the levels told with their pairs; a reader refuses another, but for the one before."""

_FORMATS = frozenset({2, FORMAT})

_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE class(key TEXT NOT NULL, class TEXT NOT NULL);
CREATE TABLE class_label(key TEXT PRIMARY KEY, label TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE interaction(
    id INTEGER PRIMARY KEY, first TEXT, second TEXT, first_folded TEXT, second_folded TEXT, levels TEXT,
    mechanism TEXT);
"""
_SHORTEST_HEAD = 5

_INDEXES = """
CREATE INDEX class_key ON class(key);
CREATE INDEX interaction_first ON interaction(first_folded, second_folded);
"""


def write_snapshot(thesaurus: Thesaurus, target: Path) -> None:
    """Write the thesaurus into ``target``, a new file, down to the disk, and read it back.

    Raises DiskFull, or DatabaseReadOnly where nothing can be written.
    """
    try:
        with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as connection:
            # The file is thrown away whole if this is cut: no journal is needed to build it.
            connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
            connection.execute("BEGIN")
            for statement in filter(str.strip, _TABLES.split(";")):
                connection.execute(statement)
            _insert(connection, thesaurus)
            for statement in filter(str.strip, _INDEXES.split(";")):
                connection.execute(statement)
            connection.execute("COMMIT")
        descriptor = os.open(target, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise DiskFull("Le disque est plein : le thésaurus n’a pas pu être écrit.") from error
        raise DatabaseReadOnly("Le dossier des thésaurus ne peut pas être modifié.") from error


def _insert(connection: sqlite3.Connection, thesaurus: Thesaurus) -> None:
    key_of = installed_names().key
    meta = {
        "format": str(FORMAT),
        "source": thesaurus.source,
        "edition": thesaurus.edition,
        "digest": thesaurus.digest,
        "pairs": str(len(thesaurus.interactions)),
        "substances": str(len(thesaurus.classes)),
    }
    connection.executemany("INSERT INTO meta VALUES (?,?)", meta.items())
    rows = {
        (key, fold(end))
        for name, classes in thesaurus.classes.items()
        for key in (fold(name), key_of(name))
        # Its own name as the thesaurus writes it: an interaction may be given to the salt.
        for end in (name, *classes)
        if key
    }
    connection.executemany("INSERT INTO class VALUES (?,?)", sorted(rows))
    labels = {fold(name): name for own in thesaurus.classes.values() for name in own}
    connection.executemany("INSERT INTO class_label VALUES (?,?)", sorted(labels.items()))
    connection.executemany(
        "INSERT INTO interaction(first, second, first_folded, second_folded, levels, mechanism) VALUES (?,?,?,?,?,?)",
        (
            (
                item.first,
                item.second,
                fold(item.first),
                fold(item.second),
                json.dumps(
                    [[str(own.level), own.text, own.names, own.pairs] for own in item.constraints], ensure_ascii=False
                ),
                item.mechanism,
            )
            for item in thesaurus.interactions
        ),
    )


class SnapshotReader(SnapshotFile):
    """Reads one thesaurus; each thread has its own connection to it, opened once."""

    FORMATS = _FORMATS

    def damaged(self) -> EnvironmentFailure:
        """Return the failure of a thesaurus that can't be read."""
        return damaged()

    def is_sound(self) -> bool:
        """Return True where every page of the file can be read and its counts are those that it tells."""
        meta = self.meta()
        found = self._rows("PRAGMA quick_check")
        count = self._rows("SELECT count(*) FROM interaction")[0][0]
        return found == [("ok",)] and str(count) == meta["pairs"]

    def classes(self) -> list[str]:
        """Return every class of the thesaurus as it writes them, sorted; folded in a file of the version before."""
        if self.meta()["format"] == str(FORMAT):
            return [name for (name,) in self._rows("SELECT label FROM class_label ORDER BY key")]
        return [name for (name,) in self._rows("SELECT DISTINCT class FROM class ORDER BY class")]

    def classes_of(self, keys: Collection[str]) -> dict[str, frozenset[str]]:
        """Return the folded classes of each substance that the thesaurus knows, its own name among them.

        A longer name is known by its first words: « insuline lispro recombinante » by « insuline lispro ».
        """
        heads = {key: _heads(key) for key in keys}
        rows = self._rows(
            "SELECT key, class FROM class WHERE key IN (SELECT value FROM json_each(?))",
            [json.dumps(sorted({head for own in heads.values() for head in own}))],
        )
        found: dict[str, set[str]] = {}
        for key, name in rows:
            found.setdefault(key, set()).add(name)
        known = {key: next((head for head in own if head in found), None) for key, own in heads.items()}
        return {key: frozenset(found[head]) for key, head in known.items() if head is not None}

    def interactions(self, ends: Collection[str]) -> tuple[Interaction, ...]:
        """Return the interactions of which both ends, folded, are among ``ends``."""
        rows = self._rows(
            "WITH ends(name) AS MATERIALIZED (SELECT value FROM json_each(?)) "
            "SELECT first, second, levels, mechanism FROM interaction "
            "WHERE first_folded IN (SELECT name FROM ends) AND second_folded IN (SELECT name FROM ends) ORDER BY id",
            [json.dumps(sorted(ends))],
        )
        return tuple(
            Interaction(first, second, tuple(_constraint(*own) for own in json.loads(levels)), mechanism)
            for first, second, levels, mechanism in rows
        )


def damaged() -> EnvironmentFailure:
    """Return the failure of a thesaurus that can't be read."""
    return EnvironmentFailure(
        "Le thésaurus des interactions en service manque ou est illisible.",
        code="GAL-SEC-02",
        advice="Importez-le de nouveau : galien safety import DOSSIER.",
    )


def _heads(key: str) -> list[str]:
    """Return the key, then its first words, ever fewer, as long as the last of them still names something."""
    words = key.split()
    idle = installed_names().idle
    shorter = (" ".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    return [key, *(head for head in shorter if len(head) >= _SHORTEST_HEAD and head not in idle)]


def _constraint(level: str, text: str, names: list[str], pairs: Sequence[Any] = ()) -> Constraint:
    return Constraint(Level(level), text, tuple(names), tuple((tuple(one), tuple(two)) for one, two in pairs))
