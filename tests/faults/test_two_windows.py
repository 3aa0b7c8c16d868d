"""Two windows on one PostgreSQL sell the same few boxes: is any update lost, does the stock ever fall below zero?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from faults_support import repeats
from sqlalchemy import text

from app import bootstrap
from app import settings as settings_module
from app.kernel.outcome import Done
from app.store.engine import open_engine

if TYPE_CHECKING:
    from app.bootstrap import Services

# Two clients start, and each sells so many times.
pytestmark = pytest.mark.timeout(1800)

ROOT = Path(__file__).parents[2]
SALES = repeats(40, 500)
QUERIES = ("doliprane 1000", "advil 200")
# Fewer boxes than sales: both windows reach the last ones together.
STOCK = SALES * 2 * 3 // 4 // len(QUERIES)


def prepare(folder: Path, url: str) -> Services:
    """Open a demonstration on the shared database, with the stock of this test."""
    folder.mkdir()
    settings_module.save(folder / "settings.json", settings_module.Settings(database_url=url))
    return bootstrap.create_demo(folder)


def free_codes(services: Services) -> list[str]:
    """Return two products that anybody may buy without an ordonnance."""
    found = [services.catalog.search(query, 1)[0] for query in QUERIES]
    assert all(product.list_class is None for product in found)
    return [product.code for product in found]


@pytest.mark.req("OFF-DB-02", "OFF-SCOPE")
def test_two_windows_sell_the_last_boxes_without_losing_one(
    tmp_path: Path,
    postgresql_cluster: Any,  # noqa: ANN401 -- a class of the conftest
    record_property: pytest.RecordProperty,
) -> None:
    url = postgresql_cluster.create()
    services = prepare(tmp_path / "first", url)
    codes = free_codes(services)
    counted = services.stock.adjust_many(services.system_actor, dict.fromkeys(codes, STOCK), "essai")
    assert isinstance(counted, Done)
    services.close()
    prepare(tmp_path / "second", url).close()
    sellers = [start(tmp_path / name, codes) for name in ("first", "second")]
    for seller in sellers:
        assert seller.stdout is not None
        assert seller.stdout.readline() == "ready\n"
    for seller in sellers:
        go(seller)
    said = [answer_of(seller) for seller in sellers]
    check(url, codes, [number for answer in said for number in answer["sold"]])
    for answer in said:
        assert len(answer["sold"]) + answer["refused"] == SALES
        # Both were really at work on the same boxes.
        assert len(answer["sold"]) > SALES // 10
    record_property("sold", sum(len(answer["sold"]) for answer in said))
    record_property("refused", sum(answer["refused"] for answer in said))


def start(folder: Path, codes: list[str]) -> subprocess.Popen[str]:
    """Open the window of one workstation."""
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("selling_window.py")), str(folder), str(SALES), *codes],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
    )


def go(seller: subprocess.Popen[str]) -> None:
    """Let a workstation begin to sell."""
    assert seller.stdin is not None
    seller.stdin.write("go\n")
    seller.stdin.flush()


def answer_of(seller: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait until a workstation has sold, and return what it says of it."""
    out, errors = seller.communicate()
    assert seller.returncode == 0, errors[-2_000:]
    answer: dict[str, Any] = json.loads(out)
    return answer


def check(url: str, codes: list[str], sold: list[int]) -> None:
    """Compare what was said to be sold with what the database holds."""
    assert len(set(sold)) == len(sold), "two sales under one number"
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            for code in codes:
                given = connection.scalar(
                    text(
                        "SELECT coalesce(sum(quantity), 0) FROM delivery_line "
                        "WHERE code = :code AND delivery_number = ANY(:sold)"
                    ),
                    {"code": code, "sold": sold},
                )
                left = connection.scalar(text("SELECT quantity FROM stock_item WHERE code = :code"), {"code": code})
                lowest = connection.scalar(
                    text("SELECT min(balance_after) FROM stock_movement WHERE code = :code"), {"code": code}
                )
                assert left == STOCK - given, "an update was lost"
                assert left >= 0
                assert lowest is None or lowest >= 0
    finally:
        engine.dispose()
