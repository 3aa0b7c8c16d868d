"""What does the base of an officine look like after ten years? Builds one, once, with fictitious rows.

Volumes: 60 000 deliveries a year of three lines each, 25 000 patients' files, one stock movement a line and half as
many again for receipts, one audit entry a delivery and as many again for consultations. Half the lines are of a
list and stand in the ordonnancier. Chains are real: ``galien verify`` finds nothing to say.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.text import name_words
from app.officine.dispensing import seal
from app.store.chain import canonical, entry_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FIRST_DAY = dt.date(2016, 11, 21)
_DAYS = 3_650
_LINES = 3
_FAMILY = ("MARTIN", "BERNARD", "DUBOIS", "THOMAS", "ROBERT", "RICHARD", "PETIT", "DURAND", "LEROY", "MOREAU", "SIMON")
_SUFFIX = ("", "AUD", "EAU", "ET", "IER", "OT", "IN", "ELLE", "ARD", "OIS", "Y", "ON")
_GIVEN = ("JEANNE", "MARIE", "LOUIS", "PAUL", "CAMILLE", "HELENE", "SARAH-LOU", "PIERRE-ALAIN", "ANNA", "LEO", "ZOE")
_OPERATORS = ((1, "Camille Durand"), (2, "Noé Lambert"), (3, "Inès Moulin"), (4, "Hugo Perrin"))
_BECAUSE = json.dumps([{"rule": "Prix public du catalogue", "source": "Base publique", "since": "2016-01-01"}])
_BATCH = 20_000
_PATIENT: dict[str, Any] = dict.fromkeys(
    ("birth_names", "used_name", "used_first_name", "phone", "email", "address_line", "postal_code", "city"), ""
) | {
    "birth_date_uncertain": 0,
    "birth_place": "63220",
    "coverage_scheme": "general",
    "coverage_exemption": None,
    "coverage_css": 0,
    "coverage_amc": "full",
    "coverage_ald": 0,
    "allergies": "",
    "status": "provisoire",
    "is_homonym": 0,
    "is_doubtful": 0,
    "is_fictitious": 1,
    "matricule": None,
    "oid": None,
    "version": 1,
}
_PRESCRIBER: dict[str, Any] = dict.fromkeys(("finess", "phone", "mss"), "") | {
    "given_name": "Claude",
    "rpps": None,
    "specialty": "Médecine générale",
    "address_line": "1 rue des Essais",
    "postal_code": "63000",
    "city": "Clermont",
}


@dataclass(frozen=True, slots=True)
class Volumes:
    """How much there is to build."""

    deliveries: int = 600_000
    patients: int = 25_000
    prescribers: int = 400
    products: int = 8_000


@dataclass(frozen=True, slots=True)
class _Act:
    """One delivery: its number, when, by whom, to whom."""

    number: int
    at: dt.datetime
    operator: tuple[int, str]
    patient: int

    @property
    def stamp(self) -> str:
        return _stamp(self.at)

    @property
    def patient_name(self) -> str:
        return f"{_FAMILY[self.patient % 11]} Patient {self.patient}"


@dataclass(frozen=True, slots=True)
class _Product:
    code: str
    label: str
    listed: bool
    cents: int


def fill(database: Path, products: Sequence[tuple[str, str]], volumes: Volumes) -> None:
    """Fill the new SQLite database at ``database``, which has a catalogue in force but nobody in it.

    ``products`` are the codes and labels of the catalogue, the most delivered first. The file is built without a
    journal: a build that is cut short leaves nothing of use, and the caller removes it.
    """
    chance = random.Random(1)  # noqa: S311 -- made-up data, always the same
    goods = [
        _Product(code, label, rank % 2 == 0, 100 + rank * 7 % 3_000)
        for rank, (code, label) in enumerate(products[: volumes.products])
    ]
    with closing(sqlite3.connect(database, isolation_level=None)) as base:
        base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000;")
        indexes = _drop_indexes(base)
        base.execute("BEGIN")
        _people(base, chance, volumes)
        _deliveries(base, chance, volumes, goods)
        base.execute("COMMIT")
        for statement in indexes:
            base.execute(statement)
        base.executescript("ANALYZE; PRAGMA journal_mode=WAL;")


def _drop_indexes(base: sqlite3.Connection) -> list[str]:
    """Drop the indexes that can be made again after the load, and return how."""
    found = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, _ in found:
        base.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _people(base: sqlite3.Connection, chance: random.Random, volumes: Volumes) -> None:
    team = ((number, *reversed(name.split()), "adjoint", "", None, 1) for number, name in _OPERATORS)
    _insert(base, "staff", ("id", "family_name", "given_name", "role", "rpps", "badge", "active"), team)
    _patients(base, [_patient(chance, number) for number in range(1, volumes.patients + 1)])
    prescribers = (
        (number, f"{_FAMILY[number % 11]}{_SUFFIX[number % 12]}", *_PRESCRIBER.values())
        for number in range(1, volumes.prescribers + 1)
    )
    _insert(base, "prescriber", ("id", "family_name", *_PRESCRIBER), prescribers)


def _patients(base: sqlite3.Connection, people: list[tuple[int, str, str, str, str]]) -> None:
    stamp = _stamp(dt.datetime.combine(_FIRST_DAY, dt.time(), dt.UTC))
    common = _PATIENT | {"created_at": stamp, "updated_at": stamp}
    columns = ("id", "family_name", "first_name", "birth_date", "sex", *common)
    _insert(base, "patient", columns, ((*person, *common.values()) for person in people))
    words = {(word, number) for number, *names, _, _ in people for name in names for word in name_words(name)}
    _insert(base, "patient_word", ("word", "patient_id"), sorted(words))


def _patient(chance: random.Random, number: int) -> tuple[int, str, str, str, str]:
    born = dt.date(1930, 1, 1) + dt.timedelta(days=chance.randrange(33_000))
    family = chance.choice(_FAMILY) + chance.choice(_SUFFIX)
    return number, family, chance.choice(_GIVEN), born.isoformat(), chance.choice("FM")


def _deliveries(base: sqlite3.Connection, chance: random.Random, volumes: Volumes, goods: list[_Product]) -> None:
    heads = {name: (seq, digest) for name, seq, digest in base.execute("SELECT name, seq, hash FROM chain_head")}
    made = _Deliveries(chance, volumes, goods, heads)
    for first in range(1, volumes.deliveries + 1, _BATCH):
        made.make(range(first, min(first + _BATCH, volumes.deliveries + 1)))
        made.write(base)
    made.finish(base)


class _Deliveries:
    """Deliveries in the making, with all that goes with each of them."""

    def __init__(
        self, chance: random.Random, volumes: Volumes, goods: list[_Product], heads: dict[str, tuple[int, str]]
    ) -> None:
        self._chance = chance
        self._volumes = volumes
        self._goods = goods
        # A few products make most of the sales, as a few patients make most of the visits.
        self._weights = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(goods))))
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._stock = dict.fromkeys((product.code for product in goods), 0)
        self._sold: dict[str, int] = dict.fromkeys(self._stock, 0)
        self._registered, self._register_hash = heads["ordonnancier"]
        self._audited, self._audit_hash = heads["audit"]

    def make(self, numbers: range) -> None:
        """Make the deliveries of these numbers."""
        for number in numbers:
            patient = int(self._volumes.patients * self._chance.random() ** 2) + 1
            at = _moment(number, self._volumes.deliveries)
            act = _Act(number, at, _OPERATORS[number % len(_OPERATORS)], patient)
            bought = self._chance.choices(self._goods, cum_weights=self._weights, k=_LINES)
            self._deliver(act, list(dict.fromkeys(bought)))

    def write(self, base: sqlite3.Connection) -> None:
        """Write what was made since the last time."""
        for table, rows in self._rows.items():
            _insert(base, table, _COLUMNS[table], rows)
        self._rows.clear()

    def finish(self, base: sqlite3.Connection) -> None:
        """Write what is known only at the end: stock, uses, heads of the chains, series."""
        items = ((code, held, f"T{rank % 90}", 2, 10, 1) for rank, (code, held) in enumerate(self._stock.items()))
        _insert(base, "stock_item", ("code", "quantity", "place", "minimum", "maximum", "version"), items)
        _insert(base, "product_use", ("code", "count"), self._sold.items())
        for chain, seq, digest in (
            ("audit", self._audited, self._audit_hash),
            ("ordonnancier", self._registered, self._register_hash),
        ):
            base.execute("UPDATE chain_head SET seq = ?, hash = ? WHERE name = ?", (seq, digest, chain))
        for series, value in (("delivery", self._volumes.deliveries), ("ordonnancier", self._registered)):
            base.execute("UPDATE sequence SET value = ? WHERE name = ?", (value, series))

    def _deliver(self, act: _Act, bought: list[_Product]) -> None:
        priced = [(rank, code, cents, product) for rank, product in enumerate(bought, start=1)
                  for code, cents in (("PH7", product.cents), ("HD7", 102))]  # fmt: skip
        invoice = [
            (number, code, product.label, f"l{rank}", 1, cents, cents, 6500, cents * 65 // 100,
             cents - cents * 65 // 100, 0, 210, 1, 0)
            for number, (rank, code, cents, product) in enumerate(priced, start=2)
        ]  # fmt: skip
        total, amo = sum(cents for _, _, cents, _ in priced), sum(cents * 65 // 100 for _, _, cents, _ in priced)
        day, prescriber = act.at.date().isoformat(), act.number % self._volumes.prescribers + 1
        shares = (total, amo, total - amo, 0, 0, 0, 100 * len(bought), 1)
        self._add("delivery", (
            act.number, f"{act.number:032x}", act.stamp, day, "comptoir-1", *act.operator, act.patient,
            act.patient_name, prescriber, "DR ESSAI Claude", day, "ordinary", *shares, "done",
        ))  # fmt: skip
        for priced_line in invoice:
            self._add("invoice_line", (act.number, *priced_line, _BECAUSE))
        lines = []
        for rank, product in enumerate(bought, start=1):
            self._sell(act, product)
            entry, rated = self._register(act, product) if product.listed else None, "I" if product.listed else None
            line = (rank, product.code, product.label, 1, product.cents + 102, rated, 0)
            self._add("delivery_line", (act.number, *line, *act.operator, "", entry))
            lines.append((*line, act.operator[1], "", entry, "", None, 0, None, "", 0, "", 0))
        sealed = (act.number, f"{act.number:032x}", day, day, "ordinary", *shares)
        self._audit(act, {
            "amount": total, "amo": amo, "amc": total - amo, "patient": 0, "payments": [],
            "lines": [[product.code, 1] for product in bought],
            "ordonnancier": [sold[9] for sold in lines if sold[9] is not None],
            "stock": sorted([product.code, 1] for product in bought), "scanned": {},
            "seal": seal.digest(sealed, lines, [(*one, None, None, None, 0) for one in invoice], []),
        })  # fmt: skip

    def _sell(self, act: _Act, product: _Product) -> None:
        self._sold[product.code] += 1
        if self._stock[product.code] == 0:
            received = 2 + self._chance.randrange(6)
            self._move(act, product.code, received, "receipt")
        self._move(act, product.code, -1, "sale")

    def _move(self, act: _Act, code: str, delta: int, kind: str) -> None:
        self._stock[code] += delta
        row = (code, delta, self._stock[code], kind, "", str(act.number), "", None, "", *act.operator, act.stamp)
        self._add("stock_movement", row)

    def _register(self, act: _Act, product: _Product) -> int:
        self._registered += 1
        entry = {
            "seq": self._registered,
            "number": self._registered,
            "at": act.at,
            "day": act.at.date(),
            "delivery_number": act.number,
            "code": product.code,
            "label": product.label,
            "list_class": "I",
            "quantity": 1,
            "patient_id": act.patient,
            "patient_name": act.patient_name,
            "patient_address": "12 rue des Lilas, 63000 Clermont",
            "prescriber_name": "DR ESSAI Claude",
            "prescriber_address": "1 rue des Essais, 63000 Clermont",
            "prescriber_rpps": "",
            "specialty": "Médecine générale",
            "establishment": "",
            "prescription_date": act.at.date(),
            "bearer": "",
            "operator_name": act.operator[1],
        }
        previous, self._register_hash = self._register_hash, entry_hash(self._register_hash, entry)
        self._add("ordonnancier_entry", (*map(_bound, entry.values()), previous, self._register_hash))
        return self._registered

    def _audit(self, act: _Act, details: dict[str, Any]) -> None:
        for action, told in (("patient.read", {}), ("delivery.validate", details)):
            self._audited += 1
            entry = {
                "seq": self._audited,
                "at": act.at,
                "station": "comptoir-1",
                "actor_id": act.operator[0],
                "actor_name": act.operator[1],
                "action": action,
                "subject": action.split(".")[0],
                "subject_id": str(act.number),
                "patient_id": act.patient,
                "details": canonical(told),
                "result": "ok",
            }
            previous, self._audit_hash = self._audit_hash, entry_hash(self._audit_hash, entry)
            self._add("audit_entry", (*map(_bound, entry.values()), previous, self._audit_hash))

    def _add(self, table: str, row: tuple[Any, ...]) -> None:
        self._rows.setdefault(table, []).append(row)


_COLUMNS: dict[str, tuple[str, ...]] = {
    "delivery": (
        "number", "session_id", "at", "day", "station", "operator_id", "operator_name", "patient_id", "patient_name",
        "prescriber_id", "prescriber_name", "prescription_date", "prescription_kind", "amount", "amo", "amc",
        "patient_share", "excess", "reimbursed", "franchise", "third_party", "state",
    ),
    "delivery_line": (
        "delivery_number", "rank", "code", "label", "quantity", "unit_price", "list_class", "forced_stock",
        "author_id", "author_name", "note", "ordonnancier",
    ),
    "invoice_line": (
        "delivery_number", "rank", "code", "label", "line_id", "quantity", "amount", "base", "rate", "amo", "tm",
        "excess", "vat", "claimed", "exempted", "because",
    ),
    "stock_movement": (
        "code", "delta", "balance_after", "kind", "reason", "reference", "lot", "expiry", "serial", "actor_id",
        "actor_name", "at",
    ),
    "ordonnancier_entry": (
        "seq", "number", "at", "day", "delivery_number", "code", "label", "list_class", "quantity", "patient_id",
        "patient_name", "patient_address", "prescriber_name", "prescriber_address", "prescriber_rpps", "specialty",
        "establishment", "prescription_date", "bearer", "operator_name", "prev_hash", "hash",
    ),
    "audit_entry": (
        "seq", "at", "station", "actor_id", "actor_name", "action", "subject", "subject_id", "patient_id", "details",
        "result", "prev_hash", "hash",
    ),
}  # fmt: skip


def _insert(base: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    base.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 -- our own names


def _moment(number: int, deliveries: int) -> dt.datetime:
    """Return when a delivery was made: spread evenly over ten years of opening hours."""
    day, rest = divmod(number * _DAYS, deliveries)
    seconds = 8 * 3600 + rest * 36_000 // deliveries
    start = dt.datetime.combine(_FIRST_DAY, dt.time(), dt.UTC)
    return start + dt.timedelta(days=day, seconds=seconds)


def _stamp(moment: dt.datetime) -> str:
    """Return a moment as SQLite keeps it."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def _bound(value: object) -> object:
    """Return a value as SQLite keeps it."""
    if isinstance(value, dt.datetime):
        return _stamp(value)
    return value.isoformat() if isinstance(value, dt.date) else value
