"""How long does Tryton 8.2 take for the same work, on this machine?

Run by hand, in a virtual environment of its own:

    python -m venv PEER && PEER/bin/pip install "trytond~=8.2.0" "trytond_product~=8.2.0" "trytond_stock~=8.2.0"
    PEER/bin/python tests/perf/peer_tryton.py FOLDER [--products 20000] [--galien FIGURES.json]

FOLDER receives Tryton's own SQLite database. FIGURES.json is what ``galien bench --json`` printed: each of
its figures is then set beside the peer's. The work is done in process, without network, which favours Tryton.
Its three stock moves are the nearest it has to a delivery; ours also writes the invoice, the ordonnancier and
the audit entries in the same transaction.
"""

# ruff: noqa: T201, PLC0415 -- a script that prints, and imports Tryton once its configuration is read

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

DATABASE = "officine"
BATCH = 40  # larger calls overflow the parser of SQLite
SUBSTANCES = (
    "AMOXICILLINE", "PARACETAMOL", "IBUPROFENE", "ATORVASTATINE", "RAMIPRIL", "BISOPROLOL", "METFORMINE",
    "OMEPRAZOLE", "KETOPROFENE", "DICLOFENAC", "TRAMADOL", "LEVOTHYROX", "PREDNISOLONE", "FUROSEMIDE",
)  # fmt: skip
FORMS = ("comprimé", "gélule", "sirop", "crème", "collyre", "sachet")
PAIRS = {"search_service": "search", "validate_sqlite": "three moves", "receive_300": "receive 300"}


