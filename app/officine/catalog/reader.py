"""What does the snapshot in force say of a code, and which of its medicines answer a search?"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from app.kernel.errors import EnvironmentFailure
from app.kernel.money import Money, Rate
from app.officine.catalog import rules, vat
from app.officine.catalog.model import Availability, ListClass, Product, ProductDetail, Substance
from app.officine.catalog.snapshot import FORMAT
from app.store.snapshot_file import SnapshotFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    Values = Sequence[Any] | Mapping[str, Any]


class SnapshotReader(SnapshotFile):
    """Reads one snapshot file; each thread has its own connection to it."""

    FORMATS = frozenset({FORMAT})

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._vocabulary: list[str] | None = None
        self._marketed: range | None = None

    def damaged(self) -> EnvironmentFailure:
        """Return the failure of a snapshot that can't be read."""
        return EnvironmentFailure(
            "Le catalogue des médicaments en service est illisible.",
            code="GAL-CAT-02",
            advice="Importez de nouveau la base, ou revenez à la précédente s’il en est une : galien catalog rollback.",
        )

    def by_codes(self, codes: Iterable[str], day: dt.date) -> dict[str, Product]:
        """Return the product of each CIP13 that the snapshot knows, with the VAT of ``day``."""
        query = "SELECT * FROM shown_product WHERE code IN (SELECT value FROM json_each(?))"
        return {product.code: product for product in self._products(query, [_list(codes)], day)}

    def by_cip7(self, cip7: str, day: dt.date) -> Product | None:
        """Return the product of a CIP7; None when there is none."""
        return next(iter(self._products("SELECT * FROM shown_product WHERE cip7 = ?", [cip7], day)), None)

    def by_prefix(self, digits: str, limit: int, day: dt.date) -> list[Product]:
        """Return the products whose CIP13 or CIP7 begins with ``digits``, or whose CIS is that."""
        query = (
            "SELECT * FROM shown_product WHERE (code >= :digits AND code < :after) "
            "OR (cip7 >= :digits AND cip7 < :after) OR cis = :digits ORDER BY id LIMIT :limit"
        )
        # The colon is the character that follows the digits.
        return self._products(query, {"digits": digits, "after": digits + ":", "limit": limit}, day)

    def by_ids(self, ids: Iterable[int], day: dt.date) -> list[Product]:
        """Return the products of these rows, in the order of the rows given."""
        wanted = list(ids)
        query = "SELECT * FROM shown_product WHERE id IN (SELECT value FROM json_each(?))"
        products = {row[0]: _product(row, day) for row in self._rows(query, [_list(wanted)])}
        return [products[number] for number in wanted]

    def ids_of(self, codes: Iterable[str]) -> dict[int, str]:
        """Return the row of each code that the snapshot knows."""
        return dict(
            self._rows("SELECT id, code FROM product WHERE code IN (SELECT value FROM json_each(?))", [_list(codes)])
        )

    def matches(self, choices: Iterable[Collection[str]]) -> list[int]:
        """Return, in their own order, the rows that hold for each choice a word beginning with one of its words."""
        expression = " AND ".join(f"({' OR '.join(f'{_quoted(word)}*' for word in words)})" for words in choices)
        return [
            row[0] for row in self._rows("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid", [expression])
        ]

    def marketed_rows(self) -> range:
        """Return the rows of the products that are marketed: they come first."""
        if self._marketed is None:
            count = self._rows("SELECT count(*) FROM product WHERE marketed")[0][0]
            self._marketed = range(1, count + 1)
        return self._marketed

    def name_ranges(self, words: Iterable[str]) -> list[range]:
        """Return the rows whose name begins with one of the words."""
        ranges: list[range] = []
        for word in words:
            rows = self._rows(
                "SELECT min(id), max(id) FROM product WHERE folded >= ? AND folded < ? GROUP BY marketed",
                [word, word + "{"],  # the character that follows the letters
            )
            ranges += [range(first, last + 1) for first, last in rows]
        return ranges

    def words(self) -> list[str]:
        """Return the sorted words of the search index, read once."""
        if self._vocabulary is None:
            connection = self._connection()
            connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, search, row)")
            self._vocabulary = self._column("SELECT term FROM temp.vocabulary ORDER BY term")
        return self._vocabulary

    def detail(self, code: str, day: dt.date) -> ProductDetail | None:
        """Return all that the snapshot knows of a CIP13; None when it does not know it."""
        product = self.by_codes([code], day).get(code)
        if product is None:
            return None
        indications = self._rows("SELECT indications FROM product WHERE code = ?", [code])[0][0]
        query = "SELECT form, routes, holder, atc, monitored FROM speciality WHERE cis = ?"
        found = self._rows(query, [product.cis])
        form, routes, holder, atc, monitored = found[0] if found else ("", "", "", None, False)
        conditions = tuple(self._column("SELECT text FROM prescription_condition WHERE cis = ?", product.cis))
        members = self._rows(
            "SELECT group_id, label, kind FROM group_member JOIN generic_group ON id = group_id WHERE cis = ?",
            [product.cis],
        )
        return ProductDetail(
            product=product,
            form=form,
            routes=tuple(filter(None, routes.split(";"))),
            holder=holder,
            atc=atc,
            monitored=bool(monitored),
            substances=self._substances(product.cis),
            availability=self._availability(product),
            conditions=conditions,
            group_labels={group: label for group, label, _ in members},
            kind=members[0][2] if members else None,
            hospital_only=rules.is_hospital_only(conditions),
            prescription_limit=rules.prescription_limit(conditions),
            fraction_days=rules.fraction_days(conditions),
            indications=indications,
        )

    def siblings(self, product: Product, day: dt.date) -> list[Product]:
        """Return the other marketed presentations of the generic groups of a product, cheapest first."""
        query = (
            "SELECT * FROM shown_product WHERE marketed AND code != ? AND cis IN ("
            "SELECT other.cis FROM group_member mine JOIN group_member other ON other.group_id = mine.group_id "
            "WHERE mine.cis = ?) ORDER BY price IS NULL, price, id"
        )
        return self._products(query, [product.code, product.cis], day)

    def substances(self, codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the names of the substances of each CIP13, as ``detail`` gives them, many codes at a time."""
        rows = self._rows(
            "SELECT product.code, own.name FROM product JOIN substance AS own ON own.cis = product.cis "
            "WHERE product.code IN (SELECT value FROM json_each(?)) AND (own.nature != 'SA' OR NOT EXISTS ("
            "SELECT 1 FROM substance WHERE cis = own.cis AND link = own.link AND nature = 'FT')) ORDER BY own.rowid",
            [_list(codes)],
        )
        found: dict[str, dict[str, None]] = {}
        for code, name in rows:
            found.setdefault(code, {})[name] = None
        return {code: tuple(names) for code, names in found.items()}

    def traits(self, codes: Iterable[str]) -> dict[str, tuple[tuple[str, ...], str | None]]:
        """Return the routes and the ATC code (None: not given) of each CIP13, many codes at a time."""
        rows = self._rows(
            "SELECT product.code, own.routes, own.atc FROM product JOIN speciality AS own ON own.cis = product.cis "
            "WHERE product.code IN (SELECT value FROM json_each(?))",
            [_list(codes)],
        )
        return {code: (tuple(filter(None, routes.split(";"))), atc or None) for code, routes, atc in rows}

    def _substances(self, cis: str | None) -> tuple[Substance, ...]:
        """Return the substances as a prescriber names them: the therapeutic fraction (FT) rather than its salt (SA)."""
        rows = self._rows(
            "SELECT name, dosage, reference FROM substance AS own WHERE cis = ? AND (nature != 'SA' OR NOT EXISTS ("
            "SELECT 1 FROM substance WHERE cis = own.cis AND link = own.link AND nature = 'FT')) ORDER BY rowid",
            [cis],
        )
        return tuple(dict.fromkeys(Substance(*row) for row in rows))

    def _availability(self, product: Product) -> tuple[Availability, ...]:
        rows = self._rows(
            "SELECT code, label, since, until, updated FROM supply WHERE cis = ? AND cip13 IN ('', ?) "
            "ORDER BY updated DESC",
            [product.cis, product.code],
        )
        return tuple(Availability(code, label, *map(_date, dates)) for code, label, *dates in rows)

    def _products(self, query: str, values: Values, day: dt.date) -> list[Product]:
        return [_product(row, day) for row in self._rows(query, values)]

    def _column(self, query: str, *values: Any) -> list[Any]:  # noqa: ANN401 -- values of the database
        return [row[0] for row in self._rows(query, values)]


def _product(row: Sequence[Any], day: dt.date) -> Product:
    _, code, cip7, cis, name, presentation, price, net, fee, rate, collective, list_class, group, marketed, archived = (
        row[:15]
    )
    return Product(
        code=code,
        name=name,
        presentation=presentation,
        cis=cis,
        cip7=cip7,
        price=None if price is None else Money(price),
        price_without_fee=None if net is None else Money(net),
        fee=None if fee is None else Money(fee),
        rate=None if rate is None else Rate(rate),
        vat=vat.medicine_rate(day, reduced=rate is not None or bool(collective)),
        list_class=None if list_class is None else ListClass(list_class),
        group_id=group,
        marketed=bool(marketed),
        archived=bool(archived),
    )


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _list(values: Iterable[Any]) -> str:
    """Return values as the JSON list that ``json_each`` takes: one statement, however many they are."""
    return json.dumps(list(values))


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
