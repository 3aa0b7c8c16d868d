"""How is a catalogue written as one read-only file, and is that file sound?"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import sqlite3
import time
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from app.kernel.errors import DatabaseReadOnly, DiskFull
from app.officine.catalog import bdpm, plausible, rules
from app.officine.catalog.model import ImportReport
from app.officine.catalog.textfile import defect
from app.officine.catalog.wording import index_texts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from app.officine.catalog.model import ListClass
    from app.officine.catalog.rows import Medicines, Presentation, Speciality

FORMAT = 1
"""Version of the tables below; a reader refuses another."""

_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE speciality(
    cis TEXT PRIMARY KEY, name TEXT, form TEXT, routes TEXT, status TEXT, marketed INTEGER, holder TEXT,
    monitored INTEGER, list_class TEXT, hospital_only INTEGER, atc TEXT) WITHOUT ROWID;
CREATE TABLE product(
    id INTEGER PRIMARY KEY, code TEXT, cip7 TEXT, cis TEXT, name TEXT, presentation TEXT, price INTEGER,
    price_without_fee INTEGER, fee INTEGER, rate INTEGER, collective INTEGER, list_class TEXT, group_id TEXT,
    marketed INTEGER, archived INTEGER, declared_on TEXT, indications TEXT, folded TEXT);
CREATE VIEW shown_product AS SELECT
    id, code, cip7, cis, name, presentation, price, price_without_fee, fee, rate, collective, list_class, group_id,
    marketed, archived, folded FROM product;
CREATE TABLE substance(cis TEXT, code TEXT, name TEXT, dosage TEXT, reference TEXT, nature TEXT,
    link INTEGER);
CREATE TABLE generic_group(id TEXT PRIMARY KEY, label TEXT) WITHOUT ROWID;
CREATE TABLE group_member(group_id TEXT, cis TEXT, kind INTEGER, rank INTEGER);
CREATE TABLE prescription_condition(cis TEXT, text TEXT);
CREATE TABLE supply(cis TEXT, cip13 TEXT, code INTEGER, label TEXT, since TEXT, updated TEXT, until TEXT);
CREATE VIRTUAL TABLE search USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii', prefix='1 2');
"""

_INDEXES = """
CREATE UNIQUE INDEX product_code ON product(code);
CREATE INDEX product_cip7 ON product(cip7);
CREATE INDEX product_cis ON product(cis);
CREATE INDEX product_folded ON product(folded, marketed);
CREATE INDEX substance_cis ON substance(cis);
CREATE INDEX member_cis ON group_member(cis);
CREATE INDEX member_group ON group_member(group_id);
CREATE INDEX condition_cis ON prescription_condition(cis);
CREATE INDEX supply_cis ON supply(cis);
"""


def build_snapshot(source: Path, target: Path, today: dt.date) -> ImportReport:
    """Read the files in ``source``, write the snapshot ``target``, check it, and say what was found.

    Runs in a process of its own as well as in this one: everything it takes and gives can be pickled.
    Raises InputDefect when the set is damaged, FileUnusable when it can't be read, DiskFull.
    """
    started = time.perf_counter()
    with _no_collection():
        medicines = bdpm.read_folder(source, today)
        plausible.check(medicines)
        write_snapshot(medicines, target)
        check_snapshot(target, medicines)
    return report_of(medicines, version_name("bdpm", medicines, target), time.perf_counter() - started)


def report_of(medicines: Medicines, version: str, seconds: float) -> ImportReport:
    """Return the report of a catalogue that was written."""
    known = {speciality.cis for speciality in medicines.specialities}
    return ImportReport(
        version=version,
        source_date=medicines.source_date,
        specialities=len(medicines.specialities),
        presentations=len(medicines.presentations),
        generic_groups=len(medicines.groups),
        rejected=tuple(medicines.rejected),
        archived=sum(row.cis not in known for row in medicines.presentations),
        seconds=seconds,
        findings=tuple(medicines.findings),
    )


def version_name(prefix: str, medicines: Medicines, file: Path) -> str:
    """Return the name of a version: where it comes from, the date of the source, and a mark of the file's content."""
    return f"{prefix}-{medicines.source_date.isoformat()}-{sha256_of(file)[:8]}"


