"""Which catalogue does a demonstration have? Some 160 real presentations, and fictitious parapharmacy."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.kernel.money import Money, Rate
from app.officine.catalog import building, snapshot
from app.officine.catalog.model import ProductCard
from app.officine.catalog.rows import GroupMember, Medicines, Presentation, Speciality, Substance, SupplyState

if TYPE_CHECKING:
    from app.officine.catalog.service import Catalog
    from app.store.audit import Actor

_DATA = Path(__file__).resolve().parents[3] / "resources" / "demo" / "catalog.json"


def load_demo_catalog(catalog: Catalog, actor: Actor) -> None:
    """Put the demonstration's catalogue in force, and write its product cards.

    Raises DiskFull or DatabaseReadOnly where nothing can be written.
    """
    started = time.perf_counter()
    content = _DATA.read_bytes()
    data = json.loads(content)
    medicines = demo_medicines(data, hashlib.sha256(content).hexdigest())
    with building.staging_file(catalog.folder) as staging:
        snapshot.write_snapshot(medicines, staging)
        snapshot.check_snapshot(staging, medicines)
        version = snapshot.version_name("demo", medicines, staging)
        report = snapshot.report_of(medicines, version, time.perf_counter() - started)
        catalog.install_snapshot(staging, report, actor)
    catalog.put_cards([_card(card) for card in data["cards"]], actor)


def demo_medicines(data: dict[str, Any], digest: str) -> Medicines:
    """Return the catalogue that the demonstration's file describes."""
    medicines = Medicines(data["source"], digest, dt.date.fromisoformat(data["source_date"]))
    medicines.groups = dict(data["groups"])
    for speciality in data["specialities"]:
        _add(medicines, speciality)
    return medicines


def _add(medicines: Medicines, data: dict[str, Any]) -> None:
    cis = data["cis"]
    medicines.specialities.append(
        Speciality(
            cis,
            data["name"],
            data["form"],
            ";".join(data["routes"]),
            "Autorisation active",
            data["marketed"],
            data["holder"],
            data["monitored"],
        )
    )
    medicines.presentations += [_presentation(cis, box) for box in data["presentations"]]
    medicines.conditions += [(cis, text) for text in data["conditions"]]
    medicines.substances += [
        Substance(cis, row["code"], row["name"], row["dosage"], row["per"], row["nature"], row["link"])
        for row in data["substances"]
    ]
    medicines.members += [GroupMember(row["id"], cis, row["kind"], row["rank"]) for row in data["groups"]]
    medicines.supply += [
        SupplyState(cis, row["cip13"], row["code"], row["label"], row["since"], row["updated"], row["until"])
        for row in data["supply"]
    ]
    if data["atc"]:
        medicines.atc[cis] = data["atc"]


def _presentation(cis: str, box: dict[str, Any]) -> Presentation:
    net, fee, percent = box["price_without_fee_cents"], box["fee_cents"], box["rate_percent"]
    return Presentation(
        cis=cis,
        cip7=box["cip13"][5:12],
        label=box["label"],
        marketed=box["marketed"],
        declared_on=box["declared_on"],
        cip13=box["cip13"],
        collective=box["collective"],
        rate=None if percent is None else percent * 100,
        price_without_fee=net,
        price=None if net is None else net + fee,
        fee=fee,
        indications="",
    )


def _card(data: dict[str, Any]) -> ProductCard:
    percent = data["rate_percent"]
    return ProductCard(
        code=data["code"],
        name=data["name"],
        brand=data["brand"],
        kind=data["kind"],
        price=Money(data["price_cents"]),
        vat=Rate(data["vat_permille"] * 10),
        lpp=data["lpp"],
        rate=None if percent is None else Rate.percent(percent),
        source="Démonstration",
    )