def activate(folder: Path) -> None:
    """Create Tryton's database with its stock module, unless it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "trytond.conf"
    configuration.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n", encoding="utf-8")
    database = folder / f"{DATABASE}.sqlite"
    if database.exists() and database.stat().st_size:
        return
    database.touch()
    secret = folder / "password"
    secret.write_text("peer-comparison", encoding="utf-8")
    admin = [str(Path(sys.executable).with_name("trytond-admin")), "-c", str(configuration), "-d", DATABASE]
    environment = os.environ | {"TRYTONPASSFILE": str(secret)}
    subprocess.run([*admin, "--all", "--email", "peer@example.org"], env=environment, check=True)
    subprocess.run([*admin, "-u", "stock", "--activate-dependencies"], env=environment, check=True)


class Peer:
    """Tryton, opened on its database, with a company and its products."""

    def __init__(self, folder: Path) -> None:
        """Open the pool and make the company where there is none."""
        sys.setrecursionlimit(20_000)
        from trytond import config

        config.update_etc(str(folder / "trytond.conf"))
        from trytond.pool import Pool

        Pool.start()
        self.pool = Pool(DATABASE)
        self.pool.init()
        self.random = random.Random(1)
        self.context: dict[str, Any] = {}
        self.company = self._company()
        self.context = {"company": self.company, "companies": [self.company], "_check_access": False}

    def transaction(self, *, read_only: bool = False) -> Any:  # noqa: ANN401 -- Tryton is not typed
        """Return a transaction of the administrator."""
        from trytond.transaction import Transaction

        return Transaction().start(DATABASE, 1, readonly=read_only, context=self.context)

    def fill(self, products: int) -> float:
        """Create products until there are so many; return the seconds it took."""
        start = time.perf_counter()
        with self.transaction() as transaction:
            template = self.pool.get("product.template")
            (unit,) = self.pool.get("product.uom").search([("symbol", "=", "u")], limit=1)
            first = template.search([], count=True)
            for rank in range(first, products, BATCH):
                template.create([self._product(unit.id, number) for number in range(rank, min(rank + BATCH, products))])
            transaction.commit()
        return time.perf_counter() - start

    def places(self) -> tuple[int, int, int]:
        """Return the ids of the storage, customer and supplier locations."""
        with self.transaction(read_only=True):
            location = self.pool.get("stock.location")
            return tuple(
                location.search([("type", "=", kind)], limit=1)[0].id for kind in ("storage", "customer", "supplier")
            )

    def product_ids(self) -> list[int]:
        """Return the ids of every product."""
        with self.transaction(read_only=True):
            return [product.id for product in self.pool.get("product.product").search([])]

    def search(self, text: str) -> None:
        """Search products by name, 50 rows."""
        with self.transaction(read_only=True):
            self.pool.get("product.product").search_read(
                [("rec_name", "ilike", f"%{text}%")], limit=50, fields_names=["rec_name", "code"]
            )

    def move(self, products: list[int], origin: int, destination: int) -> None:
        """Move five units of each product, in one transaction."""
        with self.transaction() as transaction:
            moves = self.pool.get("stock.move")
            (unit,) = self.pool.get("product.uom").search([("symbol", "=", "u")], limit=1)
            (euro,) = self.pool.get("currency.currency").search([("code", "=", "EUR")], limit=1)
            made = moves.create(
                [
                    {
                        "product": product,
                        "quantity": 5,
                        "unit": unit.id,
                        "from_location": origin,
                        "to_location": destination,
                        "unit_price": 5,
                        "currency": euro.id,
                        "company": self.company,
                    }
                    for product in products
                ]
            )
            moves.do(made)
            transaction.commit()

    def _company(self) -> int:
        with self.transaction() as transaction:
            companies = self.pool.get("company.company")
            found = companies.search([], limit=1)
            if not found:
                currency = self.pool.get("currency.currency")(name="Euro", symbol="€", code="EUR")
                currency.save()
                party = self.pool.get("party.party")(name="Officine")
                party.save()
                company = companies(party=party, currency=currency)
                company.save()
                (administrator,) = self.pool.get("res.user").search([("login", "=", "admin")])
                administrator.companies = [company]
                administrator.company = company
                administrator.save()
                found = [company]
            transaction.commit()
            return int(found[0].id)

    def _product(self, unit: int, number: int) -> dict[str, Any]:
        name = f"{self.random.choice(SUBSTANCES)} {number % 1000 + 1} mg {self.random.choice(FORMS)}"
        variant = {"suffix_code": f"34009{number:08d}", "cost_price": 3}
        return {
            "name": name,
            "type": "goods",
            "default_uom": unit,
            "list_price": 5,
            "products": [("create", [variant])],
        }


def timed(work: Callable[[int], None], times: int) -> dict[str, float]:
    """Return the median and the 95th percentile of the work, in milliseconds."""
    samples = []
    for rank in range(times):
        start = time.perf_counter()
        work(rank)
        samples.append((time.perf_counter() - start) * 1000)
    return {"p50_ms": statistics.median(samples), "p95_ms": sorted(samples)[int(times * 0.95) - 1], "n": times}


def measure(folder: Path, products: int) -> dict[str, dict[str, float]]:
    """Return Tryton's figures by name."""
    activate(folder)
    peer = Peer(folder)
    seconds = peer.fill(products)
    storage, customer, supplier = peer.places()
    ids = peer.product_ids()
    texts = [substance[: 3 + rank % 4].lower() for rank, substance in enumerate(SUBSTANCES)]
    return {
        "load products": {"p50_ms": seconds * 1000, "p95_ms": seconds * 1000, "n": 1},
        "search": timed(lambda rank: peer.search(texts[rank % len(texts)]), 60),
        "three moves": timed(lambda _: peer.move(peer.random.sample(ids, 3), storage, customer), 40),
        "receive 300": timed(lambda _: peer.move(peer.random.sample(ids, 300), supplier, storage), 5),
    }


def main() -> None:
    """Measure the peer and print its figures, beside Galien's where they are given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--galien", type=Path)
    chosen = parser.parse_args()
    peer = measure(chosen.folder.resolve(), chosen.products)
    print(json.dumps(peer, indent=2))
    if chosen.galien is None:
        return
    ours = {figure["name"]: figure for figure in json.loads(chosen.galien.read_text(encoding="utf-8"))}
    for name, theirs in PAIRS.items():
        if name in ours:
            ratio = peer[theirs]["p50_ms"] / ours[name]["p50_ms"]
            print(f"{name}: {ours[name]['p50_ms']:.1f} ms against {peer[theirs]['p50_ms']:.1f} ms ({ratio:.0f} times)")


if __name__ == "__main__":
    main()