def write_snapshot(medicines: Medicines, target: Path) -> None:
    """Write the catalogue into ``target``, a new file, down to the disk.

    Raises DiskFull, or DatabaseReadOnly where nothing can be written.
    """
    try:
        with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as connection:
            # The file is thrown away whole if this is cut: no journal is needed to build it.
            connection.executescript("PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
            connection.execute("BEGIN")
            for statement in filter(str.strip, _TABLES.split(";")):
                connection.execute(statement)
            _insert(connection, medicines)
            for statement in filter(str.strip, _INDEXES.split(";")):
                connection.execute(statement)
            connection.execute("COMMIT")
        _sync(target)
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise DiskFull("Le disque est plein : la nouvelle version du catalogue n’a pas pu être écrite.") from error
        raise DatabaseReadOnly("Le dossier des catalogues ne peut pas être modifié.") from error


def check_snapshot(path: Path, medicines: Medicines) -> None:
    """Read the file back: the counts, the keys and the prices are those that were read. Raises InputDefect."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        products, specialities, incoherent = connection.execute(
            "SELECT (SELECT count(*) FROM product), (SELECT count(*) FROM speciality), "
            "(SELECT count(*) FROM product "
            "WHERE price != price_without_fee + fee OR code NOT LIKE '34009' || cip7 || '_')"
        ).fetchone()
        found = connection.execute("SELECT count(*) FROM search WHERE search MATCH '\"a\"*'").fetchone()[0]
    if (products, specialities, incoherent) != (len(medicines.presentations), len(medicines.specialities), 0) or (
        products > _SAMPLE and not found
    ):
        raise defect("La nouvelle version du catalogue n’est pas conforme à ce qui a été lu ; elle est écartée.")


_SAMPLE = 1000
"""From this many presentations on, a catalogue without a word in « a » is no catalogue."""


def sha256_of(path: Path) -> str:
    """Return SHA-256 (hexadecimal) of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _insert(connection: sqlite3.Connection, medicines: Medicines) -> None:
    conditions: dict[str, list[str]] = defaultdict(list)
    for cis, text in medicines.conditions:
        conditions[cis].append(text)
    groups = {member.cis: member.group_id for member in reversed(medicines.members)}
    classes = {cis: _class_of(tuple(texts)) for cis, texts in conditions.items()}
    lists = {cis: found for cis, (found, _) in classes.items()}
    specialities = {row.cis: row for row in medicines.specialities}
    connection.executemany(
        "INSERT INTO speciality VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            (*row, *classes.get(row.cis, (None, False)), medicines.atc.get(row.cis))
            for row in sorted(medicines.specialities)
        ),
    )
    _insert_products(connection, medicines, specialities, lists, groups)
    connection.executemany("INSERT INTO substance VALUES (?,?,?,?,?,?,?)", medicines.substances)
    connection.executemany("INSERT INTO generic_group VALUES (?,?)", medicines.groups.items())
    connection.executemany("INSERT INTO group_member VALUES (?,?,?,?)", medicines.members)
    connection.executemany("INSERT INTO prescription_condition VALUES (?,?)", medicines.conditions)
    connection.executemany("INSERT INTO supply VALUES (?,?,?,?,?,?,?)", medicines.supply)
    connection.executemany("INSERT INTO meta VALUES (?,?)", _meta(medicines).items())


@lru_cache(maxsize=8192)
def _class_of(conditions: tuple[str, ...]) -> tuple[ListClass | None, bool]:
    """Return the list and whether it is for hospitals only: the same few conditions come back for many medicines."""
    return rules.list_class(conditions), rules.is_hospital_only(conditions)


def _insert_products(
    connection: sqlite3.Connection,
    medicines: Medicines,
    specialities: dict[str, Speciality],
    lists: dict[str, ListClass | None],
    groups: dict[str, str],
) -> None:
    """Insert the products in the order in which a search gives them when nothing else tells them apart."""
    words = index_texts(row.name for row in medicines.specialities)
    words |= index_texts(row.label for row in medicines.presentations)
    words |= index_texts(row.name for row in medicines.substances)
    names = {cis: words[row.name] for cis, row in specialities.items()}
    substances: dict[str, str] = defaultdict(str)
    for substance in dict.fromkeys((row.cis, row.name) for row in medicines.substances):
        substances[substance[0]] += " " + words[substance[1]]

    def rank(row: Presentation) -> tuple[bool, str, str]:
        return not (row.marketed and row.cis in names), names.get(row.cis, row.cis), row.cip13

    ordered = sorted(medicines.presentations, key=rank)
    connection.executemany(
        "INSERT INTO product VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            (
                number,
                row.cip13,
                row.cip7,
                row.cis,
                specialities[row.cis].name if row.cis in specialities else f"Spécialité archivée {row.cis}",
                row.label,
                row.price,
                row.price_without_fee,
                row.fee,
                row.rate,
                row.collective,
                lists.get(row.cis),
                groups.get(row.cis),
                row.marketed and row.cis in specialities,
                row.cis not in specialities,
                row.declared_on,
                row.indications,
                names.get(row.cis, row.cis),
            )
            for number, row in enumerate(ordered, 1)
        ),
    )
    connection.executemany(
        "INSERT INTO search(rowid, words) VALUES (?,?)",
        (
            (number, f"{names.get(row.cis, row.cis)} {words[row.label]}{substances.get(row.cis, '')}")
            for number, row in enumerate(ordered, 1)
        ),
    )


def _meta(medicines: Medicines) -> dict[str, str]:
    counts = {f"lines:{name}": str(count) for name, count in medicines.counts.items()}
    return (
        counts
        | {f"open:{name}": "1" for name in medicines.open_ends}
        | {
            "format": str(FORMAT),
            "source": medicines.source,
            "source_date": medicines.source_date.isoformat(),
            "digest": medicines.digest,
            "specialities": str(len(medicines.specialities)),
            "presentations": str(len(medicines.presentations)),
            "generic_groups": str(len(medicines.groups)),
        }
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Spare the search for cycles while half a million short-lived values without any are made."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
